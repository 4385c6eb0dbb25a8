"""How a moment is written in JSON: ISO 8601, UTC, with Z."""

import datetime as dt
from typing import overload


@overload
def iso(at: dt.datetime) -> str: ...
@overload
def iso(at: None) -> None: ...
@overload
def iso(at: dt.datetime | None) -> str | None: ...


def iso(at: dt.datetime | None) -> str | None:
    """`2026-11-23T14:47:12.120000Z`; None stays None. `at` must know its zone."""
    if at is None:
        return None
    return at.astimezone(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
