"""What waits for a decoder: bounded, the newest wins, and who is served next."""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum

from cameras.streams.units import AccessUnit


class JobKind(StrEnum):
    """A key picture of any camera, every picture of a lane, the end of a lane, the end of a camera."""

    KEY = "key"
    LANE = "lane"
    CLOSE = "close"
    FORGET = "forget"


@dataclass(frozen=True, slots=True)
class Job:
    """One parcel for a decoder; `unit` is None for CLOSE and FORGET."""

    kind: JobKind
    code: str
    unit: AccessUnit | None = None


class JobQueue:
    """Waiting jobs of one decoder.

    A camera has at most one key picture waiting, its newest. A lane has at most `lane_depth` pictures; when
    they run over they are all dropped and the lane goes on at its next key picture, because a decoder can
    begin nowhere else. Lanes and key pictures take turns.
    """

    def __init__(self, lane_depth: int) -> None:
        self._lane_depth = lane_depth
        self._keys: dict[str, Job] = {}
        self._lanes: dict[str, deque[Job]] = {}
        self._order: deque[str] = deque()
        self._closing: deque[Job] = deque()
        self._broken: set[str] = set()
        self._is_lane_turn = True
        self.dropped = 0

    def put_key(self, unit: AccessUnit) -> None:
        """Queue a key picture in the place of an older one of the same camera."""
        self.dropped += unit.code in self._keys
        self._keys[unit.code] = Job(JobKind.KEY, unit.code, unit)

    def put_lane(self, unit: AccessUnit) -> None:
        """Queue a picture of a lane."""
        lane = self._lanes.setdefault(unit.code, deque())
        if len(lane) >= self._lane_depth:
            self.break_lane(unit.code)
        if unit.code in self._broken and not unit.is_key:
            self.dropped += 1
            return
        self._broken.discard(unit.code)
        lane.append(Job(JobKind.LANE, unit.code, unit))
        self._order.append(unit.code)

    def break_lane(self, code: str) -> None:
        """Drop what waits of a lane and go on at its next key picture."""
        lane = self._lanes.get(code)
        if lane:
            self.dropped += len(lane)
            lane.clear()
            self._order = deque(waiting for waiting in self._order if waiting != code)
        self._broken.add(code)

    def close_lane(self, code: str) -> None:
        """Drop what waits of a lane and tell the decoder to forget it."""
        self.break_lane(code)
        self._lanes.pop(code, None)
        self._broken.discard(code)
        self._closing.append(Job(JobKind.CLOSE, code))

    def forget(self, code: str) -> None:
        """Drop the key picture that waits and tell the decoder to let the camera's models go."""
        self.dropped += self._keys.pop(code, None) is not None
        self._closing.append(Job(JobKind.FORGET, code))

    def take(self) -> Job | None:
        """The next job, None where none waits."""
        if self._closing:
            return self._closing.popleft()
        self._is_lane_turn = not self._is_lane_turn
        if self._order and (self._is_lane_turn or not self._keys):
            return self._lanes[self._order.popleft()].popleft()
        if self._keys:
            return self._keys.pop(next(iter(self._keys)))
        return None

    def restart_lanes(self) -> None:
        """The decoder is a new process: every lane begins at a key picture."""
        for code in self._lanes:
            self.break_lane(code)
