"""Weeks for the first month of reads; beat makes the later ones. Nothing to undo: 0002 drops the table."""

from typing import Any

from django.db import migrations
from django.utils import timezone

from plates.partitions import keep_up
from plates.workflow import KEEP_READS


def make_weeks(apps: Any, schema_editor: Any) -> None:  # noqa: ANN401 - Django's own types
    keep_up(at=timezone.now(), keep=KEEP_READS)


class Migration(migrations.Migration):
    dependencies = [("plates", "0002_reads")]

    operations = [migrations.RunPython(make_weeks, migrations.RunPython.noop)]
