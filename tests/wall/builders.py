"""A small station for tests of the wall, made through the services: every row is one a person could make."""

import datetime as dt
import hashlib

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.models import User
from alerts.models import Alert
from alerts.services import Source, raise_alert
from alerts.workflow import Kind, Priority
from cameras.models import Camera
from cameras.services import register_camera
from ccoc.lib.geo import Point
from events.services import Actor
from incidents.messages import PointMessage
from incidents.models import SosPoint, Unit
from incidents.services import (
    PointFields,
    UnitFields,
    add_point,
    move_unit,
    record_press,
    save_unit,
    set_on_duty,
)
from incidents.workflow import PressKind

TESTER = Actor.system("test")
MARKET = Point(16.8195, 100.2655)


def make_person(role: str, username: str = "officer") -> User:
    """Somebody who signs in by session only."""
    person: User = User.objects.create(
        username=username, display_name=f"คนที่ {username}", roles=[role], password=make_password(None)
    )
    return person


def make_camera(code: str, **values: object) -> Camera:
    known: dict[str, object] = {
        "name": f"หน้าตลาด {code}",
        "lat": 16.8193,
        "lon": 100.2652,
        "azimuth_deg": 45.0,
    }
    return register_camera(actor=TESTER, at=timezone.now(), code=code, **{**known, **values})  # type: ignore[arg-type] # each test gives real fields


def make_unit(code: str, *, point: Point = MARKET, at: dt.datetime | None = None) -> Unit:
    moment = at or timezone.now()
    unit = save_unit(
        unit=None, fields=UnitFields(code, f"สายตรวจ {code}", "MOTORCYCLE"), by=TESTER, at=moment
    )
    unit = set_on_duty(unit=unit, is_on_duty=True, by=TESTER, at=moment)
    return move_unit(unit=unit, point=point, measured_at=moment, at=moment)


def make_point(code: str = "SOS-01") -> SosPoint:
    fields = PointFields(code, "ตลาดสด", "เสาหน้าตลาดบ้านคลอง", MARKET.lat, MARKET.lon)
    return add_point(fields=fields, by=TESTER, at=timezone.now())[0]


def press(point: SosPoint, *, seq: int = 1, at: dt.datetime | None = None) -> Alert:
    """Somebody presses the button; the alert that this raised."""
    moment = at or timezone.now()
    message = PointMessage(point.code, f"boot-{seq}", PressKind.PRESS, seq, "boot", moment)
    recorded = record_press(point=point, message=message, is_fresh=True, at=moment)
    return Alert.objects.get(pk=recorded.alert_id or 0)


def raise_fault(number: int, *, kind: str = Kind.CAMERA, place: str = "") -> Alert:
    """Something technical that gives trouble, at a place of its own unless one is named."""
    return raise_alert(
        kind=kind, priority=Priority.LOOK, dedupe_key=f"fault:{kind}:{number}",
        subject=f"กล้อง C-{number:03} ไม่มีภาพ", place=place or f"จุดที่ {number}",
        source=Source("camera", f"C-{number:03}"), actor=TESTER, at=timezone.now(),
    )  # fmt: skip


def raise_hit(
    text: str = "กข1234", *, at: dt.datetime | None = None, camera: str = "C-001", name: str = "หน้าตลาด",
    requester: str = "พ.ต.ท.วีระ", point: Point = MARKET, seen_at: dt.datetime | None = None, reader: str = "",
) -> Alert:  # fmt: skip
    """A watchlist hit as the plates' room raises it; `name` is the camera's, `reader` who told it."""
    moment = at or timezone.now()
    seen = (seen_at or moment).isoformat()
    entry = {
        "id": 1, "text": text, "province": "PLK", "plate_class": "CAR", "case": "คดี 1123/2569",
        "category": "STOLEN", "reason": "รถถูกลัก", "requester": requester,
        "confirmed_at": seen, "expires_at": seen, "vehicle": "รถกระบะ สีเทา",
    }  # fmt: skip
    details = {
        "read_id": int(hashlib.sha256(text.encode()).hexdigest()[:6], 16), "seen_at": seen, "camera": camera,
        "camera_name": name, "text": text, "province": "PLK", "plate_class": "CAR",
        "level": "EXACT", "text_confidence": 0.996, "province_confidence": 0.97,
        "crop_url": "", "scene_url": "", "vehicle": "", "reader": reader, "entry": entry,
    }  # fmt: skip
    return raise_alert(
        kind=Kind.PLATE_HIT, priority=Priority.URGENT, dedupe_key=f"hit:{text}", subject=f"ป้ายเฝ้าระวัง {text}",
        place=f"พิษณุโลก · {camera} {name}", point=point, source=Source("plate_hit", text),
        details=details, actor=TESTER, at=moment,
    )  # fmt: skip
