"""`manage.py seed_demo`: the demo town in the database, and the simulator's list of cameras."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from ccoc.demo.clips import light_at
from ccoc.demo.fleet import cameras
from ccoc.demo.portal import environment
from ccoc.demo.seeding import access, seed
from ccoc.demo.simulator_config import write_config

RTSP_PORT = 8554


class Command(BaseCommand):
    """Options fall back to what the local stack says: CCOC_RTSP_PORT, CCOC_SIMULATOR_CONFIG, CCOC_CLIP."""

    help = "Fill the database with the demo town. Repeating it changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        env = environment()
        parser.add_argument("--rtsp-port", type=int, default=env.number("CCOC_RTSP_PORT", RTSP_PORT))
        default = env.text("CCOC_SIMULATOR_CONFIG", str(settings.VAR_DIR / "demo" / "simulator.json"))
        parser.add_argument("--simulator-config", type=Path, default=Path(default))
        parser.add_argument("--clips", type=Path, default=settings.VAR_DIR / "clips")
        parser.add_argument("--clip", type=Path, default=_path(env.text("CCOC_CLIP")))

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's signature
        now = timezone.now()
        seeded = seed(rtsp_port=options["rtsp_port"], at=now)
        write_config(
            target=options["simulator_config"],
            clips=options["clips"],
            rows=cameras(),
            light=light_at(now.timestamp()),
            access=access(),
            own=options["clip"],
        )
        self.stdout.write(
            f"{seeded.cameras} cameras, {seeded.sos_points} SOS points, {seeded.units} units, "
            f"{seeded.people} people, {seeded.watched} watched plates"
        )


def _path(text: str) -> Path | None:
    return Path(text) if text else None
