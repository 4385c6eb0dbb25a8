"""Newest pictures of each camera as files: `thumbs/<code>.jpg` and `stills/<code>.jpg`.

A file's modification time is when the picture was taken, on our clock; its change time is when it was
written. Writers replace a file in one step, so a reader never sees half a picture.
"""

import json
import os
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

THUMBS, STILLS = "thumbs", "stills"
GOOD = "good"  # the newest still, about one an hour, with which nothing was wrong
THUMB_SIZE = (92, 52)  # width x height in px, as the wall draws it at 1920
STILL_SIZE = (640, 360)
STILL_LEFT_BEHIND_MS = 5_000  # the wall's promise: a sharp old picture must not pass for a new one


@dataclass(frozen=True, slots=True)
class Picture:
    """One JPEG with its time in unix milliseconds."""

    jpeg: bytes
    captured_ms: int


def path_of(folder: str, code: str) -> Path:
    """Where a camera's newest picture lies; a code is checked by the register, so it is no path."""
    return Path(settings.PICTURE_ROOT) / folder / f"{code}.jpg"


def views_path(code: str, view_no: int) -> Path:
    """Where a worker keeps what a camera usually shows (`cameras.streams.scene_memory`)."""
    return Path(settings.PICTURE_ROOT) / "views" / f"{code}-{view_no}.npz"


def write(folder: str, code: str, jpeg: bytes, *, captured_at: float) -> None:
    """Replace the newest picture; `captured_at` in unix seconds."""
    replace(path_of(folder, code), jpeg, at=captured_at)


def replace(path: Path, data: bytes, *, at: float | None = None) -> None:
    """Write a file in one step, with `at` (unix seconds) as the time of its content."""
    half = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        half.write_bytes(data)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        half.write_bytes(data)
    if at is not None:
        os.utime(half, (at, at))
    half.replace(path)


def read(folder: str, code: str, *, written_after_ms: int = 0) -> Picture | None:
    """The newest picture, None where there is none or it was written before `written_after_ms`."""
    try:
        with path_of(folder, code).open("rb") as file:
            facts = os.fstat(file.fileno())
            if facts.st_ctime_ns // 1_000_000 < written_after_ms:
                return None
            return Picture(file.read(), facts.st_mtime_ns // 1_000_000)
    except FileNotFoundError:
        return None


def newest_picture(code: str) -> Picture | None:
    """The still, unless a newer thumbnail shows that it was left behind when nobody watched."""
    still, thumb = read(STILLS, code), read(THUMBS, code)
    if still is None or thumb is None:
        return still or thumb
    return thumb if thumb.captured_ms - still.captured_ms > STILL_LEFT_BEHIND_MS else still


def captured_at(code: str, folder: str = THUMBS) -> float | None:
    """When the newest picture was taken, unix seconds; None where there is none."""
    try:
        return path_of(folder, code).stat().st_mtime
    except FileNotFoundError:
        return None


def ages(codes: Iterable[str], *, now: float) -> dict[str, float | None]:
    """Seconds since each camera's newest thumbnail was taken."""
    taken = {code: captured_at(code) for code in codes}
    return {code: None if at is None else max(0.0, round(now - at, 1)) for code, at in taken.items()}


def sheet_pack(codes: Iterable[str], since_ms: int, *, at: str, now: float) -> bytes:
    """Every thumbnail written since `since_ms` in one answer, and the age of all.

    4 bytes big-endian length, that many bytes of JSON
    `{"at", "tiles": [{"code", "at_ms", "offset", "length"}], "ages": {code: seconds or null}}`, then the
    JPEG bytes; offsets count from the first JPEG byte. `at` (ISO 8601) goes back as the next `since`.
    "Since" is compared with the time of writing: a picture that was long on its way is not lost between
    two requests.
    """
    known = list(codes)
    tiles: list[Mapping[str, object]] = []
    body = bytearray()
    for code in known:
        picture = read(THUMBS, code, written_after_ms=since_ms)
        if picture is None:
            continue
        tiles.append(
            {"code": code, "at_ms": picture.captured_ms, "offset": len(body), "length": len(picture.jpeg)}
        )
        body += picture.jpeg
    head = json.dumps(
        {"at": at, "tiles": tiles, "ages": ages(known, now=now)}, separators=(",", ":")
    ).encode()
    return struct.pack(">I", len(head)) + head + bytes(body)
