"""Recorded MP4 files read back: tracks, and where each picture lies in the file (ISO/IEC 14496-12).

Only what fragmented files of any writer have in common is relied on: `moov`, then `moof` and `mdat` in turn.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

MAX_HEAD_BYTES = 64 * 2**20  # of a moov or moof
NOT_SYNC = 0x00010000  # sample_is_non_sync_sample
_IDENTITY = b"tkhd"


class BadRecording(Exception):
    """The file is no recording that we can read."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture or sound frame. `at`, `duration`, `shift` (shown so much later) are ticks of its track."""

    offset: int
    size: int
    at: int
    duration: int
    shift: int
    is_key: bool


@dataclass(frozen=True, slots=True)
class Track:
    """One track of a file: `box` is the body of its `trak` without samples."""

    number: int
    kind: str  # vide, soun
    timescale: int
    box: bytes
    samples: list[Sample] = field(default_factory=list, compare=False)

    def seconds(self, ticks: int) -> float:
        return ticks / self.timescale


@dataclass(frozen=True, slots=True)
class Recording:
    """A file's tracks. `is_whole` is False where its last fragment was cut off, which is then left out."""

    path: Path
    tracks: tuple[Track, ...]
    is_whole: bool

    @property
    def video(self) -> Track:
        return next(track for track in self.tracks if track.kind == "vide")


