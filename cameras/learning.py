"""What operators found out by looking: from here a camera could not see it.

Each "saw nothing" counts in its cell of the map and half in the cells around it, halves in a month, counts
a quarter under the other sky (what is dark by night may be well by day), and can be taken back.
"""

import datetime as dt
import math
from collections import defaultdict

from django.db import transaction
from django.utils.translation import gettext as _

from cameras.models import Camera, SawNothing
from cameras.streams.scene import Sky, sky_at
from ccoc.lib.errors import Refused
from ccoc.lib.geo import Point
from events.services import Actor, Target, record

CELL_M = 25.0
METRES_A_DEGREE = 111_320.0  # of latitude; of longitude by the cosine of Phitsanulok's
_SHRINK = math.cos(math.radians(16.82))
HALF_LIFE = dt.timedelta(days=30)
FORGOTTEN = 4 * HALF_LIFE
MOST = 3.0  # however often it was said
_AROUND, _OTHER_SKY = 0.5, 0.25


class NotThere(Refused):
    """There is nothing to learn about a camera whose place is unknown, or to take back twice."""


def cell_of(place: Point) -> tuple[int, int]:
    """Row and column of a place on a grid of `CELL_M`."""
    row = math.floor(place.lat * METRES_A_DEGREE / CELL_M)
    return row, math.floor(place.lon * METRES_A_DEGREE * _SHRINK / CELL_M)


@transaction.atomic
def saw_nothing(
    *, camera: Camera, place: Point, actor: Actor, at: dt.datetime, alert_id: int | None = None
) -> SawNothing:
    """Remember that somebody looked for something at `place` through `camera` and could not see it."""
    row, column = cell_of(place)
    said = SawNothing.objects.create(
        camera=camera, row=row, column=column, at=at, by=actor.label[:200], alert_id=alert_id
    )
    target = Target("camera", camera.code, str(camera))
    changes = {"row": [None, row], "column": [None, column]}
    record(actor=actor, verb="cameras.saw_nothing", target=target, changes=changes, at=at)
    return said


@transaction.atomic
def take_back(*, said_id: int, actor: Actor, at: dt.datetime) -> None:
    """Undo a "saw nothing". Raises NotThere."""
    said = SawNothing.objects.standing().select_for_update(of=("self",)).select_related("camera")
    found = said.filter(pk=said_id).first()
    if found is None:
        raise NotThere("not_there", _("This was taken back already."))
    found.undone_at = at
    found.save(update_fields=["undone_at"])
    target = Target("camera", found.camera.code, str(found.camera))
    record(actor=actor, verb="cameras.saw_nothing_undone", target=target, at=at)


def misses_at(place: Point, *, at: dt.datetime) -> dict[str, float]:
    """How much speaks against each camera at a place now, 0 to `MOST`, by code; one query."""
    row, column = cell_of(place)
    sky = sky_at(at.timestamp())
    found: defaultdict[str, float] = defaultdict(float)
    rows = SawNothing.objects.all().around(row, column, since=at - FORGOTTEN)
    for code, said_row, said_column, said_at in rows.values_list("camera__code", "row", "column", "at"):
        weight = 0.5 ** ((at - said_at) / HALF_LIFE)
        weight *= 1.0 if (said_row, said_column) == (row, column) else _AROUND
        found[code] += weight * _under(sky, sky_at(said_at.timestamp()))
    return {code: min(weight, MOST) for code, weight in found.items()}


def _under(now: Sky, then: Sky) -> float:
    return 1.0 if Sky.TWILIGHT in (now, then) or now is then else _OTHER_SKY
