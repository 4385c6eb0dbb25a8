"""Files whose writer died: cut to their last whole fragment, hashed, and told as finished.

Only boxes that `segments` writes are understood. A file that is none of ours, or holds no whole fragment,
is nothing that can be adopted.
"""

import hashlib
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from cameras.streams.fmp4 import TIMESCALE
from cameras.streams.segments import Finished, Label, lock
from cameras.streams.units import Codec

_MAX_HEAD_BYTES = 1 << 20  # moov, label or moof: kilobytes
_MDAT_HEAD = 8
_BLOCK = 1 << 20
_CODECS = {b"avc1": Codec.H264, b"hvc1": Codec.H265}


class _Box(NamedTuple):
    kind: bytes
    position: int
    size: int


@dataclass(slots=True)
class _Found:
    """What the whole fragments of a file hold; times in ticks."""

    end: int = 0
    pictures: int = 0
    first: int | None = None
    reached: int = 0
    missing: int = 0


def adopt(path: Path, *, until: float | None = None) -> Finished | None:
    """Finish the file of a writer that is gone; None where that lives, or nothing whole is in the file.

    `until` (unix seconds): what was recorded from there on is cut off, because a newer writer has it.
    A file with nothing in it is removed. Raises OSError.
    """
    with path.open("r+b") as file:
        if not lock(file.fileno()):
            return None
        read = _read(file, until)
        if read is None:
            path.unlink()
            return None
        label, (codec, width, height), found = read
        file.truncate(found.end)
        os.fsync(file.fileno())
        return Finished(
            path=path,
            label=label,
            duration_s=(found.reached - (found.first or 0)) / TIMESCALE,
            missing_s=found.missing / TIMESCALE,
            bytes=found.end,
            sha256=_hash(file),
            codec=codec,
            width=width,
            height=height,
            pictures=found.pictures,
            has_motion=False,
        )


def _read(file: BinaryIO, until: float | None) -> tuple[Label, tuple[str, int, int], _Found] | None:
    """Label, codec with size, and the fragments that are whole."""
    label, picture, found = None, None, _Found()
    moof = b""
    for box in _boxes(file):
        if box.kind == b"moov":
            picture = _picture_of(_body(file, box))
        elif box.kind == b"free" and label is None:
            try:
                label = Label.read(_body(file, box))
            except ValueError:
                return None
        elif box.kind == b"moof":
            moof = _body(file, box)
        elif box.kind == b"mdat" and label is not None:
            limit = None if until is None else (until - label.started_at) * TIMESCALE
            is_kept = _add(found, moof, box, limit)
            if not is_kept:
                break
    return None if label is None or picture is None or not found.pictures else (label, picture, found)


def _add(found: _Found, moof: bytes, mdat: _Box, limit: float | None) -> bool:
    """Count one fragment; False where it is not to be kept."""
    times = _times_of(moof)
    if times is None:
        return False
    begin, durations, size = times
    end = begin + sum(durations)
    if size != mdat.size - _MDAT_HEAD or (limit is not None and end > limit):
        return False
    if found.first is None:
        found.first = found.reached = begin
    found.missing += max(0, begin - found.reached)
    found.reached = end
    found.pictures += len(durations)
    found.end = mdat.position + mdat.size
    return True


def _boxes(file: BinaryIO) -> Iterator[_Box]:
    """Whole boxes at the top, in order."""
    length, position = file.seek(0, os.SEEK_END), 0
    while position + 8 <= length:
        file.seek(position)
        head = file.read(8)
        size = int.from_bytes(head[:4], "big")
        if size < 8 or position + size > length:
            return
        yield _Box(head[4:], position, size)
        position += size


def _body(file: BinaryIO, box: _Box) -> bytes:
    file.seek(box.position + 8)
    return file.read(min(box.size - 8, _MAX_HEAD_BYTES))


def _picture_of(moov: bytes) -> tuple[str, int, int] | None:
    """Codec and size from the sample entry."""
    for kind, codec in _CODECS.items():
        place = moov.find(kind)
        if place >= 0 and len(moov) >= place + 32:
            width, height = struct.unpack_from(">HH", moov, place + 28)
            return codec, width, height
    return None


def _times_of(moof: bytes) -> tuple[int, list[int], int] | None:
    """Decode time of the first picture, duration of each, and bytes of all; None for a fragment not ours."""
    time, run = moof.find(b"tfdt"), moof.find(b"trun")
    if time < 0 or run < 0 or len(moof) < time + 16:
        return None
    begin = int.from_bytes(moof[time + 8 : time + 16], "big")
    count = int.from_bytes(moof[run + 8 : run + 12], "big")
    entries = moof[run + 16 : run + 16 + count * 16]
    if not count or len(entries) < count * 16:
        return None
    fields = struct.unpack(f">{count * 4}I", entries)
    return begin, list(fields[0::4]), sum(fields[1::4])


def _hash(file: BinaryIO) -> str:
    file.seek(0)
    found = hashlib.sha256()
    while block := file.read(_BLOCK):
        found.update(block)
    return found.hexdigest()
