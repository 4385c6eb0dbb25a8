"""Event to 500 walls, against a raw websocket broadcast of the same messages in the same run.

Both servers live in their own process and the same client process reads them in turn, three rounds
each. Times are CLOCK_MONOTONIC stamps inside the message: ours is taken before the transaction opens,
so it includes the commit; the floor's is taken just before the library's own broadcast.
"""

import argparse
import json
import statistics
import sys
from dataclasses import dataclass

from bench.report import Row, conditions, write_rows
from bench.rig import Rig, started

ROUNDS = 3
EVENTS = 30
RATE = 10  # events a second


@dataclass(frozen=True)
class Delays:
    """Milliseconds from stamp to client, all clients and events of one design together."""

    p50: float
    p99: float
    lost: int

    @classmethod
    def of(cls, delays_ms: list[float], expected: int) -> "Delays":
        ordered = sorted(delays_ms)
        return cls(statistics.median(ordered), ordered[int(len(ordered) * 0.99)], expected - len(ordered))


def measure(rig: Rig, design: str, clients: int) -> list[float]:
    """One round of one design; returns every delay in milliseconds."""
    raw = rig.spawn("bench.push_raw", str(EVENTS), str(RATE)) if design == "raw" else None
    address = f"ws://127.0.0.1:{raw.read_line()}/" if raw else rig.socket
    readers = rig.spawn("bench.push_clients", address, rig.cookie, str(clients), str(EVENTS))
    readers.read_line()
    writer = raw or rig.spawn("bench.push_writer", str(EVENTS), str(RATE))
    writer.finish("go")
    delays: list[float] = json.loads(readers.finish())
    return delays


def compare(measure: str, ours: float, raw: float, limit: float, told: str) -> Row:
    """Our milliseconds as a multiple of the floor's."""
    target = f"<= {limit} x raw = {limit * raw:.1f} ms"
    return Row(measure, ours, "ms", target, "raw websockets", raw, ours <= limit * raw, told)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=500)
    clients = parser.parse_args().clients
    delays: dict[str, list[float]] = {"raw": [], "ours": []}
    with started() as rig:
        for _ in range(ROUNDS):
            for design, found in delays.items():
                found += measure(rig, design, clients)
    expected = ROUNDS * EVENTS * clients
    raw, ours = Delays.of(delays["raw"], expected), Delays.of(delays["ours"], expected)
    told = conditions(f"{clients} sockets, {EVENTS} events at {RATE}/s, {ROUNDS} rounds alternated")
    return write_rows(
        "push",
        [
            compare("event to wall, p50", ours.p50, raw.p50, 1.5, told),
            compare("event to wall, p99", ours.p99, raw.p99, 1.3, told),
            Row("deliveries lost", ours.lost, "", "0", "raw websockets", raw.lost, ours.lost == 0, told),
        ],
    )


if __name__ == "__main__":
    sys.exit(main())
