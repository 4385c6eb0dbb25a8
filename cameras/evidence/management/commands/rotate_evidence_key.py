"""`manage.py rotate_evidence_key --reason …`: sign with a new key from now on."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand
from django.utils import timezone

from cameras.evidence.keys import rotate_key
from cameras.evidence.verify import grouped
from events.services import Actor


class Command(BaseCommand):
    """Prints the new fingerprint. The old public key stays known, its private part is erased."""

    help = "Replace the station's signing key."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reason", required=True)

    def handle(self, *args: object, reason: str, **options: object) -> None:
        key = rotate_key(actor=Actor.system("manage"), reason=reason, at=timezone.now())
        self.stdout.write(f"Packs are signed by {grouped(key.fingerprint)} from now on.")
