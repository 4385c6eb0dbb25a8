"""How the text of one cell of a table of reads is understood; a reader raises BadCell with the reason.

Times without a zone are Thailand's; years of the Buddhist era are told by their size (2569 is 2026).
"""

import datetime as dt
import hashlib
import re
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from cameras.importing.values import BadCell, plain
from ccoc.lib import dates_th, strict_json
from plates.interop import foreign
from plates.recognition.provinces import PROVINCES, code_of
from plates.recognition.text import PlateClass
from plates.workflow import Direction

BANGKOK: Final = ZoneInfo("Asia/Bangkok")
_CLOCK = r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?"
_MOMENT: Final = re.compile(
    rf"(?P<date>\S.*?)[\sT,]+(?:เวลา\s*)?{_CLOCK}\s*(?P<half>AM|PM|น\.?)?\s*(?P<zone>Z|[+-]\d{{2}}:?\d{{2}})?",
    re.IGNORECASE,
)
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})")
_UNIX: Final = re.compile(r"(\d{10})(\d{3})?")
_YEAR_FIRST: Final = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})")
_NAME: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}")

_CLASSES: Final[dict[str, PlateClass]] = {
    **dict.fromkeys(
        ("รถยนต์", "รถเก๋ง", "เก๋ง", "รถยนต์นั่ง", "car", "sedan", "suv", "passenger car"), PlateClass.CAR
    ),
    **dict.fromkeys(("รถกระบะ", "กระบะ", "ปิคอัพ", "pickup", "pick up", "pickup truck"), PlateClass.PICKUP),
    **dict.fromkeys(("รถตู้", "ตู้", "van", "minivan"), PlateClass.VAN),
    **dict.fromkeys(("แท็กซี่", "taxi"), PlateClass.TAXI),
    **dict.fromkeys(("รถบรรทุก", "บรรทุก", "รถโดยสาร", "รถบัส", "truck", "lorry", "bus"), PlateClass.TRUCK),
    **dict.fromkeys(
        ("รถจักรยานยนต์", "จักรยานยนต์", "มอเตอร์ไซค์", "มอไซค์", "motorcycle", "motorbike"), PlateClass.MOTORCYCLE
    ),
}
_HEADINGS: Final[dict[str, str]] = {
    **dict.fromkeys(("approach", "approaching", "forward", "เข้าหา", "เข้าหากล้อง"), Direction.TOWARDS),
    **dict.fromkeys(("leave", "leaving", "receding", "reverse", "ออกจากกล้อง"), Direction.AWAY),
}


def plate(text: str) -> str:
    """The plate by the one normaliser; a province in the same cell is read by `province_within`."""
    name = _name_within(text)
    try:
        return foreign.plate_text(text.replace(name, " ", 1) if name else text)
    except strict_json.Malformed:
        raise BadCell("bad_plate", _("No plate can say this.")) from None


def province_within(text: str) -> str | None:
    """The code of a province named in the cell of the plate, `1กข 1234 พิษณุโลก`."""
    name = _name_within(text)
    return code_of(name) if name else None


def province(text: str) -> str:
    """The code of a province by name, short name or code."""
    code = code_of(text)
    if code is None:
        raise BadCell("no_province", _("No province of Thailand; stored as not read."))
    return code


def moment(text: str) -> dt.datetime:
    """A date of either era with its clock, as UTC; without a zone it is Thailand's time."""
    told = plain(text)
    if match := _UNIX.fullmatch(told):
        return dt.datetime.fromtimestamp(int(match[1]), tz=dt.UTC)
    if match := _COMPACT.fullmatch(told):
        told = "{}-{}-{} {}:{}:{}".format(*match.groups())
    match = _MOMENT.fullmatch(told)
    if match is None:
        raise _bad_moment()
    try:
        day = dates_th.parse_date(_YEAR_FIRST.sub(r"\1-\2-\3", match["date"].strip()))
        clock = _clock(match[2], match[3], match[4], match[5], (match["half"] or "").upper())
        zone = dt.datetime.strptime(match["zone"].upper(), "%z").tzinfo if match["zone"] else BANGKOK
        return dt.datetime.combine(day, clock, zone).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise _bad_moment() from None


def date_and_clock(date: str, clock: str) -> dt.datetime:
    """A moment from two cells; a spreadsheet's date cell brings a midnight, its time cell may a day."""
    day = re.sub(r"[ T]00:00(:00)?$", "", date.strip())
    return moment(f"{day} {clock.strip().rpartition(' ')[2] if clock.count('-') == 2 else clock.strip()}")


def confidence(text: str) -> float:
    """How sure, from 0 to 1: `0.97`, `97` and `97%` say the same."""
    words = plain(text).replace(",", ".")
    bare = words.removesuffix("%").strip()
    try:
        told = float(bare)
        return foreign.share(told, "confidence") if bare == words else foreign.share(told / 100, "confidence")
    except (ValueError, strict_json.Malformed):
        raise BadCell("bad_confidence", _("How sure is a number from 0 to 1, or to 100.")) from None


def vehicle_class(text: str) -> PlateClass:
    """A class by our code or by a word of the road; any other word is no class of ours."""
    return _CLASSES.get(text.strip().casefold()) or foreign.plate_class(text)


def heading(text: str) -> str:
    """Which way it drove, by our code or a maker's word; anything else is unknown."""
    return _HEADINGS.get(text.strip().casefold()) or foreign.direction(text)


def key(text: str) -> str:
    """The reader's own name of the pass, shortened to its hash where it is long or written in Thai."""
    return text if _NAME.fullmatch(text) else digest(text)


def digest(*parts: object) -> str:
    """A name of 64 letters for what these parts say."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()


def cell_time(at: dt.datetime) -> str:
    """A spreadsheet's date cell as text: day and clock, without the noise of its fractions of a day."""
    rounded = at + dt.timedelta(microseconds=500)
    return rounded.replace(tzinfo=None).isoformat(sep=" ", timespec="milliseconds").removesuffix(".000")


def _name_within(text: str) -> str | None:
    return max((name for name in PROVINCES.values() if name in text), key=len, default=None)


def _clock(hour: str, minute: str, second: str | None, fraction: str | None, half: str) -> dt.time:
    hours = int(hour)
    if half in {"AM", "PM"}:
        if not 1 <= hours <= 12:
            raise ValueError(hour)
        hours = hours % 12 + (12 if half == "PM" else 0)
    return dt.time(hours, int(minute), int(second or 0), int((fraction or "0")[:6].ljust(6, "0")))


def _bad_moment() -> BadCell:
    words = _("Write day/month/year with four digits and the time, such as 23/11/2569 19:45:03.")
    return BadCell("bad_moment", words)
