"""`manage.py plate_source add|rotate|retire CODE`: other plate readers that may send reads."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ccoc.lib.errors import Refused
from events.services import Actor
from plates.models import ReadSource
from plates.services.sources import SourceFields, add_source, retire_source, rotate_source
from plates.workflow import SourceKind

OPERATOR = Actor.system("plate_source command")


class Command(BaseCommand):
    help = "Let another plate reader send its reads to /plates/hooks/CODE, renew its key, or end it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["add", "rotate", "retire"])
        parser.add_argument("code")
        parser.add_argument("--name", default="")
        parser.add_argument("--camera", default="", help="code of the camera that it stands for")
        parser.add_argument("--kind", default="webhook", choices=[kind.lower() for kind in SourceKind.values])
        parser.add_argument("--trusted", action="store_true", help="its sure reads need no second look")

    def handle(self, *args: object, **options: object) -> None:
        code, what = str(options["code"]), options["what"]
        try:
            secret = _add(code, options) if what == "add" else _change(code, rotate=what == "rotate")
        except Refused as refusal:
            raise CommandError(refusal.message) from None
        done = "retired" if what == "retire" else "in use"
        self.stdout.write(f"secret, shown this once: {secret}" if secret else f"{code} is {done}")


def _add(code: str, options: dict[str, object]) -> str:
    fields = SourceFields(
        name=str(options["name"] or code)[:80],
        camera=str(options["camera"]),
        is_trusted=bool(options["trusted"]),
    )
    kind = SourceKind(str(options["kind"]).upper())
    _source, secret = add_source(code=code, fields=fields, kind=kind, by=OPERATOR, at=timezone.now())
    return secret


def _change(code: str, *, rotate: bool) -> str:
    source = ReadSource.objects.in_use().filter(code=code).first()
    if source is None:
        raise CommandError(f"no reader {code} is in use")
    if rotate:
        return rotate_source(source=source, by=OPERATOR, at=timezone.now())
    retire_source(source=source, by=OPERATOR, at=timezone.now())
    return ""
