"""`manage.py press_sos SOS-01 [--test]`: press a demo SOS point as its device would, over HTTP."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ccoc.demo.device import NotHeard
from ccoc.demo.portal import device_of
from incidents.models import SosPoint


class Command(BaseCommand):
    """Signs with the point's own secret, so what is tried is the whole way of a real press."""

    help = "Send a signed press of an SOS point to the running portal."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code")
        parser.add_argument("--test", action="store_true", help="a test press, which does not alarm")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's signature
        point = SosPoint.objects.in_use().filter(code=options["code"]).first()
        if point is None:
            known = ", ".join(SosPoint.objects.in_use().by_code().values_list("code", flat=True))
            raise CommandError(f"There is no SOS point {options['code']}. There are: {known or 'none'}")
        try:
            answer = device_of(point).send("test" if options["test"] else "press", timezone.now().timestamp())
        except NotHeard as error:
            raise CommandError(f"Not pressed: {error}") from error
        self.stdout.write(f"{point.code}: {answer['result']}")
