"""The station's ground: zone, communities, places and lines, from one JSON file that a station edits."""

import json
from functools import lru_cache
from pathlib import Path
from typing import TypedDict, cast

from django.conf import settings

LatLon = list[float]  # [latitude, longitude] in degrees, WGS 84


class Spot(TypedDict):
    """A named point. `to_be_confirmed` true: its place is a guess until somebody has been there."""

    name: str
    lat: float
    lon: float
    to_be_confirmed: bool


class Line(TypedDict):
    """A road, canal, river or boundary; `kind` chooses how it is drawn."""

    name: str
    kind: str
    points: list[LatLon]


class Station(TypedDict):
    """What does not move on the map."""

    name: str
    attribution: str
    zone: list[LatLon]
    communities: list[Spot]
    places: list[Spot]
    lines: list[Line]


NOWHERE = Station(name="", attribution="", zone=[], communities=[], places=[], lines=[])


def station() -> Station:
    """The ground of settings.STATION_FILE, read again when the file changes; bare where there is none."""
    path = Path(settings.STATION_FILE)
    try:
        changed_ns = path.stat().st_mtime_ns
    except FileNotFoundError:
        return NOWHERE
    return _read(path, changed_ns)


@lru_cache(maxsize=1)
def _read(path: Path, changed_ns: int) -> Station:
    ground = json.loads(path.read_text("utf-8"))
    # The demo's file also holds what only the demo needs; a wall is sent its map and no more.
    return cast(Station, {key: ground.get(key, empty) for key, empty in NOWHERE.items()})
