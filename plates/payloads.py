"""What an alert of a watchlist hit says: `details` of the alert payload."""

from typing import TypedDict

from django.urls import reverse

from ccoc.lib.instants import iso
from plates.models import PlateRead, WatchlistEntry
from plates.recognition.text import PlateClass
from plates.workflow import CLASS_LABELS


class EntryPayload(TypedDict):
    """The list entry beside the read; provinces are codes, empty for any."""

    id: int
    text: str
    province: str
    plate_class: str
    case: str
    category: str
    reason: str
    requester: str
    confirmed_at: str
    expires_at: str
    vehicle: str


class HitPayload(TypedDict):
    """A read that matches an entry. `level` is EXACT, PROVINCE_UNREAD or UNSURE; `vehicle` is as read.

    `reader` names another reader that told it, empty for our own.
    """

    read_id: int
    seen_at: str
    camera: str
    camera_name: str
    text: str
    province: str
    plate_class: str
    text_confidence: float
    province_confidence: float
    accepted: bool
    level: str
    direction: str
    crop_url: str
    scene_url: str
    vehicle: str
    reader: str
    entry: EntryPayload


def picture_url(name: str) -> str:
    """Address of a picture; empty where there is none."""
    return reverse("plates:picture", args=[name]) if name else ""


def entry_payload(entry: WatchlistEntry) -> EntryPayload:
    return {
        "id": entry.pk,
        "text": entry.text,
        "province": entry.province,
        "plate_class": entry.plate_class,
        "case": entry.case_number,
        "category": entry.category,
        "reason": entry.reason,
        "requester": entry.requester,
        "confirmed_at": iso(entry.confirmed_at),
        "expires_at": iso(entry.expires_at),
        "vehicle": entry.vehicle,
    }


def hit_payload(
    read: PlateRead, entry: WatchlistEntry, *, level: str, camera_name: str, reader: str = ""
) -> HitPayload:
    return {
        "read_id": read.pk,
        "seen_at": iso(read.seen_at),
        "camera": read.camera,
        "camera_name": camera_name,
        "text": read.text,
        "province": read.province or "",
        "plate_class": read.plate_class,
        "text_confidence": read.text_confidence,
        "province_confidence": read.province_confidence,
        "accepted": read.accepted,
        "level": level,
        "direction": read.direction,
        "crop_url": picture_url(read.crop),
        "scene_url": picture_url(read.scene),
        "vehicle": str(CLASS_LABELS[PlateClass(read.plate_class)]),
        "reader": reader,
        "entry": entry_payload(entry),
    }
