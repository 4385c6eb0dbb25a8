"""Recording for half an hour while one camera in twenty misbehaves: nothing of the others may be missing.

Hub, taps and writer are the product's; the simulator gives the odd cameras every fault it knows. Before the
middle of the time the disk takes nothing for a while, and later our clock is set back by an hour: both must
be told as gaps of all cameras with those reasons. A second writer that believes in the same lease records
some of the steady cameras into the same folders: neither may hurt the other's files. Runs under three
minutes end before every camera has begun a file on the clock that was set back.
`python -m bench.recording_soak [--minutes 30] [--cameras 183]`.
"""

import argparse
import asyncio
import itertools
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import uvloop

from bench.cameras_footage import Cameras, running_cameras
from bench.cameras_hub import Bench
from bench.cameras_soak import PATIENT, Sample, misbehave, odd_codes, sample, slope_mb_per_min
from bench.recording import BEFORE, SEGMENT_S, plan_of, unreadable
from bench.report import Row, conditions, write_rows
from cameras.streams.memory import keep_freed_memory
from cameras.streams.recording import Gap, Mode, Tap
from cameras.streams.recording_files import FileRules
from cameras.streams.recording_writer import RecordingWriter, WriterRules
from cameras.streams.segments import Finished
from cameras.streams.simulator.faults import Fault
from cameras.streams.units import AccessUnit

DISK_FULL_SHARE, CLOCK_BACK_SHARE = 0.4, 0.7  # of the time, when these happen
DISK_FULL_S = 10.0
CLOCK_BACK_S = 3600.0
RIVALS = 5  # steady cameras that two record
JOINED_S = 0.5
TOLD = frozenset((Gap.DISK_FULL, Gap.CLOCK))
EVERYTHING = 1 << 62  # bytes left to others: all of them


class Recordings:
    """The taps and files of one recording worker."""

    def __init__(self, root: Path, codes: Sequence[str]) -> None:
        self.files: list[Finished] = []
        self._rules = WriterRules(FileRules(root, SEGMENT_S), 0)
        self.writer = RecordingWriter(self._rules, self.files.append)
        self.taps = {
            code: Tap(plan_of(code, Mode.CONTINUOUS), self.writer.put, before=BEFORE) for code in codes
        }
        self.clock_shift_s = 0.0
        self.writer.start()

    def take(self, unit: AccessUnit) -> None:
        tap = self.taps.get(unit.code)
        if tap is not None:
            shift_s = self.clock_shift_s
            tap.take(unit._replace(captured_at=unit.captured_at + shift_s) if shift_s else unit)

    def tick(self) -> None:
        now_s = time.monotonic()
        for tap in self.taps.values():
            tap.tick(now_s)

    def fill_disk(self, *, is_full: bool) -> None:
        self.writer._rules = replace(self._rules, reserve_bytes=EVERYTHING if is_full else 0)

    async def stop(self) -> None:
        for tap in self.taps.values():
            tap.end()
        await asyncio.to_thread(self.writer.stop, 60.0)

    def of(self, code: str) -> list[Finished]:
        """Files of a camera in the order in which they were written."""
        return [done for done in self.files if done.label.code == code]


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came of it."""

    samples: list[Sample]
    faults: Counter[Fault]
    mine: Recordings
    rival: Recordings
    steady: list[str]


async def repeat(step: Callable[[], None]) -> None:
    """Once a second, for ever."""
    while True:
        step()
        await asyncio.sleep(1.0)


async def harm(mine: Recordings, seconds: float) -> None:
    """The disk full for a while, and the clock set back for good."""
    await asyncio.sleep(seconds * DISK_FULL_SHARE)
    mine.fill_disk(is_full=True)
    await asyncio.sleep(DISK_FULL_S)
    mine.fill_disk(is_full=False)
    await asyncio.sleep(seconds * (CLOCK_BACK_SHARE - DISK_FULL_SHARE))
    mine.clock_shift_s = -CLOCK_BACK_S


async def run(cameras: Cameras, root: Path, seconds: float, seed: int) -> Recorded:
    """Record all cameras, one in twenty of them odd."""
    bench, dice, given, odd = Bench(PATIENT), random.Random(seed), Counter[Fault](), odd_codes(cameras)
    codes = [url.rpartition("/")[2] for url in cameras.urls]
    steady = [code for code in codes if code not in odd]
    mine, rival = Recordings(root, codes), Recordings(root, steady[:RIVALS])

    def take(unit: AccessUnit) -> None:
        mine.take(unit)
        rival.take(unit)

    def tick() -> None:
        mine.tick()
        rival.tick()

    async with bench.hub:
        bench.tap = take
        tasks = [asyncio.create_task(misbehave(cameras, code, dice, given)) for code in odd]
        tasks += [asyncio.create_task(harm(mine, seconds)), asyncio.create_task(repeat(tick))]
        samples = await sample(bench, cameras, seconds)
        bench.tap = None
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    await mine.stop()
    await rival.stop()
    return Recorded(samples, given, mine, rival, steady)


def untold_gaps(files: Sequence[Finished]) -> list[str]:
    """Of one steady camera: holes or reasons that nothing of ours explains."""
    found = [done.label.gap for done in files[1:] if done.label.gap and done.label.gap not in TOLD]
    for sooner, later in itertools.pairwise(files):
        hole_s = later.label.started_at - sooner.label.started_at - sooner.duration_s
        if not later.label.gap and abs(hole_s) > JOINED_S:
            found.append("untold")
    return found + ["inside" for done in files if done.missing_s > JOINED_S]


def rows_of(found: Recorded) -> list[Row]:
    """The figures."""
    mine, steady = found.mine, found.steady
    gaps = Counter(reason for code in steady for reason in untold_gaps(mine.of(code)))
    rivals = Counter(reason for code in found.rival.taps for reason in untold_gaps(found.rival.of(code)))
    told = {
        gap: sum(any(done.label.gap == gap for done in mine.of(code)) for code in steady)
        for gap in sorted(TOLD)
    }
    slope = slope_mb_per_min(found.samples)
    wrong = unreadable([*mine.files, *found.rival.files])
    return [
        Row("gaps of steady cameras that nothing of ours explains", gaps.total(), "", "0", ok=not gaps),
        Row("the same of the second writer", rivals.total(), "", "0", ok=not rivals),
        *(
            Row(f"steady cameras that tell {gap}", count, "", f"{len(steady)}", ok=count == len(steady))
            for gap, count in told.items()
        ),
        Row("reasons of gaps of odd cameras", len({done.label.gap for done in mine.files})),
        Row("files", len(mine.files) + len(found.rival.files)),
        Row("files that others read otherwise", wrong, "", "0", ok=not wrong),
        Row(
            "kinds of fault given", len(found.faults), "", f"{len(Fault)}", ok=len(found.faults) == len(Fault)
        ),
        Row("memory slope", slope, "MB/min", "< 1", ok=slope < 1),
        Row("memory at the end", found.samples[-1].rss_mb, "MB"),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--cameras", type=int, default=183)
    parser.add_argument("--seed", type=int, default=191)
    asked = parser.parse_args()
    keep_freed_memory()
    with (
        tempfile.TemporaryDirectory() as folder,
        running_cameras(asked.cameras, Path(folder)) as cameras,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        found = runner.run(run(cameras, Path(folder) / "recordings", asked.minutes * 60, asked.seed))
        rows = rows_of(found)
    told = conditions(f"{asked.cameras} cameras, {asked.minutes:g} min, two writers on {RIVALS} of them")
    return write_rows("recording_soak", [replace(row, conditions=told) for row in rows])


if __name__ == "__main__":
    sys.exit(main())
