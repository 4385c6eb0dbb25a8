"""What recording costs beside ingest: 183 cameras in one process, first read only, then all of them recorded.

The simulator runs in its own process. Processor time is this process's own: hub, taps, writer and hashing.
Afterwards every file is read by FFmpeg, and what lies in the files of a camera must be as long as the time
in which it was recorded. `python -m bench.recording [--cameras 183] [--seconds 60]`.
"""

import argparse
import asyncio
import hashlib
import itertools
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import av
import uvloop

from bench.cameras_footage import Cameras, running_cameras
from bench.cameras_hub import Bench
from bench.cpu import cost_of
from bench.report import Row, conditions, write_rows
from cameras.streams.memory import keep_freed_memory
from cameras.streams.recording import Mode, Plan, Tap
from cameras.streams.recording_files import FileRules
from cameras.streams.recording_writer import RecordingWriter, WriterRules
from cameras.streams.ring import RingLimits
from cameras.streams.segments import Finished
from cameras.streams.units import AccessUnit, Role, StreamSource

BEFORE = RingLimits(10.0, 4 * 2**20)
SETTLE_S = 12.0
SEGMENT_S = 20.0
FIRST_KEYS_S = 3.0
FLOOD_BYTES = 32 * 2**20
EXTRA = 3.0  # of a core, in per cent


@dataclass(slots=True)
class Measured:
    """Shares of a core, counts and memory of one run."""

    alone: float = 0.0
    kept: float = 0.0
    recorded: float = 0.0
    rss_alone_mb: float = 0.0
    rss_kept_mb: float = 0.0
    rss_mb: float = 0.0
    flood_s: float = 0.0
    lost: int = 0
    gaps: int = 0
    jumps: int = 0
    files: list[Finished] = field(default_factory=list)


async def share_of_core(seconds: float) -> float:
    """Processor time of this process in a stretch of time, in per cent of a core."""
    before, started_s = cost_of(os.getpid()).cpu_s, time.monotonic()
    await asyncio.sleep(seconds)
    return (cost_of(os.getpid()).cpu_s - before) / (time.monotonic() - started_s) * 100


async def measure(cameras: Cameras, root: Path, seconds: float) -> Measured:
    """Read only; with the seconds before an event kept; recorded."""
    found, bench = Measured(), Bench()
    writer = RecordingWriter(WriterRules(FileRules(root, SEGMENT_S), 0), found.files.append)
    codes = [url.rpartition("/")[2] for url in cameras.urls]
    async with bench.hub:
        for code, url in zip(codes, cameras.urls, strict=True):
            bench.hub.add(StreamSource(code, url))
        await bench.until(lambda: bench.up() == len(codes), 60.0)
        await asyncio.sleep(SETTLE_S)
        found.alone = await share_of_core(seconds / 2)
        found.rss_alone_mb = cost_of(os.getpid()).rss_mb
        taps = {code: Tap(plan_of(code, Mode.EVENT), writer.put, before=BEFORE) for code in codes}
        bench.tap = _taker(taps)
        await asyncio.sleep(SETTLE_S)
        skipped = sum(tap.dropped for tap in taps.values())  # before the first key picture of each
        found.kept = await share_of_core(seconds / 2)
        found.rss_kept_mb = cost_of(os.getpid()).rss_mb
        writer.start()
        for code, tap in taps.items():
            tap.follow(plan_of(code, Mode.CONTINUOUS))
        await asyncio.sleep(FIRST_KEYS_S)  # then the kept seconds of all cameras are written at once
        found.flood_s = await bench.until(lambda: writer.waiting_bytes < FLOOD_BYTES, 120.0)
        found.recorded = await share_of_core(seconds)
        found.rss_mb = cost_of(os.getpid()).rss_mb
        bench.tap = None
        for tap in taps.values():
            tap.end()
        found.gaps, found.jumps = bench.total("gaps"), bench.total("clock_jumps")
    await asyncio.to_thread(writer.stop, 60.0)
    found.lost = writer.counters.lost + sum(tap.dropped for tap in taps.values()) - skipped
    return found


def plan_of(code: str, mode: Mode) -> Plan:
    return Plan(code, Role.MAIN, mode, 1)


def _taker(taps: dict[str, Tap]) -> Callable[[AccessUnit], None]:
    def take(unit: AccessUnit) -> None:
        taps[unit.code].take(unit)

    return take


def holes_s(files: Sequence[Finished]) -> float:
    """What is missing between and inside the files of each camera, all together."""
    missing = 0.0
    by_code: defaultdict[str, list[Finished]] = defaultdict(list)
    for done in files:
        by_code[done.label.code].append(done)
    for mine in by_code.values():
        mine.sort(key=lambda done: done.label.started_at)
        for sooner, later in itertools.pairwise(mine):
            missing += abs(later.label.started_at - sooner.label.started_at - sooner.duration_s)
    return missing + sum(done.missing_s for done in files)


def unreadable(files: Sequence[Finished]) -> int:
    """Files that FFmpeg reads otherwise than they say, or whose hash is another."""
    return sum(not _is_right(done) for done in files)


def _is_right(done: Finished) -> bool:
    with av.open(str(done.path), format="mp4") as container:
        pictures = sum(1 for packet in container.demux(container.streams.video[0]) if packet.size)
    return pictures == done.pictures and hashlib.sha256(done.path.read_bytes()).hexdigest() == done.sha256


def rows(found: Measured, asked: argparse.Namespace) -> list[Row]:
    told = conditions(f"{asked.cameras} cameras 1280x720, 1 Mbps each, {asked.seconds:g} s recorded")
    extra = found.recorded - found.alone
    length_s = sum(done.duration_s for done in found.files) or 1.0
    daily_gb = sum(done.bytes for done in found.files) / length_s * 86_400 / 1e9
    missing, wrong = holes_s(found.files), unreadable(found.files)
    return [
        Row("ingest alone, of a core", found.alone, "%", conditions=told),
        Row("with 10 s kept of each camera, more", found.kept - found.alone, "%", conditions=told),
        Row("recording all, more", extra, "%", f"<= {EXTRA:g} %", ok=extra <= EXTRA, conditions=told),
        Row("recording all, of what ingest alone costs", extra / found.alone, "x", conditions=told),
        Row("memory of 10 s of each camera", found.rss_kept_mb - found.rss_alone_mb, "MB", conditions=told),
        Row("memory while recording", found.rss_mb, "MB", conditions=told),
        Row("pictures lost on the way to the disk", found.lost, "", "0", ok=not found.lost, conditions=told),
        Row("gaps that came from the cameras' side", found.gaps, conditions=told),
        Row("pictures that came a second late", found.jumps, conditions=told),
        Row("missing between files", missing, "s", "0", ok=missing < 0.01, conditions=told),
        Row("ten seconds of every camera at once on the disk", found.flood_s, "s", conditions=told),
        Row("files", len(found.files), conditions=told),
        Row("files that others read otherwise", wrong, "", "0", ok=not wrong, conditions=told),
        Row("recorded", length_s / 3600, "camera hours", conditions=told),
        Row("bytes a camera and day", daily_gb, "GB", conditions=told),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--cameras", type=int, default=183)
    asked = parser.parse_args()
    keep_freed_memory()
    with (
        tempfile.TemporaryDirectory() as folder,
        running_cameras(asked.cameras, Path(folder)) as cameras,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        found = runner.run(measure(cameras, Path(folder) / "recordings", asked.seconds))
        return write_rows("recording", rows(found, asked))


if __name__ == "__main__":
    sys.exit(main())
