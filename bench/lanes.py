"""Plate lanes for half an hour: memory must not grow, and every pass of every round must be right.

`python -m bench.lanes` holds twelve cameras of five pictures a second for 30 minutes; Ctrl-C ends it earlier
and tells what came until then. `--cameras 183` holds so many others beside them, taken in and looked at as an
ingest worker does: the full stream into the ring, a key picture of the small one every other second. A clip
of three drawn cars is played round and round by the RTSP simulator; hub, decoders and lane analysers are the
product's, every picture of a lane is looked at as if something always moved. Each lane tells what became of
its pictures: come, looked at, dropped because they were late, failed; and of the plates in them: read or left
unread and why. Memory is that of hub and decoders together.
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
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import uvloop

from bench.cameras_footage import running_cameras
from bench.cameras_hub import Bench
from bench.cpu import cost_of
from bench.report import Row, conditions, write_rows
from cameras.streams.analysers import Picture, Result
from cameras.streams.decoding import DecoderPool, LaneSpec
from cameras.streams.memory import keep_freed_memory
from cameras.streams.results import DecoderResult, Failure, Finding, KeyPicture
from cameras.streams.units import AccessUnit, Role, StreamSource
from plates.recognition.lane import KIND, LaneAnalyser
from tests.plates.recognition.drives import CARS, write_drives

ANALYSER: Final = "bench.lanes:ReportingLane"
COUNTS: Final = "lane_counts"
SAMPLE_S: Final = 5.0
WARM_UP_SHARE: Final = 0.2
LANES: Final = 12
RATE: Final = 5
KEPT_UP: Final = 0.98
"""Share of its pictures that a lane must look at to have kept up: the rest were late."""

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
        self._told_at = self._told_at or captured_at
        if captured_at - self._told_at >= _REPORT_S:
            self._told_at = captured_at
            results.append(Result(COUNTS, asdict(self._lane.counts)))
        return results


@dataclass
class Seen:
    """What came of all lanes; memory in MB at seconds since the start."""

    passes: Counter[tuple[str, str]] = field(default_factory=Counter)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    came: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    cpu: list[float] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)
    looked: Counter[str] = field(default_factory=Counter)
    beside: int = 0
    gaps: int = 0
    keys: tuple[int, int] = (0, 0)

    def take(self, result: DecoderResult) -> None:
        if isinstance(result, Failure):
            self.failed[result.code] += 1
        if isinstance(result, KeyPicture):
            self.looked[result.code] += 1
        if not isinstance(result, Finding):
            return
        body = result.result.body
        if result.result.kind == KIND:
            self.passes[(str(body["text"]), str(body["province"]))] += 1
        elif result.result.kind == COUNTS:
            counts = {name: int(str(value)) for name, value in body.items()}
            self.counts[result.code] = {"came": self.came[result.code], **counts}

    def slope(self) -> float:
        """Growth in MB a minute after the warm-up."""
        settled = self.memory[int(len(self.memory) * WARM_UP_SHARE) :]
        if len(settled) < 2:
            return 0.0
        minutes, sizes = np.array([at / 60 for at, _ in settled]), np.array([size for _, size in settled])
        return float(np.polyfit(minutes, sizes, 1)[0])


@contextmanager
def playing(lanes: int, folder: Path) -> Iterator[list[str]]:
    """So many cameras of the clip, each at its own moment of it; their addresses."""
    clip = write_drives(folder / "cars.mp4", RATE)
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


@contextmanager
def _others(count: int, folder: Path) -> Iterator[Sequence[str]]:
    """The addresses of so many ordinary cameras."""
    if not count:
        yield ()
        return
    (folder / "others").mkdir()
    with running_cameras(count, folder / "others") as cameras:
        yield cameras.urls


async def watch(urls: list[str], others: Sequence[str], seconds: float, seen: Seen) -> None:
    """Hold the lanes and the other cameras and look at memory every few seconds."""
    bench = Bench()
    bench.lanes = frozenset(_code(url) for url in urls)
    async with bench.hub, DecoderPool(seen.take) as pool:

        def offer(unit: AccessUnit) -> None:
            seen.came[unit.code] += unit.code in bench.lanes
            bench.look(pool, Role.SUB, unit)

        bench.tap = offer
        for url in urls:
            bench.hub.add(StreamSource(_code(url), url))
            pool.open_lane(_code(url), LaneSpec(ANALYSER, is_gated=False))
        for url in others:
            bench.hub.add(StreamSource(_code(url), url))
            bench.hub.add(StreamSource(_code(url), url + "/sub", role=Role.SUB))
        started_s = time.monotonic()
        while (at_s := time.monotonic() - started_s) < seconds:
            cost = cost_of(os.getpid(), *pool.process_ids)
            seen.memory.append((at_s, cost.rss_mb))
            seen.cpu.append(cost.cpu_s)
            await asyncio.sleep(SAMPLE_S)
        seen.beside = sum(status.health.is_up for status in bench.hub.statuses()) - len(urls)
        seen.gaps = bench.total("gaps", {_code(url) for url in others})
        seen.keys = (bench.keys_offered, sum(seen.looked.values()))
        bench.tap = None


def _code(url: str) -> str:
    return url.rpartition("/")[2]


def rows_of(seen: Seen, lanes: int) -> list[Row]:
    """The figures of a run, also of one that was ended early."""
    seconds = seen.memory[-1][0]
    told = conditions(
        f"{lanes} lanes of {RATE} pictures a second, {seen.beside} streams beside, {seconds / 60:.1f} min"
    )
    truth = {(car.text, str(car.province)) for car in CARS}
    wrong = sum(count for said, count in seen.passes.items() if said not in truth)
    total: Counter[str] = Counter()
    for counts in seen.counts.values():
        total.update(counts)
    kept_up = sum(counts["pictures"] >= KEPT_UP * counts["came"] for counts in seen.counts.values())
    return [
        Row(
            f"lanes that looked at {KEPT_UP:.0%} of {RATE} pictures a second",
            kept_up,
            target=f">= {lanes}",
            ok=kept_up >= lanes,
            conditions=told,
        ),
        *_cost_rows(seen, seconds, told),
        Row("passes told", sum(seen.passes.values()), conditions=told),
        Row("passes told wrong", wrong, "", "0", ok=wrong == 0, conditions=told),
        Row("cars of the clip that were told", len(truth & set(seen.passes)), "", "3", conditions=told),
        *(
            Row(f"all lanes: {name.replace('_', ' ')}", number, conditions=told)
            for name, number in total.items()
        ),
        *(
            row
            for code, counts in sorted(seen.counts.items())
            for row in _lane_rows(code, counts, seen, told)
        ),
    ]


def _cost_rows(seen: Seen, seconds: float, told: str) -> list[Row]:
    slope, processors = seen.slope(), (seen.cpu[-1] - seen.cpu[0]) / max(seconds, 1.0)
    return [
        Row("processors used, hub and decoders", processors, conditions=told),
        Row("memory slope", slope, "MB/min", "< 1", ok=slope < 1, conditions=told),
        Row("memory at the end", seen.memory[-1][1], "MB", conditions=told),
        *(_beside_rows(seen, told) if seen.beside else []),
    ]


def _beside_rows(seen: Seen, told: str) -> list[Row]:
    """What the cameras beside the lanes had to bear."""
    offered, looked = seen.keys
    missed = max(offered - looked, 0) / max(offered, 1) * 100
    return [
        Row("streams beside the lanes, live at the end", seen.beside, conditions=told),
        Row("  gaps of them", seen.gaps, "", "0", ok=not seen.gaps, conditions=told),
        Row("  key pictures not looked at", missed, "%", "<= 1", ok=missed <= 1, conditions=told),
    ]


def _lane_rows(code: str, counts: dict[str, int], seen: Seen, told: str) -> list[Row]:
    """What became of one camera's pictures; what came and was neither looked at nor failed was late."""
    failed = seen.failed[code]
    late = max(counts["came"] - counts["pictures"] - failed, 0)
    return [
        Row(f"{code}: pictures that came", counts["came"], conditions=told),
        Row(f"{code}: looked at", counts["pictures"], conditions=told),
        Row(f"{code}: dropped because they were late", late, conditions=told),
        Row(f"{code}: failed", failed, "", "0", ok=not failed, conditions=told),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--lanes", type=int, default=LANES)
    parser.add_argument("--cameras", type=int, default=0, help="so many other cameras beside the lanes")
    asked, seen = parser.parse_args(), Seen()
    keep_freed_memory()
    with (
        tempfile.TemporaryDirectory() as folder,
        playing(asked.lanes, Path(folder)) as urls,
        _others(asked.cameras, Path(folder)) as others,
        suppress(KeyboardInterrupt),
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.run(watch(urls, others, asked.minutes * 60, seen))
    return write_rows("lanes", rows_of(seen, asked.lanes)) if seen.memory else 1


if __name__ == "__main__":
    sys.exit(main())
