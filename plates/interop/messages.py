"""A read as JSON, version 1, read strictly from the bytes of a webhook.

`{"v": 1, "event_id": "…", "text": "1กข 1234", "province": "พิษณุโลก", "plate_class": "CAR",
"text_confidence": 0.97, "province_confidence": 0.9, "first_seen_at": "…",
"seen_at": "2026-11-23T19:45:03+07:00", "direction": "TOWARDS", "crop": "base64 of a picture"}`. Needed: v,
event_id, text, seen_at. A province may be a name or our code, a confidence a share or per cent. Further keys
are ignored.
"""

import json
import re
from typing import NoReturn

from plates.interop.foreign import (
    UNTOLD_CONFIDENCE,
    ForeignRead,
    Malformed,
    crop,
    direction,
    moment,
    plate_class,
    plate_text,
    share,
)
from plates.recognition.provinces import code_of

_NAME = re.compile(r"[A-Za-z0-9._:-]{1,64}")


def read_json(body: bytes) -> ForeignRead:
    """The read in a message; raises Malformed."""
    fields = _object(body)
    if type(fields.get("v")) is not int or fields["v"] != 1:
        raise Malformed("v")
    seen_at = moment(fields.get("seen_at"), "seen_at")
    first = fields.get("first_seen_at")
    province = _province(fields.get("province"))
    told = share(fields.get("province_confidence", UNTOLD_CONFIDENCE), "province_confidence")
    return ForeignRead(
        external_id=_name(fields.get("event_id")),
        text=plate_text(fields.get("text")),
        province=province,
        plate_class=plate_class(fields.get("plate_class")),
        text_confidence=share(fields.get("text_confidence", UNTOLD_CONFIDENCE), "text_confidence"),
        province_confidence=told if province else 0.0,
        first_seen_at=min(seen_at, seen_at if first is None else moment(first, "first_seen_at")),
        seen_at=seen_at,
        direction=direction(fields.get("direction")),
        crop=crop(fields.get("crop")),
    )


def _object(body: bytes) -> dict[str, object]:
    try:
        found = json.loads(
            body.decode("utf-8"), object_pairs_hook=_without_doubles, parse_constant=_no_constant
        )
    except (ValueError, RecursionError):
        raise Malformed("json") from None
    if not isinstance(found, dict):
        raise Malformed("json")
    return found


def _without_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a key stands twice")  # readers differ in which one counts
    return fields


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity are not JSON


def _name(value: object) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise Malformed("event_id")
    return value


def _province(value: object) -> str | None:
    """Our code; None where the reader does not tell it, or tells one that is none of ours."""
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > 60:
        raise Malformed("province")
    return code_of(value)
