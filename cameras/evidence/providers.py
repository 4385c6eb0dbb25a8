"""Where rooms above add what they know to a pack, without being imported here."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence

from cameras.evidence.jobs import Mark, Read

Reads = Callable[[Sequence[str], dt.datetime, dt.datetime], Iterable[Read]]
"""Plates read by these cameras (codes) in the span, oldest first."""
Marks = Callable[[str, str], Iterable[Mark]]
"""What is known of the thing that a pack is about, by its kind and key."""

_reads: list[Reads] = []
_marks: list[Marks] = []


def subscribe_reads(provider: Reads) -> None:
    """Called once from `AppConfig.ready`."""
    if provider not in _reads:
        _reads.append(provider)


def subscribe_marks(provider: Marks) -> None:
    """Called once from `AppConfig.ready`."""
    if provider not in _marks:
        _marks.append(provider)


def reads_of(codes: Sequence[str], begin: dt.datetime, end: dt.datetime) -> list[Read]:
    return [read for provider in _reads for read in provider(codes, begin, end)]


def marks_of(about_type: str, about_id: str) -> list[Mark]:
    return [mark for provider in _marks for mark in provider(about_type, about_id)]
