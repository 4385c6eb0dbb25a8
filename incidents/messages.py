"""What an SOS point sends, read strictly from the bytes of its webhook.

Version 1: `{"v": 1, "device": "SOS-01", "event_id": "…", "type": "press", "seq": 1841, "boot_id": "…",
"ts": "2026-11-23T19:45:03.120+07:00"}`. `type` is press, test, release or heartbeat; `seq` counts up from
boot to boot; `ts` is the device's clock. Further keys (battery, button, call id) are ignored.
"""

import datetime as dt
from dataclasses import dataclass

from ccoc.lib.strict_json import Malformed, moment, name, read_object
from incidents.workflow import PressKind

_MAX_SEQ = 2**63 - 1


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
    fields = read_object(body, version=1)
    kind = _kind(fields.get("type"))
    sent_at = _moment(fields.get("ts"))
    if sent_at is None and kind is not PressKind.PRESS:
        raise Malformed("ts")
    return PointMessage(
        device=name(fields, "device"),
        event_id=name(fields, "event_id"),
        kind=kind,
        seq=_count(fields.get("seq")),
        boot_id=name(fields, "boot_id"),
        sent_at=sent_at,
    )


def _kind(value: object) -> PressKind:
    if not isinstance(value, str) or value != value.lower() or value.upper() not in PressKind.values:
        raise Malformed("type")
    return PressKind(value.upper())


def _count(value: object) -> int:
    if type(value) is not int or not 0 <= value <= _MAX_SEQ:  # a bool is an int to isinstance
        raise Malformed("seq")
    return value


def _moment(value: object) -> dt.datetime | None:
    """None for a clock that makes no sense."""
    try:
        return moment(value, "ts")
    except Malformed:
        return None
