"""The station's facts: what is public knowledge, what is a guess, and that the two are told apart."""

import json
from typing import Any

import pytest

from ccoc.demo.ground import STATION_FILE, ground, moved
from ccoc.lib.geo import Point, distance_m

GUESSES = {"medium", "low"}


@pytest.fixture(scope="module")
def facts() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(STATION_FILE.read_text("utf-8"))
    return found


def test_facts_are_the_published_figures(facts: dict[str, Any]) -> None:
    published = facts["facts"]

    assert published["station_area_km2"] == 593.96
    assert published["station_people"] == 260_734
    assert published["zone_people"] == 4_589
    assert published["zone_communities"] == len(facts["communities"]) == 5


def test_communities_are_the_five_named_ones(facts: dict[str, Any]) -> None:
    names = {community["name"] for community in facts["communities"]}

    assert names == {
        "ชุมชนสิงหวัฒน์ ซ.3",
        "ชุมชนสิงหวัฒน์ ซ.5",
        "ชุมชนพระลือ",
        "ชุมชนบ้านคลองสามัคคี",
        "ชุมชนบ้านคลองพัฒนา",
    }


@pytest.mark.parametrize("group", ["communities", "places", "lines", "areas"])
def test_everything_says_how_sure_it_is(facts: dict[str, Any], group: str) -> None:
    for thing in facts[group]:
        assert thing["confidence"] in {"high", *GUESSES}
        assert thing["to_be_confirmed"] is (thing["confidence"] in GUESSES)


def test_zone_is_a_circle_of_two_square_kilometres(facts: dict[str, Any]) -> None:
    middle = Point(facts["zone_circle"]["lat"], facts["zone_circle"]["lon"])
    radii = [distance_m(middle, Point(*corner)) for corner in facts["zone"]]

    assert facts["zone_circle"]["to_be_confirmed"] is True
    assert min(radii) > 795
    assert max(radii) < 805


def test_communities_lie_in_the_zone() -> None:
    land = ground()

    assert all(land.in_zone(point) for _, point in land.communities)


def test_only_one_road_is_drawn_and_it_joins_known_places(facts: dict[str, Any]) -> None:
    roads = [line for line in facts["lines"] if line["kind"] != "boundary"]
    known = [(place["lat"], place["lon"]) for place in facts["places"]]

    assert [road["name"] for road in roads] == ["ถ.สิงหวัฒน์ (ทล.12)"]
    assert all(tuple(point) in known for point in roads[0]["points"])


def test_areas_are_the_twenty_sub_districts_with_their_source(facts: dict[str, Any]) -> None:
    assert len(facts["areas"]) == 20
    assert "RTSD" in facts["attribution"]
    assert "CC BY" in facts["attribution"]


def test_moved_goes_as_far_as_asked() -> None:
    start = Point(16.83, 100.248)

    end = moved(start, east_m=300, north_m=400)

    assert distance_m(start, end) == pytest.approx(500, abs=0.5)
