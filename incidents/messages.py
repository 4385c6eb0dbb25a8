"""What an SOS point sends, read strictly from the bytes of its webhook.

Version 1: `{"v": 1, "device": "SOS-01", "event_id": "…", "type": "press", "seq": 1841, "boot_id": "…",
"ts": "2026-11-23T19:45:03.120+07:00"}`. `type` is press, test, release or heartbeat; `seq` counts up from
boot to boot; `ts` is the device's clock. Further keys (battery, button, call id) are ignored.
"""

import datetime as dt
import json
import re
from dataclasses import dataclass
from typing import NoReturn

from incidents.workflow import PressKind

_NAME = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_MAX_SEQ = 2**63 - 1


class Malformed(Exception):
    """The body is not a message of this version; the text says which part, never what it held."""


@dataclass(frozen=True, slots=True)
class PointMessage:
    """One message. `sent_at` is the device's clock; None where a press carries none that can be read."""

    device: str
    event_id: str
    kind: PressKind
    seq: int
    boot_id: str
    sent_at: dt.datetime | None


def read_message(body: bytes) -> PointMessage:
    """Raises Malformed. A press is read even with a clock that makes no sense: it must alarm."""
    fields = _object(body)
    if type(fields.get("v")) is not int or fields["v"] != 1:
        raise Malformed("v")
    kind = _kind(fields.get("type"))
    sent_at = _moment(fields.get("ts"))
    if sent_at is None and kind is not PressKind.PRESS:
        raise Malformed("ts")
    return PointMessage(
        device=_name(fields, "device"),
        event_id=_name(fields, "event_id"),
        kind=kind,
        seq=_count(fields.get("seq")),
        boot_id=_name(fields, "boot_id"),
        sent_at=sent_at,
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


def _kind(value: object) -> PressKind:
    if not isinstance(value, str) or value != value.lower() or value.upper() not in PressKind.values:
        raise Malformed("type")
    return PressKind(value.upper())


def _name(fields: dict[str, object], key: str) -> str:
    value = fields.get(key)
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise Malformed(key)
    return value


def _count(value: object) -> int:
    if type(value) is not int or not 0 <= value <= _MAX_SEQ:  # a bool is an int to isinstance
        raise Malformed("seq")
    return value


def _moment(value: object) -> dt.datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = dt.datetime.fromisoformat(value)
        return moment.astimezone(dt.UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
