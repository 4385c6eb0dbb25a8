"""The snapshot: complete, at a fixed price, and the same thing that the events tell."""

import datetime as dt
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alerts.services import acknowledge, close_alert
from ccoc.wall.snapshot import PROMISES, snapshot
from events.hub import encode
from events.models import OutboxEvent
from events.services import Actor
from incidents.models import Incident
from incidents.services import arrive, close_incident, dispatch_unit, open_incident
from tests.conftest import CommitEvents
from tests.wall import builders

REPLAY = Path(__file__).parents[1] / "js" / "replay.mjs"


def as_json(value: object) -> Any:  # noqa: ANN401 - parsed JSON
    return json.loads(json.dumps(value))


def events_after(seq: int) -> list[Any]:
    return [json.loads(encode(*row).text) for row in OutboxEvent.objects.after(seq).as_rows()]


def replay(before: object, events: list[Any], at: dt.datetime) -> Any:  # noqa: ANN401 - parsed JSON
    """What the wall's own reducer makes of `before` and `events`."""
    told = json.dumps({"snapshot": before, "events": events, "now_ms": at.timestamp() * 1000})
    done = subprocess.run(["node", str(REPLAY)], input=told, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.django_db
def test_snapshot_holds_every_room_by_key(number_events: CommitEvents) -> None:
    builders.make_camera("C-001")
    builders.make_unit("จยย. 34")
    alert = builders.press(builders.make_point())
    number_events()

    found = snapshot(timezone.now())

    assert list(found["cameras"]) == ["C-001"]
    assert list(found["units"]) == ["จยย. 34"]
    assert found["sos"]["SOS-01"]["state"] == "PRESSED"
    assert found["alerts"][str(alert.pk)]["kind"] == "SOS"
    assert found["raised"] == {str(alert.pk): found["alerts"][str(alert.pk)]["raised_at"]}
    assert found["promises"] == PROMISES
    assert found["seq"] == OutboxEvent.objects.span()[1] > 0


@pytest.mark.django_db
def test_snapshot_of_an_empty_station_is_empty_not_an_error() -> None:
    found = snapshot(timezone.now())

    assert found["seq"] == 0
    assert not any(found[room] for room in ("cameras", "sos", "units", "alerts", "incidents"))


@pytest.mark.django_db
def test_snapshot_costs_the_same_for_2_and_for_20() -> None:
    def grow(first: int, last: int) -> int:
        for number in range(first, last):
            builders.make_camera(f"C-{number:03}")
            unit = builders.make_unit(f"จยย. {number}")
            alert = builders.press(builders.make_point(f"SOS-{number:02}"))
            incident = open_incident(alert=alert, by=builders.TESTER, at=timezone.now())
            dispatch_unit(incident=incident, unit=unit, by=builders.TESTER, at=timezone.now())
        with CaptureQueriesContext(
            connection,
        ) as queries:
            snapshot(timezone.now())
        return len(queries)

    assert grow(0, 2) == grow(2, 20)


@pytest.mark.django_db
def test_snapshot_keeps_a_closed_alert_for_a_minute() -> None:
    at = timezone.now()
    alert = builders.raise_hit()
    close_alert(alert=alert, outcome="WRONG_READ", by=builders.TESTER, at=at)

    assert snapshot(at + dt.timedelta(seconds=59))["alerts"]
    assert not snapshot(at + dt.timedelta(seconds=61))["alerts"]


def work_through_a_night(by: Actor) -> None:
    """One of each thing that a wall is told of."""
    at = timezone.now()
    builders.make_camera("C-001")
    builders.make_camera("C-002", lat=None, lon=None)
    unit = builders.make_unit("จยย. 34")
    builders.make_unit("รถ 21")
    point = builders.make_point()
    real, hit = builders.press(point), builders.raise_hit()
    builders.raise_hit()
    acknowledge(alert=real, by=by, at=at)
    incident = open_incident(alert=real, by=by, at=at)
    dispatch_unit(incident=incident, unit=unit, by=by, at=at)
    arrive(incident=incident, unit=unit, by=by, at=at)
    close_alert(alert=hit, outcome="WRONG_PROVINCE", by=by, at=at)
    close_incident(incident=incident, outcome="REAL", by=by, at=at)
    open_incident(alert=builders.raise_hit("ขค5678"), by=by, at=at)


@pytest.mark.django_db(transaction=True)
def test_snapshot_before_and_events_are_the_snapshot_after() -> None:
    before = as_json(snapshot(timezone.now()))

    work_through_a_night(Actor.of(builders.make_person("OPERATOR")))
    at = timezone.now()
    after = as_json(snapshot(at))

    told = replay(before, events_after(before["seq"]), at)
    assert Incident.objects.count() == 2
    for room in ("seq", "cameras", "sos", "units", "alerts", "incidents", "raised"):
        assert told[room] == after[room], room


@pytest.mark.django_db(transaction=True)
def test_snapshot_taken_midway_absorbs_events_it_already_holds() -> None:
    work_through_a_night(Actor.of(builders.make_person("OPERATOR")))
    at = timezone.now()
    after = as_json(snapshot(at))

    told = replay({**after, "seq": 0}, events_after(0), at)

    assert told["alerts"] == after["alerts"]
    assert told["incidents"] == after["incidents"]
    assert told["units"] == after["units"]
