"""The demo station's ground, read from `station.json` without Django: zone, places, box."""

import json
from dataclasses import dataclass
from functools import cache
from math import cos, radians
from pathlib import Path

from ccoc.lib.geo import Point, contains

STATION_FILE = Path(__file__).with_name("station.json")
METRES_PER_DEGREE = 111_195.0  # along a meridian, on a sphere of the IUGG mean radius


@dataclass(frozen=True)
class Ground:
    """What the demo places its cameras on. Points are WGS 84 degrees."""

    zone: tuple[Point, ...]
    zone_middle: Point
    communities: tuple[tuple[str, Point], ...]
    places: tuple[tuple[str, Point], ...]
    areas: tuple[tuple[str, tuple[Point, ...]], ...]
    south_west: Point
    north_east: Point

    def in_zone(self, point: Point) -> bool:
        """Whether a point lies in the Smart Safety Zone."""
        return contains(list(self.zone), point)

    def in_station(self, point: Point) -> bool:
        """Whether a point lies in one of the district's sub-districts."""
        return any(contains(list(ring), point) for _, ring in self.areas)


def _ring(corners: list[list[float]]) -> tuple[Point, ...]:
    return tuple(Point(lat, lon) for lat, lon in corners)


@cache
def ground() -> Ground:
    """The station's facts as points."""
    facts = json.loads(STATION_FILE.read_text("utf-8"))
    circle, box = facts["zone_circle"], facts["box"]
    return Ground(
        zone=_ring(facts["zone"]),
        zone_middle=Point(circle["lat"], circle["lon"]),
        communities=tuple((spot["name"], Point(spot["lat"], spot["lon"])) for spot in facts["communities"]),
        places=tuple((spot["name"], Point(spot["lat"], spot["lon"])) for spot in facts["places"]),
        areas=tuple(
            (area["name"], tuple(Point(*corner) for corner in area["polygon"])) for area in facts["areas"]
        ),
        south_west=Point(box["south"], box["west"]),
        north_east=Point(box["north"], box["east"]),
    )


def moved(point: Point, *, east_m: float = 0.0, north_m: float = 0.0) -> Point:
    """A point some metres away, rounded to about 10 cm."""
    lat = point.lat + north_m / METRES_PER_DEGREE
    lon = point.lon + east_m / (METRES_PER_DEGREE * cos(radians(point.lat)))
    return Point(round(lat, 6), round(lon, 6))
