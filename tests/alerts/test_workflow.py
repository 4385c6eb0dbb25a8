"""The table of moves: every state can be left, and random histories keep every promise."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from alerts.models import Alert
from alerts.services import (
    AlreadyClosed,
    Source,
    TooLateToUndo,
    acknowledge,
    close_alert,
    escalate_due,
    raise_alert,
    return_shelved,
    shelve,
    undo_acknowledge,
    unshelve,
)
from alerts.workflow import MOVES, OUTCOMES, SHELF_MINUTES, State, step_after, top_level
from events.models import AuditEntry, OutboxEvent
from tests.alerts.moments import AT, OFFICER, SOURCE

SHORT = settings(
    max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)


@pytest.mark.parametrize("state", [state for state in State if state != State.CLOSED])
def test_every_open_state_reaches_closed(state: str) -> None:
    reached = {state}
    for _ in State:
        reached |= {move.end for move in MOVES.values() if move.starts & reached}

    assert State.CLOSED in reached


def test_no_move_leaves_closed() -> None:
    assert not any(State.CLOSED in move.starts for move in MOVES.values())


@pytest.mark.parametrize("priority", [1, 2, 3])
def test_ladder_never_ends(priority: int) -> None:
    assert all(step_after(priority, level) for level in range(top_level(priority) + 5))


class AlertHistory(RuleBasedStateMachine):
    """Any order of signals, answers and sweeps: an open waiting alert always has a next step."""

    kind, priority = "SOS", 1

    def __init__(self) -> None:
        super().__init__()
        Alert.objects.all().delete()
        OutboxEvent.objects.all().delete()
        self.at = AT
        self.moves = 0
        self.audited = AuditEntry.objects.count()

    def current(self) -> Alert | None:
        return Alert.objects.open().first()

    def is_open(self) -> bool:
        return self.current() is not None

    @rule(seconds=st.integers(1, 120))
    def wait(self, seconds: int) -> None:
        self.at += dt.timedelta(seconds=seconds)

    @rule()
    def signal(self) -> None:
        raise_alert(
            kind=self.kind,
            priority=self.priority,
            dedupe_key="sos:SOS-01",
            subject="SOS",
            source=Source("sos_point", "SOS-01"),
            actor=SOURCE,
            at=self.at,
            returns_after=dt.timedelta(seconds=60),
        )
        self.moves += 1

    @rule()
    def sweep(self) -> None:
        self.moves += escalate_due(at=self.at)

    @precondition(is_open)
    @rule()
    def take(self) -> None:
        alert = self.current()
        assert alert is not None
        self.moves += acknowledge(alert=alert, by=OFFICER, at=self.at).is_first

    @precondition(is_open)
    @rule()
    def undo(self) -> None:
        alert = self.current()
        assert alert is not None
        was_taken = alert.state == State.TAKEN
        try:
            undo_acknowledge(alert=alert, by=OFFICER, at=self.at)
        except TooLateToUndo:
            return
        self.moves += was_taken

    @precondition(is_open)
    @rule(choice=st.integers(0, 2))
    def close(self, choice: int) -> None:
        alert = self.current()
        outcome = sorted(OUTCOMES[self.kind])[choice]
        assert alert is not None
        close_alert(alert=alert, outcome=outcome, by=OFFICER, at=self.at)
        self.moves += 1
        with pytest.raises(AlreadyClosed):
            close_alert(alert=alert, outcome=outcome, by=OFFICER, at=self.at)

    @invariant()
    def waiting_alerts_have_a_next_step(self) -> None:
        assert not Alert.objects.waiting().filter(escalate_at=None).exists()
        assert not Alert.objects.exclude(state=State.WAITING).exclude(escalate_at=None).exists()

    @invariant()
    def every_move_is_audited_and_announced(self) -> None:
        assert AuditEntry.objects.count() - self.audited == self.moves
        assert OutboxEvent.objects.count() == self.moves


class FaultHistory(AlertHistory):
    """As above for a fault, which may be shelved: what is on the shelf always has an end."""

    kind, priority = "CAMERA", 3

    @precondition(AlertHistory.is_open)
    @rule(minutes=st.sampled_from(SHELF_MINUTES))
    def put_aside(self, minutes: int) -> None:
        alert = self.current()
        assert alert is not None
        was_shelved = alert.state == State.SHELVED
        shelve(alert=alert, minutes=minutes, reason="REPAIR", by=OFFICER, at=self.at)
        self.moves += not was_shelved

    @precondition(AlertHistory.is_open)
    @rule()
    def bring_back(self) -> None:
        alert = self.current()
        assert alert is not None
        was_shelved = alert.state == State.SHELVED
        unshelve(alert=alert, by=OFFICER, at=self.at)
        self.moves += was_shelved

    @rule(minutes=st.integers(1, 90))
    def sweep_the_shelf(self, minutes: int) -> None:
        self.at += dt.timedelta(minutes=minutes)
        self.moves += return_shelved(at=self.at)
        assert not Alert.objects.in_state(State.SHELVED).filter(shelved_until__lte=self.at).exists()


class TestAlertHistory(TestCase):
    """Each example runs in a transaction of its own and is undone."""

    def test_any_history_keeps_every_promise(self) -> None:
        run_state_machine_as_test(AlertHistory, settings=SHORT)

    def test_any_history_of_a_fault_keeps_every_promise(self) -> None:
        run_state_machine_as_test(FaultHistory, settings=SHORT)
