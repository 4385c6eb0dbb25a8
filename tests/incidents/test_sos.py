"""What becomes of a message of an SOS point."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connections, transaction

from alerts.models import Alert
from alerts.services import acknowledge, close_alert
from events.models import AuditEntry, OutboxEvent
from incidents import services, tasks
from incidents.models import SosPoint, SosPress
from incidents.payloads import sos_payload
from incidents.services.sos import WindowTooLong
from incidents.workflow import PressKind
from tests.incidents.moments import AT, OFFICER, MakePoint, Pillar, later, said


def press(point: SosPoint, **more: object) -> services.Recorded:
    at = more.pop("at", AT)
    assert isinstance(at, dt.datetime)
    message = said(**{"sent_at": at, "device": point.code, **more})  # type: ignore[arg-type] # keywords by name
    return services.record_press(point=point, message=message, is_fresh=True, at=at)


def heartbeat(point: SosPoint, seq: int, at: dt.datetime) -> services.Recorded:
    return press(point, kind=PressKind.HEARTBEAT, seq=seq, at=at)


def sos_events() -> list[str]:
    names = OutboxEvent.objects.filter(name="sos.changed").order_by("pk")
    return [event.data["state"] for event in names]


def test_record_press_raises_a_critical_alert_with_the_point(pillar: Pillar) -> None:
    recorded = press(pillar.point)

    alert = Alert.objects.get()
    assert (recorded.result, recorded.alert_id) == ("ALARMED", alert.pk)
    assert (alert.kind, alert.priority, alert.subject) == ("SOS", 1, "SOS ตลาดสด")
    assert (alert.lat, alert.lon, alert.place) == (16.82, 100.26, "เสาหน้าตลาดบ้านคลอง")
    assert alert.details == {
        "point": "SOS-01",
        "press_id": SosPress.objects.get().pk,
        "test": False,
        "clock_skew": False,
        "history": {"real": 0, "test": 0, "mistake": 0},
    }
    assert AuditEntry.objects.filter(verb="sos.pressed").count() == 1
    assert sos_events()[-1] == "PRESSED"


@pytest.mark.django_db(transaction=True)
def test_record_press_and_its_alert_stand_or_fall_together(
    pillar: Pillar, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("incidents.services.sos._note_press", fail)

    with pytest.raises(OSError, match="disk full"):
        press(pillar.point)

    assert not SosPress.objects.exists()
    assert not Alert.objects.exists()


def test_record_press_with_the_same_event_id_folds(pillar: Pillar) -> None:
    first = press(pillar.point)

    again = press(pillar.point, at=later(10))

    assert (again.result, again.alert_id) == ("FOLDED", first.alert_id)
    assert Alert.objects.get().count == 1
    assert SosPress.objects.count() == 1


def test_record_press_with_the_same_event_id_at_another_point_alarms(make_point: MakePoint) -> None:
    press(make_point("SOS-01").point, event_id="same")

    assert press(make_point("SOS-02").point, event_id="same").result == "ALARMED"


@pytest.mark.django_db(transaction=True)
def test_record_press_delivered_twice_at_once_alarms_once(pillar: Pillar) -> None:
    start = Barrier(6)

    def deliver(_: int) -> str:
        try:
            start.wait()
            return press(pillar.point).result
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(deliver, range(6)))

    assert sorted(results) == ["ALARMED"] + ["FOLDED"] * 5
    assert Alert.objects.get().count == 1


@pytest.mark.django_db(transaction=True)
def test_record_press_while_the_alert_is_closed_never_waits_in_a_circle(pillar: Pillar) -> None:
    start = Barrier(2)

    def press_on() -> None:
        try:
            start.wait()
            for number in range(15):
                press(pillar.point, seq=number + 1)
        finally:
            connections.close_all()

    def close_on() -> None:
        try:
            start.wait()
            for _ in range(15):
                alert = Alert.objects.open().first()
                if alert is not None:
                    close_alert(alert=alert, outcome="MISTAKE", by=OFFICER, at=later(1))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        for done in (pool.submit(press_on), pool.submit(close_on)):
            done.result()

    assert SosPress.objects.filter(alert_id=None).count() == 0


def test_record_press_again_within_a_minute_keeps_the_alert_taken(pillar: Pillar) -> None:
    press(pillar.point)
    acknowledge(alert=Alert.objects.get(), by=OFFICER, at=later(5))

    press(pillar.point, seq=2, at=later(50))

    alert = Alert.objects.get()
    assert (alert.state, alert.count) == ("TAKEN", 2)


def test_record_press_again_minutes_later_calls_anew(pillar: Pillar) -> None:
    press(pillar.point)
    acknowledge(alert=Alert.objects.get(), by=OFFICER, at=later(5))

    press(pillar.point, seq=2, at=later(180))

    assert Alert.objects.get().state == "WAITING"


@pytest.mark.parametrize("sent_at", [None, dt.datetime(1970, 1, 1, tzinfo=dt.UTC), later(-301), later(301)])
def test_record_press_with_a_bad_clock_alarms_and_is_flagged(
    pillar: Pillar, sent_at: dt.datetime | None
) -> None:
    recorded = press(pillar.point, sent_at=sent_at)

    assert recorded.result == "ALARMED"
    assert SosPress.objects.get().clock_skew
    assert Alert.objects.get().details["clock_skew"]


def test_record_press_in_an_old_envelope_alarms_and_is_flagged(pillar: Pillar) -> None:
    recorded = services.record_press(point=pillar.point, message=said(), is_fresh=False, at=AT)

    assert recorded.result == "ALARMED"
    assert SosPress.objects.get().clock_skew


def test_record_press_that_comes_after_a_later_heartbeat_still_alarms(pillar: Pillar) -> None:
    heartbeat(pillar.point, 11, AT)
    pillar.point.refresh_from_db()

    recorded = press(pillar.point, seq=10, at=later(1))

    assert recorded.result == "ALARMED"
    assert SosPress.objects.get().is_out_of_order
    pillar.point.refresh_from_db()
    assert pillar.point.heard_seq == 11


def test_test_press_never_alarms(pillar: Pillar) -> None:
    recorded = press(pillar.point, kind=PressKind.TEST)

    assert (recorded.result, recorded.alert_id) == ("TESTED", None)
    assert not Alert.objects.exists()
    assert sos_events()[-1] == "OK"


def test_press_within_a_test_window_is_a_test(pillar: Pillar) -> None:
    point = services.open_test(point=pillar.point, until=later(600), by=OFFICER, at=AT)

    inside = press(point, at=later(599))
    after = press(point, seq=2, at=later(600))

    assert (inside.result, after.result) == ("TESTED", "ALARMED")


def test_press_after_the_test_was_ended_alarms(pillar: Pillar) -> None:
    services.open_test(point=pillar.point, until=later(600), by=OFFICER, at=AT)
    point = services.end_test(point=pillar.point, by=OFFICER, at=later(60))

    assert press(point, at=later(61)).result == "ALARMED"


@pytest.mark.parametrize("seconds", [0, -1, 7201])
def test_open_test_without_an_end_in_sight_is_refused(pillar: Pillar, seconds: int) -> None:
    with pytest.raises(WindowTooLong):
        services.open_test(point=pillar.point, until=later(seconds), by=OFFICER, at=AT)


def test_release_is_noted_without_an_alarm(pillar: Pillar) -> None:
    assert press(pillar.point, kind=PressKind.RELEASE).result == "NOTED"
    assert not Alert.objects.exists()


def test_history_counts_how_earlier_calls_ended(pillar: Pillar) -> None:
    for seq, outcome in enumerate(("REAL", "MISTAKE", "MISTAKE"), start=1):
        press(pillar.point, seq=seq, at=later(seq))
        close_alert(alert=Alert.objects.open().get(), outcome=outcome, by=OFFICER, at=later(seq))
    press(pillar.point, seq=8, kind=PressKind.TEST, at=later(8))

    press(pillar.point, seq=9, at=later(9))

    assert Alert.objects.open().get().details["history"] == {"real": 1, "test": 1, "mistake": 2}


def test_history_forgets_after_thirty_days(pillar: Pillar) -> None:
    press(pillar.point)
    close_alert(alert=Alert.objects.get(), outcome="REAL", by=OFFICER, at=later(1))

    press(pillar.point, seq=2, at=AT + dt.timedelta(days=30, seconds=1))

    assert Alert.objects.open().get().details["history"]["real"] == 0


def test_closing_the_alert_shows_the_point_by_its_link_again(pillar: Pillar) -> None:
    press(pillar.point)

    close_alert(alert=Alert.objects.get(), outcome="REAL", by=OFFICER, at=later(60))

    assert sos_events()[-2:] == ["PRESSED", "OK"]


def test_heartbeat_is_announced_only_when_the_state_changes(pillar: Pillar) -> None:
    for number in range(1, 5):
        heartbeat(pillar.point, number, later(30 * number))

    assert sos_events() == ["UNKNOWN", "OK"]
    pillar.point.refresh_from_db()
    assert pillar.point.heard_at == later(120)
    assert not SosPress.objects.exists()


def test_heartbeat_played_again_keeps_no_point_alive(pillar: Pillar) -> None:
    heartbeat(pillar.point, 5, AT)

    assert heartbeat(pillar.point, 5, later(60)).result == "FOLDED"
    assert heartbeat(pillar.point, 4, later(61)).result == "FOLDED"
    pillar.point.refresh_from_db()
    assert pillar.point.heard_at == AT


def test_heartbeat_of_an_earlier_boot_played_again_folds(pillar: Pillar) -> None:
    press(pillar.point, kind=PressKind.HEARTBEAT, boot_id="boot-1", seq=900, at=AT)
    press(pillar.point, kind=PressKind.HEARTBEAT, boot_id="boot-2", seq=1, at=later(60))

    again = press(pillar.point, kind=PressKind.HEARTBEAT, boot_id="boot-1", seq=901, sent_at=AT, at=later(90))

    assert again.result == "FOLDED"


def test_heartbeat_after_a_reboot_counts_from_the_start(pillar: Pillar) -> None:
    press(pillar.point, kind=PressKind.HEARTBEAT, boot_id="boot-1", seq=900, at=AT)

    fresh = press(pillar.point, kind=PressKind.HEARTBEAT, boot_id="boot-2", seq=1, at=later(60))

    assert fresh.result == "HEARD"


@pytest.mark.parametrize(("seconds", "marked"), [(90, 0), (90.001, 1)])
def test_mark_deaf_after_ninety_seconds_of_silence(pillar: Pillar, seconds: float, marked: int) -> None:
    heartbeat(pillar.point, 1, AT)

    assert services.mark_deaf(at=later(seconds)) == marked


def test_mark_deaf_raises_one_alert_and_the_next_heartbeat_closes_it(pillar: Pillar) -> None:
    heartbeat(pillar.point, 1, AT)
    services.mark_deaf(at=later(91))
    services.mark_deaf(at=later(96))

    alert = Alert.objects.get()
    assert (alert.kind, alert.priority, alert.count) == ("SYSTEM", 3, 1)
    assert sos_events()[-1] == "DEAF"

    heartbeat(pillar.point, 2, later(100))
    alert.refresh_from_db()
    assert (alert.state, alert.outcome) == ("CLOSED", "RESTORED")
    assert sos_events()[-1] == "OK"


def test_press_of_a_deaf_point_alarms_and_ends_its_deafness(pillar: Pillar) -> None:
    heartbeat(pillar.point, 1, AT)
    services.mark_deaf(at=later(91))
    pillar.point.refresh_from_db()

    press(pillar.point, seq=2, at=later(95))

    assert list(Alert.objects.open().values_list("kind", flat=True)) == ["SOS"]
    assert sos_events()[-1] == "PRESSED"


def test_mark_deaf_leaves_a_point_alone_that_was_never_heard(pillar: Pillar) -> None:
    assert services.mark_deaf(at=later(3600)) == 0


def test_mark_deaf_leaves_a_retired_point_alone(pillar: Pillar) -> None:
    heartbeat(pillar.point, 1, AT)
    services.retire_point(point=pillar.point, by=OFFICER, at=later(5))

    assert services.mark_deaf(at=later(3600)) == 0
    assert OutboxEvent.objects.latest("pk").data == {"code": "SOS-01", "removed": True}


def test_mark_deaf_task_runs_twice_without_harm(pillar: Pillar) -> None:
    heartbeat(pillar.point, 1, AT - dt.timedelta(days=400))

    tasks.mark_deaf()
    tasks.mark_deaf()

    assert Alert.objects.get().count == 1


def test_secret_is_sealed_at_rest_and_opens_again(pillar: Pillar) -> None:
    stored = SosPoint.objects.values_list("sealed_secret", flat=True).get()

    assert pillar.secret not in stored
    assert services.secret_of(pillar.point) == pillar.secret


def test_rotate_secret_replaces_it_and_audits_no_secret(pillar: Pillar) -> None:
    fresh = services.rotate_secret(point=pillar.point, by=OFFICER, at=AT)

    pillar.point.refresh_from_db()
    assert services.secret_of(pillar.point) == fresh != pillar.secret
    assert fresh not in str(list(AuditEntry.objects.values()))


def test_edit_point_audits_what_changed(pillar: Pillar) -> None:
    fields = services.PointFields("SOS-01", "ตลาดสด", "ประตู 2", 16.83, 100.26)

    services.edit_point(point=pillar.point, fields=fields, by=OFFICER, at=AT)

    changes = AuditEntry.objects.latest("id").changes
    assert changes == {"place": ["เสาหน้าตลาดบ้านคลอง", "ประตู 2"], "lat": [16.82, 16.83]}


@pytest.mark.parametrize("code", ["", "sos-01", "SOS 01", "SOS-01\n", "x" * 21, "ปุ่ม"])
def test_add_point_with_an_odd_code_is_refused(db: None, code: str) -> None:
    fields = services.PointFields(code, "ก", "", None, None)

    with pytest.raises(ValidationError):
        services.add_point(fields=fields, by=OFFICER, at=AT)


def test_snapshot_before_and_events_equal_snapshot_after(make_point: MakePoint) -> None:
    def snapshot() -> dict[str, object]:
        return {point.code: sos_payload(point) for point in SosPoint.objects.in_use()}

    first, second = make_point("SOS-01").point, make_point("SOS-02").point
    state = snapshot()
    seen = OutboxEvent.objects.latest("pk").pk
    heartbeat(first, 1, AT)
    heartbeat(second, 1, AT)
    press(first, seq=2, at=later(5))
    services.mark_deaf(at=later(120))
    close_alert(alert=Alert.objects.get(kind="SOS"), outcome="REAL", by=OFFICER, at=later(130))
    services.rotate_secret(point=first, by=OFFICER, at=later(140))
    services.retire_point(point=second, by=OFFICER, at=later(150))

    for event in OutboxEvent.objects.filter(pk__gt=seen, name="sos.changed").order_by("pk"):
        if event.data.get("removed"):
            del state[event.data["code"]]
        else:
            state[event.data["code"]] = event.data

    assert state == snapshot()


@pytest.mark.parametrize(
    "broken", [{"heard_at": AT}, {"link": "OK"}, {"test_from": AT}, {"lat": None}, {"lat": 91.0}]
)
def test_half_a_pair_is_refused_by_the_database(pillar: Pillar, broken: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        SosPoint.objects.filter(pk=pillar.point.pk).update(**broken)


def test_press_row_of_another_kind_cannot_name_an_alert(
    pillar: Pillar, make_alert: Callable[..., Alert]
) -> None:
    press(pillar.point, kind=PressKind.RELEASE)

    with pytest.raises(IntegrityError), transaction.atomic():
        SosPress.objects.update(alert_id=make_alert().pk)
