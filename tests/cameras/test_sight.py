"""Geometry of seeing: places laid out by distance and bearing around one point."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cameras.obstructions import Obstruction
from cameras.payloads import CameraPayload
from cameras.sight import Facts, rank_views
from ccoc.lib.geo import EARTH_RADIUS_M

PLACE = (16.8271, 100.2518)


def at(distance_m: float, bearing: float) -> tuple[float, float]:
    """A point seen from PLACE; flat earth is exact to a millimetre at these distances."""
    turn = math.radians(bearing)
    lat = PLACE[0] + math.degrees(distance_m * math.cos(turn) / EARTH_RADIUS_M)
    circle = EARTH_RADIUS_M * math.cos(math.radians(PLACE[0]))
    return lat, PLACE[1] + math.degrees(distance_m * math.sin(turn) / circle)


def camera(
    code: str, distance_m: float, bearing: float, azimuth: float | None, **values: object
) -> CameraPayload:
    """A camera standing `distance_m` from PLACE in direction `bearing`, looking to `azimuth`."""
    lat, lon = at(distance_m, bearing)
    payload: dict[str, object] = {
        "code": code,
        "name": code,
        "lat": lat,
        "lon": lon,
        "azimuth_deg": azimuth,
        "fov_deg": 70.0,
        "range_m": 40.0,
        "kind": "FIXED",
        "in_zone": True,
        "reads_plates": False,
        "health": "LIVE",
        "health_since": None,
    }
    return CameraPayload(**{**payload, **values})  # type: ignore[typeddict-item]


def codes(cameras: list[CameraPayload], **options: object) -> list[str]:
    return [view["code"] for view in rank_views(cameras, *PLACE, **options)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("distance", "azimuth", "reason"),
    [
        (20, 180, "FACING"),  # stands north of the place and looks south
        (20, 180 + 34, "FACING"),
        (20, 180 + 36, "OBLIQUE"),
        (20, 180 + 59, "OBLIQUE"),
        (20, 180 + 61, "FAR"),
        (20, 0, "FAR"),
        (39, 180, "FACING"),
        (41, 180, "OBLIQUE"),
        (59, 180, "OBLIQUE"),
        (61, 180, "FAR"),
        (20, None, "FAR"),
        (5, 0, "FACING"),  # below the pole direction says nothing
    ],
)
def test_rank_views_names_why(distance: float, azimuth: float | None, reason: str) -> None:
    views = rank_views([camera("A", distance, 0, azimuth)], *PLACE)

    assert views[0]["reason"] == reason


def test_rank_views_measures_distance_and_angle() -> None:
    view = rank_views([camera("A", 30, 90, 280)], *PLACE)[0]

    assert view["distance_m"] == pytest.approx(30, abs=0.2)
    assert view["off_axis_deg"] == pytest.approx(10, abs=0.1)
    assert view["rank"] == 1


def test_rank_views_prefers_one_that_looks_over_one_that_is_near() -> None:
    looks_away, faces = camera("NEAR", 12, 0, 0), camera("FACES", 35, 90, 270)

    assert codes([looks_away, faces]) == ["FACES", "NEAR"]


def test_rank_views_prefers_the_nearer_of_two_that_face() -> None:
    assert codes([camera("B", 35, 0, 180), camera("A", 15, 90, 270)]) == ["A", "B"]


def test_rank_views_puts_a_dead_camera_behind_a_live_one() -> None:
    dead = camera("DEAD", 10, 0, 180, health="UNREACHABLE")

    assert codes([dead, camera("FAR", 200, 90, 90)]) == ["FAR", "DEAD"]


def test_rank_views_puts_a_stale_picture_behind_a_fresh_one_that_sees_as_well() -> None:
    both = [camera("STALE", 15, 0, 180), camera("FRESH", 30, 90, 270)]

    assert codes(both, ages={"STALE": 60.0, "FRESH": 1.0}) == ["FRESH", "STALE"]


def test_rank_views_keeps_a_stale_facing_picture_before_a_fresh_one_that_looks_away() -> None:
    both = [camera("STALE", 15, 0, 180), camera("AWAY", 15, 90, 90)]

    assert codes(both, ages={"STALE": 60.0, "AWAY": 1.0}) == ["STALE", "AWAY"]


@pytest.mark.parametrize("values", [{"kind": "PTZ"}, {"fov_deg": 360.0}])
def test_rank_views_knows_cameras_that_see_all_round(values: dict[str, object]) -> None:
    view = rank_views([camera("A", 30, 0, 0, **values)], *PLACE)[0]

    assert (view["reason"], view["off_axis_deg"]) == ("FACING", 0)


def test_rank_views_leaves_out_cameras_without_a_position() -> None:
    assert rank_views([camera("A", 30, 0, 0, lat=None, lon=None)], *PLACE) == []


def test_rank_views_gives_four_at_most() -> None:
    many = [camera(f"C{n}", 10 + n, 0, 180) for n in range(9)]

    assert codes(many) == ["C0", "C1", "C2", "C3"]


@given(
    layout=st.lists(
        st.tuples(
            st.floats(0, 3000), st.floats(0, 359), st.none() | st.floats(0, 359), st.sampled_from("LU")
        ),
        max_size=12,
    )
)
def test_rank_views_is_an_order_that_does_not_depend_on_the_input(
    layout: list[tuple[float, float, float | None, str]],
) -> None:
    health = {"L": "LIVE", "U": "UNREACHABLE"}
    cameras = [
        camera(f"C{number:02}", distance, bearing, azimuth, health=health[state])
        for number, (distance, bearing, azimuth, state) in enumerate(layout)
    ]

    ranked = rank_views(cameras, *PLACE, limit=99)

    assert ranked == rank_views(list(reversed(cameras)), *PLACE, limit=99)
    assert [view["rank"] for view in ranked] == list(range(1, len(cameras) + 1))
    is_up = [view["health"] == "LIVE" for view in ranked]
    assert is_up == sorted(is_up, reverse=True)


def test_rank_views_puts_a_hidden_camera_after_one_that_sees_aslant() -> None:
    hidden = Facts((Obstruction("ต้นไม้", 150, 210, 10),))
    cameras = [camera("TREE", 20, 0, 180), camera("ASLANT", 20, 90, 270 + 40)]

    plain = rank_views(cameras, *PLACE)
    noted = rank_views(cameras, *PLACE, facts={"TREE": hidden})

    assert [view["code"] for view in plain] == ["TREE", "ASLANT"]
    assert [view["code"] for view in noted] == ["ASLANT", "TREE"]
    assert "ต้นไม้" in noted[1]["because"]


def test_rank_views_puts_a_useless_picture_last_of_those_that_live() -> None:
    cameras = [camera("FOG", 20, 0, 180), camera("FAR", 39, 90, 270)]

    views = rank_views(cameras, *PLACE, facts={"FOG": Facts(fault="COVERED")})

    assert [view["code"] for view in views] == ["FAR", "FOG"]
    assert views[1]["because"]


def test_rank_views_learns_from_saw_nothing_within_bounds() -> None:
    cameras = [camera("NEAR", 10, 0, 180), camera("ALIKE", 15, 90, 270), camera("ASLANT", 20, 45, 225 + 45)]

    def order(missed: float) -> list[str]:
        return codes(cameras, facts={"NEAR": Facts(missed=missed)})

    assert order(0.0) == ["NEAR", "ALIKE", "ASLANT"]
    assert order(1.0) == ["ALIKE", "NEAR", "ASLANT"]
    assert order(3.0) == ["ALIKE", "ASLANT", "NEAR"]
