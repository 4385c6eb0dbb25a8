"""How long to wait before a camera is tried again."""

import random
from dataclasses import dataclass

from cameras.streams.errors import AddressRefused, AuthFailed, StreamError


@dataclass(frozen=True, slots=True)
class BackoffRules:
    """Seconds. Wrong passwords wait long because cameras lock out who tries often."""

    first_s: float = 0.5
    cap_s: float = 30.0
    auth_s: float = 300.0
    settled_s: float = 10.0


class Backoff:
    """Exponential waits with jitter for one camera: half to all of a doubling delay."""

    def __init__(self, rules: BackoffRules, jitter: random.Random) -> None:
        self._rules = rules
        self._jitter = jitter
        self._failures = 0

    def succeeded(self, live_s: float) -> None:
        """A stream ran for so long; a camera that flaps keeps its count."""
        if live_s >= self._rules.settled_s:
            self._failures = 0

    def after(self, error: StreamError) -> float:
        """Seconds to wait after a failure."""
        if isinstance(error, AuthFailed | AddressRefused):
            return self._rules.auth_s * self._jitter.uniform(0.9, 1.1)
        delay_s = min(self._rules.cap_s, self._rules.first_s * (1 << self._failures))
        self._failures = min(self._failures + 1, 16)
        return delay_s * self._jitter.uniform(0.5, 1.0)
