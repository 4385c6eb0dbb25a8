"""Plate lanes for half an hour: memory must not grow, and every pass of every round must be right.

A clip of three drawn cars is played round and round by the RTSP simulator; hub, decoders and lane analysers
are the product's. Each lane tells what became of its pictures: seen, dropped before it, empty, and plates
read or left unread and why. Memory is that of hub and decoders together.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import uvloop

from bench.cameras_hub import Bench
from bench.cpu import cost_of
from bench.report import Row, conditions, write_rows
from cameras.streams.analysers import Picture, Result
from cameras.streams.decoding import DecoderPool, LaneSpec
from cameras.streams.results import DecoderResult, Failure, Finding
from cameras.streams.units import StreamSource
from plates.recognition.lane import KIND, LaneAnalyser
from tests.plates.recognition.drives import CARS, write_drives

ANALYSER: Final = "bench.lanes:ReportingLane"
COUNTS: Final = "lane_counts"
SAMPLE_S: Final = 5.0
WARM_UP_SHARE: Final = 0.2
_REPORT_S: Final = 10.0


class ReportingLane:
    """The product's analyser, which here tells its counts too."""

    def __init__(self) -> None:
        self._lane, self._told_at = LaneAnalyser(), 0.0

    def feed(self, picture: Picture, captured_at: float) -> list[Result]:
        """What the lane says, and every ten seconds what became of its pictures."""
        results = [
            Result(each.kind, each.body, each.pictures) for each in self._lane.feed(picture, captured_at)
        ]
        if captured_at - self._told_at >= _REPORT_S:
            self._told_at = captured_at
            results.append(Result(COUNTS, asdict(self._lane.counts)))
        return results


@dataclass
class Seen:
    """What came of all lanes; memory in MB at seconds since the start."""

    passes: Counter[tuple[str, str]] = field(default_factory=Counter)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    failures: int = 0
    memory: list[tuple[float, float]] = field(default_factory=list)
    units: int = 0
    dropped: int = 0

    def take(self, result: DecoderResult) -> None:
        self.failures += isinstance(result, Failure)
        if not isinstance(result, Finding):
            return
        body = result.result.body
        if result.result.kind == KIND:
            self.passes[(str(body["text"]), str(body["province"]))] += 1
        elif result.result.kind == COUNTS:
            self.counts[result.code] = {name: int(str(value)) for name, value in body.items()}

    def slope(self) -> float:
        """Growth in MB a minute after the warm-up."""
        settled = self.memory[int(len(self.memory) * WARM_UP_SHARE) :]
        minutes, sizes = np.array([at / 60 for at, _ in settled]), np.array([size for _, size in settled])
        return float(np.polyfit(minutes, sizes, 1)[0])


@contextmanager
def playing(lanes: int, folder: Path) -> Iterator[list[str]]:
    """So many cameras of the clip, each at its own moment of it; their addresses."""
    clip = write_drives(folder / "cars.mp4")
    entries = [
        {"path": f"/L-{number:02}", "clip": clip.name, "offset_s": number * 1.5} for number in range(lanes)
    ]
    config = folder / "cameras.json"
    config.write_text(json.dumps(entries))
    command = [sys.executable, "-m", "cameras.streams.simulator", "--config", str(config), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            base = line.strip().rpartition(" ")[2].rstrip("/")
            if not base.startswith("rtsp://"):
                raise RuntimeError("simulator did not start")
            yield [f"{base}{entry['path']}" for entry in entries]
        finally:
            process.terminate()


async def watch(urls: list[str], seconds: float) -> Seen:
    """Hold the lanes and look at memory every few seconds."""
    seen, bench = Seen(), Bench()
    async with bench.hub, DecoderPool(seen.take) as pool:
        bench.tap = pool.offer
        for url in urls:
            code = url.rpartition("/")[2]
            bench.hub.add(StreamSource(code, url))
            pool.open_lane(code, LaneSpec(ANALYSER))
        started_s = time.monotonic()
        while (at_s := time.monotonic() - started_s) < seconds:
            seen.memory.append((at_s, cost_of(os.getpid(), *pool.process_ids).rss_mb))
            await asyncio.sleep(SAMPLE_S)
        seen.units, seen.dropped = bench.total("units"), pool.counters.dropped
        bench.tap = None
    return seen


def rows_of(seen: Seen, lanes: int, minutes: float) -> list[Row]:
    told = conditions(f"{lanes} lanes, {minutes:g} min")
    truth = {(car.text, str(car.province)) for car in CARS}
    wrong = sum(count for said, count in seen.passes.items() if said not in truth)
    slope = seen.slope()
    total: Counter[str] = Counter()
    for counts in seen.counts.values():
        total.update(counts)
    return [
        Row("memory slope", slope, "MB/min", "< 1", ok=slope < 1, conditions=told),
        Row("memory at the end", seen.memory[-1][1], "MB", conditions=told),
        Row("passes told", sum(seen.passes.values()), conditions=told),
        Row("passes told wrong", wrong, "", "0", ok=wrong == 0, conditions=told),
        Row("cars of the clip that were told", len(truth & set(seen.passes)), "", "3", conditions=told),
        Row("pictures that came", seen.units, conditions=told),
        Row("pictures dropped before the lanes, because they were late", seen.dropped, conditions=told),
        Row("pictures that failed", seen.failures, "", "0", ok=not seen.failures, conditions=told),
        *(
            Row(f"all lanes: {name.replace('_', ' ')}", number, conditions=told)
            for name, number in total.items()
        ),
        *(
            Row(f"{code}: pictures looked at", counts["pictures"], conditions=told)
            for code, counts in sorted(seen.counts.items())
        ),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--lanes", type=int, default=3)
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        playing(asked.lanes, Path(folder)) as urls,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        seen = runner.run(watch(urls, asked.minutes * 60))
    return write_rows("lanes", rows_of(seen, asked.lanes, asked.minutes))


if __name__ == "__main__":
    sys.exit(main())
