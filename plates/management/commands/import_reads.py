"""`manage.py import_reads FILE --source CODE [--dry-run]`: a table of reads of another reader."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cameras.importing.reading import MAX_BYTES
from ccoc.lib.errors import Refused
from events.services import Actor
from plates.interop.columns import BY_NAME, guess_mapping, missing
from plates.interop.tables import Preview
from plates.models import ReadSource
from plates.services.imports import import_rows, preview_rows, read_reads

COMMAND = Actor.system("import_reads command")
SHOWN_PROBLEMS = 20


class Command(BaseCommand):
    help = "Store the reads of a CSV or XLSX table; those stored before are known again and left out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", required=True, help="code of the other reader")
        parser.add_argument("--dry-run", action="store_true", help="check and count only, store nothing")

    def handle(self, *args: object, **options: object) -> None:
        file, now = Path(str(options["file"])), timezone.now()
        source = ReadSource.objects.for_tables().filter(code=options["source"]).first()
        if source is None:
            raise CommandError(f"no reader {options['source']} takes tables")
        try:
            table = read_reads(_bytes(file))
            mapping = guess_mapping(table.headers)
            if wanted := missing(mapping):
                names = ", ".join(str(BY_NAME[name].label) for name in wanted)
                raise CommandError(f"the table lacks: {names}")
            preview = preview_rows(source, table.rows, mapping, now)
            if not options["dry_run"]:
                import_rows(source=source, file_name=file.name, preview=preview, by=COMMAND, at=now)
        except Refused as refusal:
            raise CommandError(refusal.message) from None
        self._tell(preview, is_dry=bool(options["dry_run"]))

    def _tell(self, preview: Preview, *, is_dry: bool) -> None:
        for problem in preview.problems[:SHOWN_PROBLEMS]:
            self.stderr.write(f"{problem.cell} {problem.label}: {problem.message}")
        if (more := len(preview.problems) - SHOWN_PROBLEMS) > 0:
            self.stderr.write(f"… {more} more")
        counts = ", ".join(f"{verdict} {count}" for verdict, count in preview.counts.items())
        self.stdout.write(f"{'nothing stored' if is_dry else 'stored'}: {counts}")


def _bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from None
