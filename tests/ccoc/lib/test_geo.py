"""Distances and bearings against known places and against symmetry."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccoc.lib.geo import Point, bearing_deg, contains, distance_m, turn_deg

PROVINCE_HALL = Point(16.8263, 100.2602)
RAILWAY_STATION = Point(16.8150, 100.2652)
NEAR = st.builds(Point, st.floats(16, 17.5), st.floats(99.5, 101))


def test_distance_m_between_known_places() -> None:
    # One degree of latitude is 111.2 km on the mean sphere: 0.0113 deg north, 0.005 deg east.
    expected = math.hypot(0.0113 * 111_195, 0.0050 * 111_195 * math.cos(math.radians(16.82)))

    assert distance_m(PROVINCE_HALL, RAILWAY_STATION) == pytest.approx(expected, rel=1e-3)


@given(NEAR, NEAR)
def test_distance_m_is_the_same_both_ways(start: Point, end: Point) -> None:
    assert distance_m(start, end) == pytest.approx(distance_m(end, start), abs=1e-6)


@pytest.mark.parametrize(
    ("step", "bearing"), [((0.01, 0), 0), ((0, 0.01), 90), ((-0.01, 0), 180), ((0, -0.01), 270)]
)
def test_bearing_deg_to_the_four_winds(step: tuple[float, float], bearing: float) -> None:
    end = Point(PROVINCE_HALL.lat + step[0], PROVINCE_HALL.lon + step[1])

    assert bearing_deg(PROVINCE_HALL, end) == pytest.approx(bearing, abs=0.01)


@pytest.mark.parametrize(
    ("heading", "bearing", "turn"), [(350, 10, 20), (10, 350, 20), (0, 180, 180), (90, 90, 0)]
)
def test_turn_deg_takes_the_short_way(heading: float, bearing: float, turn: float) -> None:
    assert turn_deg(heading, bearing) == turn


def test_contains_tells_inside_from_outside() -> None:
    square = [Point(16.8, 100.2), Point(16.8, 100.3), Point(16.9, 100.3), Point(16.9, 100.2)]

    assert contains(square, Point(16.85, 100.25))
    assert not contains(square, Point(16.95, 100.25))
