"""Recording: the files of one source, one after the other.

A file ends at a key picture when its time is over, when the stream's format or the plan changes, and at every
hole. It says in its label when it began on our clock and why there is nothing just before it.
"""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cameras.streams.fmp4 import TIMESCALE, Sample, Track, group_fragment, sample_parts
from cameras.streams.nal import is_parameter_set, split_annex_b
from cameras.streams.parameter_sets import BadParameterSets
from cameras.streams.recording import Gap, Group, Plan
from cameras.streams.rows import START_CODE, is_row, nal_pieces
from cameras.streams.segments import Finished, Label, SegmentFile
from cameras.streams.units import AccessUnit, Codec

HOLE_S = 1.0  # more missing than this begins a new file; less is counted in the file
CLOCK_STEP_S = 1.0
_USUAL_TICKS = TIMESCALE // 12  # length of a picture that is alone in its file
_FIRST_SHARE = 4  # a first file is a quarter to a whole of the usual length, so that not all end at once


@dataclass(frozen=True, slots=True)
class FileRules:
    """Where files go and how long they are."""

    root: Path
    segment_s: float = 60.0


@dataclass(slots=True)
class OpenFile:
    """A file in work. Times in ticks since its first picture."""

    file: SegmentFile
    track: Track
    plan: Plan
    label: Label
    origin_s: float
    limit_s: float
    reached: int = 0
    last: int = -1
    missing: int = 0
    pictures: int = 0
    fragments: int = 0
    has_motion: bool = False

    def finished(self, sha256: str) -> Finished:
        known = self.track
        return Finished(
            path=self.file.path,
            label=self.label,
            duration_s=self.reached / TIMESCALE,
            missing_s=self.missing / TIMESCALE,
            bytes=self.file.size,
            sha256=sha256,
            codec=known.codec,
            width=known.format.width,
            height=known.format.height,
            pictures=self.pictures,
            has_motion=self.has_motion,
        )


