"""Which list entry a read meets, and how sure that is. Pure: rows in, verdict out."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from plates.models import PlateRead, WatchlistEntry
from plates.recognition.text import PlateClass
from plates.workflow import is_same_province


class Level(StrEnum):
    """How sure a match is; the order is from most to least."""

    EXACT = "EXACT"
    PROVINCE_UNREAD = "PROVINCE_UNREAD"
    UNSURE = "UNSURE"


class Match(NamedTuple):
    """An entry that a read meets."""

    entry: WatchlistEntry
    level: Level


def best_match(read: PlateRead, entries: Iterable[WatchlistEntry]) -> Match | None:
    """The surest match of `read` among `entries` in force; None where text, province or class differ.

    Another province is another vehicle. A read that the reader itself does not trust is never more than
    UNSURE, whatever it says.
    """
    levels = list(Level)
    found = [Match(entry, level) for entry in entries if (level := _level(read, entry)) is not None]
    return min(found, key=lambda match: (levels.index(match.level), match.entry.pk), default=None)


def _level(read: PlateRead, entry: WatchlistEntry) -> Level | None:
    if read.text != entry.text or not _is_same_class(read.plate_class, entry.plate_class):
        return None
    if entry.province and read.province and not is_same_province(read.province, entry.province):
        return None
    if not read.accepted:
        return Level.UNSURE
    return Level.EXACT if read.province or not entry.province else Level.PROVINCE_UNREAD


def _is_same_class(read: str, wanted: str) -> bool:
    return not wanted or read in {wanted, PlateClass.UNKNOWN}
