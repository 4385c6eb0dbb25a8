"""Where the station's cameras can stand: the box around its area, from the station file."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from ccoc.lib.geo import Point, distance_m

# The box of Mueang Phitsanulok district (593.96 km2), for a station file that names none.
_DEFAULT_BOX = {"south": 16.63, "west": 100.11, "north": 16.98, "east": 100.50}


@dataclass(frozen=True, slots=True)
class Area:
    """A box on the ground, the outline of the safety zone in it, and roads and rivers to know one's way."""

    south: float
    west: float
    north: float
    east: float
    zone: tuple[Point, ...] = ()
    lines: tuple[tuple[str, tuple[Point, ...]], ...] = ()

    def outside_m(self, point: Point) -> float:
        """Metres from `point` to the box; 0 inside."""
        lat = min(max(point.lat, self.south), self.north)
        lon = min(max(point.lon, self.west), self.east)
        return 0.0 if (lat, lon) == (point.lat, point.lon) else distance_m(point, Point(lat, lon))


def station_area() -> Area:
    """The station's area; a missing file gives the district's box."""
    return _read(Path(settings.STATION_FILE))


@lru_cache(maxsize=4)
def _read(path: Path) -> Area:
    station: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    box = station.get("box", _DEFAULT_BOX)
    zone = tuple(Point(*pair) for pair in station.get("zone", ()))
    lines = tuple((str(line.get("kind", "")), _points(line["points"])) for line in station.get("lines", ()))
    return Area(box["south"], box["west"], box["north"], box["east"], zone, lines)


def _points(pairs: list[list[float]]) -> tuple[Point, ...]:
    return tuple(Point(pair[0], pair[1]) for pair in pairs)
