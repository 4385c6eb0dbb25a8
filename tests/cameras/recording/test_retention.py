"""What is thrown away and what never: by age, by worth, and not while it is held."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.utils import timezone
from pytest_django import Settings

from alerts.models import Alert
from cameras.models import Camera
from cameras.recording import files, retention
from cameras.recording.forecast import bytes_per_day, forecast
from cameras.recording.models import Segment
from cameras.recording.services import release, set_rule
from tests.cameras.conftest import MakeCamera
from tests.cameras.recording.rows import make_segment
from tests.cameras.recording.test_services import SUPERVISOR, held

Keep = Callable[..., Segment]
NOW = timezone.now()
MEGABYTE = 10**6


@pytest.fixture
def camera(make_camera: MakeCamera) -> Camera:
    camera = make_camera()
    set_rule(actor=SUPERVISOR, camera=camera, mode="CONTINUOUS", keep_days=7, at=NOW)
    return camera


@pytest.fixture
def keep(camera: Camera) -> Keep:
    """A segment with a small file that counts as one megabyte, so many hours old."""

    def make(hours: float, **values: object) -> Segment:
        row = make_segment(camera, NOW - dt.timedelta(hours=hours), **{"bytes": MEGABYTE, **values})
        path = files.path_of(row.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"film")
        return row

    return make


def left() -> set[int]:
    """Rows that still have their file; both must agree."""
    rows = Segment.objects.all()
    for row in rows:
        assert files.path_of(row.path).exists() is (row.shed_at is None)
    return {row.pk for row in rows if row.shed_at is None}


def test_keep_house_throws_away_what_is_older_than_the_rule(keep: Keep) -> None:
    old, young = keep(7 * 24 + 1), keep(7 * 24 - 1)

    assert retention.keep_house(at=NOW) == 1

    assert left() == {young.pk}
    assert Segment.objects.get(pk=old.pk).shed_at == NOW


def test_keep_house_keeps_a_camera_without_a_rule_for_thirty_days(make_camera: MakeCamera) -> None:
    other = make_camera()
    young = make_segment(other, NOW - dt.timedelta(days=29))
    make_segment(other, NOW - dt.timedelta(days=31))

    retention.keep_house(at=NOW)

    assert list(Segment.objects.unshed()) == [young]


def test_keep_house_never_takes_what_is_held_until_it_is_released(camera: Camera, keep: Keep) -> None:
    old = keep(9 * 24)
    hold = held(camera, begin=old.started_at, end=old.ended_at)[0]

    retention.keep_house(at=NOW)
    assert left() == {old.pk}
    release(actor=SUPERVISOR, hold=hold, reason="คดีสิ้นสุด")
    retention.keep_house(at=NOW)

    assert left() == set()


def test_keep_house_sheds_what_is_worth_least_first(keep: Keep, settings: Settings) -> None:
    event = keep(40, mode="EVENT")
    moving = keep(30, has_motion=True)
    still_old, still_young = keep(20), keep(10)

    shed = []
    for limit in (3, 2, 1, 0.5):
        settings.RECORDING_LIMIT_BYTES = int(limit * MEGABYTE)
        before = left()
        retention.keep_house(at=NOW)
        shed += list(before - left())

    assert shed == [still_old.pk, still_young.pk, moving.pk, event.pk]


def test_keep_house_sheds_no_more_than_is_missing(keep: Keep, settings: Settings) -> None:
    rows = [keep(hours) for hours in (5, 4, 3, 2)]
    settings.RECORDING_LIMIT_BYTES = 2 * MEGABYTE

    assert retention.keep_house(at=NOW) == 2

    assert left() == {row.pk for row in rows[2:]}


def test_keep_house_makes_free_space_up_to_the_floor(keep: Keep, settings: Settings) -> None:
    keep(5)
    settings.RECORDING_FLOOR_BYTES = files.room().total * 2

    assert retention.keep_house(at=NOW) == 1


def test_full_disk_of_held_evidence_is_told_once_and_closed_when_there_is_room(
    camera: Camera, keep: Keep, settings: Settings
) -> None:
    kept = keep(5)
    held(camera, begin=kept.started_at, end=kept.ended_at)
    settings.RECORDING_FLOOR_BYTES = files.room().total * 2

    for _ in range(2):
        retention.keep_house(at=NOW)
    assert left() == {kept.pk}
    alert = Alert.objects.get(dedupe_key=retention.ROOM_KEY)
    assert alert.priority == 2
    settings.RECORDING_FLOOR_BYTES = 0
    retention.keep_house(at=NOW)

    alert.refresh_from_db()
    assert alert.state == "CLOSED"


def test_recordings_that_go_before_their_days_are_over_are_told(keep: Keep, settings: Settings) -> None:
    keep(5)
    settings.RECORDING_FLOOR_BYTES = files.room().free + 5 * 10**9

    retention.keep_house(at=NOW)

    assert Alert.objects.filter(dedupe_key=retention.ROOM_KEY).count() == 1


def test_file_whose_removal_was_cut_short_goes_with_the_next_run(keep: Keep) -> None:
    row = keep(1)
    Segment.objects.filter(pk=row.pk).update(shed_at=NOW)

    retention.keep_house(at=NOW + dt.timedelta(seconds=30))

    assert not files.path_of(row.path).exists()


def test_forecast_reckons_from_the_last_day(camera: Camera, keep: Keep, settings: Settings) -> None:
    keep(12, bytes=6 * MEGABYTE)
    keep(1, bytes=6 * MEGABYTE)
    settings.RECORDING_LIMIT_BYTES = 60 * MEGABYTE

    found = forecast(at=NOW)

    assert bytes_per_day(at=NOW)[camera.pk] == pytest.approx(24 * MEGABYTE, rel=0.01)
    assert (found.used_bytes, found.free_bytes) == (12 * MEGABYTE, 48 * MEGABYTE)
    assert found.days_left == pytest.approx(2.0, rel=0.01)


def test_forecast_without_recordings_says_nothing(db: None) -> None:
    assert forecast(at=NOW).days_left is None
