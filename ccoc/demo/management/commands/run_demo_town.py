"""`manage.py run_demo_town`: patrols move and SOS points are heard until the process is asked to end."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from ccoc.demo.town import STEP_S, Town


class Command(BaseCommand):
    """Runs beside the portal in a demo."""

    help = "Let the demo's patrols and SOS points live."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's signature
        ended = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: ended.set())
        town = Town()
        while not ended.wait(STEP_S):
            town.step(timezone.now())
