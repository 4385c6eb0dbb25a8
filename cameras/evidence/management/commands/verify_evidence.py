"""`manage.py verify_evidence PACK`: is a pack whole, and was it signed by a key of this station."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from cameras.evidence import verify
from cameras.evidence.models import StationKey


class Command(BaseCommand):
    """Exit status 1 and the names of the files that are not as they were signed."""

    help = "Check evidence packs, zipped or unpacked."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("packs", nargs="+", metavar="PACK")

    def handle(self, *args: object, packs: list[str], **options: object) -> None:
        known = set(StationKey.objects.values_list("fingerprint", flat=True))
        bad = [path for path in packs if not self._check(path, known)]
        if bad:
            raise SystemExit(1)

    def _check(self, path: str, known: set[str]) -> bool:
        pack = verify.opened(path)
        if pack is None:
            self.stdout.write(f"{path}: cannot be opened as a pack")
            return False
        report = verify.check(pack, known)
        for line in verify.lines_of(report):
            self.stdout.write(line)
        return report.is_whole
