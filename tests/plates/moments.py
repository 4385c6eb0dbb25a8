"""Moments, people, passes and entries that the tests of this room share."""

import datetime as dt
import uuid
from collections.abc import Callable

from cameras.streams.analysers import Result
from cameras.streams.results import Finding
from events.services import Actor
from plates.models import WatchlistEntry
from plates.services import EntryFields, Read

AT = dt.datetime(2026, 11, 23, 14, 47, 0, tzinfo=dt.UTC)
FIRST = Actor("USER", "7", "พ.ต.ท.วีระ")
SECOND = Actor("USER", "8", "ร.ต.อ.หญิง ศศิธร")
JPEG = b"\xff\xd8\xff\xe0 a picture \xff\xd9"
AddEntry = Callable[..., WatchlistEntry]


def later(seconds: float) -> dt.datetime:
    return AT + dt.timedelta(seconds=seconds)


def a_read(text: str = "กข 1234", province: str | None = "PLK", **more: object) -> Read:
    """One pass, seen at `AT` by the first camera; name what differs."""
    values: dict[str, object] = {
        "pass_id": uuid.uuid4(),
        "camera": "C-001",
        "raw_text": text,
        "province": province,
        "plate_class": "CAR",
        "text_confidence": 0.996,
        "province_confidence": 0.97,
        "accepted": True,
        "first_seen_at": later(-2),
        "seen_at": AT,
        "pictures": {"crop": JPEG, "scene": JPEG},
    }
    return Read(**{**values, **more})  # type: ignore[arg-type] # keywords by name


def a_finding(**changes: object) -> Finding:
    """The same kind of pass as a lane tells it; name what differs in its body."""
    body: dict[str, object] = {
        "pass_id": str(uuid.uuid4()),
        "received_at": later(1).timestamp(),
        "text": "กข1234",
        "province": None,
        "plate_class": "CAR",
        "text_confidence": 0.9,
        "province_confidence": 0.2,
        "accepted": False,
        "first_seen": later(-3).timestamp(),
        "last_seen": AT.timestamp(),
        "frames": 9,
        "corners": [[0, 0], [1, 0], [1, 1], [0, 1]],
        "direction": "AWAY",
        "alternatives": [],
    }
    return Finding("C-021", AT.timestamp(), Result("plate_pass", {**body, **changes}, {"crop": JPEG}))


def entry_fields(**more: object) -> EntryFields:
    """What a person says about กข 1234 of Phitsanulok; name what differs."""
    values: dict[str, object] = {
        "text": "กข-1234",
        "province": "PLK",
        "plate_class": "",
        "case_number": "คดี 1123/2569",
        "category": "WANTED",
        "reason": "ชนแล้วหนี",
        "requester": "พ.ต.ท.วีระ สืบสวน",
        "vehicle": "รถเก๋ง สีดำ",
        "confirmed_at": later(-3600),
        "expires_at": later(7 * 86400),
    }
    return EntryFields(**{**values, **more})  # type: ignore[arg-type] # keywords by name
