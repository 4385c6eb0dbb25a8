"""The landing page: every button does the real thing, and only what the page offers."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from alerts.models import Alert
from ccoc.demo import fleet
from ccoc.demo.management.commands import press_sos
from ccoc.demo.portal import DEFAULT_ADDRESS, portal_address
from ccoc.demo.seeding import seed_people, seed_sos_points
from events.models import AuditEntry
from tests.demo.test_seeding import AT

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.demo.urls")]


@pytest.fixture
def town(db: None) -> None:
    seed_people(AT)
    seed_sos_points(AT)


def test_landing_shows_every_door(client: Client) -> None:
    page = client.get(reverse("demo:landing"))

    text = page.content.decode()
    assert page.status_code == 200
    assert all(row.username in text for row in fleet.people())
    assert all(row.code in text for row in fleet.sos_points())
    assert "กข 1234" in text


@pytest.mark.parametrize("row", fleet.people(), ids=lambda row: row.role)
def test_enter_signs_in_each_person(client: Client, town: None, row: fleet.PersonRow) -> None:
    answer = client.post(reverse("demo:enter"), {"person": row.username})

    person = User.objects.get(username=row.username)
    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(person.pk)
    assert AuditEntry.objects.filter(verb="accounts.signed_in").count() == 1


def test_enter_leads_to_the_wall(client: Client, town: None) -> None:
    answer = client.post(reverse("demo:enter"), {"person": "demo-operator", "to": "wall"})

    assert answer["Location"] == reverse("wall")


def test_enter_knows_nobody_else(client: Client, operator: User) -> None:
    answer = client.post(reverse("demo:enter"), {"person": operator.username})

    assert answer["Location"] == reverse("demo:landing")
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("name", ["enter", "press", "fault"])
def test_buttons_ask_for_a_post_with_a_token(name: str, town: None) -> None:
    strict = Client(enforce_csrf_checks=True)

    assert strict.get(reverse(f"demo:{name}")).status_code == 405
    assert strict.post(reverse(f"demo:{name}"), {"person": "demo-operator"}).status_code == 403


def test_fault_without_a_simulator_says_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CCOC_SIMULATOR_CONTROL_PORT", raising=False)

    answer = client.post(reverse("demo:fault"), {"fault": "gone", "begins": "1"}, follow=True)

    assert "make demo" in answer.content.decode()


@pytest.mark.parametrize("name", ["sheet", "faulty-sheet"])
def test_sheets_can_be_downloaded(client: Client, name: str) -> None:
    answer = client.get(reverse(f"demo:{name}"))

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "C-183" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_press_goes_round_over_http(
    live_server: LiveServer, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    seed_sos_points(AT)
    monkeypatch.setenv("CCOC_PORTAL", live_server.url)

    client.post(reverse("demo:press"), {"point": "SOS-01"})

    alert = Alert.objects.get()
    assert (alert.kind, alert.priority) == ("SOS", 1)


@pytest.mark.django_db(transaction=True)
def test_press_command_of_a_test_does_not_alarm(
    live_server: LiveServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seed_sos_points(AT)
    monkeypatch.setenv("CCOC_PORTAL", live_server.url)

    press_sos.Command().run_from_argv(["manage.py", "press_sos", "SOS-02", "--test"])

    assert not Alert.objects.exists()
    assert "SOS-02" in capsys.readouterr().out


def test_press_to_a_dead_portal_says_so(client: Client, town: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCOC_PORTAL", "http://127.0.0.1:9")

    answer = client.post(reverse("demo:press"), {"point": "SOS-01"}, follow=True)

    assert not Alert.objects.exists()
    assert b"SOS-01 was pressed" not in answer.content


def test_portal_address_is_what_the_stack_wrote(settings: Settings, tmp_path: Path) -> None:
    state = tmp_path / "supervisor.json"
    settings.STACK_STATE_FILE = state

    before = portal_address()
    state.write_text('{"address": "http://127.0.0.1:8123"}')

    assert before == DEFAULT_ADDRESS
    assert portal_address() == "http://127.0.0.1:8123"
