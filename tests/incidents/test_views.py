"""Pages of incidents, units and SOS points."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from alerts.models import Alert
from incidents.models import Incident, SosPoint, Unit
from incidents.services import dispatch_unit, open_incident, secret_of
from tests.incidents.moments import AT, OFFICER, MakePoint, Pillar

MakeUser = Callable[..., User]
MakeAlert = Callable[..., Alert]
MakeUnit = Callable[..., Unit]
BACKEND = "django.contrib.auth.backends.ModelBackend"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


@pytest.fixture
def desk(operator: User) -> Client:
    return signed_in(operator)


@pytest.fixture
def keeper(make_user: MakeUser) -> Client:
    """Somebody who looks after cameras and SOS points."""
    return signed_in(make_user("CAMERA_ADMIN"))


def page_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def shown(client: Client, path: str, **said: object) -> str:
    """The page after a command."""
    return client.post(path, said, follow=True).content.decode()


def test_new_incident_by_hand_leads_to_its_page(desk: Client) -> None:
    page = shown(desk, "/incidents/new", subject="ทะเลาะวิวาท", kind="QUARREL", priority="2", place="ตลาด")

    assert Incident.objects.get().subject == "ทะเลาะวิวาท"
    assert "ทะเลาะวิวาท" in page


@pytest.mark.parametrize(
    "wrong", [{"subject": ""}, {"kind": "X"}, {"lat": "16.8"}, {"lat": "99", "lon": "1"}]
)
def test_new_incident_that_is_wrong_comes_back(desk: Client, wrong: dict[str, str]) -> None:
    said = {"subject": "x", "kind": "QUARREL", "priority": "2", **wrong}

    assert "field-error" in shown(desk, "/incidents/new", **said)
    assert not Incident.objects.exists()


def test_whole_course_on_the_page(desk: Client, make_alert: MakeAlert, make_unit: MakeUnit) -> None:
    make_unit()
    incident = open_incident(alert=make_alert(), by=OFFICER, at=AT)
    path = f"/incidents/{incident.pk}"

    shown(desk, f"{path}/dispatch", unit="M-34")
    shown(desk, f"{path}/arrive", unit="M-34")
    shown(desk, f"{path}/note", text="พบผู้บาดเจ็บ")
    page = shown(desk, f"{path}/close", outcome="ส่ง รพ.")

    incident.refresh_from_db()
    assert incident.state == "CLOSED"
    assert "พบผู้บาดเจ็บ" in page
    assert f"{path}/close" not in page


def test_dispatch_to_a_hit_without_ticks_says_what_is_missing(
    desk: Client, make_alert: MakeAlert, make_unit: MakeUnit
) -> None:
    make_unit()
    incident = open_incident(alert=make_alert("PLATE_HIT"), by=OFFICER, at=AT)

    refused = shown(desk, f"/incidents/{incident.pk}/dispatch", unit="M-34")
    assert "ดูภาพก่อน" in refused

    shown(desk, f"/incidents/{incident.pk}/dispatch", unit="M-34", confirmed=["PROVINCE", "VEHICLE"])
    incident.refresh_from_db()
    assert incident.state == "DISPATCHED"


@pytest.mark.parametrize(
    ("command", "said"), [("dispatch", {"unit": "X"}), ("arrive", {}), ("note", {}), ("close", {})]
)
def test_half_a_command_says_so(
    desk: Client, make_alert: MakeAlert, command: str, said: dict[str, str]
) -> None:
    incident = open_incident(alert=make_alert(), by=OFFICER, at=AT)

    assert "message-error" in shown(desk, f"/incidents/{incident.pk}/{command}", **said)


def test_incident_with_nobody_free_says_so(desk: Client, make_alert: MakeAlert) -> None:
    incident = open_incident(alert=make_alert(), by=OFFICER, at=AT)

    assert "ไม่มีสายตรวจว่าง" in page_of(desk, f"/incidents/{incident.pk}")


def test_auditor_sees_incidents_without_commands(make_user: MakeUser, make_alert: MakeAlert) -> None:
    incident = open_incident(alert=make_alert(), by=OFFICER, at=AT)
    client = signed_in(make_user("AUDITOR"))

    page = page_of(client, f"/incidents/{incident.pk}")

    assert "<button" not in page.split('class="content"')[1]
    assert client.post(f"/incidents/{incident.pk}/close", {"outcome": "x"}).status_code == 403


@pytest.mark.parametrize("path", ["/incidents", "/incidents?state=OPEN", "/incidents?state=X", "/alerts"])
def test_lists_ask_the_same_number_of_questions(
    desk: Client, make_alert: MakeAlert, make_unit: MakeUnit, path: str
) -> None:
    counts = []
    for total in (2, 20):
        while (number := Incident.objects.count()) < total:
            incident = open_incident(alert=make_alert(key=f"SOS-{number}"), by=OFFICER, at=AT)
            dispatch_unit(incident=incident, unit=make_unit(f"M-{number}"), by=OFFICER, at=AT)
        with CaptureQueriesContext(connection) as queries:
            page_of(desk, path)
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/incidents", "ยังไม่มีเหตุในรายการนี้"),
        ("/units", "ยังไม่มีสายตรวจ"),
        ("/sos", "ยังไม่มีจุด SOS"),
        ("/alerts", "ไม่มีสัญญาณเตือนในรายการนี้"),
    ],
)
def test_empty_lists_say_so(desk: Client, path: str, words: str) -> None:
    assert words in page_of(desk, path)


def test_units_and_points_ask_the_same_number_of_questions(
    desk: Client, make_unit: MakeUnit, make_point: MakePoint
) -> None:
    for path, make in (("/units", lambda n: make_unit(f"M-{n}")), ("/sos", lambda n: make_point(f"SOS-{n}"))):
        counts = []
        for start, total in ((0, 2), (2, 20)):
            for number in range(start, total):
                make(number)
            with CaptureQueriesContext(connection) as queries:
                page_of(desk, path)
            counts.append(len(queries))

        assert counts[0] == counts[1]


def test_unit_is_added_changed_and_taken_off_duty(desk: Client) -> None:
    shown(desk, "/units/new", code="จยย. 34", name="สายตรวจ 34", kind="MOTORCYCLE")
    unit = Unit.objects.get()

    shown(desk, f"/units/{unit.pk}", code="จยย. 34", name="สายตรวจจักรยานยนต์ 34", kind="MOTORCYCLE")
    shown(desk, f"/units/{unit.pk}/duty", duty="off")

    unit.refresh_from_db()
    assert (unit.name, unit.state) == ("สายตรวจจักรยานยนต์ 34", "OFF")


def test_unit_code_twice_comes_back_with_words(desk: Client, make_unit: MakeUnit) -> None:
    make_unit("M-34")

    assert "field-error" in shown(desk, "/units/new", code="M-34", name="x", kind="CAR")


def test_sos_point_is_added_and_its_secret_shown_once(keeper: Client) -> None:
    page = shown(keeper, "/sos/new", code="SOS-07", name="ท่าเรือ", place="ริมน่าน")

    secret = secret_of(SosPoint.objects.get())
    assert secret in page
    assert "/hooks/sos/SOS-07" in page
    assert secret not in page_of(keeper, "/sos/SOS-07")


def test_sos_page_with_the_secret_is_never_kept_by_the_browser(keeper: Client) -> None:
    answer = keeper.post("/sos/new", {"code": "SOS-07", "name": "ท่าเรือ"})

    assert "no-store" in answer.headers["Cache-Control"]


def test_sos_secret_is_renewed(keeper: Client, pillar: Pillar) -> None:
    page = shown(keeper, "/sos/SOS-01/secret")

    pillar.point.refresh_from_db()
    assert secret_of(pillar.point) in page
    assert secret_of(pillar.point) != pillar.secret


def test_sos_point_is_edited_tested_and_retired(keeper: Client, pillar: Pillar) -> None:
    shown(keeper, "/sos/SOS-01/edit", code="SOS-01", name="ตลาดสด", place="ประตู 2", lat="16.8", lon="100.2")
    shown(keeper, "/sos/SOS-01/test", minutes="15")
    pillar.point.refresh_from_db()
    assert pillar.point.place == "ประตู 2"
    assert pillar.point.test_until is not None
    assert pillar.point.test_until > timezone.now()
    assert "กำลังทดสอบ" in page_of(keeper, "/sos")

    shown(keeper, "/sos/SOS-01/test", end="1")
    shown(keeper, "/sos/SOS-01/retire")
    after = SosPoint.objects.get()
    assert (after.test_until, after.is_active) == (None, False)
    assert keeper.get("/sos/SOS-01").status_code == 404


@pytest.mark.parametrize("minutes", ["", "0", "121", "x"])
def test_sos_test_without_an_end_in_sight_says_so(keeper: Client, pillar: Pillar, minutes: str) -> None:
    assert "message-error" in shown(keeper, "/sos/SOS-01/test", minutes=minutes)


@pytest.mark.parametrize(
    "wrong", [{"code": "sos 1"}, {"code": "SOS-01"}, {"name": ""}, {"lat": "16.8"}, {"lat": "95", "lon": "1"}]
)
def test_sos_point_that_is_wrong_comes_back(keeper: Client, pillar: Pillar, wrong: dict[str, str]) -> None:
    page = shown(keeper, "/sos/new", **{"code": "SOS-07", "name": "ท่าเรือ", **wrong})

    assert "field-error" in page or "note-danger" in page
    assert SosPoint.objects.count() == 1


def test_operator_sees_points_and_cannot_change_them(desk: Client, pillar: Pillar) -> None:
    page = page_of(desk, "/sos/SOS-01")

    assert "/sos/SOS-01/secret" not in page
    assert desk.post("/sos/SOS-01/secret").status_code == 403
