"""Tickets, doors and the audit of live views."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.principals import NOBODY
from cameras import live
from cameras.live import door_path, find_door, is_ticket_good, issue_ticket, note_view
from cameras.models import Camera, CameraLease
from events.models import AuditEntry

MakeCamera = Callable[..., Camera]
MakeUser = Callable[..., User]


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


def views() -> list[tuple[str, str]]:
    entries = AuditEntry.objects.filter(verb="cameras.watched").order_by("pk")
    return list(entries.values_list("actor_label", "target_id"))


def test_ticket_opens_one_camera_for_one_person(make_user: MakeUser) -> None:
    person, other = make_user("OPERATOR"), make_user("OPERATOR")

    ticket = issue_ticket(principal=person, code="C-001")

    assert is_ticket_good(ticket, principal=person, code="C-001")
    assert not is_ticket_good(ticket, principal=person, code="C-002")
    assert not is_ticket_good(ticket, principal=other, code="C-001")
    assert not is_ticket_good(ticket, principal=NOBODY, code="C-001")


@pytest.mark.parametrize(
    "spoil", [lambda ticket: "", lambda ticket: ticket[:-1], lambda ticket: "x" + ticket]
)
def test_ticket_that_was_changed_opens_nothing(make_user: MakeUser, spoil: Callable[[str], str]) -> None:
    person = make_user("OPERATOR")

    ticket = spoil(issue_ticket(principal=person, code="C-001"))

    assert not is_ticket_good(ticket, principal=person, code="C-001")


def test_ticket_is_good_for_a_minute_only(make_user: MakeUser, monkeypatch: pytest.MonkeyPatch) -> None:
    person = make_user("OPERATOR")
    ticket = issue_ticket(principal=person, code="C-001")

    monkeypatch.setattr(live, "TICKET_S", -1)

    assert live.TICKET_S == -1
    assert not is_ticket_good(ticket, principal=person, code="C-001")


def test_door_path_fits_a_socket_whatever_the_worker_is_called(live_doors: Path) -> None:
    path = door_path("ingest@" + "ก" * 200)

    assert path.parent == live_doors
    assert len(str(path).encode()) < 108
    assert path != door_path("ingest@other")


def test_find_door_is_that_of_the_worker_with_the_lease(make_camera: MakeCamera, operator: User) -> None:
    camera = make_camera("C-001")
    CameraLease.objects.filter(camera=camera).update(worker="two", epoch=1, taken_at=timezone.now())

    assert find_door(code="C-001", principal=operator) == door_path("two")


def test_find_door_of_a_camera_that_nobody_reads_is_none(make_camera: MakeCamera, operator: User) -> None:
    make_camera("C-001")

    assert find_door(code="C-001", principal=operator) is None
    assert find_door(code="C-404", principal=operator) is None


@pytest.mark.parametrize("values", [{"status": "RETIRED"}, {"stream_host": "", "stream_path": ""}])
def test_find_door_of_a_camera_out_of_use_is_none(
    make_camera: MakeCamera, operator: User, values: dict[str, str]
) -> None:
    camera = make_camera("C-001", **values)
    CameraLease.objects.filter(camera=camera).update(worker="two", epoch=1, taken_at=timezone.now())

    assert find_door(code="C-001", principal=operator) is None


def test_find_door_asks_who(make_camera: MakeCamera, make_user: MakeUser) -> None:
    camera = make_camera("C-001")
    CameraLease.objects.filter(camera=camera).update(worker="two", epoch=1, taken_at=timezone.now())

    assert find_door(code="C-001", principal=make_user("VOLUNTEER")) is None


def test_note_view_writes_one_row_a_view_not_one_a_connection(
    make_camera: MakeCamera, operator: User, make_user: MakeUser
) -> None:
    other = make_user("OPERATOR")
    for code in ("C-001", "C-002"):
        make_camera(code)

    for person, code in [(operator, "C-001"), (operator, "C-001"), (operator, "C-002"), (other, "C-001")]:
        note_view(principal=person, code=code, at=timezone.now())

    assert views() == [(str(operator), "C-001"), (str(operator), "C-002"), (str(other), "C-001")]


def test_note_view_after_a_long_absence_is_a_new_view(make_camera: MakeCamera, operator: User) -> None:
    make_camera("C-001")
    note_view(principal=operator, code="C-001", at=timezone.now())

    cache.clear()
    note_view(principal=operator, code="C-001", at=timezone.now())

    assert len(views()) == 2


def test_note_view_that_cannot_be_written_is_tried_again(make_camera: MakeCamera, operator: User) -> None:
    with pytest.raises(Camera.DoesNotExist):
        note_view(principal=operator, code="C-001", at=timezone.now())
    make_camera("C-001")

    note_view(principal=operator, code="C-001", at=timezone.now())

    assert len(views()) == 1


def test_open_live_gives_a_ticket_for_this_person(make_camera: MakeCamera, operator: User) -> None:
    make_camera("C-001")
    client = Client()
    client.force_login(operator)

    answer = client.post("/api/v1/cameras/C-001/live")

    assert answer.status_code == 200
    assert answer.json()["expires_in_s"] == 60
    assert is_ticket_good(answer.json()["ticket"], principal=operator, code="C-001")


@pytest.mark.parametrize("values", [{"status": "RETIRED"}, {"stream_host": "", "stream_path": ""}])
def test_open_live_of_a_camera_out_of_use_is_not_found(
    make_camera: MakeCamera, operator: User, values: dict[str, str]
) -> None:
    make_camera("C-001", **values)
    client = Client()
    client.force_login(operator)

    assert client.post("/api/v1/cameras/C-001/live").status_code == 404
