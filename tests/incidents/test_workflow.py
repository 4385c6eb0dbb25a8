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
from alerts.services import Source, raise_alert
from ccoc.lib.errors import Refused
from events.models import AuditEntry
from incidents import services
from incidents.models import Dispatch, Incident, IncidentStep, Unit
from incidents.workflow import MOVES, IncidentState, state_after_dispatch
from tests.incidents.moments import AT, OFFICER

SHORT = settings(
    max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
UNITS = ("M-34", "C-21")


@pytest.mark.parametrize("state", [state for state in IncidentState if state != IncidentState.CLOSED])
def test_every_open_state_reaches_closed(state: str) -> None:
    reached = {state}
    for _ in IncidentState:
        reached |= {move.end for move in MOVES.values() if move.starts & reached}

    assert IncidentState.CLOSED in reached


def test_no_move_leaves_closed() -> None:
    assert not any(IncidentState.CLOSED in move.starts for move in MOVES.values())


@pytest.mark.parametrize("state", sorted(MOVES["dispatch"].starts))
def test_dispatch_never_goes_back(state: str) -> None:
    order = list(IncidentState.values)

    assert order.index(state_after_dispatch(state)) >= order.index(state)


class IncidentHistory(RuleBasedStateMachine):
    """Any order of commands on one watchlist hit and two units, refused ones included."""

    def __init__(self) -> None:
        super().__init__()
        for model in (Dispatch, Unit, Alert):
            model.objects.all().delete()
        self.at = AT
        self.alert = raise_alert(
            kind="PLATE_HIT",
            priority=2,
            dedupe_key="plate:1",
            subject="กข 1234",
            source=Source("test", "1"),
            actor=OFFICER,
            at=AT,
        )
        self.now = self.incident = services.open_incident(alert=self.alert, by=OFFICER, at=AT)
        for code in UNITS:
            services.save_unit(unit=None, fields=services.UnitFields(code, code, "CAR"), by=OFFICER, at=AT)
        self.states = [self.incident.state]

    def is_open(self) -> bool:
        return self.states[-1] != IncidentState.CLOSED

    def attempt(self, service: object, **said: object) -> None:
        self.at += dt.timedelta(seconds=5)
        assert callable(service)
        try:
            service(incident=self.incident, by=OFFICER, at=self.at, **said)
        except Refused:
            return
        finally:
            self.now = Incident.objects.get(pk=self.incident.pk)  # services are given the old one
            if self.now.state != self.states[-1]:
                self.states.append(self.now.state)

    @rule(code=st.sampled_from(UNITS), confirmed=st.sets(st.sampled_from(["PROVINCE", "VEHICLE"])))
    def dispatch(self, code: str, confirmed: set[str]) -> None:
        self.attempt(services.dispatch_unit, unit=Unit.objects.get(code=code), confirmed=confirmed)

    @rule(code=st.sampled_from(UNITS))
    def arrive(self, code: str) -> None:
        self.attempt(services.arrive, unit=Unit.objects.get(code=code))

    @rule()
    def note(self) -> None:
        self.attempt(services.add_note, text="x")

    @precondition(is_open)
    @rule(outcome=st.sampled_from(["", "REAL", "จับได้"]))
    def close(self, outcome: str) -> None:
        self.attempt(services.close_incident, outcome=outcome)

    @invariant()
    def states_only_go_forward(self) -> None:
        order = list(IncidentState.values)
        places = [order.index(state) for state in self.states]
        assert places == sorted(places)

    @invariant()
    def nobody_is_sent_before_both_are_confirmed(self) -> None:
        if Dispatch.objects.filter(incident=self.incident).exists():
            assert self.now.confirmed == ["PROVINCE", "VEHICLE"]

    @invariant()
    def every_step_is_audited(self) -> None:
        audited = AuditEntry.objects.filter(target_kind="incident", target_id=str(self.incident.pk))
        assert audited.count() == IncidentStep.objects.filter(incident=self.incident).count()

    @invariant()
    def units_are_out_exactly_while_they_are_sent(self) -> None:
        out = set(Unit.objects.exclude(state="FREE").values_list("pk", flat=True))
        assert out == set(Dispatch.objects.under_way().values_list("unit_id", flat=True))

    @invariant()
    def the_alert_closes_with_its_incident(self) -> None:
        alert = Alert.objects.get(pk=self.alert.pk)
        assert (alert.state == "CLOSED") == (not self.is_open())

    @invariant()
    def an_open_incident_can_be_closed(self) -> None:
        if self.is_open():
            assert self.states[-1] in MOVES["close"].starts


class TestIncidentHistory(TestCase):
    """All examples run in one transaction that is undone."""

    def test_any_history_keeps_every_promise(self) -> None:
        run_state_machine_as_test(IncidentHistory, settings=SHORT)
