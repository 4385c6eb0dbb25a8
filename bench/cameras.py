"""Cameras: what 183 of them cost here, and how fast they come, stall and return, beside what others do.

Everything runs over RTSP on loopback from the simulator in its own process. Costs are processor time of the
reading processes, so that they hold on a machine that does other things too.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.cameras_footage import Cameras, running_cameras
from bench.cameras_hub import Seen
from bench.cameras_peers import PeerCost, measure_opencv, measure_pipe
from bench.report import Row, conditions, write_rows

CORES = 2  # the machine of the goals
PEER_STREAMS = 8


def measure_hub(cameras: Cameras, seconds: float) -> Seen:
    """Run our side in a fresh process."""
    command = [sys.executable, "-m", "bench.cameras_hub", str(cameras.control_port), str(seconds)]
    done = subprocess.run([*command, *cameras.urls], stdout=subprocess.PIPE, text=True, check=True)
    return Seen(**json.loads(done.stdout))


def ingest_rows(seen: Seen, count: int, opencv: PeerCost, pipe: PeerCost, told: str) -> list[Row]:
    """Cost of reading alone."""
    percent = seen.hub_cpu_s / seen.measured_s * 100
    ours_ms = percent * 10 / count
    scaled = opencv.ms_per_stream_s * 183 / 10
    return [
        Row(
            f"ingest of {count} x 720p with 10 s ring",
            percent,
            "% of one core",
            "<= 10",
            opencv.name + " x 183",
            scaled,
            percent <= 10,
            told,
        ),
        Row("  the same, a stream", ours_ms, "ms CPU/s", "", pipe.name, pipe.ms_per_stream_s, None, told),
        Row("  against OpenCV", opencv.ms_per_stream_s / ours_ms, "times cheaper", conditions=told),
        Row("  against the pipe", pipe.ms_per_stream_s / ours_ms, "times cheaper", conditions=told),
        Row("RTP gaps", seen.gaps, "", "0", ok=seen.gaps == 0, conditions=told),
        Row(
            "pictures a second and camera", seen.units / seen.measured_s / count, "", "12.5", conditions=told
        ),
        Row("event loop lag, p99", seen.lag_p99_ms, "ms", conditions=told),
    ]


def whole_rows(seen: Seen, pipe: PeerCost, told: str) -> list[Row]:
    """Ingest, decoding and motion together."""
    spent = (seen.pool_hub_cpu_s + seen.pool_child_cpu_s) / seen.pool_measured_s
    machine = spent / CORES * 100
    peer = pipe.ms_per_stream_s * 183 / 1000 / CORES * 100
    each_ms = seen.pool_child_cpu_s * 1000 / max(1, seen.key_pictures)
    share = seen.key_pictures / max(1, seen.key_units) * 100
    peer_mb = pipe.rss_mb * 183
    return [
        Row(
            "ingest + key pictures + motion + thumbnails",
            machine,
            "% of 2 cores",
            "<= 40",
            pipe.name + " x 183",
            peer,
            machine <= 40,
            told,
        ),
        Row("key pictures looked at", share, "%", ">= 99", ok=share >= 99, conditions=told),
        Row("  CPU of one, decoder process", each_ms, "ms", conditions=told),
        Row(
            "memory, hub and decoders",
            seen.pool_rss_mb,
            "MB",
            "<= 1300",
            pipe.name + " x 183",
            peer_mb,
            seen.pool_rss_mb <= 1300,
            told,
        ),
    ]


def reliability_rows(seen: Seen, opencv: PeerCost, told: str) -> list[Row]:
    """Coming, stalling, returning, crashing. Peers' stall times are their documented defaults."""
    opening = opencv.open_s / opencv.streams * 183
    return [
        Row(
            "fleet live after start",
            seen.live_s,
            "s",
            "<= 2",
            "OpenCV opening x 183",
            opening,
            seen.live_s <= 2,
            told,
        ),
        Row(
            "stall noticed, last camera",
            seen.stall_s,
            "s",
            "<= 6",
            "Frigate's default",
            20,
            seen.stall_s <= 6,
            told,
        ),
        Row(
            "95 % live after 15 s outage",
            seen.recovery_s,
            "s",
            "<= 5",
            "fixed 10 s retry",
            10,
            seen.recovery_s <= 5,
            told,
        ),
        Row("  all live", seen.recovery_all_s, "s", conditions=told),
        Row(
            "decoder SIGSEGV, back", seen.segv_back_s, "s", "<= 1", ok=seen.segv_back_s <= 1, conditions=told
        ),
        Row("  ingest gaps of it", seen.segv_gaps, "", "0", ok=seen.segv_gaps == 0, conditions=told),
        Row("  key pictures lost", seen.segv_lost, "", conditions=told),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cameras", type=int, default=183)
    parser.add_argument("--seconds", type=float, default=15.0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running_cameras(asked.cameras, Path(folder)) as cameras:
        seen = measure_hub(cameras, asked.seconds)
        peers = cameras.urls[:PEER_STREAMS]
        opencv, pipe = measure_opencv(peers, asked.seconds), measure_pipe(peers, asked.seconds)
    told = conditions(
        f"1280x720 12.5 fps 1 Mbps H.264, key picture every 2 s, RTSP/TCP on loopback, {asked.seconds:g} s "
        f"a measurement; peers with {len(peers)} streams, scaled to 183"
    )
    rows = ingest_rows(seen, asked.cameras, opencv, pipe, told)
    rows += whole_rows(seen, pipe, told) + reliability_rows(seen, opencv, told)
    return write_rows("cameras", rows)


if __name__ == "__main__":
    sys.exit(main())
