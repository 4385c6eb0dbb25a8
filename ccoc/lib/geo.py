"""Distances and bearings on the ground. Points are (latitude, longitude) in degrees, WGS 84."""

import math
from typing import NamedTuple

EARTH_RADIUS_M = 6_371_008.8  # mean radius R1 of the IUGG


class Point(NamedTuple):
    """A place on the ground."""

    lat: float
    lon: float


def distance_m(start: Point, end: Point) -> float:
    """Great-circle distance in metres (haversine)."""
    lat_step = math.radians(end.lat - start.lat) / 2
    lon_step = math.radians(end.lon - start.lon) / 2
    cosines = math.cos(math.radians(start.lat)) * math.cos(math.radians(end.lat))
    chord = math.sin(lat_step) ** 2 + cosines * math.sin(lon_step) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(chord))


def bearing_deg(start: Point, end: Point) -> float:
    """Initial bearing from `start` to `end`, degrees clockwise from true north, 0 <= bearing < 360."""
    lat_1, lat_2 = math.radians(start.lat), math.radians(end.lat)
    lon_step = math.radians(end.lon - start.lon)
    east = math.sin(lon_step) * math.cos(lat_2)
    north = math.cos(lat_1) * math.sin(lat_2) - math.sin(lat_1) * math.cos(lat_2) * math.cos(lon_step)
    return math.degrees(math.atan2(east, north)) % 360


def turn_deg(heading: float, bearing: float) -> float:
    """Smallest angle between two directions, 0 to 180 degrees."""
    return abs((bearing - heading + 180) % 360 - 180)


def contains(polygon: list[Point], point: Point) -> bool:
    """Whether `point` lies inside `polygon` (ray casting; the ring may be open or closed)."""
    inside = False
    for index, corner in enumerate(polygon):
        before = polygon[index - 1]
        if (corner.lat > point.lat) == (before.lat > point.lat):
            continue
        share = (point.lat - corner.lat) / (before.lat - corner.lat)
        if point.lon < corner.lon + share * (before.lon - corner.lon):
            inside = not inside
    return inside
