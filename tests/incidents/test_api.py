"""The incidents API as the wall and the desk use it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from alerts.models import Alert
from incidents.api.serializers import IncidentSerializer, SosPointSerializer, UnitSerializer
from incidents.models import Incident, Unit
from incidents.payloads import IncidentPayload, SosPointPayload, UnitPayload
from incidents.services import dispatch_unit, open_incident
from tests.incidents.moments import AT, OFFICER, MakePoint

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

MakeAlert = Callable[..., Alert]
MakeUnit = Callable[..., Unit]
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def desk(operator: User) -> Client:
    client = Client()
    client.force_login(operator, backend=BACKEND)
    return client


def post(client: Client, path: str, **body: object) -> "Answer":
    return client.post(f"/api/v1/{path}", body, content_type="application/json")


def test_open_from_an_alert(desk: Client, make_alert: MakeAlert) -> None:
    alert = make_alert()

    answer = post(desk, "incidents", alert_id=alert.pk)

    assert answer.status_code == 201
    assert set(answer.json()) == set(IncidentPayload.__annotations__)
    assert (answer.json()["alert_id"], answer.json()["state"]) == (alert.pk, "OPEN")


def test_open_by_hand(desk: Client) -> None:
    answer = post(
        desk, "incidents", kind="QUARREL", priority=2, subject="ทะเลาะวิวาท", place="ตลาด", lat=16.8, lon=100.2
    )

    assert answer.status_code == 201
    assert (answer.json()["subject"], answer.json()["lat"]) == ("ทะเลาะวิวาท", 16.8)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"alert_id": "x"},
        {"alert_id": 2**70},
        {"kind": "QUARREL"},
        {"kind": "QUARREL", "priority": 2, "subject": ""},
        {"kind": "X", "priority": 2, "subject": "x"},
        {"kind": "QUARREL", "priority": 9, "subject": "x"},
        {"kind": "QUARREL", "priority": 2, "subject": "x", "lat": 16.8},
        {"kind": "QUARREL", "priority": 2, "subject": "x", "lat": 99, "lon": 1},
        {"kind": "QUARREL", "priority": 2, "subject": "x", "alert_id": 1},
    ],
)
def test_open_with_half_a_story_is_400(desk: Client, body: dict[str, object]) -> None:
    answer = post(desk, "incidents", **body)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid")
    assert not Incident.objects.exists()


def test_open_from_an_unknown_alert_is_404(desk: Client) -> None:
    assert post(desk, "incidents", alert_id=999).status_code == 404


def test_whole_course_of_an_sos(desk: Client, make_alert: MakeAlert, make_unit: MakeUnit) -> None:
    make_unit()
    pk = post(desk, "incidents", alert_id=make_alert().pk).json()["id"]

    sent = post(desk, f"incidents/{pk}/dispatch", unit="M-34").json()
    arrived = post(desk, f"incidents/{pk}/arrive", unit="M-34").json()
    noted = post(desk, f"incidents/{pk}/note", text="พบผู้บาดเจ็บ")
    closed = post(desk, f"incidents/{pk}/close", outcome="REAL", note="ส่ง รพ.").json()

    assert [sent["state"], arrived["state"], closed["state"]] == ["DISPATCHED", "ARRIVED", "CLOSED"]
    assert (sent["units"], noted.status_code) == (["M-34"], 200)
    steps = desk.get(f"/api/v1/incidents/{pk}").json()["steps"]
    assert [step["kind"] for step in steps] == ["OPENED", "DISPATCHED", "ARRIVED", "NOTE", "CLOSED"]


def test_dispatch_to_a_watchlist_hit_needs_both_ticks(
    desk: Client, make_alert: MakeAlert, make_unit: MakeUnit
) -> None:
    make_unit()
    pk = post(desk, "incidents", alert_id=make_alert("PLATE_HIT").pk).json()["id"]

    refused = post(desk, f"incidents/{pk}/dispatch", unit="M-34", confirmed=["PROVINCE"])
    sent = post(desk, f"incidents/{pk}/dispatch", unit="M-34", confirmed=["PROVINCE", "VEHICLE"])

    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "not_confirmed")
    assert sent.json()["state"] == "DISPATCHED"


@pytest.mark.parametrize(
    ("command", "body"),
    [
        ("dispatch", {}),
        ("dispatch", {"unit": "M-34", "confirmed": ["EVERYTHING"]}),
        ("dispatch", {"unit": "M-34", "confirmed": "PROVINCE"}),
        ("arrive", {"unit": ""}),
        ("close", {}),
        ("close", {"outcome": " "}),
        ("note", {"text": ""}),
    ],
)
def test_command_with_half_a_body_is_400(
    desk: Client, make_alert: MakeAlert, make_unit: MakeUnit, command: str, body: dict[str, object]
) -> None:
    make_unit()
    pk = post(desk, "incidents", alert_id=make_alert().pk).json()["id"]

    assert post(desk, f"incidents/{pk}/{command}", **body).status_code == 400


def test_dispatch_of_an_unknown_unit_is_404(desk: Client, make_alert: MakeAlert) -> None:
    pk = post(desk, "incidents", alert_id=make_alert().pk).json()["id"]

    assert post(desk, f"incidents/{pk}/dispatch", unit="X-1").status_code == 404


def test_command_on_an_unknown_incident_is_404(desk: Client) -> None:
    assert post(desk, f"incidents/{10**30}/close", outcome="x").status_code == 404


def test_list_asks_the_same_number_of_questions(
    desk: Client, make_alert: MakeAlert, make_unit: MakeUnit
) -> None:
    counts = []
    for total in (2, 20):
        while (number := Incident.objects.count()) < total:
            incident = open_incident(alert=make_alert(key=f"SOS-{number}"), by=OFFICER, at=AT)
            dispatch_unit(incident=incident, unit=make_unit(f"M-{number}"), by=OFFICER, at=AT)
        with CaptureQueriesContext(connection) as queries:
            assert len(desk.get("/api/v1/incidents").json()["results"]) == total
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_list_by_state(desk: Client, make_alert: MakeAlert) -> None:
    open_incident(alert=make_alert(), by=OFFICER, at=AT)

    assert len(desk.get("/api/v1/incidents?state=OPEN").json()["results"]) == 1
    assert desk.get("/api/v1/incidents?state=CLOSED").json()["results"] == []


def test_units_and_sos_points_are_listed_by_code(
    desk: Client, make_unit: MakeUnit, make_point: MakePoint
) -> None:
    make_unit("M-36"), make_unit("C-21")
    make_point("SOS-02"), make_point("SOS-01")

    assert [unit["code"] for unit in desk.get("/api/v1/units").json()] == ["C-21", "M-36"]
    assert [point["code"] for point in desk.get("/api/v1/sos").json()] == ["SOS-01", "SOS-02"]


def test_commands_are_for_the_desk_only(make_user: Callable[..., User], make_alert: MakeAlert) -> None:
    client = Client()
    client.force_login(make_user("AUDITOR"), backend=BACKEND)

    assert client.get("/api/v1/incidents").status_code == 200
    assert post(client, "incidents", alert_id=make_alert().pk).status_code == 403


@pytest.mark.parametrize(
    ("serializer", "payload"),
    [
        (IncidentSerializer, IncidentPayload),
        (UnitSerializer, UnitPayload),
        (SosPointSerializer, SosPointPayload),
    ],
)
def test_serializers_describe_the_payloads(serializer: type, payload: type) -> None:
    assert set(serializer().get_fields()) == set(payload.__annotations__)
