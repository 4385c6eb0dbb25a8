"""The index of a plain MP4 file (ISO/IEC 14496-12): a `moov` for samples that lie in one `mdat` behind it."""

import datetime as dt
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from cameras.evidence.recordings import Sample, Track, find, inner

MOVIE_SCALE = 1000  # ticks of the whole movie: milliseconds
_EPOCH = dt.datetime(1904, 1, 1, tzinfo=dt.UTC)  # of MP4 headers
_OF_SAMPLES = frozenset((b"stts", b"stsc", b"stco", b"co64", b"stsz", b"stz2", b"stss", b"ctts", b"sdtp"))


@dataclass(frozen=True, slots=True)
class Chunk:
    """Samples of one track that lie together: offset in the new file, and how many."""

    offset: int
    count: int


@dataclass(frozen=True, slots=True)
class MovieTrack:
    """One track of the new file; `late_s` after the movie begins. `source` gives its decoder's set-up."""

    source: Track
    samples: Sequence[Sample]
    chunks: Sequence[Chunk]
    late_s: float

    @property
    def ticks(self) -> int:
        return sum(sample.duration for sample in self.samples)

    @property
    def end_s(self) -> float:
        return self.late_s + self.source.seconds(self.ticks)


def file_type(video: Track) -> bytes:
    """`ftyp` of a file that old players open too."""
    entry = find(video.box, b"mdia", b"minf", b"stbl", b"stsd")[12:16]
    return box(b"ftyp", b"isom", struct.pack(">I", 0x200), b"isomiso2mp41", entry)


def movie(tracks: Sequence[MovieTrack], made_at: dt.datetime) -> bytes:
    """`moov`."""
    made = int((made_at - _EPOCH).total_seconds()) & 0xFFFFFFFF
    length = round(max(track.end_s for track in tracks) * MOVIE_SCALE)
    unity = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    tail = struct.pack(">IH10x", 0x10000, 0x100) + unity + bytes(24)
    following = struct.pack(">I", max(track.source.number for track in tracks) + 1)
    header = _full(b"mvhd", 0, struct.pack(">4I", made, made, MOVIE_SCALE, length), tail, following)
    return box(b"moov", header, *(_track(track, made) for track in tracks))


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def _full(kind: bytes, flags: int, *parts: bytes, version: int = 0) -> bytes:
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)


def _track(track: MovieTrack, made: int) -> bytes:
    """`trak`: as recorded, with new times and a table of the samples that are there now."""
    parts = []
    for kind, body in inner(track.source.box):
        if kind == b"tkhd":
            parts.append(_track_header(body, round(track.end_s * MOVIE_SCALE), made))
            parts.append(_edits(track))
        elif kind == b"mdia":
            parts.append(_media(body, track, made))
        elif kind != b"edts":
            parts.append(box(kind, body))
    return box(b"trak", *parts)


def _track_header(body: bytes, length: int, made: int) -> bytes:
    number = struct.unpack_from(">I", body, 20 if body[0] == 1 else 12)[0]
    tail = body[36:] if body[0] == 1 else body[24:]
    return _full(b"tkhd", 3, struct.pack(">5I", made, made, number, 0, length), tail)


def _edits(track: MovieTrack) -> bytes:
    """Nothing while the track is late, then all from its first picture, which may be shown after decoding."""
    length = round(track.source.seconds(track.ticks) * MOVIE_SCALE)
    rows = [struct.pack(">IiI", length, track.samples[0].shift, 0x10000)]
    if track.late_s:
        rows.insert(0, struct.pack(">IiI", round(track.late_s * MOVIE_SCALE), -1, 0x10000))
    return box(b"edts", _full(b"elst", 0, struct.pack(">I", len(rows)), *rows))


def _media(body: bytes, track: MovieTrack, made: int) -> bytes:
    parts = []
    for kind, inside in inner(body):
        if kind == b"mdhd":
            language = inside[32:34] if inside[0] == 1 else inside[20:22]
            times = struct.pack(">4I", made, made, track.source.timescale, track.ticks & 0xFFFFFFFF)
            parts.append(_full(b"mdhd", 0, times, language, bytes(2)))
        elif kind == b"minf":
            kept = [box(name, part) for name, part in inner(inside) if name != b"stbl"]
            parts.append(box(b"minf", *kept, _table(find(inside, b"stbl"), track)))
        else:
            parts.append(box(kind, inside))
    return box(b"mdia", *parts)


def _table(body: bytes, track: MovieTrack) -> bytes:
    """`stbl`: the decoder's set-up as recorded, then when and where each sample is."""
    kept = [box(kind, part) for kind, part in inner(body) if kind not in _OF_SAMPLES]
    return box(b"stbl", *kept, *_times(track.samples), *_places(track))


def _times(samples: Sequence[Sample]) -> list[bytes]:
    """`stts`, and where pictures are shown later than decoded `ctts`, and where not all are key `stss`."""
    times = [
        struct.pack(">II", count, ticks) for ticks, count in _runs(sample.duration for sample in samples)
    ]
    tables = [_full(b"stts", 0, struct.pack(">I", len(times)), *times)]
    if any(sample.shift for sample in samples):
        rows = [
            struct.pack(">Ii", count, ticks) for ticks, count in _runs(sample.shift for sample in samples)
        ]
        tables.append(_full(b"ctts", 0, struct.pack(">I", len(rows)), *rows, version=1))
    keys = [number for number, sample in enumerate(samples, 1) if sample.is_key]
    if len(keys) < len(samples):
        tables.append(_full(b"stss", 0, struct.pack(f">I{len(keys)}I", len(keys), *keys)))
    return tables


def _places(track: MovieTrack) -> list[bytes]:
    """`stsz`, `stsc` (a row where the number of samples a chunk changes), `stco`."""
    sizes = [sample.size for sample in track.samples]
    counts = [chunk.count for chunk in track.chunks]
    rows = [
        struct.pack(">III", number, count, 1)
        for number, count in enumerate(counts, 1)
        if number == 1 or count != counts[number - 2]
    ]
    offsets = [chunk.offset for chunk in track.chunks]
    return [
        _full(b"stsz", 0, struct.pack(f">II{len(sizes)}I", 0, len(sizes), *sizes)),
        _full(b"stsc", 0, struct.pack(">I", len(rows)), *rows),
        _full(b"stco", 0, struct.pack(f">I{len(offsets)}I", len(offsets), *offsets)),
    ]


def _runs(values: Iterable[int]) -> list[tuple[int, int]]:
    """(value, how often) of equal values in a row."""
    return [(value, sum(1 for _ in group)) for value, group in groupby(values)]
