"""One source held open: read, fail, wait, again; each picture gets its time and goes on."""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cameras.streams.backoff import Backoff, BackoffRules
from cameras.streams.clock import StreamClock
from cameras.streams.errors import BadStream, StreamError
from cameras.streams.health import Condition, FleetRules, Health, HealthChange, health_of
from cameras.streams.quality import QualityMeter
from cameras.streams.reading import Reader, ReadLimits
from cameras.streams.ring import Ring, RingLimits
from cameras.streams.units import AccessUnit, MediaUnit, ReadCounters, StreamSource, Transport

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HubRules:
    """Everything about a hub that a station may want otherwise. Seconds.

    A fleet starts `start_spread_s` apart a camera, so that 183 of them ask within a second; siblings woken
    after an outage spread over `wake_spread_s`, and one site is woken once in `wake_pause_s` at most.
    """

    limits: ReadLimits
    backoff: BackoffRules = field(default_factory=BackoffRules)
    ring: RingLimits = field(default_factory=RingLimits)
    fleet: FleetRules = field(default_factory=FleetRules)
    start_spread_s: float = 0.005
    wake_spread_s: float = 1.0
    wake_pause_s: float = 2.0


@dataclass(frozen=True, slots=True)
class CameraStatus:
    """A source as status pages show it; `since` and `last_unit_at` are unix seconds."""

    source: StreamSource
    health: Health
    reason: str
    since: float
    last_unit_at: float | None
    ring_bytes: int
    counters: ReadCounters


@dataclass(frozen=True, slots=True)
class Outlets:
    """Where a camera's pictures and changes go; all are called in the hub's event loop."""

    on_unit: Callable[[AccessUnit], None]
    on_change: Callable[[HealthChange], None]
    on_back: Callable[[StreamSource], None]


class CameraLoop:
    """Keeps one source open until it is cancelled."""

    def __init__(
        self,
        source: StreamSource,
        rules: HubRules,
        readers: Mapping[Transport, Reader],
        outlets: Outlets,
        jitter: random.Random,
    ) -> None:
        self.source = source
        self.counters = ReadCounters()
        self.ring = Ring(rules.ring)
        self.health = Health.CONNECTING
        self.reason = ""
        self.since = time.time()
        self.last_unit: AccessUnit | None = None
        self._reader = readers[source.transport]
        self._limits = rules.limits
        self._outlets, self._on_unit = outlets, outlets.on_unit
        self._backoff = Backoff(rules.backoff, jitter)
        self._clock = StreamClock()
        self._quality = QualityMeter()
        self._is_returned = self._is_up = False
        self._picture_conditions: frozenset[Condition] = frozenset()
        self._retry_now = asyncio.Event()
        self._live_since_s = 0.0

    async def run(self, start_delay_s: float) -> None:
        """Read for ever; ends only by cancellation."""
        await asyncio.sleep(start_delay_s)
        while True:
            error = await self._read_once()
            self._set_health(health_of(error), error.reason)
            await self._wait(self._backoff.after(error))
            self.counters.reconnects += 1

    def wake(self) -> None:
        """Try again now if this camera is waiting; a refused password keeps its long wait."""
        if not self.health.is_up and self.health is not Health.AUTH_FAILED:
            self._retry_now.set()

    def mark(self, condition: Condition, *, is_present: bool) -> None:
        """Something was seen, or seen no longer, in the pictures of this camera."""
        change = frozenset((condition,))
        marked = self._picture_conditions | change if is_present else self._picture_conditions - change
        if marked != self._picture_conditions:
            self._picture_conditions = marked
            self.judge()

    def judge(self) -> None:
        """Tell LIVE from DEGRADED; called once a second."""
        if self.health.is_up:
            conditions = self._quality.judge(self.counters) | self._picture_conditions
            health = Health.DEGRADED if conditions else Health.LIVE
            self._set_health(health, " ".join(sorted(conditions)))

    def status(self) -> CameraStatus:
        """A copy of the present state."""
        last_at = self.last_unit.captured_at if self.last_unit else None
        return CameraStatus(
            self.source, self.health, self.reason, self.since, last_at, self.ring.size_bytes, self.counters
        )

    async def _read_once(self) -> StreamError:
        """One connection from its first packet to its end, which is always an error."""
        last = self.last_unit
        pause_s = time.monotonic() - last.arrival_s if last else 0.0
        self._clock = StreamClock(last.pts_s + pause_s if last else 0.0)
        self._quality.restart()
        self._is_returned = last is not None
        try:
            await self._reader(self.source, self._deliver, self.counters, self._limits)
        except StreamError as error:
            return error
        except Exception:  # the edge of a reader: one odd camera must not end its loop
            logger.exception("reader of camera %s failed", self.source.code)
            return BadStream("reader failed")
        finally:
            if self.health.is_up:
                self._backoff.succeeded(time.monotonic() - self._live_since_s)
        return BadStream("reader ended without a reason")

    async def _wait(self, delay_s: float) -> None:
        self._retry_now.clear()
        try:
            async with asyncio.timeout(delay_s):
                await self._retry_now.wait()
        except TimeoutError:
            return

    def _deliver(self, media: MediaUnit) -> None:
        stored, ticks, clock_rate, arrival_s, is_key, codec, after_gap = media
        pts_s, captured_at, is_jump = self._clock.place(ticks, clock_rate, arrival_s)
        counters, source = self.counters, self.source
        counters.units += 1
        if is_key:
            counters.key_units += 1
        if is_jump:  # late, or a clock that was set: nothing is lost by either
            counters.clock_jumps += 1
        if self._is_returned:
            # What the camera sent while it was away is lost, so only a key picture is safe to go on from.
            after_gap, self._is_returned = True, False
        number = counters.units
        unit = AccessUnit(
            source.code, source.role, stored, pts_s, arrival_s, captured_at, is_key, codec, number, after_gap
        )
        self.last_unit = unit
        self.ring.append(unit)
        if not self._is_up:
            self._went_live(arrival_s)
        self._on_unit(unit)

    def _went_live(self, now_s: float) -> None:
        self._live_since_s = now_s
        self._set_health(Health.LIVE, "")
        self._outlets.on_back(self.source)

    def _set_health(self, health: Health, reason: str) -> None:
        if (health, reason) == (self.health, self.reason):
            return
        previous, self.health, self.reason = self.health, health, reason
        self._is_up = health.is_up
        self.since = time.time()
        code, role = self.source.code, self.source.role
        self._outlets.on_change(HealthChange(code, health, self.since, reason, role, previous))