@dataclass(slots=True)
class SegmentWriter:
    """Files of one source, one after the other. Raises OSError where the disk takes nothing."""

    rules: FileRules
    on_closed: Callable[[OpenFile], None]
    _open: OpenFile | None = None
    _ended_s: float = 0.0  # media time at which the last file ended
    _ended_at: float = 0.0  # and on our clock
    _lost: Gap = Gap.NONE
    _files: int = 0

    def write(self, group: Group) -> bool:
        """Put a group in the file of its time; False where it cannot be recorded: no file without a key."""
        first = group.units[0]
        nals = split_annex_b(first.data) if first.is_key else []
        track = self._track_of(first.codec, nals) if first.is_key else None
        if self._open is not None and self._must_end(self._open, group, track):
            self.finish()
        if self._open is None:
            if track is None:
                return False
            self._open = self._begin(group, track)
        self._append(self._open, group, nals)
        return True

    def finish(self) -> None:
        """The file is whole. One without a picture is nothing."""
        done, self._open = self._open, None
        if done is None:
            return
        if not done.pictures:
            done.file.discard()
            return
        length_s = done.reached / TIMESCALE
        self._ended_s, self._ended_at = done.origin_s + length_s, done.label.started_at + length_s
        self.on_closed(done)

    def fail(self, gap: Gap) -> None:
        """What was on its way to the disk is lost."""
        self.finish()
        self._lost = gap

    def _track_of(self, codec: Codec, nals: list[bytes]) -> Track | None:
        """The format that a key picture comes with; None where it says nothing that can be understood."""
        sets = tuple(nal for nal in nals if is_parameter_set(codec, nal))
        known = self._open.track if self._open else None
        if known is not None and (known.codec, known.sets) == (codec, sets):
            return known
        try:
            return Track.of(codec, sets)
        except BadParameterSets:
            self._lost = self._lost or Gap.STALLED
            return None

    def _must_end(self, done: OpenFile, group: Group, track: Track | None) -> bool:
        first = group.units[0]
        place_s = first.pts_s - done.origin_s
        hole_s = place_s - done.reached / TIMESCALE
        if self._lost or hole_s > HOLE_S or place_s * TIMESCALE <= done.last:
            return True
        if not first.is_key:
            return False
        return track is not done.track or group.plan != done.plan or place_s >= done.limit_s

    def _begin(self, group: Group, track: Track) -> OpenFile:
        first = group.units[0]
        started_at, is_step = self._start(group)
        gap = self._lost or (Gap.CLOCK if is_step else group.gap)
        plan = group.plan
        label = Label(plan.code, plan.role.upper(), plan.worker, plan.epoch, plan.mode, started_at, gap)
        opened = SegmentFile(self.rules.root, label, track)
        limit_s = self._length_s(plan.code)
        self._lost = Gap.NONE
        self._files += 1
        return OpenFile(opened, track, plan, label, first.pts_s, limit_s)

    def _start(self, group: Group) -> tuple[float, bool]:
        """When the file begins on our clock, and whether that clock was set meanwhile.

        Never before the last one ended: a clock that is set back must not give two pictures one moment.
        """
        first = group.units[0]
        if not self._ended_at:
            return first.captured_at, False
        passed_s = first.pts_s - self._ended_s
        is_step = abs(first.captured_at - self._ended_at - passed_s) > CLOCK_STEP_S
        if passed_s < HOLE_S and not group.gap and not is_step:
            return self._ended_at + max(0.0, passed_s), False
        return max(first.captured_at, self._ended_at), is_step

    def _length_s(self, code: str) -> float:
        if self._files:
            return self.rules.segment_s
        share = zlib.crc32(code.encode()) % 1000 / 1000
        return self.rules.segment_s * (1 + (_FIRST_SHARE - 1) * share) / _FIRST_SHARE

    def _append(self, target: OpenFile, group: Group, nals: list[bytes]) -> None:
        """Decode times are the times of showing, sorted: with pictures in order those are the same.

        `nals`: of the first picture where that is a key picture, which is the biggest and was cut already.
        """
        ticks = [round((unit.pts_s - target.origin_s) * TIMESCALE) for unit in group.units]
        decoded = _rising(sorted(ticks), target.last + 1)
        end = self._end_of(target, group, ticks, decoded)
        steps = [later - sooner for sooner, later in zip(decoded, [*decoded[1:], end], strict=True)]
        parts = [sample_parts(group.units[0].codec, nals) if nals else parts_of(group.units[0])]
        parts += [parts_of(unit) for unit in group.units[1:]]
        samples = [
            Sample(part, step, shown - place, unit.is_key)
            for part, unit, step, shown, place in zip(parts, group.units, steps, ticks, decoded, strict=True)
        ]
        target.file.append(group_fragment(target.fragments + 1, samples, decode_ticks=decoded[0]))
        target.fragments += 1
        target.pictures += len(samples)
        target.missing += max(0, decoded[0] - target.reached) if group.gap else 0
        target.reached, target.last = end, decoded[-1]
        target.has_motion = target.has_motion or group.has_motion

    def _end_of(self, target: OpenFile, group: Group, ticks: list[int], decoded: list[int]) -> int:
        """Where the last picture ends: where the next begins, else as long as the one before it."""
        step = decoded[-1] - decoded[-2] if len(decoded) > 1 else _USUAL_TICKS
        if group.end_s is None or ticks != decoded:
            return decoded[-1] + step
        return max(decoded[-1] + 1, round((group.end_s - target.origin_s) * TIMESCALE))


def parts_of(unit: AccessUnit) -> Sequence[bytes]:
    """A picture as MP4 stores it, not put together: a group is copied once, into what is written.

    A row of frames is one NAL unit: there is nothing to search for.
    """
    stored = unit[2]
    if not is_row(stored):
        return sample_parts(unit.codec, split_annex_b(stored))
    head, *rest = nal_pieces(stored, unit.codec)
    nal = (head[len(START_CODE) :], *rest)
    return (sum(map(len, nal)).to_bytes(4, "big"), *nal)


def _rising(ticks: list[int], least: int) -> list[int]:
    """Times of decoding that never stand still."""
    found = []
    for tick in ticks:
        least = max(tick, least)
        found.append(least)
        least += 1
    return found
