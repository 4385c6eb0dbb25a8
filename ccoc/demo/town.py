"""What moves in the demo town by itself: patrols report where they are, SOS points say that they live."""

import datetime as dt
import logging
from dataclasses import dataclass, field
from math import cos, pi, sin

from ccoc.demo import fleet
from ccoc.demo.device import NotHeard
from ccoc.demo.ground import METRES_PER_DEGREE, moved
from ccoc.demo.portal import device_of
from ccoc.lib.geo import Point, distance_m
from incidents.models import Dispatch, SosPoint, Unit
from incidents.services import move_unit
from incidents.workflow import UnitState

logger = logging.getLogger(__name__)

STEP_S = 4.0  # well inside the wall's promise of 15 s for a position
HEARTBEAT_S = 20.0
SPEEDS = {"MOTORCYCLE": 9.0, "CAR": 8.0, "FOOT": 1.4}  # m/s in a busy market
ROUND_M = {"MOTORCYCLE": 170.0, "CAR": 220.0, "FOOT": 60.0}


@dataclass
class Town:
    """Remembers where each patrol is between steps."""

    homes: dict[str, fleet.UnitRow] = field(default_factory=lambda: {row.code: row for row in fleet.units()})
    heartbeat_at: float = 0.0

    def step(self, at: dt.datetime) -> None:
        """Move every patrol that is on duty; every 20 s let the SOS points be heard."""
        for unit in Unit.objects.filter(code__in=self.homes).exclude(state=UnitState.OFF):
            move_unit(unit=unit, point=self.place_of(unit, at), measured_at=at, at=at)
        if at.timestamp() - self.heartbeat_at >= HEARTBEAT_S:
            self.heartbeat_at = at.timestamp()
            self.heartbeat(at)

    def place_of(self, unit: Unit, at: dt.datetime) -> Point:
        """Towards its incident while it is sent, else on its round."""
        row = self.homes[unit.code]
        here = Point(unit.lat, unit.lon) if unit.lat is not None and unit.lon is not None else row.point
        reach = SPEEDS[row.kind] * STEP_S
        return towards(here, _incident_of(unit) or on_round(row, at.timestamp()), reach)

    def heartbeat(self, at: dt.datetime) -> None:
        """One signed heartbeat of each demo point; a portal that is starting is no reason to stop."""
        for point in SosPoint.objects.in_use().filter(is_demo=True):
            try:
                device_of(point).send("heartbeat", at.timestamp())
            except NotHeard as error:
                logger.info("heartbeat of %s not heard: %s", point.code, error)


def _incident_of(unit: Unit) -> Point | None:
    dispatch = Dispatch.objects.under_way().of_unit(unit).select_related("incident").first()
    if dispatch is None or dispatch.incident.lat is None or dispatch.incident.lon is None:
        return None
    return Point(dispatch.incident.lat, dispatch.incident.lon)


def on_round(row: fleet.UnitRow, seconds: float) -> Point:
    """Where a free patrol is on its round, an ellipse about its post."""
    radius = ROUND_M[row.kind]
    turn = 2 * pi * seconds * SPEEDS[row.kind] / (2 * pi * radius)
    return moved(row.point, east_m=radius * (cos(turn) - 1), north_m=0.6 * radius * sin(turn))


def towards(here: Point, there: Point, reach_m: float) -> Point:
    """A step of at most `reach_m` from here to there."""
    far = distance_m(here, there)
    if far <= reach_m:
        return there
    share = reach_m / far
    north = (there.lat - here.lat) * share * METRES_PER_DEGREE
    east = (there.lon - here.lon) * share * METRES_PER_DEGREE * cos(here.lat * pi / 180)
    return moved(here, east_m=east, north_m=north)
