"""What stands in a camera's way, as a person writes it: `tree 40-80° beyond 20 m`, one a line.

Bearings are degrees clockwise from north, from the camera; a sector may pass north (`350-10`). Without a
distance it begins at the lens.
"""

import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_LINE = re.compile(
    r"^(?P<what>\D*?)\s*(?P<begin>\d{1,3})\s*°?\s*[-–—]\s*(?P<end>\d{1,3})\s*°?"
    r"(?:\s*(?:beyond|from|เกิน|ไกลกว่า|หลัง|>)?\s*(?P<beyond>\d{1,4})\s*(?:m|ม\.?|เมตร))?\s*$"
)


@dataclass(frozen=True, slots=True)
class Obstruction:
    """`what` hides everything between two bearings that is farther than `beyond_m`."""

    what: str
    begin_deg: float
    end_deg: float
    beyond_m: float = 0.0

    def hides(self, bearing_deg: float, distance_m: float) -> bool:
        """Whether a place in this direction and distance from the camera lies behind it."""
        width = (self.end_deg - self.begin_deg) % 360
        return distance_m > self.beyond_m and (bearing_deg - self.begin_deg) % 360 <= width


def read_obstructions(text: str) -> list[Obstruction]:
    """The lines of a note; raises ValueError with the first line that cannot be understood."""
    return [_read(line.strip()) for line in text.splitlines() if line.strip()]


def check_obstructions(text: str) -> None:
    """A validator of the register."""
    try:
        read_obstructions(text)
    except ValueError as error:
        words = _("Write each thing in a line of its own, such as: tree 40-80° beyond 20 m. Not so: %(line)s")
        raise ValidationError(words % {"line": str(error)}) from None


def _read(line: str) -> Obstruction:
    found = _LINE.match(line)
    if found is None or int(found["begin"]) > 360 or int(found["end"]) > 360:
        raise ValueError(line)
    return Obstruction(
        found["what"].strip(), float(found["begin"]), float(found["end"]), float(found["beyond"] or 0)
    )
