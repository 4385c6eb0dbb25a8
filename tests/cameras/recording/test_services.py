"""Holds, demands and rules: the write path of recordings."""

import datetime as dt

import pytest
from django.utils import timezone

from cameras.recording.models import Demand, Hold, Rule
from cameras.recording.services import About, BadHold, BadRule, NotHeld, demand, hold, release, set_rule
from events.models import AuditEntry
from events.services import Actor
from tests.cameras.conftest import MakeCamera

SUPERVISOR = Actor("USER", "7", "พ.ต.ท. ศศิธร")
MINUTE = dt.timedelta(minutes=1)
BEGAN = dt.datetime(2026, 9, 1, 8, tzinfo=dt.UTC)


def held(camera: object, **values: object) -> list[Hold]:
    """A hold of the last minute, with other values where a test wants them."""
    now = timezone.now()
    defaults: dict[str, object] = {
        "actor": SUPERVISOR,
        "cameras": [camera],
        "begin": now - MINUTE,
        "end": now,
        "reason": "คดีชนแล้วหนี",
        "until": timezone.localdate() + dt.timedelta(days=90),
        "about": About("incident", 12),
    }
    return hold(**{**defaults, **values})  # type: ignore[arg-type] # each test gives real fields


def test_hold_writes_a_row_and_an_audit_entry_for_each_camera(make_camera: MakeCamera) -> None:
    cameras = [make_camera(), make_camera()]

    holds = held(None, cameras=cameras)

    assert [row.camera for row in holds] == cameras
    assert Hold.objects.about("incident", 12).count() == 2
    entries = AuditEntry.objects.filter(verb="recordings.held")
    assert {entry.reason for entry in entries} == {"คดีชนแล้วหนี"}
    assert entries.count() == 2


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"reason": "  "}, "reason_missing"),
        ({"cameras": []}, "no_camera"),
        ({"begin": BEGAN, "end": BEGAN}, "bad_span"),
        ({"begin": BEGAN, "end": BEGAN + dt.timedelta(days=32)}, "long_span"),
        ({"until": dt.date(2026, 1, 1)}, "bad_until"),
    ],
)
def test_hold_that_breaks_a_rule_is_refused(
    make_camera: MakeCamera, values: dict[str, object], code: str
) -> None:
    camera = make_camera()

    with pytest.raises(BadHold) as refused:
        held(camera, **values)

    assert refused.value.code == code
    assert not Hold.objects.exists()


def test_hold_of_what_comes_makes_the_camera_record(make_camera: MakeCamera) -> None:
    camera = make_camera()
    end = timezone.now() + MINUTE

    held(camera, end=end)

    assert Demand.objects.get(camera=camera).until == end


def test_release_says_who_and_why_and_only_once(make_camera: MakeCamera) -> None:
    kept = held(make_camera())[0]

    release(actor=SUPERVISOR, hold=kept, reason="คดีสิ้นสุด")

    assert kept.released_by == SUPERVISOR.label
    assert AuditEntry.objects.get(verb="recordings.released").reason == "คดีสิ้นสุด"
    with pytest.raises(NotHeld):
        release(actor=SUPERVISOR, hold=kept, reason="อีกครั้ง")


def test_release_without_a_reason_is_refused(make_camera: MakeCamera) -> None:
    kept = held(make_camera())[0]

    with pytest.raises(BadHold):
        release(actor=SUPERVISOR, hold=kept, reason=" ")

    assert Hold.objects.in_force().count() == 1


def test_demand_asked_twice_lasts_until_the_later_time(make_camera: MakeCamera) -> None:
    camera, now = make_camera(), timezone.now()

    demand(camera_ids=[camera.pk], until=now + MINUTE, reason="ALERT")
    demand(camera_ids=[camera.pk], until=now, reason="HOLD")
    demand(camera_ids=[camera.pk], until=now + 2 * MINUTE, reason="HOLD")

    row = Demand.objects.get()
    assert (row.until, row.reason) == (now + 2 * MINUTE, "HOLD")


def test_set_rule_records_what_changed_and_nothing_when_nothing_did(make_camera: MakeCamera) -> None:
    camera, now = make_camera(), timezone.now()

    first = set_rule(actor=SUPERVISOR, camera=camera, mode="EVENT", keep_days=30, at=now)
    second = set_rule(actor=SUPERVISOR, camera=camera, mode="CONTINUOUS", keep_days=30, at=now)
    third = set_rule(actor=SUPERVISOR, camera=camera, mode="CONTINUOUS", keep_days=30, at=now)

    assert first == {"mode": [None, "EVENT"], "keep_days": [None, 30]}
    assert second == {"mode": ["EVENT", "CONTINUOUS"]}
    assert third == {}
    assert Rule.objects.get(camera=camera).mode == "CONTINUOUS"
    assert AuditEntry.objects.filter(verb="recordings.ruled").count() == 2


@pytest.mark.parametrize(("mode", "days"), [("EVENT", 0), ("EVENT", 400), ("SOMETIMES", 30)])
def test_set_rule_out_of_bounds_is_refused(make_camera: MakeCamera, mode: str, days: int) -> None:
    camera = make_camera()

    with pytest.raises(BadRule):
        set_rule(actor=SUPERVISOR, camera=camera, mode=mode, keep_days=days, at=timezone.now())

    assert not Rule.objects.exists()
