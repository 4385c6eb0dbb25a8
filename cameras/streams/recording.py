"""Recording, in the event loop: pictures of one source become groups, and groups go to the writer's queue.

A group is what lies between two key pictures; it is the unit of writing and of what a crash can cost. A
camera that records events keeps its last groups in memory and hands them over when something happens.
Nothing is waited for here: a queue that is full loses the group, and the next one that is taken says so.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from cameras.streams.ring import RingLimits
from cameras.streams.units import AccessUnit, Role

MAX_GROUP_S = 4.0  # a longer one is handed over in pieces
MAX_GROUP_BYTES = 4 * 2**20
QUIET_S = 3.0  # without a picture for so long, what there is is put on the disk


class Mode(StrEnum):
    """What is recorded of a source."""

    OFF = "OFF"
    EVENT = "EVENT"
    CONTINUOUS = "CONTINUOUS"


class Gap(StrEnum):
    """Why pictures are missing just before a group; NONE: they are not."""

    NONE = ""
    START = "START"
    IDLE = "IDLE"
    STALLED = "STALLED"
    DISCONNECTED = "DISCONNECTED"
    OVERLOAD = "OVERLOAD"
    DISK_FULL = "DISK_FULL"
    CLOCK = "CLOCK"


@dataclass(frozen=True, slots=True)
class Plan:
    """What to record of a source, by whom: the stream of `role`, under the lease of `epoch`."""

    code: str
    role: Role
    mode: Mode
    epoch: int
    worker: str = ""


class Group(NamedTuple):
    """Pictures in arrival order. `end_s`: `pts_s` at which the last one ends, None where that is not known.

    Without pictures it says that nothing comes for now: the file is finished.
    """

    plan: Plan
    units: tuple[AccessUnit, ...]
    end_s: float | None
    gap: Gap
    has_motion: bool

    @property
    def bytes(self) -> int:
        return sum(unit.stored_bytes for unit in self.units)


Put = Callable[[Group], bool]  # False: there was no room


class Tap:
    """Groups the pictures of one source and decides which of them are recorded. One event loop only."""

    def __init__(self, plan: Plan, put: Put, *, before: RingLimits) -> None:
        self.plan = plan
        self.dropped = 0
        self.has_motion = False
        self._put, self._before = put, before
        self._units: list[AccessUnit] = []
        self._size = 0
        self._kept: deque[Group] = deque()
        self._kept_bytes = 0
        self._gap = Gap.START  # what is missing before the group in work
        self._lost = Gap.NONE  # what was lost on the way to the writer
        self._loss = Gap.NONE  # why the source is away, as its health says
        self._wanted_until_s = 0.0
        self._is_open = False
        self._waits_for_key = True

    @property
    def kept_bytes(self) -> int:
        """Memory that the seconds before an event take."""
        return self._kept_bytes + self._size

    def want(self, until_s: float) -> None:
        """Something happens: record until this monotonic time at least."""
        self._wanted_until_s = max(self._wanted_until_s, until_s)

    def lose(self, gap: Gap) -> None:
        """The source is away, for this reason. One that stood still is later not reached either."""
        if self._loss is not Gap.STALLED:
            self._loss = gap

    def follow(self, plan: Plan) -> None:
        """Go on under another plan for the same stream, from the group in work on."""
        self.plan = plan

    def take(self, unit: AccessUnit) -> None:
        """The next picture."""
        if unit.is_key or unit.after_gap:
            self._close(None if unit.after_gap else unit.pts_s)
            if unit.after_gap:
                self._gap = self._gap or self._loss or Gap.DISCONNECTED
                self._loss = Gap.NONE
                self._waits_for_key = True
        elif self._units and (
            self._size > MAX_GROUP_BYTES or unit.arrival_s - self._units[0].arrival_s > MAX_GROUP_S
        ):
            self._close(unit.pts_s)
        if unit.is_key:
            self._waits_for_key = False
        elif self._waits_for_key:
            self.dropped += 1
            return
        self._units.append(unit)
        self._size += unit.stored_bytes

    def tick(self, now_s: float) -> None:
        """Put what a silent source has sent on the disk; called once a second."""
        if self._units and now_s - self._units[-1].arrival_s > QUIET_S:
            self._close(None)
            self._waits_for_key = True
            self._gap = self._gap or self._loss or Gap.STALLED  # a connection that ended has said so by now
            self._finish()

    def end(self) -> None:
        """The source is read no longer."""
        self._close(None)
        self._finish()
        self._kept.clear()
        self._kept_bytes = 0

    def _close(self, end_s: float | None) -> None:
        """The group in work is whole: record it, keep it for a while, or let it go."""
        if not self._units:
            return
        group = Group(self.plan, tuple(self._units), end_s, self._gap, self.has_motion)
        self._units, self._size, self._gap = [], 0, Gap.NONE
        if self._is_wanted(group.units[0].arrival_s):
            for kept in self._kept:
                self._record(kept)
            self._kept.clear()
            self._kept_bytes = 0
            self._record(group)
        else:
            self._finish()
            if self.plan.mode is not Mode.OFF:
                self._keep(group)

    def _is_wanted(self, at_s: float) -> bool:
        return self.plan.mode is Mode.CONTINUOUS or at_s < self._wanted_until_s

    def _record(self, group: Group) -> None:
        """Hand over; what finds no room is missing before the next group, which begins with a key picture."""
        if not self._is_open and not group.units[0].is_key:
            self.dropped += len(group.units)
        elif self._put(group._replace(gap=self._lost or group.gap)):
            self._is_open = True
            self._lost = Gap.NONE
        else:
            self.dropped += len(group.units)
            self._is_open = False
            self._lost = Gap.OVERLOAD

    def _finish(self) -> None:
        """Nothing happens any more: what comes next does not follow on."""
        if self._is_open:
            self._is_open = False
            self._put(Group(self.plan, (), None, Gap.NONE, False))
            self._gap = self._gap or Gap.IDLE

    def _keep(self, group: Group) -> None:
        """Remember a group for the moment before an event; the oldest fall out with all their pieces."""
        kept = self._kept
        kept.append(group)
        self._kept_bytes += group.bytes
        newest_s = group.units[-1].arrival_s
        while kept and (self._kept_bytes > self._before.bytes or self._is_old(newest_s)):
            self._forget_one()
        while kept and not kept[0].units[0].is_key:
            self._forget_one()

    def _is_old(self, newest_s: float) -> bool:
        """The second group reaches back far enough by itself."""
        return len(self._kept) > 1 and newest_s - self._kept[1].units[0].arrival_s >= self._before.seconds

    def _forget_one(self) -> None:
        gone = self._kept.popleft()
        self._kept_bytes -= gone.bytes
        gap = Gap.START if gone.gap is Gap.START else Gap.IDLE
        if self._kept:
            self._kept[0] = self._kept[0]._replace(gap=gap)
        else:
            self._gap = gap
