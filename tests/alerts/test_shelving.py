"""The shelf: out of the way for a while, never forgotten, never for a call for help."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from alerts.models import Alert
from alerts.payloads import alert_payload
from alerts.services import (
    AlreadyClosed,
    NotShelvable,
    Source,
    acknowledge,
    close_alert,
    escalate_due,
    link_incident,
    raise_alert,
    report_stuck,
    return_shelved,
    shelve,
    unshelve,
)
from alerts.tasks import sweep
from alerts.workflow import ShelveReason, State
from events.models import AuditEntry, OutboxEvent
from tests.alerts.moments import AT, OFFICER, SECOND, SOURCE, RaiseAlert, later

RaiseFault = Callable[..., Alert]
QUARTER_S = 15 * 60


@pytest.fixture
def raise_fault(db: None) -> RaiseFault:
    """Raise an alert of a camera that gives no picture: `raise_fault("C-119")`."""

    def make(code: str = "C-119", *, at: dt.datetime = AT, priority: int = 3) -> Alert:
        return raise_alert(
            kind="CAMERA", priority=priority, dedupe_key=f"camera:{code}", subject=f"กล้อง {code} ไม่มีภาพ",
            source=Source("camera", code), actor=SOURCE, at=at,
        )  # fmt: skip

    return make


def put_aside(alert: Alert, *, minutes: int = 15, at: dt.datetime = AT) -> Alert:
    return shelve(alert=alert, minutes=minutes, reason="REPAIR", by=OFFICER, at=at)


def test_shelve_puts_an_alert_aside_with_an_end_a_name_and_a_reason(raise_fault: RaiseFault) -> None:
    alert = put_aside(raise_fault())

    assert alert.state == State.SHELVED
    assert alert_payload(alert)["shelved"] == {
        "until": "2026-11-23T15:02:00.000000Z", "by": OFFICER.label, "reason": "REPAIR",
    }  # fmt: skip
    assert alert.escalate_at is None


def test_shelve_is_audited_with_its_reason_and_broadcast(raise_fault: RaiseFault) -> None:
    alert = put_aside(raise_fault(), minutes=60)

    entry = AuditEntry.objects.get(verb="alerts.shelved")
    assert entry.changes["state"] == ["WAITING", "SHELVED"]
    assert entry.changes["shelved_until"] == [None, "2026-11-23T15:47:00.000000Z"]
    assert entry.reason == str(ShelveReason.REPAIR.label)
    assert OutboxEvent.objects.order_by("-pk")[0].data == alert_payload(alert)


def test_shelve_is_refused_for_an_sos_and_for_anything_critical(
    raise_sos: RaiseAlert, raise_fault: RaiseFault
) -> None:
    for alert in (raise_sos(), raise_sos("SOS-02", priority=2), raise_fault(priority=1)):
        with pytest.raises(NotShelvable):
            put_aside(alert)

    assert not Alert.objects.in_state(State.SHELVED).exists()


def test_database_itself_refuses_a_shelved_sos(raise_sos: RaiseAlert) -> None:
    alert = raise_sos()

    with pytest.raises(IntegrityError, match="alert_shelved_only_lesser"), transaction.atomic():
        Alert.objects.filter(pk=alert.pk).update(
            state="SHELVED", shelved_until=later(60), shelved_by="x", shelve_reason="REPAIR", escalate_at=None
        )


def test_shelve_is_refused_while_an_incident_is_open_and_once_closed(raise_fault: RaiseFault) -> None:
    at_work, over = raise_fault("C-1"), raise_fault("C-2")
    link_incident(alert=at_work, incident_id=3, by=OFFICER, at=AT)
    close_alert(alert=over, outcome="HANDLED", by=OFFICER, at=AT)

    with pytest.raises(NotShelvable):
        put_aside(at_work)
    with pytest.raises(AlreadyClosed):
        put_aside(over)


def test_shelve_of_a_taken_alert_forgets_who_took_it(raise_fault: RaiseFault) -> None:
    alert = acknowledge(alert=raise_fault(), by=SECOND, at=AT).alert

    shelved = put_aside(alert)

    assert (shelved.taken_at, shelved.taken_by, shelved.shelved_by) == (None, "", OFFICER.label)


def test_shelve_twice_changes_nothing(raise_fault: RaiseFault) -> None:
    alert = put_aside(raise_fault())

    again = put_aside(alert, minutes=60, at=later(60))

    assert again.shelved_until == alert.shelved_until
    assert AuditEntry.objects.filter(verb="alerts.shelved").count() == 1


def test_return_shelved_waits_for_the_time_and_then_asks_again(raise_fault: RaiseFault) -> None:
    alert = put_aside(raise_fault())

    early = return_shelved(at=later(QUARTER_S - 1))
    done = return_shelved(at=later(QUARTER_S))
    twice = return_shelved(at=later(QUARTER_S))
    alert.refresh_from_db()

    assert (early, done, twice) == (0, 1, 0)
    assert (alert.state, alert.shelved_until, alert.shelve_reason) == (State.WAITING, None, "")
    assert alert.escalate_at is not None
    assert AuditEntry.objects.get(verb="alerts.unshelved").changes["state"] == ["SHELVED", "WAITING"]


def test_sweep_brings_back_what_is_due(raise_fault: RaiseFault) -> None:
    an_hour_ago = timezone.now() - dt.timedelta(hours=1)
    alert = put_aside(raise_fault(at=an_hour_ago), at=an_hour_ago)

    sweep()
    alert.refresh_from_db()

    assert alert.state == State.WAITING


def test_unshelve_by_hand_brings_it_back_at_once(raise_fault: RaiseFault) -> None:
    alert = put_aside(raise_fault())

    back = unshelve(alert=alert, by=OFFICER, at=later(5))
    again = unshelve(alert=back, by=OFFICER, at=later(6))

    assert (back.state, again.state) == (State.WAITING, State.WAITING)
    assert AuditEntry.objects.filter(verb="alerts.unshelved").count() == 1


def test_a_shelved_alert_neither_escalates_nor_wakes_with_the_next_signal(raise_fault: RaiseFault) -> None:
    put_aside(raise_fault())

    moved = escalate_due(at=later(QUARTER_S))
    again = raise_fault(at=later(60))

    assert moved == 0
    assert (again.state, again.count) == (State.SHELVED, 2)


def test_a_shelved_alert_can_be_taken_and_closed(raise_fault: RaiseFault) -> None:
    taken = acknowledge(alert=put_aside(raise_fault("C-1")), by=SECOND, at=later(1))
    closed = close_alert(alert=put_aside(raise_fault("C-2")), outcome="RESTORED", by=OFFICER, at=later(1))

    assert taken.is_first
    assert (taken.alert.state, taken.alert.shelved_until) == (State.TAKEN, None)
    assert (closed.state, closed.shelved_until) == (State.CLOSED, None)
    taking = AuditEntry.objects.get(verb="alerts.acknowledged")
    assert taking.changes["state"] == ["SHELVED", "TAKEN"]


def test_report_stuck_tells_of_a_shelf_that_nobody_swept(raise_fault: RaiseFault) -> None:
    put_aside(raise_fault())

    assert report_stuck(at=later(QUARTER_S + 9)) == 0
    assert report_stuck(at=later(QUARTER_S + 11)) == 1


@pytest.fixture
def desk(operator: User) -> Client:
    client = Client()
    client.force_login(operator, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_api_shelves_for_a_quarter_of_an_hour_and_brings_back(desk: Client, raise_fault: RaiseFault) -> None:
    path = f"/api/v1/alerts/{raise_fault().pk}"

    put = desk.post(f"{path}/shelve", {"reason": "REPEATS"}, content_type="application/json").json()
    back = desk.post(f"{path}/unshelve", content_type="application/json").json()

    assert (put["state"], put["shelved"]["reason"]) == ("SHELVED", "REPEATS")
    assert (back["state"], back["shelved"]) == ("WAITING", None)


def test_api_refuses_an_endless_shelf_and_an_sos(
    desk: Client, raise_fault: RaiseFault, raise_sos: RaiseAlert
) -> None:
    said = {"minutes": 600, "reason": "REPAIR"}
    fault, sos = f"/api/v1/alerts/{raise_fault().pk}/shelve", f"/api/v1/alerts/{raise_sos().pk}/shelve"

    endless = desk.post(fault, said, content_type="application/json")
    nameless = desk.post(fault, {"minutes": 15}, content_type="application/json")
    call = desk.post(sos, {"reason": "REPAIR"}, content_type="application/json")

    assert (endless.status_code, nameless.status_code) == (400, 400)
    assert (call.status_code, call.json()["error"]["code"]) == (409, "not_shelvable")


def test_list_alerts_finds_by_plate_subject_and_day(desk: Client, raise_fault: RaiseFault) -> None:
    raise_fault("C-119")
    Alert.objects.update(details={"text": "กข1234"})
    raise_fault("C-120", at=later(90))

    def found(**asked: str) -> list[str]:
        return [alert["subject"] for alert in desk.get("/api/v1/alerts", asked).json()["results"]]

    assert found(q="กข 1234") == ["กล้อง C-119 ไม่มีภาพ"]
    assert found(q="c-120") == ["กล้อง C-120 ไม่มีภาพ"]
    assert found(q="กล้อง", since=later(60).isoformat()) == ["กล้อง C-120 ไม่มีภาพ"]
