"""Our side of the camera measurement, in a process of its own: prints what it saw as one line of JSON."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from functools import partial

import uvloop

from bench.cameras_footage import Cameras
from bench.cpu import cost_of
from cameras.streams.backoff import BackoffRules
from cameras.streams.camera import HubRules
from cameras.streams.decoding import DecoderPool, LaneSpec
from cameras.streams.health import HealthChange
from cameras.streams.hub import Hub
from cameras.streams.memory import keep_freed_memory
from cameras.streams.networks import AllowedNetworks
from cameras.streams.reading import ReadLimits
from cameras.streams.results import DecoderResult, KeyPicture
from cameras.streams.units import AccessUnit, Role, StreamSource

OUTAGE_S = 15.0
LANES = 12
LOOK_S = 1.8  # of a camera that nobody watches, as an ingest worker looks (cameras.ingest.fleet)
ANALYSER = "plates.recognition.lane:LaneAnalyser"


@dataclass(slots=True)
class Seen:
    """Figures of one run; CPU in seconds over `measured_s`."""

    live_s: float = 0.0
    measured_s: float = 0.0
    hub_cpu_s: float = 0.0
    rss_mb: float = 0.0
    units: int = 0
    gaps: int = 0
    lag_p99_ms: float = 0.0
    full_cpu_s: float = 0.0
    full_child_cpu_s: float = 0.0
    full_measured_s: float = 0.0
    full_pictures: int = 0
    full_keys: int = 0
    pool_hub_cpu_s: float = 0.0
    pool_child_cpu_s: float = 0.0
    pool_measured_s: float = 0.0
    pool_rss_mb: float = 0.0
    key_pictures: int = 0
    keys_offered: int = 0
    dropped: int = 0
    lanes: int = 0
    lanes_cpu_s: float = 0.0
    lanes_measured_s: float = 0.0
    lanes_offered: int = 0
    lanes_dropped: int = 0
    segv_back_s: float = 0.0
    segv_lost: int = 0
    segv_gaps: int = 0
    stall_s: float = 0.0
    recovery_s: float = 0.0
    recovery_all_s: float = 0.0


class Bench:
    """The hub under measurement, with taps that a pool can be put on."""

    def __init__(self, backoff: BackoffRules | None = None) -> None:
        limits = ReadLimits(AllowedNetworks.parse(["127.0.0.0/8"]))
        rules = HubRules(limits, backoff or BackoffRules())
        self.changes: list[HealthChange] = []
        self.hub = Hub(self._took, self.changes.append, lambda change: None, rules=rules)
        self.tap: Callable[[AccessUnit], None] | None = None
        self.key_pictures = 0
        self.keys_offered = 0
        self.lanes: frozenset[str] = frozenset()
        self._looked_s: dict[str, float] = {}

    def found(self, result: DecoderResult) -> None:
        self.key_pictures += isinstance(result, KeyPicture)

    def up(self) -> int:
        return sum(status.health.is_up for status in self.hub.statuses())

    def total(self, counter: str, codes: Collection[str] | None = None) -> int:
        chosen = [s for s in self.hub.statuses() if codes is None or s.source.code in codes]
        return sum(getattr(status.counters, counter) for status in chosen)

    def codes(self) -> set[str]:
        return {status.source.code for status in self.hub.statuses()}

    def look(self, pool: DecoderPool, role: Role, unit: AccessUnit) -> None:
        """To the decoders as an ingest worker does it: lanes in full, of the others a key picture each
        `LOOK_S`.
        """
        if unit.code in self.lanes:
            if unit.role is Role.MAIN:
                pool.offer(unit)
        elif unit.is_key and unit.role is role and unit.arrival_s - self._looked_at(unit) >= LOOK_S:
            self._looked_s[unit.code] = unit.arrival_s
            self.keys_offered += 1
            pool.offer(unit)

    def _looked_at(self, unit: AccessUnit) -> float:
        return self._looked_s.get(unit.code, 0.0)

    async def until(self, holds: Callable[[], bool], within_s: float) -> float:
        """Seconds until something is true; the limit where it never was."""
        started_s = time.monotonic()
        while not holds() and time.monotonic() - started_s < within_s:
            await asyncio.sleep(0.01)
        return time.monotonic() - started_s

    def _took(self, unit: AccessUnit) -> None:
        if self.tap is not None:
            self.tap(unit)


async def start_fleet(bench: Bench, cameras: Cameras, seen: Seen) -> None:
    for url in cameras.urls:
        bench.hub.add(StreamSource(url.rpartition("/")[2], url))
    seen.live_s = await bench.until(lambda: bench.up() == len(cameras.urls), 60.0)


async def measure_ingest(bench: Bench, seen: Seen, seconds: float) -> None:
    """Ingest and ring alone."""
    await asyncio.sleep(12.0)  # the ring fills, the start is over
    before, units = cost_of(os.getpid()), bench.total("units")
    lags, started_s = [], time.monotonic()
    while time.monotonic() - started_s < seconds:
        asked_s = time.monotonic()
        await asyncio.sleep(0.1)
        lags.append((time.monotonic() - asked_s - 0.1) * 1000)
    after = cost_of(os.getpid())
    seen.measured_s, seen.hub_cpu_s = time.monotonic() - started_s, after.cpu_s - before.cpu_s
    seen.rss_mb, seen.units = after.rss_mb, bench.total("units") - units
    seen.gaps, seen.lag_p99_ms = bench.total("gaps"), sorted(lags)[int(len(lags) * 0.99)]


async def measure_pool(bench: Bench, cameras: Cameras, seen: Seen, seconds: float) -> None:
    """Every camera looked at each other second, by its full stream and then by its small one: decoded, judged
    for motion and made a thumbnail; then lanes on top of that; then one child dies.
    """
    async with DecoderPool(bench.found) as pool:
        full = await measure_looking(bench, pool, Role.MAIN, seconds)
        seen.full_cpu_s, seen.full_child_cpu_s = full.hub_cpu_s + full.child_cpu_s, full.child_cpu_s
        seen.full_measured_s, seen.full_pictures, seen.full_keys = (
            full.measured_s,
            full.pictures,
            full.offered,
        )
        for url in cameras.urls:
            bench.hub.add(StreamSource(url.rpartition("/")[2], url + "/sub", role=Role.SUB))
        await bench.until(lambda: bench.up() == 2 * len(cameras.urls), 60.0)
        small = await measure_looking(bench, pool, Role.SUB, seconds)
        seen.pool_hub_cpu_s, seen.pool_child_cpu_s = small.hub_cpu_s, small.child_cpu_s
        seen.pool_measured_s, seen.pool_rss_mb = small.measured_s, small.rss_mb
        seen.key_pictures, seen.keys_offered, seen.dropped = small.pictures, small.offered, small.dropped
        await measure_lanes(bench, pool, seen, seconds)
        await kill_child(bench, pool, seen)
        bench.tap = None
    for url in cameras.urls:
        bench.hub.remove(url.rpartition("/")[2], Role.SUB)


@dataclass(frozen=True, slots=True)
class Looked:
    """What looking at the cameras for `measured_s` cost, and how many of the pictures offered were seen."""

    hub_cpu_s: float
    child_cpu_s: float
    measured_s: float
    rss_mb: float
    pictures: int
    offered: int
    dropped: int


async def measure_looking(bench: Bench, pool: DecoderPool, role: Role, seconds: float) -> Looked:
    """Look at every camera by one of its streams."""
    bench.tap = partial(bench.look, pool, role)
    await asyncio.sleep(6.0)
    children = pool.process_ids
    hub_before, before = cost_of(os.getpid()), cost_of(*children)
    done, offered, dropped = bench.key_pictures, bench.keys_offered, pool.counters.dropped
    started_s = time.monotonic()
    await asyncio.sleep(seconds)
    measured_s = time.monotonic() - started_s
    hub, child = cost_of(os.getpid()), cost_of(*children)
    return Looked(
        hub.cpu_s - hub_before.cpu_s,
        child.cpu_s - before.cpu_s,
        measured_s,
        hub.rss_mb + child.rss_mb,
        bench.key_pictures - done,
        bench.keys_offered - offered,
        pool.counters.dropped - dropped,
    )


async def measure_lanes(bench: Bench, pool: DecoderPool, seen: Seen, seconds: float) -> None:
    """Plate lanes beside all the rest: every full picture decoded, the real plate reader at five a second."""
    codes = sorted(bench.codes())[:LANES]
    for code in codes:
        pool.open_lane(code, LaneSpec(ANALYSER))
    bench.lanes = frozenset(codes)
    await asyncio.sleep(6.0)
    processes = (os.getpid(), *pool.process_ids)
    before, units, dropped = cost_of(*processes), bench.total("units", codes), pool.counters.dropped
    started_s = time.monotonic()
    await asyncio.sleep(seconds)
    seen.lanes, seen.lanes_measured_s = len(codes), time.monotonic() - started_s
    seen.lanes_cpu_s = cost_of(*processes).cpu_s - before.cpu_s
    seen.lanes_offered = bench.total("units", codes) - units
    seen.lanes_dropped = pool.counters.dropped - dropped
    bench.lanes = frozenset()
    for code in codes:
        pool.close_lane(code)


async def kill_child(bench: Bench, pool: DecoderPool, seen: Seen) -> None:
    """SIGSEGV to one child, and the time until its replacement has answered."""
    gaps, lost = bench.total("gaps"), pool.counters.lost
    victim, *others = pool.process_ids
    os.kill(victim, signal.SIGSEGV)
    killed_s = time.monotonic()
    await bench.until(lambda: victim not in pool.process_ids and len(pool.process_ids) > len(others), 10.0)
    (heir,) = set(pool.process_ids) - set(others)
    await bench.until(lambda: heir in pool.answering, 10.0)
    seen.segv_back_s = time.monotonic() - killed_s
    seen.segv_lost, seen.segv_gaps = pool.counters.lost - lost, bench.total("gaps") - gaps


async def measure_outages(bench: Bench, cameras: Cameras, seen: Seen) -> None:
    """Every camera stalls; later the whole site is without power for a while."""
    everyone = len(cameras.urls)
    await asyncio.to_thread(cameras.order, path="*", fault="stall")
    seen.stall_s = await bench.until(lambda: bench.up() == 0, 60.0)
    await asyncio.to_thread(cameras.order, path="*", fault="stall", on=False)
    await bench.until(lambda: bench.up() == everyone, 60.0)
    await asyncio.to_thread(cameras.order, server="down")
    await asyncio.sleep(OUTAGE_S)
    await asyncio.to_thread(cameras.order, server="up")
    started_s = time.monotonic()
    await bench.until(lambda: bench.up() >= 0.95 * everyone, 60.0)
    seen.recovery_s = time.monotonic() - started_s
    await bench.until(lambda: bench.up() == everyone, 60.0)
    seen.recovery_all_s = time.monotonic() - started_s


async def run(cameras: Cameras, seconds: float) -> Seen:
    seen, bench = Seen(), Bench()
    async with bench.hub:
        await start_fleet(bench, cameras, seen)
        await measure_ingest(bench, seen, seconds)
        await measure_pool(bench, cameras, seen, seconds)
        await measure_outages(bench, cameras, seen)
    return seen


def main() -> None:
    """Arguments: control port, seconds of each measurement, then the cameras' addresses."""
    control_port, seconds, *urls = sys.argv[1:]
    keep_freed_memory()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        seen = runner.run(run(Cameras(tuple(urls), int(control_port), 0), float(seconds)))
    sys.stdout.write(json.dumps(asdict(seen)) + "\n")


if __name__ == "__main__":
    main()
