"""The ladder of an unanswered alert, and the proof that none is forgotten."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from alerts import tasks
from alerts.models import Alert
from alerts.services import acknowledge, close_alert, escalate_due, report_stuck, undo_acknowledge
from alerts.workflow import CALL_THE_CHIEF
from events.models import AuditEntry, OutboxEvent
from tests.alerts.moments import OFFICER, RaiseAlert, later


def level() -> int:
    return Alert.objects.get(kind="SOS").escalation_level


@pytest.mark.parametrize(
    ("seconds", "expected"), [(29.9, 0), (30, 1), (59, 1), (60, 2), (89, 2), (90, CALL_THE_CHIEF)]
)
def test_escalate_due_critical_climbs_at_30_60_and_90_seconds(
    raise_sos: RaiseAlert, seconds: float, expected: int
) -> None:
    raise_sos()

    for moment in (30, 60, 90):
        if moment <= seconds:
            escalate_due(at=later(moment))
    escalate_due(at=later(seconds))

    assert level() == expected


def test_escalate_due_urgent_is_slower(raise_sos: RaiseAlert) -> None:
    raise_sos(priority=2)

    assert escalate_due(at=later(119)) == 0
    assert escalate_due(at=later(120)) == 1


def test_escalate_due_at_the_top_repeats_each_minute(raise_sos: RaiseAlert) -> None:
    raise_sos()
    for moment in (30, 60, 90):
        escalate_due(at=later(moment))

    assert escalate_due(at=later(149)) == 0
    assert escalate_due(at=later(150)) == 1
    assert level() == CALL_THE_CHIEF


def test_escalate_due_twice_moves_one_step(raise_sos: RaiseAlert) -> None:
    raise_sos()

    assert [escalate_due(at=later(30)), escalate_due(at=later(30))] == [1, 0]


def test_escalate_due_is_announced_with_its_next_step(raise_sos: RaiseAlert) -> None:
    raise_sos()

    escalate_due(at=later(30.4))

    event = OutboxEvent.objects.latest("id").data
    assert event["escalation"] == {"level": 1, "next_at": "2026-11-23T14:48:00.000000Z"}
    assert AuditEntry.objects.latest("id").verb == "alerts.escalated"


@pytest.mark.django_db(transaction=True)
def test_escalate_due_by_two_sweeps_at_once_moves_one_step(raise_sos: RaiseAlert) -> None:
    raise_sos()
    start = Barrier(4)

    def sweep(_: int) -> int:
        try:
            start.wait()
            return escalate_due(at=later(31))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        moved = list(pool.map(sweep, range(4)))

    assert sum(moved) == 1
    assert level() == 1


def test_escalate_due_after_a_standstill_catches_up_one_step_a_sweep(raise_sos: RaiseAlert) -> None:
    raise_sos()

    levels = []
    for moment in (600, 601, 602, 603):
        escalate_due(at=later(moment))
        levels.append(level())

    assert levels == [1, 2, 3, 3]


def test_escalate_due_never_moves_an_acknowledged_one(raise_sos: RaiseAlert) -> None:
    acknowledge(alert=raise_sos(), by=OFFICER, at=later(10))

    for moment in range(10, 7200, 600):
        assert escalate_due(at=later(moment)) == 0


def test_escalate_due_never_moves_a_closed_one(raise_sos: RaiseAlert) -> None:
    close_alert(alert=raise_sos(), outcome="TEST", by=OFFICER, at=later(10))

    assert escalate_due(at=later(3600)) == 0


def test_escalate_due_after_undo_goes_on_from_its_level(raise_sos: RaiseAlert) -> None:
    alert = raise_sos()
    escalate_due(at=later(30))
    acknowledge(alert=alert, by=OFFICER, at=later(31))
    undo_acknowledge(alert=alert, by=OFFICER, at=later(40))

    assert escalate_due(at=later(69)) == 0
    assert escalate_due(at=later(70)) == 1
    assert level() == 2


def test_report_stuck_with_a_running_sweep_finds_nothing(raise_sos: RaiseAlert) -> None:
    raise_sos()

    assert report_stuck(at=later(39)) == 0
    assert not Alert.objects.filter(kind="SYSTEM").exists()


def test_report_stuck_with_a_dead_sweep_raises_an_alert_and_closes_it_again(raise_sos: RaiseAlert) -> None:
    raise_sos()

    assert report_stuck(at=later(41)) == 1
    system = Alert.objects.get(kind="SYSTEM")
    assert (system.priority, system.details) == (2, {"waiting": 1})

    escalate_due(at=later(42))
    assert report_stuck(at=later(43)) == 0
    system.refresh_from_db()
    assert (system.state, system.outcome) == ("CLOSED", "RESTORED")


def test_sweep_task_is_safe_to_run_twice(raise_sos: RaiseAlert) -> None:
    raise_sos()  # raised long before the clock of this machine

    tasks.sweep()
    tasks.sweep()

    assert level() <= 2


def test_audit_open_task_logs_how_many_stand_still(
    raise_sos: RaiseAlert, caplog: pytest.LogCaptureFixture
) -> None:
    raise_sos(at=later(-86400 * 365))

    tasks.audit_open()

    assert "1 alerts were not moved on in time" in caplog.text
