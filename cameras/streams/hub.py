"""The hub of a worker: all its cameras in one event loop.

Add, remove and replace sources while it runs (leases move); pictures leave through `on_unit` and through
bounded subscriptions, health through `on_health`, and outages of many cameras through `on_fleet`.
"""

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from types import TracebackType

from cameras.streams.camera import CameraLoop, CameraStatus, HubRules, Outlets
from cameras.streams.compat import read_compat
from cameras.streams.fanout import Subscription
from cameras.streams.health import Change, Condition, FleetChange, FleetGuard, HealthChange
from cameras.streams.reading import Reader
from cameras.streams.redaction import REDACTOR
from cameras.streams.rtsp import read_rtsp
from cameras.streams.units import AccessUnit, Role, StreamSource, Transport

READERS: Mapping[Transport, Reader] = {Transport.TCP: read_rtsp, Transport.COMPAT: read_compat}
Key = tuple[str, Role]
_TICK_S = 0.25
_TICKS_PER_JUDGEMENT = 4


class Hub:
    """Holds the cameras of one worker. Use it as an asynchronous context manager, in one event loop.

    Callbacks are plain functions called in the loop: they must return at once (put it in a queue).
    Without `on_fleet` the changes of an outage are told one by one.
    """

    def __init__(
        self,
        on_unit: Callable[[AccessUnit], None],
        on_health: Callable[[HealthChange], None],
        on_fleet: Callable[[FleetChange], None] | None = None,
        *,
        rules: HubRules,
        readers: Mapping[Transport, Reader] = READERS,
    ) -> None:
        self._on_unit, self._on_health, self._on_fleet = on_unit, on_health, on_fleet
        self._rules, self._readers = rules, readers
        self._jitter = random.Random()  # noqa: S311 - spreads retries, guards nothing
        self._loops: dict[Key, CameraLoop] = {}
        self._tasks: dict[Key, asyncio.Task[None]] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._subscriptions: dict[Key, list[Subscription]] = {}
        self._everything: list[Subscription] = []
        self._guard = FleetGuard(self._tell, rules.fleet)
        self._woken_s: dict[str, float] = {}
        self._ticker: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Hub":
        self._ticker = asyncio.create_task(self._tick_for_ever())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End every session politely."""
        for code, role in list(self._loops):
            self.remove(code, role)
        for subscription in list(self._everything):
            subscription.close()
        if self._ticker is not None:
            self._ticker.cancel()
            self._ending.add(self._ticker)
        await asyncio.gather(*self._ending, return_exceptions=True)

    def add(self, source: StreamSource) -> None:
        """Hold a source open from now on; the same code and role replace the former source."""
        key = (source.code, source.role)
        self._end(key)
        REDACTOR.add(source.password, username=source.username)
        outlets = Outlets(self._took, self._changed, self._came_back)
        loop = CameraLoop(source, self._rules, self._readers, outlets, self._jitter)
        delay_s = self._jitter.uniform(0, self._rules.start_spread_s * len(self._loops))
        self._loops[key] = loop
        self._tasks[key] = asyncio.create_task(loop.run(delay_s), name=f"camera {source.code}")

    replace = add

    def remove(self, code: str, role: Role = Role.MAIN) -> None:
        """Let a source go; unknown ones are no error, because leases may end twice."""
        self._end((code, role))
        for subscription in list(self._subscriptions.get((code, role), ())):
            subscription.close()

    def subscribe(self, code: str, role: Role = Role.MAIN, *, capacity: int = 64) -> Subscription:
        """Pictures of one source from its newest key picture on.

        The group so far and the place in the fan-out are taken in one step: an await between them would
        lose the pictures of that moment.
        """
        key = (code, role)
        mine = self._subscriptions.setdefault(key, [])
        subscription = Subscription(capacity, mine.remove)
        if key in self._loops:
            subscription.extend(self._loops[key].ring.last_group()[:capacity])
        mine.append(subscription)
        return subscription

    def subscribe_all(self, *, capacity: int = 1024) -> Subscription:
        """Pictures of every source, from now on."""
        subscription = Subscription(capacity, self._everything.remove)
        self._everything.append(subscription)
        return subscription

    def recent(self, code: str, role: Role = Role.MAIN) -> tuple[AccessUnit, ...]:
        """The ring of a source from its oldest key picture on; empty for an unknown one."""
        loop = self._loops.get((code, role))
        return loop.ring.snapshot() if loop else ()

    def mark(self, code: str, condition: Condition, *, is_present: bool, role: Role = Role.MAIN) -> None:
        """Report what was seen in a source's pictures; unknown ones are ignored."""
        loop = self._loops.get((code, role))
        if loop is not None:
            loop.mark(condition, is_present=is_present)

    def statuses(self) -> list[CameraStatus]:
        """State and counters of every source."""
        return [loop.status() for loop in self._loops.values()]

    def _end(self, key: Key) -> None:
        loop, task = self._loops.pop(key, None), self._tasks.pop(key, None)
        if loop is not None and task is not None:
            REDACTOR.discard(loop.source.password, username=loop.source.username)
            task.cancel()
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    def _took(self, unit: AccessUnit) -> None:
        if self._subscriptions:
            for subscription in self._subscriptions.get((unit.code, unit.role), ()):
                subscription.offer(unit)
        for subscription in self._everything:
            subscription.offer(unit)
        self._on_unit(unit)

    def _changed(self, change: HealthChange) -> None:
        self._guard.note(change, time.monotonic())

    def _came_back(self, source: StreamSource) -> None:
        """One camera of a site is back: its siblings need not sit out their waits."""
        now_s = time.monotonic()
        if now_s - self._woken_s.get(source.site, -self._rules.wake_pause_s) < self._rules.wake_pause_s:
            return
        self._woken_s[source.site] = now_s
        event_loop = asyncio.get_running_loop()
        for sibling in self._loops.values():
            if sibling.source.site == source.site and not sibling.health.is_up:
                event_loop.call_later(self._jitter.uniform(0, self._rules.wake_spread_s), sibling.wake)

    async def _tick_for_ever(self) -> None:
        tick = 0
        while True:
            await asyncio.sleep(_TICK_S)
            tick += 1
            self._tick(is_judgement=tick % _TICKS_PER_JUDGEMENT == 0)

    def _tick(self, *, is_judgement: bool) -> None:
        loops = self._loops.values()
        if is_judgement:
            for loop in loops:
                loop.judge()
        down = sum(not loop.health.is_up for loop in loops)
        self._guard.tick(time.monotonic(), at=time.time(), down=down, total=len(loops))

    def _tell(self, change: Change) -> None:
        if isinstance(change, HealthChange):
            self._on_health(change)
        elif self._on_fleet is not None:
            self._on_fleet(change)
        else:
            for single in change.changes:
                self._on_health(single)