def inner(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kinds and bodies of the boxes in `data`. Raises BadRecording where sizes do not add up."""
    position = 0
    while position < len(data):
        size = int.from_bytes(data[position : position + 4], "big")
        if size < 8 or position + size > len(data):
            raise BadRecording("box of impossible size")
        yield data[position + 4 : position + 8], data[position + 8 : position + size]
        position += size


def find(data: bytes, *path: bytes) -> bytes:
    """The body of the first box at a path of kinds. Raises BadRecording where there is none."""
    for kind in path:
        found = next((body for name, body in inner(data) if name == kind), None)
        if found is None:
            raise BadRecording(f"no {kind.decode()} box")
        data = found
    return data


def read_recording(path: Path) -> Recording:
    """Tracks and samples of a fragmented file. Raises BadRecording, OSError."""
    tracks: dict[int, Track] = {}
    defaults: dict[int, tuple[int, int, int]] = {}
    is_whole = True
    length = path.stat().st_size
    with path.open("rb") as file:
        for kind, start, body in _top_boxes(file, length):
            if kind == b"moov":
                tracks, defaults = _tracks_of(body), _defaults_of(body)
            elif kind == b"moof":
                is_whole = _add_fragment(tracks, defaults, body, start, length)
            is_whole = is_whole and kind != b""
            if not is_whole:
                break
    if not any(track.kind == "vide" and track.samples for track in tracks.values()):
        raise BadRecording("no picture")
    return Recording(path, tuple(tracks.values()), is_whole)


def _top_boxes(file: IO[bytes], length: int) -> Iterator[tuple[bytes, int, bytes]]:
    """Kind, offset and, of moov and moof, body of each box; an empty kind where the file was cut off."""
    position = 0
    while position < length:
        file.seek(position)
        head = file.read(16)
        size, kind = int.from_bytes(head[:4], "big"), head[4:8]
        header = 8
        if size == 1:
            size, header = int.from_bytes(head[8:16], "big"), 16
        if size < header or position + size > length:
            yield b"", position, b""
            return
        wanted = kind in (b"moov", b"moof")
        if wanted and size > MAX_HEAD_BYTES:
            raise BadRecording("header of impossible size")
        file.seek(position + header)
        yield kind, position, file.read(size - header) if wanted else b""
        position += size


def _tracks_of(moov: bytes) -> dict[int, Track]:
    found = {}
    for kind, trak in inner(moov):
        if kind != b"trak":
            continue
        header, media = find(trak, _IDENTITY), find(trak, b"mdia", b"mdhd")
        number = struct.unpack_from(">I", header, 20 if header[0] == 1 else 12)[0]
        timescale = struct.unpack_from(">I", media, 20 if media[0] == 1 else 12)[0]
        handler = find(trak, b"mdia", b"hdlr")[8:12].decode("ascii", "replace")
        if timescale:
            found[number] = Track(number, handler, timescale, trak)
    return found


def _defaults_of(moov: bytes) -> dict[int, tuple[int, int, int]]:
    """`{track: (duration, size, flags)}` of `trex`."""
    found = {}
    for kind, body in inner(find(moov, b"mvex")):
        if kind == b"trex":
            number, _entry, duration, size, flags = struct.unpack_from(">5I", body, 4)
            found[number] = duration, size, flags
    return found


def _add_fragment(
    tracks: dict[int, Track],
    defaults: dict[int, tuple[int, int, int]],
    moof: bytes,
    start: int,
    length: int,
) -> bool:
    """Add the samples of one `moof`; False, and none are added, where its data are not all there."""
    added: list[tuple[Track, list[Sample]]] = []
    for kind, traf in inner(moof):
        if kind == b"traf":
            number, base, default = _fragment_head(find(traf, b"tfhd"), defaults, start)
            if number in tracks:
                added.append((tracks[number], _samples_of(traf, base, default)))
    if any(sample.offset + sample.size > length for _track, samples in added for sample in samples):
        return False
    for track, samples in added:
        track.samples.extend(samples)
    return True


def _fragment_head(
    tfhd: bytes, defaults: dict[int, tuple[int, int, int]], start: int
) -> tuple[int, int, tuple[int, int, int]]:
    """Track, where its data offsets count from, and defaults of its samples."""
    flags, number = int.from_bytes(tfhd[1:4], "big"), int.from_bytes(tfhd[4:8], "big")
    default, position, base = list(defaults.get(number, (0, 0, 0))), 8, start
    if flags & 0x1:
        base, position = int.from_bytes(tfhd[8:16], "big"), 16
    position += 4 if flags & 0x2 else 0
    for index, flag in enumerate((0x8, 0x10, 0x20)):
        if flags & flag:
            default[index] = int.from_bytes(tfhd[position : position + 4], "big")
            position += 4
    return number, base, (default[0], default[1], default[2])


def _samples_of(traf: bytes, base: int, default: tuple[int, int, int]) -> list[Sample]:
    """The samples of all `trun`s of one track in one fragment."""
    decode = find(traf, b"tfdt")
    at = int.from_bytes(decode[4:12] if decode[0] == 1 else decode[4:8], "big")
    found: list[Sample] = []
    offset = base
    for kind, trun in inner(traf):
        if kind == b"trun":
            samples, offset = _run(trun, base, offset, at, default)
            found += samples
            at = samples[-1].at + samples[-1].duration if samples else at
    return found


def _run(
    trun: bytes, base: int, offset: int, at: int, default: tuple[int, int, int]
) -> tuple[list[Sample], int]:
    """Samples of one `trun` and where its data end."""
    flags, count = int.from_bytes(trun[1:4], "big"), int.from_bytes(trun[4:8], "big")
    position = 8
    if flags & 0x1:
        offset, position = base + int.from_bytes(trun[8:12], "big", signed=True), 12
    first_flags = int.from_bytes(trun[position : position + 4], "big") if flags & 0x4 else None
    position += 4 if flags & 0x4 else 0
    kinds = [bit for bit in (0x100, 0x200, 0x400, 0x800) if flags & bit]
    if position + 4 * len(kinds) * count > len(trun):
        raise BadRecording("run longer than its box")
    signed = trun[0] == 1
    found = []
    for number in range(count):
        words = struct.unpack_from(f">{len(kinds)}I", trun, position + 4 * len(kinds) * number)
        said = dict(zip(kinds, words, strict=True))
        own_flags = said.get(0x400, first_flags if number == 0 and first_flags is not None else default[2])
        shift = said.get(0x800, 0)
        duration, size = said.get(0x100, default[0]), said.get(0x200, default[1])
        shift = shift - 2**32 if signed and shift >= 2**31 else shift
        found.append(Sample(offset, size, at, duration, shift, not own_flags & NOT_SYNC))
        at += duration
        offset += size
    return found, offset
