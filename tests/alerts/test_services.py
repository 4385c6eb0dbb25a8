"""Raising, folding, acknowledging, undoing and closing an alert."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connections, transaction

from alerts.models import Alert
from alerts.payloads import alert_payload
from alerts.services import (
    AlreadyClosed,
    Source,
    TooLateToUndo,
    UnknownOutcome,
    acknowledge,
    close_alert,
    close_if_open,
    link_incident,
    raise_alert,
    undo_acknowledge,
)
from ccoc.lib.geo import Point
from events.models import AuditEntry, OutboxEvent
from tests.alerts.moments import AT, OFFICER, SECOND, SOURCE, RaiseAlert, later


def verbs() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("verb", flat=True))


def test_raise_alert_writes_alert_audit_and_broadcast(raise_sos: RaiseAlert) -> None:
    alert = raise_sos()

    assert (alert.state, alert.count, alert.escalate_at) == ("WAITING", 1, later(30))
    assert verbs() == ["alerts.raised"]
    event = OutboxEvent.objects.get()
    assert event.name == "alerts.changed"
    assert event.data["id"] == alert.pk
    assert event.data["raised_at"] == "2026-11-23T14:47:00.000000Z"


def test_raise_alert_again_folds_into_the_open_one(raise_sos: RaiseAlert) -> None:
    first = raise_sos()

    again = raise_sos(at=later(5), details={"press_id": 2})

    assert again.pk == first.pk
    assert (again.count, again.raised_at, again.last_at) == (2, AT, later(5))
    assert again.details == {"press_id": 2}
    assert OutboxEvent.objects.count() == 2


def test_raise_alert_again_elsewhere_moves_it(raise_sos: RaiseAlert) -> None:
    raise_sos()

    again = raise_sos(at=later(60), place="สะพาน", point=Point(16.9, 100.3))

    assert (again.place, again.lat, again.lon) == ("สะพาน", 16.9, 100.3)


def test_raise_alert_late_news_of_elsewhere_does_not_move_it(raise_sos: RaiseAlert) -> None:
    raise_sos(at=later(60))

    assert raise_sos(at=AT, place="สะพาน", point=Point(16.9, 100.3)).place == "หน้าตลาดบ้านคลอง"


def test_raise_alert_with_another_key_is_another_alert(raise_sos: RaiseAlert) -> None:
    assert raise_sos("SOS-01").pk != raise_sos("SOS-02").pk


def test_raise_alert_after_close_is_a_new_alert(raise_sos: RaiseAlert) -> None:
    first = raise_sos()
    close_alert(alert=first, outcome="MISTAKE", by=OFFICER, at=later(10))

    assert raise_sos(at=later(20)).pk != first.pk


def test_raise_alert_out_of_order_keeps_the_newest_time(raise_sos: RaiseAlert) -> None:
    raise_sos(at=later(10))

    assert raise_sos(at=later(3)).last_at == later(10)


def test_raise_alert_on_a_taken_one_stays_taken(raise_sos: RaiseAlert) -> None:
    acknowledge(alert=raise_sos(), by=OFFICER, at=later(4))

    again = raise_sos(at=later(300))

    assert (again.state, again.taken_by, again.escalate_at) == ("TAKEN", "ด.ต.มานพ", None)


@pytest.mark.parametrize(("pause_s", "state"), [(60, "TAKEN"), (61, "WAITING")])
def test_raise_alert_long_after_the_last_signal_returns_to_waiting(
    raise_sos: RaiseAlert, pause_s: int, state: str
) -> None:
    minute = dt.timedelta(seconds=60)
    acknowledge(alert=raise_sos(), by=OFFICER, at=later(4))

    again = raise_sos(at=later(pause_s), returns_after=minute)

    assert again.state == state


@pytest.mark.django_db(transaction=True)
def test_raise_alert_by_many_at_once_leaves_one_open_alert() -> None:
    start = Barrier(8)

    def press(number: int) -> None:
        try:
            start.wait()
            raise_alert(
                kind="SOS",
                priority=1,
                dedupe_key="sos:SOS-01",
                subject="SOS",
                source=Source("sos_point", "SOS-01"),
                actor=SOURCE,
                at=later(number),
            )
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(press, range(8)))

    assert Alert.objects.get().count == 8
    assert OutboxEvent.objects.count() == 8


def test_log_only_alert_never_escalates(raise_sos: RaiseAlert) -> None:
    assert raise_sos(priority=4).escalate_at is None


def test_acknowledge_takes_it_and_stops_the_ladder(raise_sos: RaiseAlert) -> None:
    done = acknowledge(alert=raise_sos(), by=OFFICER, at=later(6))

    assert done.is_first
    assert (done.alert.state, done.alert.taken_at, done.alert.taken_by) == ("TAKEN", later(6), "ด.ต.มานพ")
    assert done.alert.escalate_at is None
    assert verbs() == ["alerts.raised", "alerts.acknowledged"]


def test_acknowledge_second_changes_nothing_and_says_who(raise_sos: RaiseAlert) -> None:
    alert = raise_sos()
    acknowledge(alert=alert, by=OFFICER, at=later(6))

    second = acknowledge(alert=alert, by=SECOND, at=later(7))

    assert not second.is_first
    assert (second.alert.taken_by, second.alert.taken_at) == ("ด.ต.มานพ", later(6))
    assert verbs() == ["alerts.raised", "alerts.acknowledged"]
    assert OutboxEvent.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_acknowledge_by_many_at_once_has_one_first(raise_sos: RaiseAlert) -> None:
    alert = raise_sos()
    start = Barrier(6)

    def take(number: int) -> bool:
        try:
            start.wait()
            mine = Alert.objects.get(pk=alert.pk)
            return acknowledge(alert=mine, by=OFFICER, at=later(number)).is_first
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        firsts = list(pool.map(take, range(6)))

    assert firsts.count(True) == 1


def test_acknowledge_closed_is_refused(raise_sos: RaiseAlert) -> None:
    alert = raise_sos()
    close_alert(alert=alert, outcome="REAL", by=OFFICER, at=later(5))

    with pytest.raises(AlreadyClosed):
        acknowledge(alert=alert, by=SECOND, at=later(6))


def test_undo_acknowledge_within_a_minute_waits_again(raise_sos: RaiseAlert) -> None:
    alert = raise_sos()
    acknowledge(alert=alert, by=OFFICER, at=later(6))

    back = undo_acknowledge(alert=alert, by=OFFICER, at=later(66))

    assert (back.state, back.taken_at, back.taken_by, back.escalate_at) == ("WAITING", None, "", later(96))
    assert verbs()[-1] == "alerts.returned"


def test_undo_acknowledge_after_a_minute_is_refused(raise_sos: RaiseAlert) -> None:
    alert = raise_sos()
    acknowledge(alert=alert, by=OFFICER, at=later(6))

    with pytest.raises(TooLateToUndo):
        undo_acknowledge(alert=alert, by=OFFICER, at=later(66.001))


def test_undo_acknowledge_of_a_waiting_one_changes_nothing(raise_sos: RaiseAlert) -> None:
    undo_acknowledge(alert=raise_sos(), by=OFFICER, at=later(1))

    assert verbs() == ["alerts.raised"]


def test_undo_acknowledge_of_a_closed_one_is_refused(raise_sos: RaiseAlert) -> None:
    alert = raise_sos()
    close_alert(alert=alert, outcome="REAL", by=OFFICER, at=later(5))

    with pytest.raises(AlreadyClosed):
        undo_acknowledge(alert=alert, by=OFFICER, at=later(6))


def test_close_alert_keeps_outcome_and_note(raise_sos: RaiseAlert) -> None:
    alert = raise_sos()

    closed = close_alert(alert=alert, outcome="MISTAKE", note="เด็กเล่น", by=OFFICER, at=later(40))

    assert (closed.state, closed.outcome, closed.note) == ("CLOSED", "MISTAKE", "เด็กเล่น")
    assert (closed.closed_at, closed.closed_by, closed.escalate_at) == (later(40), "ด.ต.มานพ", None)
    assert AuditEntry.objects.latest("id").reason == "เด็กเล่น"


def test_close_alert_twice_is_refused(raise_sos: RaiseAlert) -> None:
    alert = raise_sos()
    close_alert(alert=alert, outcome="REAL", by=OFFICER, at=later(5))

    with pytest.raises(AlreadyClosed):
        close_alert(alert=alert, outcome="TEST", by=SECOND, at=later(6))


@pytest.mark.parametrize("outcome", ["", "WRONG_PROVINCE", "real", "อื่น ๆ"])
def test_close_alert_with_an_outcome_of_another_kind_is_refused(raise_sos: RaiseAlert, outcome: str) -> None:
    alert = raise_sos()

    with pytest.raises(UnknownOutcome):
        close_alert(alert=alert, outcome=outcome, by=OFFICER, at=later(5))

    assert Alert.objects.get().state == "WAITING"


def test_close_if_open_without_an_open_alert_does_nothing(db: None) -> None:
    assert close_if_open(dedupe_key="camera:C-001", outcome="RESTORED", by=SOURCE, at=AT) is None


def test_link_incident_is_announced(raise_sos: RaiseAlert) -> None:
    link_incident(alert=raise_sos(), incident_id=31, by=OFFICER, at=later(9))

    assert OutboxEvent.objects.latest("id").data["incident_id"] == 31


def test_snapshot_before_and_events_equal_snapshot_after(raise_sos: RaiseAlert) -> None:
    def snapshot() -> dict[int, object]:
        return {alert.pk: alert_payload(alert) for alert in Alert.objects.on_wall(later(90))}

    first, second = raise_sos("SOS-01"), raise_sos("SOS-02")
    state = snapshot()
    seen = OutboxEvent.objects.latest("id").pk
    acknowledge(alert=first, by=OFFICER, at=later(5))
    raise_sos("SOS-02", at=later(6))
    undo_acknowledge(alert=first, by=OFFICER, at=later(7))
    link_incident(alert=second, incident_id=4, by=OFFICER, at=later(8))
    raise_sos("SOS-03", at=later(9))
    close_alert(alert=first, outcome="TEST", by=OFFICER, at=later(60))

    for event in OutboxEvent.objects.filter(pk__gt=seen).order_by("pk"):
        state[event.data["id"]] = event.data

    assert state == snapshot()


@pytest.mark.parametrize(
    "broken",
    [
        {"taken_at": AT},
        {"taken_at": AT, "taken_by": "ก"},
        {"escalate_at": None},
        {"state": "CLOSED", "escalate_at": None},
        {"state": "TAKEN", "escalate_at": None},
        {"state": "TAKEN", "taken_at": AT, "taken_by": "ก"},
        {"outcome": "REAL"},
        {"lat": None},
        {"lat": 91.0},
        {"count": 0},
    ],
)
def test_half_a_pair_is_refused_by_the_database(raise_sos: RaiseAlert, broken: dict[str, object]) -> None:
    alert = raise_sos()

    with pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.filter(pk=alert.pk).update(**broken)
