"""The recordings' API: who sees what, in which pieces, and that every look has its reason."""

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from alerts.services import Source, raise_alert
from alerts.workflow import Kind, Priority
from cameras.models import Camera
from cameras.recording.api.ranges import PIECE, Piece, Unsatisfiable, asked_piece
from cameras.recording.models import Hold, Segment
from events.models import AuditEntry
from events.services import Actor
from tests.cameras.conftest import MakeCamera
from tests.cameras.recording.rows import make_segment

NOON = dt.datetime(2026, 11, 23, 5, tzinfo=dt.UTC)  # in Thailand
SPAN = "from=2026-11-23T05:00:00Z&to=2026-11-23T06:00:00Z"
WHY = "ติดตามเหตุ 6911-0001"


@pytest.fixture
def seat(client: Client, operator: User) -> Client:
    client.force_login(operator)
    return client


@pytest.fixture
def film(make_camera: MakeCamera, settings: Settings, tmp_path: Path) -> Segment:
    """A segment of 26 bytes that lies on the disk."""
    settings.RECORDING_ROOT = tmp_path
    segment = make_segment(make_camera("C-001"), NOON, bytes=26)
    path = tmp_path / segment.path
    path.parent.mkdir(parents=True)
    path.write_bytes(b"abcdefghijklmnopqrstuvwxyz")
    return segment


def look(client: Client, *codes: str, day: str = "2026-11-23", reason: str = WHY) -> int:
    body = {"cameras": codes, "day": day, "reason": reason}
    return client.post("/api/v1/recordings/viewings", body, content_type="application/json").status_code


def media(client: Client, segment: Segment, asked: str = "") -> tuple[int, bytes]:
    headers = {"Range": asked} if asked else {}
    answer = client.get(f"/api/v1/recordings/{segment.pk}/media", headers=headers)
    return answer.status_code, answer.content


def test_list_tells_of_film_gaps_and_holds(seat: Client, make_camera: MakeCamera) -> None:
    camera = make_camera("C-001")
    first = make_segment(camera, NOON, has_motion=True)
    make_segment(camera, NOON + dt.timedelta(minutes=5), gap_reason="STALLED", gap_s=240)
    end = NOON + dt.timedelta(seconds=30)
    Hold.objects.create(
        camera=camera, begin=NOON, end=end, reason=WHY, until=end, held_by="x", created_at=end
    )

    told = seat.get(f"/api/v1/recordings?camera=C-001&{SPAN}").json()

    assert [(one["motion"], one["held"]) for one in told["segments"]] == [(True, True), (False, False)]
    assert told["segments"][0]["url"] == f"/api/v1/recordings/{first.pk}/media"
    assert [gap["reason"] for gap in told["gaps"]] == ["STALLED", ""]
    assert (told["viewing"], told["marks"]) == (False, [])


@pytest.mark.parametrize("count", [2, 20])
def test_list_takes_as_many_queries_for_many_segments(
    seat: Client,
    make_camera: MakeCamera,
    count: int,
    django_assert_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    camera = make_camera("C-001")
    for number in range(count):
        make_segment(camera, NOON + dt.timedelta(minutes=number))

    with django_assert_num_queries(5):
        seat.get(f"/api/v1/recordings?camera=C-001&{SPAN}")


@pytest.mark.parametrize(
    "span",
    [
        "from=2026-11-23T05:00:00Z&to=2026-11-23T05:00:00Z",
        "from=2026-11-23T05:00:00Z&to=2026-11-25T05:00:00Z",
        "from=yesterday&to=2026-11-25T05:00:00Z",
    ],
)
def test_list_refuses_a_span_that_is_none(seat: Client, make_camera: MakeCamera, span: str) -> None:
    make_camera("C-001")

    assert seat.get(f"/api/v1/recordings?camera=C-001&{span}").status_code == 400


def test_film_is_shown_only_after_a_reason_and_the_reason_is_written_once(
    seat: Client, film: Segment
) -> None:
    refused = seat.get(f"/api/v1/recordings/{film.pk}/media")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "reason_needed")
    assert look(seat, "C-001", reason="  ") == 400

    assert look(seat, "C-001") == 201
    pieces = [media(seat, film, f"bytes={at}-{at + 9}")[1] for at in (0, 10, 20)]
    assert look(seat, "C-001") == 201

    assert b"".join(pieces) == b"abcdefghijklmnopqrstuvwxyz"
    entry = AuditEntry.objects.get(verb="recordings.viewed")
    assert (entry.target_id, entry.reason, entry.changes) == ("C-001", WHY, {"day": "2026-11-23"})


