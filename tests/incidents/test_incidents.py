"""From an alert to an outcome."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from alerts.models import Alert
from alerts.services import close_alert
from ccoc.lib.geo import Point
from events.models import AuditEntry, OutboxEvent
from incidents import services
from incidents.models import Dispatch, Incident, IncidentStep, Unit
from incidents.payloads import incident_payload, unit_payload
from incidents.services.incidents import (
    AlertClosed,
    IncidentClosed,
    NoOutcome,
    NotConfirmed,
    NotSent,
    UnitNotFree,
    next_number,
)
from incidents.services.units import UnitIsOut
from tests.incidents.moments import AT, OFFICER, later

MakeAlert = Callable[..., Alert]
MakeUnit = Callable[..., Unit]
BOTH = ["PROVINCE", "VEHICLE"]


def opened(alert: Alert, at: dt.datetime = AT) -> Incident:
    return services.open_incident(alert=alert, by=OFFICER, at=at)


def by_hand(**more: object) -> Incident:
    new = services.NewIncident("QUARREL", 2, "ทะเลาะวิวาท", "หน้าร้านสะดวกซื้อ", Point(16.8, 100.2))
    return services.open_incident_by_hand(new=new, by=OFFICER, at=AT)


def sent(incident: Incident, unit: Unit, confirmed: list[str] | None = None) -> Incident:
    return services.dispatch_unit(
        incident=incident, unit=unit, confirmed=confirmed or [], by=OFFICER, at=later(20)
    )


def test_open_incident_takes_the_alert_and_names_itself_on_it(make_alert: MakeAlert) -> None:
    alert = make_alert()

    incident = opened(alert)

    alert.refresh_from_db()
    assert (alert.state, alert.taken_by, alert.incident_id) == ("TAKEN", OFFICER.label, incident.pk)
    assert (incident.kind, incident.priority, incident.subject) == ("SOS", 1, "SOS SOS-01")
    assert incident.alert_id == alert.pk


def test_open_incident_twice_gives_the_same(make_alert: MakeAlert) -> None:
    alert = make_alert()

    assert opened(alert).pk == opened(alert, later(5)).pk
    assert IncidentStep.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_open_incident_by_many_at_once_makes_one(make_alert: MakeAlert) -> None:
    alert = make_alert()
    start = Barrier(5)

    def press_enter(_: int) -> int:
        try:
            start.wait()
            return opened(alert).pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(5) as pool:
        assert len(set(pool.map(press_enter, range(5)))) == 1


def test_open_incident_of_a_closed_alert_is_refused(make_alert: MakeAlert) -> None:
    alert = make_alert()
    close_alert(alert=alert, outcome="TEST", by=OFFICER, at=later(1))

    with pytest.raises(AlertClosed):
        opened(alert)


@pytest.mark.parametrize(("kind", "expected"), [("CAMERA", "TECHNICAL"), ("SYSTEM", "TECHNICAL")])
def test_open_incident_of_a_technical_alert(make_alert: MakeAlert, kind: str, expected: str) -> None:
    assert opened(make_alert(kind)).kind == expected


def test_open_incident_by_hand_keeps_what_was_said(db: None) -> None:
    incident = by_hand()

    assert (incident.kind, incident.place, incident.lat) == ("QUARREL", "หน้าร้านสะดวกซื้อ", 16.8)
    assert incident.alert_id is None
    assert AuditEntry.objects.get().verb == "incidents.opened"


@pytest.mark.parametrize(
    ("at", "month"),
    [
        (dt.datetime(2026, 11, 23, 14, 47, tzinfo=dt.UTC), "6911"),
        (dt.datetime(2026, 12, 31, 16, 59, tzinfo=dt.UTC), "6912"),
        (dt.datetime(2026, 12, 31, 17, 0, tzinfo=dt.UTC), "7001"),  # midnight in Thailand
        (dt.datetime(2056, 12, 31, 17, 0, tzinfo=dt.UTC), "0001"),
    ],
)
def test_next_number_follows_the_thai_calendar(db: None, at: dt.datetime, month: str) -> None:
    assert [next_number(at), next_number(at)] == [f"{month}-0001", f"{month}-0002"]


@pytest.mark.django_db(transaction=True)
def test_next_number_by_many_at_once_has_no_gap_and_no_double() -> None:
    start = Barrier(5)

    def take(_: int) -> str:
        try:
            start.wait()
            return by_hand().number
        finally:
            connections.close_all()

    with ThreadPoolExecutor(5) as pool:
        numbers = sorted(pool.map(take, range(5)))

    assert numbers == [f"6911-{n:04}" for n in range(1, 6)]


def test_dispatch_unit_sends_it(make_alert: MakeAlert, make_unit: MakeUnit) -> None:
    unit = make_unit()

    incident = sent(opened(make_alert()), unit)

    unit.refresh_from_db()
    assert (incident.state, unit.state) == ("DISPATCHED", "DISPATCHED")
    assert OutboxEvent.objects.filter(name="incidents.changed").latest("pk").data["units"] == ["M-34"]
    assert OutboxEvent.objects.filter(name="units.changed").latest("pk").data["state"] == "DISPATCHED"


def test_dispatch_unit_twice_to_the_same_incident_changes_nothing(
    make_alert: MakeAlert, make_unit: MakeUnit
) -> None:
    incident, unit = opened(make_alert()), make_unit()
    sent(incident, unit)

    sent(incident, unit)

    assert Dispatch.objects.count() == 1


def test_dispatch_unit_that_is_out_is_refused(make_alert: MakeAlert, make_unit: MakeUnit) -> None:
    unit = make_unit()
    sent(opened(make_alert()), unit)

    with pytest.raises(UnitNotFree):
        sent(by_hand(), unit)


def test_dispatch_unit_off_duty_is_refused(make_alert: MakeAlert, make_unit: MakeUnit) -> None:
    unit = services.set_on_duty(unit=make_unit(), is_on_duty=False, by=OFFICER, at=AT)

    with pytest.raises(UnitNotFree):
        sent(opened(make_alert()), unit)


@pytest.mark.django_db(transaction=True)
def test_dispatch_unit_to_two_incidents_at_once_goes_to_one(make_unit: MakeUnit) -> None:
    unit, incidents = make_unit(), [by_hand(), by_hand()]
    start = Barrier(2)

    def send(incident: Incident) -> bool:
        try:
            start.wait()
            sent(incident, unit)
        except UnitNotFree:
            return False
        else:
            return True
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(send, incidents)) == [False, True]


@pytest.mark.parametrize("confirmed", [[], ["PROVINCE"], ["VEHICLE"], ["province", "vehicle"], ["X"]])
def test_watchlist_hit_is_not_sent_to_before_both_are_confirmed(
    make_alert: MakeAlert, make_unit: MakeUnit, confirmed: list[str]
) -> None:
    unit = make_unit()

    with pytest.raises(NotConfirmed):
        sent(opened(make_alert("PLATE_HIT")), unit, confirmed)

    unit.refresh_from_db()
    assert unit.state == "FREE"


def test_watchlist_hit_is_confirmed_once_for_all_units(make_alert: MakeAlert, make_unit: MakeUnit) -> None:
    incident = sent(opened(make_alert("PLATE_HIT")), make_unit("M-34"), BOTH)

    again = sent(incident, make_unit("M-36"))

    assert again.confirmed == BOTH
    assert incident_payload(again)["units"] == ["M-34", "M-36"]
    assert IncidentStep.objects.get(unit="M-34").text == "PROVINCE, VEHICLE"


def test_arrive_marks_unit_and_incident(make_alert: MakeAlert, make_unit: MakeUnit) -> None:
    unit = make_unit()
    incident = sent(opened(make_alert()), unit)

    incident = services.arrive(incident=incident, unit=unit, by=OFFICER, at=later(200))

    unit.refresh_from_db()
    assert (incident.state, unit.state) == ("ARRIVED", "ARRIVED")
    assert Dispatch.objects.get().arrived_at == later(200)


def test_arrive_twice_changes_nothing(make_alert: MakeAlert, make_unit: MakeUnit) -> None:
    unit = make_unit()
    incident = sent(opened(make_alert()), unit)
    services.arrive(incident=incident, unit=unit, by=OFFICER, at=later(200))

    services.arrive(incident=incident, unit=unit, by=OFFICER, at=later(300))

    assert Dispatch.objects.get().arrived_at == later(200)


def test_arrive_of_a_unit_that_was_not_sent_is_refused(make_alert: MakeAlert, make_unit: MakeUnit) -> None:
    incident = sent(opened(make_alert()), make_unit("M-34"))

    with pytest.raises(NotSent):
        services.arrive(incident=incident, unit=make_unit("M-36"), by=OFFICER, at=later(200))


def test_arrive_before_any_dispatch_is_refused(make_alert: MakeAlert, make_unit: MakeUnit) -> None:
    with pytest.raises(NotSent):
        services.arrive(incident=opened(make_alert()), unit=make_unit(), by=OFFICER, at=AT)


def test_second_unit_does_not_undo_the_arrival_of_the_first(
    make_alert: MakeAlert, make_unit: MakeUnit
) -> None:
    first = make_unit("M-34")
    incident = sent(opened(make_alert()), first)
    services.arrive(incident=incident, unit=first, by=OFFICER, at=later(100))

    assert sent(incident, make_unit("M-36")).state == "ARRIVED"


def test_close_incident_frees_units_and_closes_the_alert(make_alert: MakeAlert, make_unit: MakeUnit) -> None:
    alert, unit = make_alert(), make_unit()
    incident = sent(opened(alert), unit)

    incident = services.close_incident(
        incident=incident, outcome="ระงับเหตุแล้ว", note="ส่ง รพ.", by=OFFICER, at=later(600)
    )

    alert.refresh_from_db()
    unit.refresh_from_db()
    assert (incident.state, incident.outcome, incident.closed_at) == ("CLOSED", "ระงับเหตุแล้ว", later(600))
    assert (alert.state, alert.outcome, alert.note) == ("CLOSED", "REAL", "ส่ง รพ.")
    assert unit.state == "FREE"
    assert Dispatch.objects.get().freed_at == later(600)


def test_close_incident_with_a_verdict_gives_it_to_the_alert(make_alert: MakeAlert) -> None:
    alert = make_alert()

    services.close_incident(incident=opened(alert), outcome="MISTAKE", by=OFFICER, at=later(60))

    alert.refresh_from_db()
    assert alert.outcome == "MISTAKE"


def test_close_incident_of_a_technical_alert_says_handled(make_alert: MakeAlert) -> None:
    alert = make_alert("CAMERA")

    services.close_incident(incident=opened(alert), outcome="เปลี่ยนสาย", by=OFFICER, at=later(60))

    alert.refresh_from_db()
    assert alert.outcome == "HANDLED"


def test_close_incident_whose_alert_was_closed_before(make_alert: MakeAlert) -> None:
    alert = make_alert()
    incident = opened(alert)
    close_alert(alert=alert, outcome="TEST", by=OFFICER, at=later(1))

    assert services.close_incident(incident=incident, outcome="x", by=OFFICER, at=later(2)).state == "CLOSED"


@pytest.mark.parametrize("outcome", ["", "   "])
def test_close_incident_without_an_outcome_is_refused(make_alert: MakeAlert, outcome: str) -> None:
    with pytest.raises(NoOutcome):
        services.close_incident(incident=opened(make_alert()), outcome=outcome, by=OFFICER, at=AT)


def test_closed_incident_takes_nothing_more(make_alert: MakeAlert, make_unit: MakeUnit) -> None:
    incident = services.close_incident(incident=by_hand(), outcome="x", by=OFFICER, at=later(1))

    for attempt in (
        lambda: sent(incident, make_unit()),
        lambda: services.arrive(incident=incident, unit=make_unit("M-36"), by=OFFICER, at=AT),
        lambda: services.add_note(incident=incident, text="x", by=OFFICER, at=AT),
        lambda: services.close_incident(incident=incident, outcome="y", by=OFFICER, at=AT),
    ):
        with pytest.raises(IncidentClosed):
            attempt()


def test_log_tells_the_whole_story(make_alert: MakeAlert, make_unit: MakeUnit) -> None:
    unit = make_unit()
    incident = sent(opened(make_alert()), unit)
    services.arrive(incident=incident, unit=unit, by=OFFICER, at=later(100))
    services.add_note(incident=incident, text="พบผู้บาดเจ็บ 1 คน", by=OFFICER, at=later(120))
    services.close_incident(incident=incident, outcome="ส่ง รพ.", by=OFFICER, at=later(600))

    story = list(IncidentStep.objects.order_by("id").values_list("kind", "unit", "text"))

    assert story == [
        ("OPENED", "", "SOS SOS-01"),
        ("DISPATCHED", "M-34", ""),
        ("ARRIVED", "M-34", ""),
        ("NOTE", "", "พบผู้บาดเจ็บ 1 คน"),
        ("CLOSED", "", "ส่ง รพ."),
    ]


@pytest.mark.parametrize(
    "attack", ["UPDATE incidents_incidentstep SET text = 'x'", "DELETE FROM incidents_incidentstep"]
)
def test_log_cannot_be_altered(db: None, attack: str) -> None:
    by_hand()

    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(attack)


def test_unit_that_is_out_cannot_go_off_duty(make_alert: MakeAlert, make_unit: MakeUnit) -> None:
    unit = make_unit()
    sent(opened(make_alert()), unit)

    with pytest.raises(UnitIsOut):
        services.set_on_duty(unit=unit, is_on_duty=False, by=OFFICER, at=AT)


def test_move_unit_ignores_a_fix_that_comes_late(make_unit: MakeUnit) -> None:
    unit = make_unit()
    services.move_unit(unit=unit, point=Point(16.81, 100.21), measured_at=later(10), at=later(11))

    services.move_unit(unit=unit, point=Point(16.99, 100.99), measured_at=later(5), at=later(12))

    unit.refresh_from_db()
    assert (unit.lat, unit.position_at) == (16.81, later(10))


def test_save_unit_audits_what_changed(make_unit: MakeUnit) -> None:
    unit = make_unit()

    services.save_unit(
        unit=unit, fields=services.UnitFields("M-34", "จยย. 34", "CAR"), by=OFFICER, at=later(1)
    )

    assert AuditEntry.objects.latest("id").changes == {
        "name": ["จยย. M-34", "จยย. 34"],
        "kind": ["MOTORCYCLE", "CAR"],
    }


def test_snapshot_before_and_events_equal_snapshot_after(make_alert: MakeAlert, make_unit: MakeUnit) -> None:
    def snapshot() -> dict[str, dict[object, object]]:
        return {
            "incidents": {i.pk: incident_payload(i) for i in Incident.objects.not_closed().with_units()},
            "units": {unit.code: unit_payload(unit) for unit in Unit.objects.all()},
        }

    first, second = make_unit("M-34"), make_unit("M-36")
    old = by_hand()
    state = snapshot()
    seen = OutboxEvent.objects.latest("pk").pk
    incident = sent(opened(make_alert()), first)
    services.arrive(incident=incident, unit=first, by=OFFICER, at=later(100))
    services.add_note(incident=incident, text="x", by=OFFICER, at=later(110))
    sent(old, second)
    services.close_incident(incident=old, outcome="x", by=OFFICER, at=later(200))
    services.set_on_duty(unit=second, is_on_duty=False, by=OFFICER, at=later(210))
    services.move_unit(unit=first, point=Point(16.8, 100.2), measured_at=later(220), at=later(220))
    make_unit("M-38")

    for event in OutboxEvent.objects.filter(pk__gt=seen).order_by("pk"):
        if event.name == "units.changed":
            state["units"][event.data["code"]] = event.data
        if event.name == "incidents.changed" and event.data["state"] == "CLOSED":
            del state["incidents"][event.data["id"]]
        elif event.name == "incidents.changed":
            state["incidents"][event.data["id"]] = event.data

    assert state == snapshot()


@pytest.mark.parametrize(
    "broken", [{"state": "CLOSED"}, {"closed_at": AT}, {"outcome": "x"}, {"lat": None}, {"lon": 181.0}]
)
def test_half_a_pair_is_refused_by_the_database(db: None, broken: dict[str, object]) -> None:
    incident = by_hand()

    with pytest.raises(IntegrityError), transaction.atomic():
        Incident.objects.filter(pk=incident.pk).update(**broken)


def test_unit_in_two_places_is_refused_by_the_database(make_alert: MakeAlert, make_unit: MakeUnit) -> None:
    unit = make_unit()
    sent(opened(make_alert()), unit)

    with pytest.raises(IntegrityError), transaction.atomic():
        Dispatch.objects.create(incident=by_hand(), unit=unit, sent_at=AT, sent_by="x")
