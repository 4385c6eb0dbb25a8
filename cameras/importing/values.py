"""How the text of one cell is read; a reader raises BadCell with the reason and, if there is one, a fix."""

import calendar
import datetime as dt
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from cameras.addresses import BadAddress, StreamParts, stream_parts
from cameras.importing.reading import HIDDEN
from cameras.models import CODE_PATTERN, PATH_PATTERN, Kind, Status
from ccoc.lib import dates_th
from ccoc.lib.geo import Point

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
_THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_NUMBER = re.compile(r"([+\-−]?\d+(?:\.\d+)?)\s*(?:°|องศา|เมตร|ม\.?|m|deg)?", re.IGNORECASE)
_PAIR = re.compile(r"\s*([+-]?\d+(?:\.\d+)?)\s*[,;/ ]\s*([+-]?\d+(?:\.\d+)?)\s*")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")

WINDS: Mapping[str, int] = {
    "เหนือ": 0,
    "ตะวันออกเฉียงเหนือ": 45,
    "ตะวันออก": 90,
    "ตะวันออกเฉียงใต้": 135,
    "ใต้": 180,
    "ตะวันตกเฉียงใต้": 225,
    "ตะวันตก": 270,
    "ตะวันตกเฉียงเหนือ": 315,
    "n": 0,
    "ne": 45,
    "e": 90,
    "se": 135,
    "s": 180,
    "sw": 225,
    "w": 270,
    "nw": 315,
    "north": 0,
    "northeast": 45,
    "east": 90,
    "southeast": 135,
    "south": 180,
    "southwest": 225,
    "west": 270,
    "northwest": 315,
}
_KINDS: Mapping[str, Kind] = {
    "fixed": Kind.FIXED,
    "bullet": Kind.FIXED,
    "คงที่": Kind.FIXED,
    "กล้องคงที่": Kind.FIXED,
    "ptz": Kind.PTZ,
    "speed dome": Kind.PTZ,
    "หมุนได้": Kind.PTZ,
    "หมุน": Kind.PTZ,
    "dome": Kind.DOME,
    "โดม": Kind.DOME,
    "lpr": Kind.LPR,
    "anpr": Kind.LPR,
    "อ่านป้าย": Kind.LPR,
    "อ่านป้ายทะเบียน": Kind.LPR,
}
_STATUSES: Mapping[str, Status] = {
    "active": Status.ACTIVE,
    "ใช้งาน": Status.ACTIVE,
    "ใช้งานอยู่": Status.ACTIVE,
    "ปกติ": Status.ACTIVE,
    "planned": Status.PLANNED,
    "แผน": Status.PLANNED,
    "รอติดตั้ง": Status.PLANNED,
    "retired": Status.RETIRED,
    "เลิกใช้": Status.RETIRED,
    "ยกเลิก": Status.RETIRED,
}
_ANSWERS: Mapping[str, bool] = {
    **dict.fromkeys(("ใช่", "มี", "yes", "y", "true", "1", "✓", "x"), True),
    **dict.fromkeys(("ไม่", "ไม่ใช่", "ไม่มี", "no", "n", "false", "0", "-"), False),
}


