"""What can be played, where the gaps are, and what is held."""

import datetime as dt

import pytest
from django.db.models import Q
from django.utils import timezone

from cameras.models import Camera
from cameras.recording.models import Segment
from cameras.recording.querysets import Gap
from tests.cameras.conftest import MakeCamera
from tests.cameras.recording.rows import make_segment
from tests.cameras.recording.test_services import held

NOON = dt.datetime(2026, 11, 23, 5, 0, tzinfo=dt.UTC)


@pytest.fixture
def camera(make_camera: MakeCamera) -> Camera:
    return make_camera()


def after(seconds: float) -> dt.datetime:
    return NOON + dt.timedelta(seconds=seconds)


def test_covering_takes_what_shares_a_moment_with_the_span_in_order(camera: Camera) -> None:
    third = make_segment(camera, after(120))
    first = make_segment(camera, after(0))
    make_segment(camera, after(60), shed_at=after(900))
    make_segment(camera, after(180))

    found = Segment.objects.covering([camera.pk], after(30), after(150))

    assert list(found) == [first, third]


def test_covering_leaves_out_what_only_touches(camera: Camera) -> None:
    make_segment(camera, after(0))

    assert not Segment.objects.covering([camera.pk], after(60), after(90)).exists()


def test_gaps_name_the_reason_that_the_next_segment_gives(camera: Camera) -> None:
    make_segment(camera, after(0))
    make_segment(camera, after(75), gap_reason="STALLED", gap_s=15)

    found = Segment.objects.gaps(camera.pk, after(-10), after(150))

    assert found == [
        Gap(after(-10), after(0), ""),
        Gap(after(60), after(75), "STALLED"),
        Gap(after(135), after(150), ""),
    ]


def test_gaps_tell_of_what_was_shed(camera: Camera) -> None:
    make_segment(camera, after(0))
    make_segment(camera, after(60), shed_at=after(900))
    make_segment(camera, after(120))

    assert Segment.objects.gaps(camera.pk, after(0), after(180)) == [Gap(after(60), after(120), "SHED")]


def test_gaps_of_whole_recordings_are_none(camera: Camera) -> None:
    make_segment(camera, after(0))
    make_segment(camera, after(60.1))

    assert Segment.objects.gaps(camera.pk, after(1), after(119)) == []


def test_with_held_marks_what_a_hold_in_force_keeps(camera: Camera, make_camera: MakeCamera) -> None:
    kept = make_segment(camera, after(0))
    make_segment(camera, after(60))
    make_segment(make_camera(), after(0))
    held(camera, begin=after(59), end=after(60))

    held_ones = Segment.objects.all().with_held().filter(Q(is_held=True))

    assert list(held_ones) == [kept]


def test_segment_str_is_its_path(camera: Camera) -> None:
    row = make_segment(camera, timezone.now())

    assert str(row) == row.path
