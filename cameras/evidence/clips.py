"""Clips for a pack: stretches of recordings as plain MP4 files, pictures copied byte for byte.

A recording is cut on key pictures, so a clip may begin a little before the span. Recordings that follow one
another without a hole are joined. The result has its whole index in front (no fragments), which every
player can open and seek in. Times of a piece are UTC; ticks are those of each track.
"""

import datetime as dt
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import IO

from cameras.evidence.movies import Chunk, MovieTrack, file_type, movie
from cameras.evidence.recordings import Recording, Sample, Track, find

JOIN_S = 0.5  # a hole between recordings that is smaller is jitter of the clock, not a gap
MAX_CLIP_BYTES = 2**31  # fits a stick of any file system, and offsets of 32 bits
COPY_BYTES = 2**20

Write = Callable[[bytes], object]


@dataclass(frozen=True, slots=True)
class Piece:
    """What of one recording goes into a clip: whole groups of pictures. `begin`, `end` in UTC."""

    recording: Recording
    source: str  # SHA-256 of the recording's file
    begin: dt.datetime
    end: dt.datetime
    samples: tuple[tuple[Sample, ...], ...]  # a tuple for each track of the recording

    @property
    def bytes(self) -> int:
        return sum(sample.size for track in self.samples for sample in track)

    @property
    def pictures(self) -> int:
        return len(self.samples[video_index(self.recording)])


@dataclass(frozen=True, slots=True)
class _Run:
    """Samples of one track that lie together in one recording: copied in one go."""

    piece: int
    track: int
    samples: list[Sample]

    @property
    def size(self) -> int:
        return sum(sample.size for sample in self.samples)


def video_index(recording: Recording) -> int:
    """Which of its tracks is the picture."""
    return recording.tracks.index(recording.video)


def cut(
    recording: Recording, source: str, started_at: dt.datetime, begin: dt.datetime, end: dt.datetime
) -> Piece | None:
    """The groups of pictures that touch [begin, end); None where the recording has none there.

    `started_at` is when its first picture was taken.
    """
    video = recording.video
    zero = video.samples[0].at
    first = zero + round((begin - started_at).total_seconds() * video.timescale)
    last = zero + round((end - started_at).total_seconds() * video.timescale)
    groups = [group for group in _groups(video.samples) if group[0].at < last and _end(group) > first]
    if not groups:
        return None
    low, high = groups[0][0].at, _end(groups[-1])
    span = video.seconds(low), video.seconds(high)
    pictures = [sample for group in groups for sample in group]
    parts = [pictures if track is video else _between(track, *span) for track in recording.tracks]
    return Piece(
        recording,
        source,
        started_at + dt.timedelta(seconds=video.seconds(low - zero)),
        started_at + dt.timedelta(seconds=video.seconds(high - zero)),
        tuple(tuple(part) for part in parts),
    )


