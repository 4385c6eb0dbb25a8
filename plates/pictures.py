"""Pictures of plate reads as files under `PICTURE_ROOT/plates`.

A read's picture lies under the day it was taken, `2026/11/23/<pass>-crop.jpg`, and goes with that day;
a watchlist hit's lies under `hits/…` and stays, because the case needs it. Names hold no plate.
"""

import datetime as dt
import os
import re
import shutil
import uuid
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils import timezone

NAME: Final = re.compile(
    r"(?:hits/)?\d{4}/\d{2}/\d{2}/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}-(?:crop|scene)\.jpg"
)
SCENE_END: Final = "-scene.jpg"


def root() -> Path:
    return Path(settings.PICTURE_ROOT) / "plates"


def name_of(pass_id: uuid.UUID, kind: str, seen_at: dt.datetime, *, is_hit: bool) -> str:
    """Where a picture of a pass goes; `kind` is crop or scene. Days are Thailand's."""
    day = timezone.localtime(seen_at)
    return f"{'hits/' if is_hit else ''}{day:%Y/%m/%d}/{pass_id}-{kind}.jpg"


def save(name: str, jpeg: bytes, *, seen_at: dt.datetime) -> None:
    """Write in one step, so that a reader never sees half a picture; the file's time is the picture's."""
    path = root() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{os.getpid()}")
    half.write_bytes(jpeg)
    os.utime(half, (seen_at.timestamp(), seen_at.timestamp()))
    half.replace(path)


def read(name: str) -> bytes | None:
    """The picture; None where the name is not one of ours or the picture is gone."""
    if not NAME.fullmatch(name):
        return None
    try:
        return (root() / name).read_bytes()
    except FileNotFoundError:
        return None


def drop_days_before(at: dt.datetime) -> int:
    """Remove the folders of whole days before `at`'s, hits excepted; the number removed."""
    last = f"{timezone.localtime(at):%Y/%m/%d}"
    days = [day for day in root().glob("[0-9]*/[0-9]*/[0-9]*") if day.relative_to(root()).as_posix() < last]
    for day in days:
        shutil.rmtree(day)
    return len(days)
