"""Files of recordings as they lie on the disk."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from cameras.streams.segments import PART

NEWEST_DAYS = 2  # a worker's parts are from its last minutes, at most from before midnight


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes of the disk that the recordings are on."""

    total: int
    free: int


def path_of(name: str) -> Path:
    """Where a segment's file is; `name` is its `path`."""
    return Path(settings.RECORDING_ROOT) / name


def room() -> Room:
    """How much the disk holds, and what is free to us."""
    root = Path(settings.RECORDING_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    place = os.statvfs(root)
    return Room(place.f_blocks * place.f_frsize, place.f_bavail * place.f_frsize)


def parts_of(code: str) -> Iterator[Path]:
    """Files of a camera that were never finished, or never given a row, of its newest days."""
    folder = Path(settings.RECORDING_ROOT) / code
    with suppress(FileNotFoundError):
        for day in sorted(folder.iterdir(), reverse=True)[:NEWEST_DAYS]:
            yield from sorted(day.glob(f"*{PART}"))


def remove(name: str) -> None:
    """Take a segment's file away; one that is gone is fine. A day that is empty then goes too."""
    path = path_of(name)
    path.unlink(missing_ok=True)
    with suppress(OSError):
        path.parent.rmdir()
