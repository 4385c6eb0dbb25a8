"""When a picture was taken, on our clock, from the camera's RTP timestamps and our arrival times.

Durations come from the camera's timestamps, which are even; the anchor is our monotonic clock, which never
jumps; the difference between the two is worked off at 500 ppm at most (the drift of a poor crystal), so that
neither network jitter nor a camera that sets its clock can reorder evidence. A difference of more than 1 s
is no drift: the estimate starts anew at the arrival, and the jump is counted.
"""

import time
from typing import NamedTuple

MAX_CORRECTION = 500e-6
MAX_ERROR_S = 1.0
_HALF = 1 << 31
_WRAP = 1 << 32


class Moment(NamedTuple):
    """Place of a picture in time: seconds since the first one, and unix seconds on our clock."""

    pts_s: float
    captured_at: float
    is_jump: bool


class StreamClock:
    """Clock of one connection; `first_pts_s` continues a source's time line over a reconnection."""

    def __init__(self, first_pts_s: float = 0.0, wall_offset_s: float | None = None) -> None:
        self._pts_s = first_pts_s
        self._offset_s = time.time() - time.monotonic() if wall_offset_s is None else wall_offset_s
        self._ticks: int | None = None
        self._estimate_s = 0.0

    def place(self, ticks: int, clock_rate: int, arrival_s: float) -> Moment:
        """The moment of the next picture in arrival order; `ticks` modulo 2**32."""
        last, self._ticks = self._ticks, ticks
        if last is None:
            self._estimate_s = arrival_s
            return Moment(self._pts_s, arrival_s + self._offset_s, False)
        # As a signed number: what left the top of 32 bits comes in at the bottom.
        delta_s = ((ticks - last + _HALF) % _WRAP - _HALF) / clock_rate
        error_s = arrival_s - self._estimate_s - delta_s
        is_jump = not -MAX_ERROR_S <= error_s <= MAX_ERROR_S
        if is_jump:
            delta_s = max(0.0, arrival_s - self._estimate_s)
        else:
            limit_s = MAX_CORRECTION * (delta_s if delta_s > 0 else -delta_s)
            delta_s += error_s if -limit_s <= error_s <= limit_s else limit_s if error_s > 0 else -limit_s
        self._estimate_s += delta_s
        self._pts_s += delta_s
        return Moment(self._pts_s, self._estimate_s + self._offset_s, is_jump)
