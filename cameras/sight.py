"""Which cameras can see a place: bearing, field of view, range, health and age; pure geometry.

A camera that stands nearer but looks away is worth less than one that looks at the place: the wall prints
the reason beside each picture.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypedDict

from cameras.payloads import CameraPayload
from ccoc.lib.geo import Point, bearing_deg, distance_m, turn_deg

EDGE_DEG = 25.0  # a place this far outside the field of view may still show at the picture's edge
FAR_FACTOR = 1.5  # beyond its range a person is small but a crowd or a car still shows
AT_THE_POLE_M = 8.0  # below the camera its direction says nothing
FRESH_S = 5.0  # the wall's promise for a thumbnail
_UP = frozenset({"LIVE", "DEGRADED"})
_TURNS = frozenset({"PTZ"})
_TIERS = {"FACING": 0, "OBLIQUE": 1, "FAR": 2}


class RankedView(TypedDict):
    """One suggestion: `rank` from 1, distances in metres, `off_axis_deg` None where no direction is known."""

    code: str
    name: str
    rank: int
    reason: str
    distance_m: float
    off_axis_deg: float | None
    health: str
    age_s: float | None


@dataclass(frozen=True, slots=True)
class _View:
    camera: CameraPayload
    reason: str
    distance: float
    off_axis: float | None
    age_s: float | None

    @property
    def order(self) -> tuple[bool, int, bool, float, str]:
        """Dead last, then what it sees, then stale after fresh, then how well it sees."""
        turned = (self.off_axis if self.off_axis is not None else 90.0) / 90.0
        reach = self.distance / max(self.camera["range_m"], 1.0)
        is_dead = self.camera["health"] not in _UP
        is_stale = self.age_s is not None and self.age_s > FRESH_S
        return is_dead, _TIERS[self.reason], is_stale, reach + turned, self.camera["code"]


def rank_views(
    cameras: Iterable[CameraPayload],
    lat: float,
    lon: float,
    limit: int = 4,
    ages: Mapping[str, float | None] | None = None,
) -> list[RankedView]:
    """The `limit` best views of a place, best first. `ages`: seconds since each camera's last picture.

    Cameras without a position cannot be ranked and are left out.
    """
    place = Point(lat, lon)
    seen = [_look(camera, place, (ages or {}).get(camera["code"])) for camera in cameras]
    best = sorted((view for view in seen if view), key=lambda view: view.order)[:limit]
    return [_ranked(view, rank) for rank, view in enumerate(best, start=1)]


def _look(camera: CameraPayload, place: Point, age_s: float | None) -> _View | None:
    lat, lon = camera["lat"], camera["lon"]
    if lat is None or lon is None:
        return None
    stand = Point(lat, lon)
    distance = distance_m(stand, place)
    off_axis = _off_axis(camera, bearing_deg(stand, place), distance)
    return _View(camera, _reason(camera, distance, off_axis), distance, off_axis, age_s)


def _off_axis(camera: CameraPayload, bearing: float, distance: float) -> float | None:
    """Angle between the camera's axis and the place; 0 where it can turn or stands at the place."""
    if camera["kind"] in _TURNS or camera["fov_deg"] >= 360 or distance <= AT_THE_POLE_M:
        return 0.0
    azimuth = camera["azimuth_deg"]
    return None if azimuth is None else turn_deg(azimuth, bearing)


def _reason(camera: CameraPayload, distance: float, off_axis: float | None) -> str:
    if distance > camera["range_m"] * FAR_FACTOR or off_axis is None:
        return "FAR"
    half = camera["fov_deg"] / 2
    if off_axis <= half and distance <= camera["range_m"]:
        return "FACING"
    return "OBLIQUE" if off_axis <= half + EDGE_DEG else "FAR"


def _ranked(view: _View, rank: int) -> RankedView:
    return RankedView(
        code=view.camera["code"],
        name=view.camera["name"],
        rank=rank,
        reason=view.reason,
        distance_m=round(view.distance, 1),
        off_axis_deg=None if view.off_axis is None else round(view.off_axis, 1),
        health=view.camera["health"],
        age_s=view.age_s,
    )
