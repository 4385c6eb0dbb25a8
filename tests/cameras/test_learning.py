"""What operators found out: kept by cell, fading, bounded, and taken back; and the notes of the register."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from cameras.facts import facts_at
from cameras.learning import HALF_LIFE, MOST, NotThere, misses_at, saw_nothing, take_back
from cameras.models import SawNothing
from cameras.obstructions import Obstruction, check_obstructions, read_obstructions
from ccoc.lib.geo import Point
from events.models import AuditEntry
from events.services import Actor
from tests.cameras.conftest import MakeCamera

PLACE = Point(16.82710, 100.25180)
NEXT_DOOR = Point(16.82735, 100.25180)
NOON = dt.datetime(2026, 11, 23, 5, tzinfo=dt.UTC)
PERSON = Actor.system("เวร")


def test_misses_at_counts_here_fades_and_is_bounded(make_camera: MakeCamera) -> None:
    camera = make_camera("C-023")
    saw_nothing(camera=camera, place=PLACE, actor=PERSON, at=NOON)

    assert misses_at(PLACE, at=NOON) == {"C-023": 1.0}
    assert misses_at(NEXT_DOOR, at=NOON) == {"C-023": 0.5}
    assert misses_at(Point(16.83, 100.26), at=NOON) == {}
    assert misses_at(PLACE, at=NOON + HALF_LIFE)["C-023"] == pytest.approx(0.5)
    assert misses_at(PLACE, at=NOON + dt.timedelta(hours=12))["C-023"] < 0.3  # by night it may see
    assert misses_at(PLACE, at=NOON + 5 * HALF_LIFE) == {}
    for _ in range(9):
        saw_nothing(camera=camera, place=PLACE, actor=PERSON, at=NOON)
    assert misses_at(PLACE, at=NOON) == {"C-023": MOST}


def test_take_back_undoes_it_once(make_camera: MakeCamera) -> None:
    said = saw_nothing(camera=make_camera(), place=PLACE, actor=PERSON, at=NOON, alert_id=7)

    take_back(said_id=said.pk, actor=PERSON, at=NOON)

    assert misses_at(PLACE, at=NOON) == {}
    with pytest.raises(NotThere):
        take_back(said_id=said.pk, actor=PERSON, at=NOON)
    verbs = AuditEntry.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs)[-2:] == ["cameras.saw_nothing", "cameras.saw_nothing_undone"]


def test_facts_at_costs_two_queries_whatever_is_known(make_camera: MakeCamera) -> None:
    for _ in range(8):
        camera = make_camera(obstructions="ต้นไม้ 40-80 เกิน 20 ม.")
        saw_nothing(camera=camera, place=PLACE, actor=PERSON, at=NOON)

    with CaptureQueriesContext(connection) as queries:
        facts = facts_at(PLACE, at=NOON)

    assert len(queries) == 2
    assert facts["C-003"].obstructions == (Obstruction("ต้นไม้", 40, 80, 20),)
    assert facts["C-003"].missed == 1.0


def test_saw_nothing_by_the_api_and_back(
    client: Client, make_user: Callable[..., User], make_camera: MakeCamera
) -> None:
    make_camera("C-023")
    client.force_login(make_user("OPERATOR"), backend="django.contrib.auth.backends.ModelBackend")

    said = client.post(
        "/api/v1/cameras/C-023/saw-nothing",
        {"lat": PLACE.lat, "lon": PLACE.lon, "alert_id": 5},
        content_type="application/json",
    )
    undone = client.post(f"/api/v1/saw-nothing/{said.json()['id']}/undo")

    assert (said.status_code, undone.status_code) == (201, 204)
    assert SawNothing.objects.get().alert_id == 5


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("tree 40-80° beyond 20 m", Obstruction("tree", 40, 80, 20)),
        ("ต้นไม้ 40-80 เกิน 20 ม.", Obstruction("ต้นไม้", 40, 80, 20)),
        ("ป้าย 350-10", Obstruction("ป้าย", 350, 10, 0)),
        ("90 – 120", Obstruction("", 90, 120, 0)),
    ],
)
def test_read_obstructions_takes_what_people_write(line: str, expected: Obstruction) -> None:
    assert read_obstructions(f"\n{line}\n") == [expected]


@pytest.mark.parametrize("line", ["tree", "tree 40", "tree 400-420", "40-80 beyond a house"])
def test_check_obstructions_refuses_what_it_cannot_understand(line: str) -> None:
    with pytest.raises(ValidationError):
        check_obstructions(line)


def test_hides_is_a_sector_beyond_a_distance_and_may_pass_north() -> None:
    sign = Obstruction("ป้าย", 350, 10, 15)

    assert sign.hides(0, 20)
    assert sign.hides(355, 20)
    assert not sign.hides(0, 10)
    assert not sign.hides(20, 20)
