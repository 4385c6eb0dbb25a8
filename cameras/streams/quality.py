"""Is a running stream as good as it usually is? Judged once a second from its counters."""

from collections import deque

from cameras.streams.health import Condition
from cameras.streams.units import ReadCounters

SLOW_SHARE = 0.6
STEADY_SHARE = 0.75  # slow until it is clearly not
MAX_CLOCK_SKEW_S = 2.0
NEAR_CLOCK_SKEW_S = 1.5
NO_CLOCK_S = 10 * 365 * 86_400.0  # a camera that counts from its start does not tell the time at all
_CONFIRMED_S = 10  # judgements of a wrong clock in a row: two sender reports of most cameras
_WINDOW_S = 5
_WARM_UP_S = 20
_BASELINE_WEIGHT = 1 / 120
_GAP_MEMORY_S = 10


class QualityMeter:
    """Compares a camera with its own past: picture rate, losses, clock."""

    def __init__(self) -> None:
        self._units: deque[int] = deque(maxlen=_WINDOW_S + 1)
        self._gaps: deque[int] = deque(maxlen=_GAP_MEMORY_S + 1)
        self._baseline: float | None = None
        self._seconds = 0
        self._is_slow_now = False
        self._skewed_s = 0

    def judge(self, counters: ReadCounters) -> frozenset[Condition]:
        """Conditions of the stream now; call once a second while it is up."""
        self._units.append(counters.units)
        self._gaps.append(counters.gaps + counters.malformed)
        self._seconds += 1
        found = set()
        if self._gaps[-1] > self._gaps[0]:
            found.add(Condition.GAPS)
        if self._is_slow():
            found.add(Condition.SLOW)
        if self._is_skewed(abs(counters.camera_clock_skew_s or 0.0)):
            found.add(Condition.CLOCK_SKEW)
        return frozenset(found)

    def restart(self) -> None:
        """Forget the window, not the baseline: the stream begins anew."""
        self._units.clear()
        self._gaps.clear()
        self._seconds = 0
        self._is_slow_now = False

    def _is_slow(self) -> bool:
        if len(self._units) <= _WINDOW_S:
            return False
        rate = (self._units[-1] - self._units[0]) / _WINDOW_S
        if self._baseline is None:
            self._baseline = rate
        share = STEADY_SHARE if self._is_slow_now else SLOW_SHARE
        self._is_slow_now = self._seconds > _WARM_UP_S and rate < share * self._baseline
        if not self._is_slow_now:
            self._baseline += _BASELINE_WEIGHT * (rate - self._baseline)
        return self._is_slow_now

    def _is_skewed(self, skew_s: float) -> bool:
        """Whether the camera's time is wrong for good: one late report is the network's doing."""
        is_on = self._skewed_s >= _CONFIRMED_S
        limit_s = NEAR_CLOCK_SKEW_S if is_on else MAX_CLOCK_SKEW_S
        is_wrong = limit_s < skew_s < NO_CLOCK_S
        self._skewed_s = min(self._skewed_s + 1, _CONFIRMED_S) if is_wrong else 0
        return self._skewed_s >= _CONFIRMED_S
