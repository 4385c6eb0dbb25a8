"""What the register and people know of a camera's sight, besides its geometry."""

import datetime as dt

from cameras.learning import misses_at
from cameras.models import Camera
from cameras.obstructions import read_obstructions
from cameras.sight import Facts
from ccoc.lib.geo import Point


def facts_at(place: Point, *, at: dt.datetime) -> dict[str, Facts]:
    """Facts of the cameras of which there are any, for one place; two queries."""
    misses = misses_at(place, at=at)
    noted = Camera.objects.registered().exclude(obstructions="", health__fault="")
    rows = noted.values_list("code", "obstructions", "health__fault")
    known = {code: (text, fault or "") for code, text, fault in rows}
    return {
        code: Facts(
            tuple(read_obstructions(known.get(code, ("", ""))[0])),
            known.get(code, ("", ""))[1],
            misses.get(code, 0.0),
        )
        for code in known.keys() | misses.keys()
    }