@dataclass
class BadCell(Exception):
    """What is wrong with a cell, in the reader's language; `fix` holds texts by column that mend it."""

    code: str
    message: str
    fix: Mapping[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()


def refuse_formula(column: str, text: str) -> None:
    """Raises BadCell for a cell that a spreadsheet would run when the register is exported again."""
    if not text.startswith(FORMULA_SIGNS) or _NUMBER.fullmatch(plain(text)) or text == "-":
        return
    bare = text.lstrip("".join(FORMULA_SIGNS)).strip()
    raise BadCell("formula", _("A cell must be a value, not a formula."), {column: bare} if bare else {})


def plain(text: str) -> str:
    return text.translate(_THAI_DIGITS).strip()


def text(longest: int) -> Callable[[str], str]:
    """Reader of free text of at most `longest` letters."""

    def read(value: str) -> str:
        if len(value) > longest:
            raise BadCell("too_long", _("At most %(count)d letters.") % {"count": longest})
        return value

    return read


def code(value: str) -> str:
    if re.fullmatch(CODE_PATTERN, value):
        return value
    tidy = re.sub(r"[^0-9A-Za-zก-๙._\-]+", "-", value).strip("-.")[:32]
    fix = {"code": tidy} if re.fullmatch(CODE_PATTERN, tidy) else {}
    raise BadCell("bad_code", _("A code has letters, digits, dot and hyphen only."), fix)


def number(value: str) -> float:
    """A decimal number with Thai or Arabic digits, with or without its unit."""
    match = _NUMBER.fullmatch(plain(value).replace(",", ""))
    if match is None:
        raise BadCell("not_a_number", _("This must be a number."))
    return float(match[1].replace("−", "-"))


def position(value: str) -> Point:
    """`latitude, longitude` in one cell."""
    match = _PAIR.fullmatch(plain(value))
    if match is None:
        raise BadCell("not_a_position", _("Write latitude, longitude, such as 16.8271, 100.2518."))
    return Point(float(match[1]), float(match[2]))


def azimuth(value: str) -> float:
    """Degrees clockwise from north. A wind by name is offered as its number."""
    word = re.sub(r"^(?:ทิศ|ด้าน)", "", value.strip().casefold())
    message = _("Must be a number 0–359.")
    if word in WINDS:
        named = _('Must be a number 0–359. "%(word)s" is %(number)d.')
        degrees = WINDS[word]
        raise BadCell(
            "wind", named % {"word": value.strip(), "number": degrees}, {"azimuth_deg": str(degrees)}
        )
    try:
        angle = number(value)
    except BadCell:
        raise BadCell("not_a_direction", message) from None
    if 0 <= angle < 360:
        return angle
    fix = {"azimuth_deg": tidy_number(angle % 360)} if -360 <= angle <= 720 else {}
    raise BadCell("not_a_direction", message, fix)


def field_of_view(value: str) -> float:
    angle = number(value)
    if 10 <= angle <= 180 or angle == 360:
        return angle
    tenth = angle / 10
    fix = {"fov_deg": tidy_number(tenth)} if 10 <= tenth <= 180 else {}
    raise BadCell("bad_fov", _("Must be 10–180, or 360 for all round."), fix)


def range_m(value: str) -> float:
    metres = number(value)
    if 1 <= metres <= 2000:
        return metres
    raise BadCell("bad_range", _("Must be 1–2,000 metres."))


def date(value: str) -> dt.date:
    """A date of either era. A day that does not exist is offered as the last one of its month."""
    try:
        return dates_th.parse_date(value)
    except ValueError:
        raise _bad_date(plain(value)) from None


def _bad_date(value: str) -> BadCell:
    match = _DAY_FIRST.fullmatch(value)
    example = _("Write the date as day/month/year, such as 31/3/2571.")
    if match is None or not 1 <= int(match[2]) <= 12 or not 1 <= int(match[1]) <= 31:
        return BadCell("not_a_date", example)
    day, month, year = (int(part) for part in match.groups())
    common_era = year - dates_th.BUDDHIST_OFFSET if year >= dates_th.FIRST_BUDDHIST_YEAR else year
    if not dt.MINYEAR <= common_era <= dt.MAXYEAR:
        return BadCell("not_a_date", example)
    last = calendar.monthrange(common_era, month)[1]
    message = _("There is no day %(day)d in %(month)s %(year)d.")
    words = {"day": day, "month": dates_th.MONTHS[month - 1], "year": year}
    return BadCell("no_such_day", message % words, {"warranty_until": f"{last}/{month}/{year}"})


def kind(value: str) -> str:
    return _choice(_KINDS, value, _("Choose fixed, PTZ, dome or LPR."), ("FIXED", "PTZ", "DOME", "LPR"))


def status(value: str) -> str:
    return _choice(_STATUSES, value, _("Choose in use, planned or retired."), tuple(Status.values))


def _choice(known: Mapping[str, str], value: str, message: str, options: tuple[str, ...]) -> str:
    found = known.get(value.strip().casefold())
    if found is None:
        raise BadCell("unknown_choice", message, options=options)
    return str(found)


def yes_or_no(value: str) -> bool:
    found = _ANSWERS.get(value.strip().casefold())
    if found is None:
        raise BadCell("not_yes_or_no", _("Write yes or no."), options=("yes", "no"))
    return found


def address(value: str) -> StreamParts:
    """A camera address; user and password were blanked when the file was read, and must go."""
    try:
        return stream_parts(value)
    except BadAddress as error:
        bare = value.replace(f"{HIDDEN}@", "")
        is_mended = error.code == "credentials_in_address" and bare != value
        raise BadCell(error.code, error.message, {"stream_url": bare} if is_mended else {}) from error


def sub_path(value: str) -> str:
    if re.fullmatch(PATH_PATTERN, value):
        return value
    raise BadCell("bad_path", _("A sub stream is a path that begins with /."))


def tidy_number(value: float) -> str:
    """Shortest text that reads back as the same number."""
    return str(int(value)) if value.is_integer() and math.isfinite(value) else repr(value)