def test_viewing_of_another_camera_day_or_person_shows_nothing(
    seat: Client, film: Segment, make_camera: MakeCamera, make_user: Callable[..., User]
) -> None:
    make_camera("C-002")
    look(seat, "C-002")
    look(seat, "C-001", day="2026-11-22")
    other = Client()
    other.force_login(make_user("SUPERVISOR"))

    assert [media(client, film)[0] for client in (seat, other)] == [409, 409]


def test_viewing_ends_after_two_hours(seat: Client, film: Segment) -> None:
    look(seat, "C-001")
    session = seat.session
    session["recordings"]["C-001 2026-11-23"]["until"] = timezone.now().timestamp() - 1
    session.save()

    assert media(seat, film)[0] == 409


def test_film_of_a_midnight_is_seen_by_a_viewing_of_either_day(seat: Client, film: Segment) -> None:
    Segment.objects.update(started_at=dt.datetime(2026, 11, 23, 16, 59, 30, tzinfo=dt.UTC))

    look(seat, "C-001", day="2026-11-24")

    assert media(seat, film, "bytes=0-2") == (206, b"abc")


@pytest.mark.parametrize(
    ("asked", "status", "body"),
    [
        ("", 200, b"abcdefghijklmnopqrstuvwxyz"),
        ("bytes=23-", 206, b"xyz"),
        ("bytes=-2", 206, b"yz"),
        ("bytes=24-99", 206, b"yz"),
        ("bytes=26-", 416, b""),
        ("lines=1-2", 200, b"abcdefghijklmnopqrstuvwxyz"),
    ],
)
def test_film_comes_in_the_piece_that_is_asked_for(
    seat: Client, film: Segment, asked: str, status: int, body: bytes
) -> None:
    look(seat, "C-001")

    assert media(seat, film, asked) == (status, body)


def test_film_that_is_gone_from_the_disk_is_refused_in_words(
    seat: Client, film: Segment, settings: Settings
) -> None:
    (settings.RECORDING_ROOT / film.path).unlink()
    look(seat, "C-001")

    answer = seat.get(f"/api/v1/recordings/{film.pk}/media")

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "film_gone")


def test_marks_are_those_of_the_camera_and_of_the_viewing_only(seat: Client, film: Segment) -> None:
    for code, subject in (("C-001", "กล้อง C-001 ไม่มีภาพ"), ("C-002", "อีกตัว")):
        raise_alert(
            kind=Kind.CAMERA, priority=Priority.LOOK, dedupe_key=code, subject=subject, place="",
            source=Source("camera", code), actor=Actor.system("test"), at=NOON + dt.timedelta(seconds=9),
        )  # fmt: skip
    look(seat, "C-001")

    told = seat.get(f"/api/v1/recordings?camera=C-001&{SPAN}").json()

    assert [(mark["kind"], mark["label"]) for mark in told["marks"]] == [("ALERT", "กล้อง C-001 ไม่มีภาพ")]
    assert told["viewing"] is True


def test_snapshot_is_written_down_with_the_reason_of_its_viewing(seat: Client, film: Segment) -> None:
    body = {"camera": "C-001", "at": "2026-11-23T05:00:07.5Z"}
    refused = seat.post("/api/v1/recordings/snapshots", body, content_type="application/json")
    look(seat, "C-001")

    taken = seat.post("/api/v1/recordings/snapshots", body, content_type="application/json")

    assert (refused.status_code, taken.status_code) == (409, 204)
    entry = AuditEntry.objects.get(verb="recordings.snapshot")
    assert (entry.reason, entry.changes["at"]) == (WHY, "2026-11-23T05:00:07.500000Z")


def test_viewing_of_an_unknown_camera_opens_none(seat: Client, film: Segment) -> None:
    assert look(seat, "C-001", "C-999") == 404
    assert media(seat, film)[0] == 409
    assert Camera.objects.count() == 1


def test_asked_piece_is_bounded() -> None:
    assert asked_piece("bytes=0-", 10 * PIECE) == Piece(0, PIECE - 1)
    with pytest.raises(Unsatisfiable):
        asked_piece("bytes=-0", 10)
