"""How a camera is doing, who is told, and when many cameras are one problem."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from cameras.streams.errors import AuthFailed, SessionLimit, Stalled, StreamError, Unreachable
from cameras.streams.units import Role


class Health(StrEnum):
    """States of a stream, stable codes."""

    CONNECTING = "CONNECTING"
    LIVE = "LIVE"
    DEGRADED = "DEGRADED"
    STALLED = "STALLED"
    AUTH_FAILED = "AUTH_FAILED"
    UNREACHABLE = "UNREACHABLE"
    BACKOFF = "BACKOFF"

    @property
    def is_up(self) -> bool:
        return self in (Health.LIVE, Health.DEGRADED)


class Condition(StrEnum):
    """What can be wrong with a stream that runs."""

    GAPS = "GAPS"
    SLOW = "SLOW"
    FROZEN = "FROZEN"
    DARK = "DARK"
    COVERED = "COVERED"
    MOVED = "MOVED"
    BLURRED = "BLURRED"
    UNDECODABLE = "UNDECODABLE"
    CLOCK_SKEW = "CLOCK_SKEW"


# A stream that runs and shows nothing of use, the gravest first: reasons to send somebody.
UNUSABLE = (
    Condition.UNDECODABLE,
    Condition.FROZEN,
    Condition.DARK,
    Condition.COVERED,
    Condition.MOVED,
    Condition.BLURRED,
)


@dataclass(frozen=True, slots=True)
class HealthChange:
    """A camera's health became something else. `at` is unix seconds, `reason` a stable code or empty."""

    code: str
    health: Health
    at: float
    reason: str = ""
    role: Role = Role.MAIN
    previous: Health | None = None


class FleetState(StrEnum):
    """A fleet-wide outage begins, goes on with more changes, ends."""

    DOWN = "DOWN"
    CHANGED = "CHANGED"
    RECOVERED = "RECOVERED"


@dataclass(frozen=True, slots=True)
class FleetChange:
    """Many cameras changed at once: one alarm, and the changes to store. `down` of `total` are not up."""

    state: FleetState
    at: float
    changes: tuple[HealthChange, ...]
    down: int
    total: int


Change = HealthChange | FleetChange


def health_of(error: StreamError) -> Health:
    """The state that an error leaves a camera in while it is tried again."""
    if isinstance(error, AuthFailed):
        return Health.AUTH_FAILED
    if isinstance(error, Stalled):
        return Health.STALLED
    if isinstance(error, Unreachable | SessionLimit):
        return Health.UNREACHABLE
    return Health.BACKOFF


@dataclass(frozen=True, slots=True)
class FleetRules:
    """More than `share` of the cameras, and at least `least`, lost within `window_s` is one outage.

    Losses wait `hold_s` before they are told, so that the first cameras of an outage are not told singly:
    with the 5 s stall rule a stall is still known within 6 s.
    """

    share: float = 0.30
    least: int = 4
    window_s: float = 10.0
    hold_s: float = 0.5
    recovered_share: float = 0.10


class FleetGuard:
    """Holds back losses for a moment and tells many of them as one. Driven by `note` and `tick`."""

    def __init__(self, tell: Callable[[Change], None], rules: FleetRules | None = None) -> None:
        self._tell = tell
        self._rules = rules or FleetRules()
        self._held: list[tuple[float, HealthChange]] = []
        self._losses: deque[float] = deque()
        self.is_outage = False

    def note(self, change: HealthChange, now_s: float) -> None:
        """Take a change; recoveries and slow states of single cameras pass at once."""
        is_loss = change.previous is not None and change.previous.is_up and not change.health.is_up
        if is_loss:
            self._losses.append(now_s)
        if is_loss or self.is_outage or self._waits(change):
            self._held.append((now_s, change))
        else:
            self._tell(change)

    def tick(self, now_s: float, *, at: float, down: int, total: int) -> None:
        """Tell what is due; `down` of `total` cameras are not up now."""
        while self._losses and self._losses[0] < now_s - self._rules.window_s:
            self._losses.popleft()
        if self.is_outage:
            self._tell_outage(at, down, total)
        elif len(self._losses) >= self._rules.least and len(self._losses) > self._rules.share * total:
            self.is_outage = True
            self._tell(FleetChange(FleetState.DOWN, at, self._take_all(), down, total))
        else:
            self._tell_due(now_s)

    def _tell_outage(self, at: float, down: int, total: int) -> None:
        if down <= self._rules.recovered_share * total:
            self.is_outage = False
            self._losses.clear()
            self._tell(FleetChange(FleetState.RECOVERED, at, self._take_all(), down, total))
        elif self._held:
            self._tell(FleetChange(FleetState.CHANGED, at, self._take_all(), down, total))

    def _tell_due(self, now_s: float) -> None:
        while self._held and self._held[0][0] <= now_s - self._rules.hold_s:
            self._tell(self._held.pop(0)[1])

    def _take_all(self) -> tuple[HealthChange, ...]:
        taken = tuple(change for _, change in self._held)
        self._held.clear()
        return taken

    def _waits(self, change: HealthChange) -> bool:
        """A camera whose loss is still held must not be told as recovered before it."""
        return any(held.code == change.code and held.role is change.role for _, held in self._held)
