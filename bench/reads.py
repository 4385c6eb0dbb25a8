"""Plate reads into the database, as a fleet of readers brings them: reads a second, sustained.

One process hands batches over as the ingest's result desk does, against 5,000 watchlist entries of which one
is met every thousand reads, each hit raising or folding an alert with its audit entry and its event. Texts
repeat as in a town: most vehicles have been seen before. `python -m bench.reads [--seconds 30]`.
"""

import argparse
import json
import sys

from bench.report import Row, conditions, write_rows
from bench.rig import started

TARGET = 5000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    asked = parser.parse_args()
    with started() as rig:
        seen = json.loads(rig.spawn("bench.reads_writer", str(asked.seconds)).finish("go"))
    told = conditions(
        f"{seen['entries']} entries, a hit every {seen['every']} reads, batches of {seen['batch']}, "
        f"{asked.seconds:g} s without pictures, then {seen['pictured']} reads with a crop and a scene"
    )
    rate = seen["reads"] / seen["wall_s"]
    rows = [
        Row("reads stored a second", rate, "/s", f">= {TARGET}", ok=rate >= TARGET),
        Row("  slowest second of the run", seen["slowest"], "/s"),
        Row("  CPU of one read, writing process", seen["cpu_s"] / seen["reads"] * 1e6, "us"),
        Row("  CPU of one read, PostgreSQL", seen["server_cpu_s"] / seen["reads"] * 1e6, "us"),
        Row("  hits of them", seen["hits"]),
        Row("batch, p50", seen["p50_ms"], "ms"),
        Row("batch, p99", seen["p99_ms"], "ms"),
        Row("reads with pictures a second", seen["pictured_rate"], "/s"),
        Row("reads missing afterwards", seen["missing"], "", "0", ok=seen["missing"] == 0),
    ]
    return write_rows("reads", [Row(**{**vars(row), "conditions": told}) for row in rows])


if __name__ == "__main__":
    sys.exit(main())
