"""Moments, people and signed messages that the tests of this room share."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass, field

from ccoc.lib.standard_webhooks import sign
from events.services import Actor
from incidents.messages import PointMessage
from incidents.models import SosPoint
from incidents.workflow import PressKind

AT = dt.datetime(2026, 11, 23, 14, 47, 0, tzinfo=dt.UTC)
OFFICER = Actor("USER", "7", "ด.ต.มานพ")
MakePoint = Callable[..., "Pillar"]


def later(seconds: float) -> dt.datetime:
    return AT + dt.timedelta(seconds=seconds)


def said(
    kind: PressKind = PressKind.PRESS,
    *,
    seq: int = 1,
    event_id: str = "",
    boot_id: str = "boot-1",
    sent_at: dt.datetime | None = AT,
    device: str = "SOS-01",
) -> PointMessage:
    """A message as the service takes it."""
    return PointMessage(device, event_id or f"{boot_id}-{seq}", kind, seq, boot_id, sent_at)


@dataclass
class Pillar:
    """A pillar on the other side of the wire: it holds its secret and signs what it sends."""

    point: SosPoint
    secret: str
    boot_id: str = "boot-1"
    seq: int = 0
    extra: dict[str, object] = field(default_factory=dict)

    def body(self, kind: str, at: dt.datetime, **changes: object) -> bytes:
        self.seq += 1
        message = {
            "v": 1,
            "device": self.point.code,
            "event_id": f"{self.boot_id}-{self.seq}",
            "type": kind,
            "seq": self.seq,
            "boot_id": self.boot_id,
            "ts": at.isoformat(),
        }
        return json.dumps({**message, **changes}).encode()

    def headers(self, body: bytes, at: dt.datetime, message_id: str = "msg_1") -> dict[str, str]:
        stamp = int(at.timestamp())
        return {
            "webhook-id": message_id,
            "webhook-timestamp": str(stamp),
            "webhook-signature": sign(self.secret, message_id, stamp, body),
        }
