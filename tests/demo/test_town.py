"""Patrols that move and points that live."""

import datetime as dt

import pytest

from ccoc.demo import fleet
from ccoc.demo.seeding import seed_units
from ccoc.demo.town import SPEEDS, STEP_S, Town, on_round, towards
from ccoc.lib.geo import Point, distance_m
from events.services import Actor
from incidents.models import Unit
from incidents.services import NewIncident, dispatch_unit, open_incident_by_hand

AT = dt.datetime(2026, 11, 23, 3, 0, tzinfo=dt.UTC)
STEP = dt.timedelta(seconds=STEP_S)
OFFICER = Actor.system("test")


def quiet() -> Town:
    """A town whose points have just been heard."""
    return Town(heartbeat_at=AT.timestamp() + 3600)


def test_towards_stops_where_it_wants_to_be() -> None:
    here, there = Point(16.83, 100.248), Point(16.8301, 100.248)

    assert towards(here, there, 50.0) == there


def test_towards_goes_no_farther_than_it_can() -> None:
    here, there = Point(16.83, 100.248), Point(16.84, 100.258)

    step = towards(here, there, 40.0)

    assert distance_m(here, step) == pytest.approx(40, abs=0.5)
    assert distance_m(step, there) == pytest.approx(distance_m(here, there) - 40, abs=1)


@pytest.mark.parametrize("row", fleet.units(), ids=lambda row: row.kind)
def test_on_round_moves_at_the_speed_of_its_kind(row: fleet.UnitRow) -> None:
    for moment in range(0, 200, 20):
        step = distance_m(on_round(row, moment), on_round(row, moment + STEP_S))
        assert step <= SPEEDS[row.kind] * STEP_S * 1.05


@pytest.mark.django_db
def test_step_moves_patrols_on_duty_and_tells_their_time() -> None:
    seed_units(AT)

    quiet().step(AT + STEP)

    moved = Unit.objects.exclude(position_at=AT)
    assert moved.count() == 6
    assert set(moved.values_list("position_at", flat=True)) == {AT + STEP}


@pytest.mark.django_db
def test_step_leads_a_sent_patrol_to_its_incident() -> None:
    seed_units(AT)
    there = fleet.sos_points()[1].point
    incident = open_incident_by_hand(
        new=NewIncident(kind="SOS", priority=1, subject="SOS-02", place="ปากซอย", point=there),
        by=OFFICER,
        at=AT,
    )
    unit = Unit.objects.get(code="จยย. 34")
    dispatch_unit(incident=incident, unit=unit, by=OFFICER, at=AT)
    far = distance_m(fleet.units()[0].point, there)
    town = quiet()

    for number in range(1, 5):
        town.step(AT + number * STEP)

    unit.refresh_from_db()
    assert unit.lat is not None
    assert unit.lon is not None
    assert distance_m(Point(unit.lat, unit.lon), there) == pytest.approx(far - 4 * 36, abs=3)
