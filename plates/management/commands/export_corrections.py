"""`manage.py export_corrections FILE --by USER --reason WHY`: reviewed plates as a pack to train with."""

import datetime as dt
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from ccoc.lib.errors import Refused
from events.services import Actor
from plates.services.corrections import export_corrections


class Command(BaseCommand):
    help = "Write crops of reviewed hits as a pack for make train-plates (PLATE_EXTRA_PACKS). Personal data."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--by", required=True, help="username of the person who answers for it")
        parser.add_argument("--reason", required=True)
        parser.add_argument("--days", type=int, default=30)

    def handle(self, *args: object, **options: object) -> None:
        file, now = Path(str(options["file"])), timezone.now()
        person = User.objects.filter(username=options["by"], is_active=True).first()
        if person is None:
            raise CommandError(f"nobody is called {options['by']}")
        if file.exists():
            raise CommandError(f"{file} is there already")
        since = now - dt.timedelta(days=int(str(options["days"])))
        try:
            pack, count = export_corrections(
                since=since, reason=str(options["reason"]), by=Actor.of(person), at=now
            )
        except Refused as refusal:
            raise CommandError(refusal.message) from None
        file.touch(mode=0o600)
        file.write_bytes(pack)
        self.stdout.write(f"{count} crops in {file}")
