"""How every measurement is told: a table for people and the same rows in `bench/latest/<name>.json`."""

import datetime as dt
import json
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

LATEST = Path(__file__).resolve().parent / "latest"


@dataclass(frozen=True)
class Row:
    """One figure beside what it is measured against; `ok` None where there is no target, `limit` what keeps
    it from a target it misses.
    """

    measure: str
    value: float
    unit: str = ""
    target: str = ""
    peer: str = ""
    peer_value: float | None = None
    ok: bool | None = None
    conditions: str = ""
    limit: str = ""


def conditions(what: str) -> str:
    """`what` with the date, the machine and its load, so that a figure is never read without them."""
    at = dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M UTC")  # noqa: TID251 - a bench is an edge
    load = os.getloadavg()[0]
    return f"{what}; {at}, {os.cpu_count()} cores, load {load:.1f}, Python {platform.python_version()}"


def write_rows(name: str, rows: Sequence[Row]) -> int:
    """Print the table, write the JSON, and return 1 when a target was missed, else 0."""
    LATEST.mkdir(parents=True, exist_ok=True)
    text = json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=1)
    (LATEST / f"{name}.json").write_text(text + "\n", "utf-8")
    cells = [("measure", "value", "target", "peer", "peer value", "ok"), *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(6)]
    for line in cells:
        sys.stdout.write(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() + "\n"
        )
    for row in rows:
        if row.ok is False and row.limit:
            sys.stdout.write(f"missed: {row.measure}: {row.limit}\n")
    sys.stdout.write(f"{rows[0].conditions if rows else ''}\n")
    return int(any(row.ok is False for row in rows))


def _cells(row: Row) -> tuple[str, ...]:
    verdict = {True: "yes", False: "MISSED", None: "-"}[row.ok]
    peer_value = "" if row.peer_value is None else f"{row.peer_value:g}"
    value = f"{row.value:,.0f}" if abs(row.value) >= 1000 else f"{row.value:.4g}"
    return (row.measure, f"{value} {row.unit}".strip(), row.target, row.peer, peer_value, verdict)
