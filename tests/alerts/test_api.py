"""The alerts API as an operator's browser uses it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from alerts.api.serializers import AlertSerializer
from alerts.models import Alert
from alerts.payloads import AlertPayload, alert_payload
from alerts.services import acknowledge, close_alert
from tests.alerts.moments import OFFICER, RaiseAlert, later

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer


@pytest.fixture
def desk(operator: User) -> Client:
    client = Client()
    client.force_login(operator, backend="django.contrib.auth.backends.ModelBackend")
    return client


def post(client: Client, path: str, body: dict[str, object] | None = None) -> "Answer":
    return client.post(f"/api/v1/alerts/{path}", body or {}, content_type="application/json")


def test_list_alerts_newest_first_by_state(desk: Client, raise_sos: RaiseAlert) -> None:
    raise_sos("SOS-01")
    raise_sos("SOS-02", at=later(5))
    acknowledge(alert=raise_sos("SOS-03", at=later(6)), by=OFFICER, at=later(7))

    body = desk.get("/api/v1/alerts?state=WAITING").json()

    assert [alert["subject"] for alert in body["results"]] == ["SOS SOS-02", "SOS SOS-01"]


def test_list_alerts_of_an_unknown_state_is_refused(desk: Client) -> None:
    response = desk.get("/api/v1/alerts?state=OPEN")

    assert (response.status_code, response.json()["error"]["code"]) == (400, "invalid")


def test_list_alerts_pages_follow_each_other(desk: Client, raise_sos: RaiseAlert) -> None:
    for number in range(60):
        raise_sos(f"SOS-{number:02}", at=later(number))

    first = desk.get("/api/v1/alerts").json()
    rest = desk.get(first["next"]).json()

    assert (len(first["results"]), len(rest["results"])) == (50, 10)


def test_list_alerts_asks_the_same_number_of_questions(desk: Client, raise_sos: RaiseAlert) -> None:
    counts = []
    for total in (2, 20):
        while Alert.objects.count() < total:
            raise_sos(f"SOS-{Alert.objects.count():02}")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            desk.get("/api/v1/alerts")
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_show_alert_is_the_payload(desk: Client, raise_sos: RaiseAlert) -> None:
    alert = raise_sos()

    assert desk.get(f"/api/v1/alerts/{alert.pk}").json() == alert_payload(alert)


def test_show_alert_unknown_is_404_in_one_shape(desk: Client) -> None:
    response = desk.get("/api/v1/alerts/99")

    assert response.status_code == 404
    assert set(response.json()) == {"error"}


def test_acknowledge_then_again_by_another(desk: Client, raise_sos: RaiseAlert, operator: User) -> None:
    alert = raise_sos()

    first = post(desk, f"{alert.pk}/ack").json()
    second = post(desk, f"{alert.pk}/ack").json()

    assert (first["state"], first["taken_by"], first["is_first"]) == ("TAKEN", str(operator), True)
    assert (second["taken_by"], second["is_first"]) == (str(operator), False)


def test_undo_returns_it(desk: Client, raise_sos: RaiseAlert) -> None:
    alert = raise_sos()
    post(desk, f"{alert.pk}/ack")

    assert post(desk, f"{alert.pk}/undo").json()["state"] == "WAITING"


def test_close_with_outcome(desk: Client, raise_sos: RaiseAlert) -> None:
    alert = raise_sos()

    body = post(desk, f"{alert.pk}/close", {"outcome": "MISTAKE", "note": "เด็กเล่น"}).json()

    assert (body["state"], body["outcome"]) == ("CLOSED", "MISTAKE")


@pytest.mark.parametrize("body", [{}, {"outcome": ""}, {"outcome": "FUN"}, {"outcome": 3}, {"note": "x"}])
def test_close_without_a_known_outcome_is_400(
    desk: Client, raise_sos: RaiseAlert, body: dict[str, object]
) -> None:
    response = post(desk, f"{raise_sos().pk}/close", body)

    assert (response.status_code, response.json()["error"]["code"]) == (400, "invalid")


def test_close_twice_is_409_with_words(desk: Client, raise_sos: RaiseAlert) -> None:
    alert = raise_sos()
    close_alert(alert=alert, outcome="REAL", by=OFFICER, at=later(1))

    response = post(desk, f"{alert.pk}/close", {"outcome": "REAL"})

    assert (response.status_code, response.json()["error"]["code"]) == (409, "already_closed")
    assert response.json()["error"]["message"]


def test_commands_without_csrf_token_are_refused(operator: User, raise_sos: RaiseAlert) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(operator, backend="django.contrib.auth.backends.ModelBackend")

    assert post(client, f"{raise_sos().pk}/ack").status_code == 403


def test_commands_by_nobody_are_refused(raise_sos: RaiseAlert) -> None:
    alert = raise_sos()

    assert post(Client(), f"{alert.pk}/ack").status_code in {401, 403}
    alert.refresh_from_db()
    assert alert.state == "WAITING"


def test_close_by_a_volunteer_is_refused(make_user: Callable[..., User], raise_sos: RaiseAlert) -> None:
    client = Client()
    client.force_login(make_user("VOLUNTEER"), backend="django.contrib.auth.backends.ModelBackend")

    assert post(client, f"{raise_sos().pk}/close", {"outcome": "REAL"}).status_code == 403


def test_serializer_describes_the_payload() -> None:
    assert set(AlertSerializer().get_fields()) == set(AlertPayload.__annotations__)
