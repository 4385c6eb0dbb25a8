"""What a table may tell of a read, and by which headers we know it: Thai offices and makers of readers.

Headers were gathered from exports that makers document (capture time, snap time, plate no., licence plate)
and from the words of Thai forms. "time" alone is a clock where a date stands beside it, else a whole moment.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from django.utils.translation import gettext_lazy as _

from cameras.importing.headings import IGNORE, Column, Headings
from plates.interop import cells

COLUMNS: Final[tuple[Column, ...]] = (
    Column(
        "text",
        _("plate"),
        (
            *("ทะเบียน", "ป้ายทะเบียน", "เลขทะเบียน", "ทะเบียนรถ", "หมายเลขทะเบียน", "เลขทะเบียนรถ", "ป้าย"),
            *("plate", "plate no", "plate number", "plate text", "plate string", "license", "license no"),
            *("license plate", "licence plate", "license plate number", "licence plate number", "lpn"),
            *("number plate", "registration", "registration number", "car plate", "vehicle plate"),
        ),
        cells.plate,
    ),
    Column("series", _("letters"), ("หมวด", "หมวดอักษร", "ตัวอักษร", "หมวดทะเบียน", "series", "letters"), str),
    Column("number", _("number"), ("เลข", "ตัวเลข", "หมายเลข", "number", "digits"), str),
    Column(
        "province",
        _("province"),
        (
            *("จังหวัด", "จังหวัดทะเบียน", "ทะเบียนจังหวัด", "province", "plate province", "issuing province"),
            *("region", "issuing entity", "state"),
        ),
        cells.province,
    ),
    Column(
        "seen_at",
        _("date and time"),
        (
            *(
                "วันเวลา",
                "วันที่เวลา",
                "วันที่และเวลา",
                "วัน เวลา",
                "วันเวลาที่ผ่าน",
                "เวลาที่ผ่าน",
                "เวลาตรวจพบ",
                "เวลาบันทึก",
            ),
            *(
                "timestamp",
                "datetime",
                "date time",
                "date and time",
                "seen at",
                "capture time",
                "captured at",
            ),
            *("capture date", "snap time", "snapshot time", "pass time", "passing time", "event time"),
            *("detection time", "detected at", "read time", "recorded at", "utctime", "utc time"),
        ),
        cells.moment,
    ),
    Column("date", _("date"), ("วันที่", "วัน", "date", "day"), str),
    Column("clock", _("time"), ("เวลา", "time", "hour"), str),
    Column(
        "camera",
        _("camera"),
        (
            "กล้อง",
            "รหัสกล้อง",
            "camera",
            "camera id",
            "camera code",
            "camera no",
            "device",
            "device id",
            "channel",
        ),
        str,
    ),
    Column(
        "text_confidence",
        _("sureness of the plate"),
        (
            *("ความมั่นใจ", "ความเชื่อมั่น", "ความแม่นยำ", "confidence", "plate confidence", "score"),
            *("accuracy", "reliability", "text confidence"),
        ),
        cells.confidence,
    ),
    Column(
        "province_confidence",
        _("sureness of the province"),
        ("ความมั่นใจจังหวัด", "province confidence", "region confidence"),
        cells.confidence,
    ),
    Column(
        "plate_class",
        _("class"),
        (
            "ประเภทรถ",
            "ชนิดรถ",
            "ประเภท",
            "ลักษณะรถ",
            "vehicle type",
            "vehicle class",
            "plate type",
            "type",
            "class",
        ),
        cells.vehicle_class,
    ),
    Column(
        "direction",
        _("heading"),
        ("ทิศทาง", "ทิศทางรถ", "direction", "heading", "drive direction"),
        cells.heading,
    ),
    Column(
        "key",
        _("the reader's own number"),
        (
            *("รหัสเหตุการณ์", "รหัสรายการ", "เลขที่รายการ", "event id", "eventid", "record id", "id"),
            *("uuid", "guid", "pass id", "transaction id"),
        ),
        cells.key,
    ),
)
HEADINGS: Final = Headings(COLUMNS)
BY_NAME: Final = HEADINGS.by_name


def guess_mapping(headers: Iterable[str]) -> list[str]:
    """The column of each header. A lone date or clock is taken for the whole moment."""
    found = HEADINGS.guess(headers)
    if "seen_at" in found:
        return found
    lone = {"date", "clock"} & set(found)
    return ["seen_at" if len(lone) == 1 and name in lone else name for name in found]


def missing(mapping: Sequence[str]) -> list[str]:
    """Names of the columns without which no row can be a read: a plate and a moment."""
    told = set(mapping) - {IGNORE}
    wanted = []
    if not ("text" in told or "number" in told):
        wanted.append("text")
    if not ("seen_at" in told or {"date", "clock"} <= told):
        wanted.append("seen_at")
    return wanted
