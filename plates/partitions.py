"""Weekly partitions of the plate reads: made ahead, dropped when old, and the spare one kept empty.

A partition runs from Monday 00:00 UTC to the next. Rows outside all of them fall into the spare
(default) partition: nothing is lost, and somebody is told, because a spare with rows blocks new weeks.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, transaction

TABLE = "plates_plateread"
SPARE = f"{TABLE}_spare"
WEEK = dt.timedelta(days=7)
WEEKS_AHEAD = 4
FEWEST_AHEAD = 2  # below this somebody has to look
_WAIT_MS = 5_000  # making or dropping a week waits this long for readers at most


@dataclass(frozen=True)
class Week:
    """One partition, by the moment it begins."""

    start: dt.datetime

    @property
    def end(self) -> dt.datetime:
        return self.start + WEEK

    @property
    def table(self) -> str:
        return f"{TABLE}_{self.start:%Y%m%d}"


@dataclass(frozen=True)
class Upkeep:
    """What one round of upkeep did, and what it found."""

    made: list[str]
    dropped: list[str]
    spare_rows: int


def week_of(at: dt.datetime) -> Week:
    """The week that holds `at`."""
    day = at.astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return Week(day - dt.timedelta(days=day.weekday()))


def weeks(start: dt.datetime, end: dt.datetime) -> Iterator[Week]:
    """Every week that touches the span from `start` to `end`."""
    week = week_of(start)
    while week.start < end:
        yield week
        week = Week(week.end)


def existing() -> list[Week]:
    """The weeks that have a partition, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = %s::regclass AND c.relname <> %s ORDER BY 1",
            [TABLE, SPARE],
        )
        names = [row[0] for row in cursor.fetchall()]
    stamps = [name.removeprefix(f"{TABLE}_") for name in names]
    return [Week(dt.datetime.strptime(stamp, "%Y%m%d").replace(tzinfo=dt.UTC)) for stamp in stamps]


def keep_up(*, at: dt.datetime, keep: dt.timedelta) -> Upkeep:
    """Make the weeks from one back to four ahead of `at`, drop those that ended more than `keep` before."""
    made = cover(start=at - WEEK, end=at + WEEKS_AHEAD * WEEK)
    old = [week for week in existing() if week.end <= at - keep]
    for week in old:
        _run(f"DROP TABLE IF EXISTS {week.table}")
    return Upkeep(made, [week.table for week in old], spare_rows())


def cover(*, start: dt.datetime, end: dt.datetime) -> list[str]:
    """Make the weeks of a span that have none: a table may tell of days before this station's first."""
    have = {week.table for week in existing()}
    wanted = [week for week in weeks(start, end) if week.table not in have]
    return [week.table for week in wanted if _make(week)]


def spare_rows() -> int:
    """Rows that fell outside all weeks; anything but 0 needs a person."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {SPARE}")  # noqa: S608 - a constant name
        return int(cursor.fetchone()[0])


def ahead(at: dt.datetime) -> int:
    """How many weeks after the present one are ready."""
    return sum(week.start > at for week in existing())


def _make(week: Week) -> bool:
    _run(
        f"CREATE TABLE IF NOT EXISTS {week.table} PARTITION OF {TABLE}"
        f" FOR VALUES FROM ('{week.start.isoformat()}') TO ('{week.end.isoformat()}')"
    )
    return True


def _run(statement: str) -> None:
    """Run one DDL statement that gives up rather than hold up the reads behind it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = {_WAIT_MS}")
        cursor.execute(statement)
