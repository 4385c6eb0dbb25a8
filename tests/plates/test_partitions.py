"""Weeks of plate reads: made ahead, dropped when old, the spare one kept empty."""

import datetime as dt
import uuid
from itertools import pairwise
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from alerts.models import Alert
from plates import partitions, pictures, tasks
from plates.models import PlateRead, PlateText
from plates.partitions import Week, week_of, weeks
from plates.services import keep_up, record_reads
from plates.workflow import KEEP_READS
from tests.plates.moments import AT, AddEntry, a_read

DAY = dt.timedelta(days=1)


def table_of(read: PlateRead) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM plates_plateread WHERE id = %s", [read.pk])
        return str(cursor.fetchone()[0])


def test_week_of_begins_on_monday_utc() -> None:
    week = week_of(AT)

    assert (week.start, week.table) == (dt.datetime(2026, 11, 23, tzinfo=dt.UTC), "plates_plateread_20261123")


def test_week_of_the_last_moment_is_still_that_week() -> None:
    monday = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)

    assert week_of(monday - dt.timedelta(microseconds=1)).start == monday - partitions.WEEK


def test_weeks_cover_a_span_without_a_gap() -> None:
    found = list(weeks(AT, AT + 30 * DAY))

    assert found[0].start <= AT
    assert found[-1].end >= AT + 30 * DAY
    assert all(one.end == other.start for one, other in pairwise(found))


@pytest.mark.usefixtures("weeks")
def test_read_lies_in_the_partition_of_its_week() -> None:
    row = record_reads(reads=[a_read()], at=AT)[0]

    assert table_of(row) == week_of(AT).table
    assert partitions.spare_rows() == 0


def test_migration_made_weeks_for_now(db: None) -> None:
    assert partitions.ahead(timezone.now()) >= partitions.FEWEST_AHEAD


def test_keep_up_twice_makes_nothing_new(db: None) -> None:
    keep_up(at=AT)

    again = keep_up(at=AT)

    assert (again.made, again.dropped) == ([], [])


def test_keep_up_drops_weeks_that_ended_before_the_limit(db: None) -> None:
    keep_up(at=AT)
    row = record_reads(reads=[a_read()], at=AT)[0]
    week = week_of(row.seen_at)

    early = keep_up(at=week.end + KEEP_READS - dt.timedelta(seconds=1))
    late = keep_up(at=week.end + KEEP_READS)

    assert week.table not in early.dropped
    assert week.table in late.dropped
    assert Week(week.start) not in partitions.existing()


def test_keep_up_forgets_reads_texts_and_pictures_after_thirty_days(
    picture_root: Path, on_list: AddEntry
) -> None:
    keep_up(at=AT)
    on_list()
    plain, hit = record_reads(reads=[a_read("ขค 55"), a_read()], at=AT)

    keep_up(at=AT + KEEP_READS)
    assert PlateRead.objects.count() == 2

    keep_up(at=AT + KEEP_READS + DAY)
    assert not PlateRead.objects.exists()
    assert not PlateText.objects.exists()
    assert pictures.read(plain.crop) is None
    assert pictures.read(hit.crop) is not None


def test_keep_up_tells_of_rows_in_the_spare_partition_and_takes_it_back(db: None) -> None:
    keep_up(at=AT)
    far = AT + 5 * 365 * DAY
    stray = PlateRead.objects.bulk_create([_row_at(far)])[0]

    assert keep_up(at=AT).spare_rows == 1
    assert Alert.objects.get().details == {"spare_rows": 1, "weeks_ahead": 4}

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM plates_plateread WHERE id = %s", [stray.pk])
    keep_up(at=AT)
    assert Alert.objects.get().state == "CLOSED"


def _row_at(seen_at: dt.datetime) -> PlateRead:
    return PlateRead(
        pass_id=uuid.uuid4(),
        seen_at=seen_at,
        first_seen_at=seen_at,
        received_at=AT,
        camera="C-001",
        raw_text="กข1",
        text="กข1",
        plate_class="CAR",
        text_confidence=1,
        province_confidence=1,
        accepted=True,
    )


def test_task_and_command_run_twice_without_harm(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    tasks.keep_up()
    tasks.keep_up()
    call_command("keep_plate_reads")

    assert capsys.readouterr().out == "made 0, dropped 0, spare rows 0\n"
