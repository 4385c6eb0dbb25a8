"""A read as JSON, version 1, read strictly from the bytes of a webhook.

`{"v": 1, "event_id": "…", "text": "1กข 1234", "province": "พิษณุโลก", "plate_class": "CAR",
"text_confidence": 0.97, "province_confidence": 0.9, "first_seen_at": "…",
"seen_at": "2026-11-23T19:45:03+07:00", "direction": "TOWARDS", "crop": "base64 of a picture"}`. Needed: v,
event_id, text, seen_at. A province may be a name or our code, a confidence a share or per cent. Further keys
are ignored.
"""

from ccoc.lib.strict_json import Malformed, moment, name, read_object
from plates.interop.foreign import (
    UNTOLD_CONFIDENCE,
    ForeignRead,
    crop,
    direction,
    plate_class,
    plate_text,
    share,
)
from plates.recognition.provinces import code_of


def read_json(body: bytes) -> ForeignRead:
    """The read in a message; raises Malformed."""
    fields = read_object(body, version=1)
    seen_at = moment(fields.get("seen_at"), "seen_at")
    first = fields.get("first_seen_at")
    province = _province(fields.get("province"))
    told = share(fields.get("province_confidence", UNTOLD_CONFIDENCE), "province_confidence")
    return ForeignRead(
        external_id=name(fields, "event_id"),
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


def _province(value: object) -> str | None:
    """Our code; None where the reader does not tell it, or tells one that is none of ours."""
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > 60:
        raise Malformed("province")
    return code_of(value)
