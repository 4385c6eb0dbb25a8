"""Cameras for half an hour while one in twenty misbehaves: memory and file descriptors must not grow, and the
others must not notice.

The hub runs here with all its rings; the simulator in its own process gives the odd cameras every fault it
knows, again and again, in an order that the seed decides. The slope is a straight line through the samples
after the first minutes, when the rings are full. Before it our two ends are held against strangers (see
`bench.cameras_interop`).
"""

import argparse
import asyncio
import itertools
import os
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import uvloop

from bench.cameras_footage import Cameras, running_cameras
from bench.cameras_hub import Bench
from bench.cameras_interop import meet_strangers
from bench.cpu import cost_of
from bench.report import Row, conditions, write_rows
from cameras.streams.backoff import BackoffRules
from cameras.streams.simulator.faults import Fault
from cameras.streams.units import StreamSource

SAMPLE_S = 5.0
BACK_S = 60.0
PATIENT = BackoffRules(auth_s=20.0)  # five minutes after a refused password would leave out the other faults
WARM_UP_SHARE = 0.2
FLAPPING_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at the process; `at_s` since the start."""

    at_s: float
    rss_mb: float
    descriptors: int


# Of faults that take a value, one that hurts.
VALUES: dict[Fault, float | str] = {
    Fault.SESSION_LIMIT: 0,
    Fault.TIME_JUMP: 3600.0,
    Fault.LOSS: 0.05,
    Fault.SKEW: 30.0,
}


def odd_codes(cameras: Cameras) -> list[str]:
    """The cameras that misbehave."""
    return [url.rpartition("/")[2] for url in cameras.urls[:: round(1 / FLAPPING_SHARE)]]


async def misbehave(cameras: Cameras, code: str, dice: random.Random, given: Counter[Fault]) -> None:
    """One fault after another, each for a while, with quiet between, for ever."""
    values = {**VALUES, Fault.RESOLUTION: str(cameras.small_clip)}
    while True:
        fault = min(Fault, key=lambda each: (given[each], dice.random()))
        given[fault] += 1
        order = {"path": f"/{code}", "fault": fault, "value": values.get(fault, 0.0)}
        for is_on, pause_s in ((True, dice.uniform(0.5, 8.0)), (False, dice.uniform(0.5, 4.0))):
            await asyncio.to_thread(cameras.order, **order, on=is_on)
            await asyncio.sleep(pause_s)


async def sample(bench: Bench, cameras: Cameras, seconds: float) -> list[Sample]:
    """Hold the cameras and look at the process every few seconds."""
    for url in cameras.urls:
        bench.hub.add(StreamSource(url.rpartition("/")[2], url))
    started_s, samples = time.monotonic(), []
    while (at_s := time.monotonic() - started_s) < seconds:
        descriptors = len(list(Path("/proc/self/fd").iterdir()))
        samples.append(Sample(at_s, cost_of(os.getpid()).rss_mb, descriptors))
        await asyncio.sleep(SAMPLE_S)
    return samples


@dataclass(frozen=True, slots=True)
class Soaked:
    """What came of it: `gaps` and `reconnects` of the steady cameras, `reasons` that the odd ones gave."""

    samples: list[Sample]
    faults: Counter[Fault]
    reasons: Counter[str]
    reconnects: int
    steady_reconnects: int
    steady_gaps: int
    late_back: int


async def run(cameras: Cameras, seconds: float, seed: int) -> Soaked:
    """Hold the cameras, one in twenty of them odd; afterwards wait until those are well again."""
    bench, dice, given, odd = Bench(PATIENT), random.Random(seed), Counter[Fault](), odd_codes(cameras)
    async with bench.hub:
        flapping = [asyncio.create_task(misbehave(cameras, code, dice, given)) for code in odd]
        samples = await sample(bench, cameras, seconds)
        for task in flapping:
            task.cancel()
        await asyncio.gather(*flapping, return_exceptions=True)
        for code, fault in itertools.product(odd, Fault):
            await asyncio.to_thread(cameras.order, path=f"/{code}", fault=fault, on=False)
        await bench.until(lambda: bench.up() == len(cameras.urls), BACK_S)
        steady = bench.codes() - set(odd)
        return Soaked(
            samples,
            given,
            Counter(change.reason for change in bench.changes if change.reason),
            bench.total("reconnects"),
            bench.total("reconnects", steady),
            bench.total("gaps", steady),
            len(cameras.urls) - bench.up(),
        )


def slope_mb_per_min(samples: list[Sample]) -> float:
    """Growth of resident memory after the warm-up."""
    settled = list(itertools.islice(samples, int(len(samples) * WARM_UP_SHARE), None))
    minutes = np.array([each.at_s / 60 for each in settled])
    return float(np.polyfit(minutes, np.array([each.rss_mb for each in settled]), 1)[0])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--cameras", type=int, default=183)
    parser.add_argument("--seed", type=int, default=191)
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        running_cameras(asked.cameras, Path(folder)) as cameras,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        strangers = runner.run(meet_strangers(cameras))
        soaked = runner.run(run(cameras, asked.minutes * 60, asked.seed))
    told = conditions(
        f"{asked.cameras} cameras, {len(odd_codes(cameras))} of them odd, {asked.minutes:g} min, faults "
        + ", ".join(f"{fault} {count}" for fault, count in soaked.faults.items())
    )
    rows = [*soak_rows(soaked, len(odd_codes(cameras))), *strangers]
    return write_rows("cameras_soak", [replace(row, conditions=told) for row in rows])


def soak_rows(soaked: Soaked, odd: int) -> list[Row]:
    """The figures of the soak itself."""
    samples = soaked.samples
    slope = slope_mb_per_min(samples)
    growth = samples[-1].descriptors - samples[int(len(samples) * WARM_UP_SHARE)].descriptors
    return [
        Row("memory slope", slope, "MB/min", "< 1", ok=slope < 1),
        Row("memory at the end", samples[-1].rss_mb, "MB"),
        # An odd camera may have a connection at one moment and none at another.
        Row("descriptors more than after warm-up", growth, "", f"<= {odd}", ok=growth <= odd),
        Row(
            "kinds of fault given",
            len(soaked.faults),
            "",
            f"{len(Fault)}",
            ok=len(soaked.faults) == len(Fault),
        ),
        Row("reasons told by odd cameras", len(soaked.reasons)),
        Row("reconnections of odd cameras", soaked.reconnects - soaked.steady_reconnects),
        Row(
            "reconnections of steady cameras",
            soaked.steady_reconnects,
            "",
            "0",
            ok=not soaked.steady_reconnects,
        ),
        Row("gaps of steady cameras", soaked.steady_gaps, "", "0", ok=not soaked.steady_gaps),
        Row("not back when all was well again", soaked.late_back, "", "0", ok=not soaked.late_back),
    ]


if __name__ == "__main__":
    sys.exit(main())
