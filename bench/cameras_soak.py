"""Cameras for half an hour while one in twenty flaps: memory and file descriptors must not grow.

The hub runs here with all its rings; the simulator in its own process resets the flapping cameras again and
again. The slope is a straight line through the samples after the first minutes, when the rings are full.
"""

import argparse
import asyncio
import itertools
import os
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import uvloop

from bench.cameras_footage import Cameras, running_cameras
from bench.cameras_hub import Bench
from bench.cpu import cost_of
from bench.report import Row, conditions, write_rows
from cameras.streams.units import StreamSource

SAMPLE_S = 5.0
WARM_UP_SHARE = 0.2
FLAPPING_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at the process; `at_s` since the start."""

    at_s: float
    rss_mb: float
    descriptors: int


async def flap(cameras: Cameras, dice: random.Random) -> None:
    """Cut one of the flapping cameras off, and let it back, for ever."""
    flapping = [url.rpartition("/")[2] for url in cameras.urls[:: round(1 / FLAPPING_SHARE)]]
    while True:
        path = "/" + dice.choice(flapping)
        for is_on in (True, False):
            await asyncio.to_thread(cameras.order, path=path, fault="rst", on=is_on)
            await asyncio.sleep(dice.uniform(0.2, 1.0))


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


async def run(cameras: Cameras, seconds: float, seed: int) -> tuple[list[Sample], int, int]:
    """Samples, reconnections, and gaps of the cameras that did not flap."""
    bench = Bench()
    async with bench.hub:
        flapping = asyncio.create_task(flap(cameras, random.Random(seed)))
        samples = await sample(bench, cameras, seconds)
        flapping.cancel()
        steady = [status for status in bench.hub.statuses() if not status.counters.reconnects]
        return samples, bench.total("reconnects"), sum(status.counters.gaps for status in steady)


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
        samples, reconnects, gaps = runner.run(run(cameras, asked.minutes * 60, asked.seed))
    slope = slope_mb_per_min(samples)
    growth = samples[-1].descriptors - samples[int(len(samples) * WARM_UP_SHARE)].descriptors
    flapping = round(asked.cameras * FLAPPING_SHARE)
    told = conditions(f"{asked.cameras} cameras, {flapping} of them flapping, {asked.minutes:g} min")
    rows = [
        Row("memory slope", slope, "MB/min", "< 1", ok=slope < 1, conditions=told),
        Row("memory at the end", samples[-1].rss_mb, "MB", conditions=told),
        Row(
            "descriptors more than after warm-up",
            growth,
            "",
            f"<= {flapping}",
            ok=growth <= flapping,
            conditions=told,
        ),
        Row("reconnections", reconnects, conditions=told),
        Row("gaps of steady cameras", gaps, "", "0", ok=gaps == 0, conditions=told),
    ]
    return write_rows("cameras_soak", rows)


if __name__ == "__main__":
    sys.exit(main())
