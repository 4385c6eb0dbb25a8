"""Which cameras can see a place: bearing, field of view, range, health and age, what stands in the way and
what people found out by looking.

A camera that stands nearer but looks away is worth less than one that looks at the place: the wall prints
the reason beside each picture.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypedDict

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cameras.conditions import SENTENCES
from cameras.obstructions import Obstruction
from cameras.payloads import CameraPayload
from cameras.streams.health import Condition
from ccoc.lib.geo import Point, bearing_deg, distance_m, turn_deg

EDGE_DEG = 25.0  # a place this far outside the field of view may still show at the picture's edge
FAR_FACTOR = 1.5  # beyond its range a person is small but a crowd or a car still shows
AT_THE_POLE_M = 8.0  # below the camera its direction says nothing
FRESH_S = 5.0  # the wall's promise for a thumbnail
_UP = frozenset({"LIVE", "DEGRADED"})
_TURNS = frozenset({"PTZ"})
_TIERS = {"FACING": 0, "OBLIQUE": 1, "FAR": 2}
CLEAR_MISS = 1.5  # so much "saw nothing" costs a camera one step; less only its place among its like


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a camera: what stands in its way, the `fault` of its pictures (a Condition or empty),
    and how much "saw nothing" speaks against it at the place in question."""

    obstructions: tuple[Obstruction, ...] = ()
    fault: str = ""
    missed: float = 0.0


class RankedView(TypedDict):
    """One suggestion: `rank` from 1, distances in metres, `off_axis_deg` None where no direction is known.

    `because` says in words what speaks against it, empty where nothing does.
    """

    code: str
    name: str
    rank: int
    reason: str
    distance_m: float
    off_axis_deg: float | None
    health: str
    age_s: float | None
    because: str


@dataclass(frozen=True, slots=True)
class _View:
    camera: CameraPayload
    reason: str
    distance: float
    off_axis: float | None
    age_s: float | None
    hidden_by: str | None
    facts: Facts

    @property
    def order(self) -> tuple[bool, int, bool, float, str]:
        """Dead last, then what it sees, then stale after fresh, then how well it sees.

        A step down for each: something in the way, a useless picture, people who saw nothing.
        """
        turned = (self.off_axis if self.off_axis is not None else 90.0) / 90.0
        reach = self.distance / max(self.camera["range_m"], 1.0)
        is_dead = self.camera["health"] not in _UP
        is_stale = self.age_s is not None and self.age_s > FRESH_S
        missed = self.facts.missed
        steps = 2 * (self.hidden_by is not None) + 2 * bool(self.facts.fault) + (missed >= CLEAR_MISS)
        return is_dead, _TIERS[self.reason] + steps, is_stale, reach + turned + missed, self.camera["code"]


def rank_views(
    cameras: Iterable[CameraPayload],
    lat: float,
    lon: float,
    limit: int = 4,
    ages: Mapping[str, float | None] | None = None,
    facts: Mapping[str, Facts] | None = None,
) -> list[RankedView]:
    """The `limit` best views of a place, best first. `ages`: seconds since each camera's last picture,
    `facts` what is known of some, both by code.

    Cameras without a position cannot be ranked and are left out.
    """
    place = Point(lat, lon)
    seen = [
        _look(camera, place, (ages or {}).get(camera["code"]), (facts or {}).get(camera["code"], Facts()))
        for camera in cameras
    ]
    best = sorted((view for view in seen if view), key=lambda view: view.order)[:limit]
    return [_ranked(view, rank) for rank, view in enumerate(best, start=1)]


def _look(camera: CameraPayload, place: Point, age_s: float | None, facts: Facts) -> _View | None:
    lat, lon = camera["lat"], camera["lon"]
    if lat is None or lon is None:
        return None
    stand = Point(lat, lon)
    distance = distance_m(stand, place)
    bearing = bearing_deg(stand, place)
    off_axis = _off_axis(camera, bearing, distance)
    hiding = (one.what for one in facts.obstructions if one.hides(bearing, distance))
    reason = _reason(camera, distance, off_axis)
    return _View(camera, reason, distance, off_axis, age_s, next(hiding, None), facts)


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
        because=_because(view),
    )


def _because(view: _View) -> str:
    """What speaks against a camera, in words, the weightiest first."""
    words: list[str] = []
    if view.hidden_by is not None:
        words.append(_("%(thing)s in the way") % {"thing": view.hidden_by or _("something")})
    if view.facts.fault:
        words.append(str(SENTENCES[Condition(view.facts.fault)]))
    count = round(view.facts.missed)
    if count:
        said = ngettext("saw nothing here once", "saw nothing here %(count)d times", count)
        words.append(said % {"count": count})
    return " · ".join(words)