def join(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Pieces of one camera in order of time, those together that make one clip."""
    clips: list[list[Piece]] = []
    for piece in pieces:
        if clips and _continues(clips[-1], piece):
            clips[-1].append(piece)
        else:
            clips.append([piece])
    return clips


def write_clip(pieces: Sequence[Piece], write: Write) -> list[int]:
    """Write the pieces as one MP4 file; returns at which millisecond of the clip each piece begins."""
    first = pieces[0].recording
    placed = [_placed(pieces, index) for index in range(len(first.tracks))]
    runs = _order(pieces)
    head = file_type(first.video)
    room = len(head) + len(_index(pieces, placed, runs, 0)) + 8
    size = sum(run.size for run in runs)
    write(head + _index(pieces, placed, runs, room) + struct.pack(">I4s", size + 8, b"mdat"))
    for number, own in groupby(runs, key=lambda run: run.piece):
        with pieces[number].recording.path.open("rb") as file:
            for run in own:
                _copy(file, run, write)
    return _starts(pieces, placed[video_index(first)])


def duration_s(pieces: Sequence[Piece]) -> float:
    """How long the pictures of the clip play."""
    video = pieces[0].recording.video
    return video.seconds(sum(sample.duration for sample in _placed(pieces, video_index(pieces[0].recording))))


def _groups(samples: Sequence[Sample]) -> Iterator[list[Sample]]:
    """Groups of pictures: each begins with a key picture; what comes before the first is left out."""
    group: list[Sample] = []
    for sample in samples:
        if sample.is_key and group:
            yield group
            group = []
        if group or sample.is_key:
            group.append(sample)
    if group:
        yield group


def _end(samples: Sequence[Sample]) -> int:
    return samples[-1].at + samples[-1].duration


def _between(track: Track, from_s: float, until_s: float) -> list[Sample]:
    low, high = from_s * track.timescale, until_s * track.timescale
    return [sample for sample in track.samples if low <= sample.at < high]


def _continues(clip: list[Piece], piece: Piece) -> bool:
    last = clip[-1]
    hole = abs((piece.begin - last.end).total_seconds())
    size = sum(part.bytes for part in clip) + piece.bytes
    return hole < JOIN_S and size < MAX_CLIP_BYTES and _shape(last.recording) == _shape(piece.recording)


def _shape(recording: Recording) -> list[tuple[str, int, bytes]]:
    """What two recordings must have in common to be one clip: kinds, time scales, decoder set-up."""
    return [
        (track.kind, track.timescale, find(track.box, b"mdia", b"minf", b"stbl", b"stsd"))
        for track in recording.tracks
    ]


def _placed(pieces: Sequence[Piece], index: int) -> list[Sample]:
    """One track of all pieces; the last sample of a piece lasts until the next piece begins."""
    found: list[Sample] = []
    clock = 0
    for piece in pieces:
        scale = piece.recording.tracks[index].timescale
        wanted = round((piece.begin - pieces[0].begin).total_seconds() * scale)
        if found and piece.samples[index]:
            longer = max(found[-1].duration + wanted - clock, scale // 1000)
            clock += longer - found[-1].duration
            found[-1] = replace(found[-1], duration=longer)
        found += piece.samples[index]
        clock += sum(sample.duration for sample in piece.samples[index])
    return found


def _starts(pieces: Sequence[Piece], placed: list[Sample]) -> list[int]:
    """Millisecond of the clip at which each piece's first picture is decoded."""
    video = pieces[0].recording.video
    starts, number, clock = [], 0, 0
    for piece in pieces:
        starts.append(round(video.seconds(clock) * 1000))
        clock += sum(sample.duration for sample in placed[number : number + piece.pictures])
        number += piece.pictures
    return starts


def _order(pieces: Sequence[Piece]) -> list[_Run]:
    """Everything to copy, in the order in which it was recorded: pictures and sound stay interleaved."""
    runs = [
        run
        for number, piece in enumerate(pieces)
        for index, samples in enumerate(piece.samples)
        for run in _runs(number, index, samples)
    ]
    return sorted(runs, key=lambda run: (run.piece, run.samples[0].offset))


def _runs(piece: int, track: int, samples: Sequence[Sample]) -> list[_Run]:
    runs: list[_Run] = []
    end = -1
    for sample in samples:
        if sample.offset != end:
            runs.append(_Run(piece, track, []))
        runs[-1].samples.append(sample)
        end = sample.offset + sample.size
    return runs


def _index(pieces: Sequence[Piece], placed: list[list[Sample]], runs: list[_Run], room: int) -> bytes:
    """`moov`; `room` is how many bytes of the file come before the first sample."""
    tracks = [
        MovieTrack(source, samples, _chunks(runs, number, room), _late_s(pieces[0], number))
        for number, (source, samples) in enumerate(zip(pieces[0].recording.tracks, placed, strict=True))
        if samples
    ]
    return movie(tracks, pieces[0].begin)


def _chunks(runs: list[_Run], track: int, room: int) -> list[Chunk]:
    chunks, position = [], room
    for run in runs:
        if run.track == track:
            chunks.append(Chunk(position, len(run.samples)))
        position += run.size
    return chunks


def _late_s(piece: Piece, index: int) -> float:
    """Seconds by which a track's first sample comes after the first picture."""
    video, track = piece.recording.video, piece.recording.tracks[index]
    zero = video.seconds(piece.samples[video_index(piece.recording)][0].at)
    return max(track.seconds(piece.samples[index][0].at) - zero, 0.0) if piece.samples[index] else 0.0


def _copy(file: IO[bytes], run: _Run, write: Write) -> None:
    left = run.size
    file.seek(run.samples[0].offset)
    while left:
        block = file.read(min(left, COPY_BYTES))
        if not block:
            raise EOFError("recording became shorter")
        write(block)
        left -= len(block)
