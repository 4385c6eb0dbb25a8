"""From a finished file to its row: fenced, in order, with the gap before it."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from cameras.models import Camera, CameraLease
from cameras.recording.models import Segment
from cameras.recording.storing import store_segment
from cameras.streams.segments import Finished, Label
from tests.cameras.conftest import MakeCamera

Finish = Callable[..., Finished]
NOON = dt.datetime(2026, 11, 23, 5, 0, tzinfo=dt.UTC)


@pytest.fixture
def camera(make_camera: MakeCamera) -> Camera:
    camera = make_camera("C-001")
    CameraLease.objects.filter(camera=camera).update(worker="one", epoch=3, taken_at=timezone.now())
    return camera


def finished(second: float, *, gap: str = "", mode: str = "CONTINUOUS", length_s: float = 60.0) -> Finished:
    """A part of C-001 that began so many seconds after noon."""
    begin = NOON + dt.timedelta(seconds=second)
    folder = Path(django_settings.RECORDING_ROOT) / "C-001" / f"{begin:%Y-%m-%d}"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{begin:%H%M%S}{begin.microsecond // 1000:03}-3.mp4.part"
    path.write_bytes(b"film")
    label = Label("C-001", "MAIN", "one", 3, mode, begin.timestamp(), gap)
    return Finished(path, label, length_s, 0.0, 4, "0" * 64, "h264", 320, 180, 720, False)


def store(camera: Camera, done: Finished, epoch: int = 3) -> bool:
    return store_segment(done=done, camera_id=camera.pk, epoch=epoch)


def told(camera: Camera) -> list[tuple[float, str, float]]:
    """Seconds after noon, reason and length of the gap of each row."""
    rows = Segment.objects.filter(camera=camera).order_by("started_at")
    return [
        (round((row.started_at - NOON).total_seconds(), 2), row.gap_reason, round(row.gap_s, 2))
        for row in rows
    ]


def test_store_gives_the_file_its_row_and_its_name(camera: Camera) -> None:
    done = finished(0, gap="START")

    assert store(camera, done)

    row = Segment.objects.get()
    assert (Path(django_settings.RECORDING_ROOT) / row.path).read_bytes() == b"film"
    assert not done.path.exists()
    assert row.path == "C-001/2026-11-23/050000000-3.mp4"


def test_store_twice_is_harmless(camera: Camera) -> None:
    done = finished(0)

    assert store(camera, done)
    assert store(camera, done)

    assert Segment.objects.count() == 1


@pytest.mark.parametrize("epoch", [2, 4])
def test_store_under_a_lease_that_is_not_held_writes_nothing(camera: Camera, epoch: int) -> None:
    done = finished(0)

    assert not store(camera, done, epoch)

    assert not Segment.objects.exists()
    assert done.path.exists()


def test_rows_that_follow_on_have_no_gap(camera: Camera) -> None:
    store(camera, finished(0, gap="START"))
    store(camera, finished(60))
    store(camera, finished(120.01))

    assert told(camera) == [(0, "START", 0), (60, "", 0), (120.01, "", 0)]


def test_gap_is_as_long_as_nothing_was_recorded(camera: Camera) -> None:
    store(camera, finished(0, gap="START"))
    store(camera, finished(75, gap="STALLED"))

    assert told(camera)[1] == (75, "STALLED", 15)


@pytest.mark.parametrize(("mode", "reason"), [("CONTINUOUS", "WORKER_LOST"), ("EVENT", "IDLE")])
def test_first_file_of_a_worker_learns_of_the_worker_before(camera: Camera, mode: str, reason: str) -> None:
    store(camera, finished(0, gap="START", mode=mode))
    store(camera, finished(70, gap="START", mode=mode))

    assert told(camera)[1] == (70, reason, 10)


def test_adopted_file_makes_the_gap_after_it_smaller(camera: Camera) -> None:
    store(camera, finished(0, gap="START"))
    store(camera, finished(100, gap="START"))
    store(camera, finished(60, length_s=38.0))

    assert told(camera) == [(0, "START", 0), (60, "", 0), (100, "WORKER_LOST", 2)]


def test_clock_that_was_set_back_between_two_workers_gives_no_moment_twice(camera: Camera) -> None:
    store(camera, finished(0, gap="START"))
    store(camera, finished(20, gap="START"))

    assert told(camera) == [(0, "START", 0), (60, "CLOCK", 0)]


def test_file_that_is_gone_leaves_no_row(camera: Camera) -> None:
    done = finished(0)
    done.path.unlink()

    with pytest.raises(FileNotFoundError):
        store(camera, done)

    assert not Segment.objects.exists()
