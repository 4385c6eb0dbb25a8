"""Reviewed plates as a pack to train with: crops of closed hits with what the officer says of them."""

import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _

from alerts.models import Alert
from alerts.workflow import Kind, Outcome
from ccoc.lib.errors import Refused
from events.services import Actor, Target, record
from plates import pictures
from plates.recognition.provinces import PROVINCES
from plates.recognition.text import PlateClass, normalise, possible_classes

_VERDICTS: Final = (Outcome.REAL, Outcome.WRONG_PROVINCE, Outcome.WRONG_READ)
_KINDS: Final = {PlateClass.TRUCK: "truck", PlateClass.MOTORCYCLE: "motorcycle"}
_PICTURES: Final = "/pictures/"
_BORDER: Final = 1 / 6
"""Share of a crop's side that is surround: the lane cuts a plate out with a quarter of its size around it."""


class NeedsReason(Refused):
    """Personal data leave the house with a reason only."""

    def __init__(self) -> None:
        super().__init__("needs_reason", _("Say why."))


@dataclass(frozen=True)
class Reviewed:
    """One crop with what is known of it now; None where the verdict says only that the read was wrong."""

    alert_id: int
    jpeg: bytes
    text: str | None
    province: str | None
    plate_class: str
    outcome: str


@transaction.atomic
def export_corrections(*, since: dt.datetime, reason: str, by: Actor, at: dt.datetime) -> tuple[bytes, int]:
    """The pack as a zip file and how many crops it holds; noted in the log. Raises NeedsReason."""
    if not reason.strip():
        raise NeedsReason
    rows = list(reviewed(since))
    record(
        actor=by,
        verb="plates.corrections_exported",
        target=Target("plate_pack", at.date().isoformat(), "corrections"),
        changes={"crops": len(rows), "since": since.isoformat()},
        reason=reason.strip()[:200],
        at=at,
    )
    return _zip(rows), len(rows)


def reviewed(since: dt.datetime) -> Iterator[Reviewed]:
    """Closed hits with a verdict about the read and a crop that is still there, oldest first."""
    hits = Alert.objects.filter(kind=Kind.PLATE_HIT, outcome__in=_VERDICTS, closed_at__gte=since)
    for alert in hits.order_by("closed_at", "id").iterator():
        jpeg = pictures.read(str(alert.details.get("crop_url", "")).partition(_PICTURES)[2])
        text, province = _truth(alert)
        if jpeg is not None and (text or province):
            yield Reviewed(
                alert.pk, jpeg, text, province, str(alert.details.get("plate_class", "")), alert.outcome
            )


def _truth(alert: Alert) -> tuple[str | None, str | None]:
    """Text and province as they stand after the verdict; the note may say what the plate says indeed."""
    text, province = alert.details.get("text") or None, PROVINCES.get(alert.details.get("province") or "")
    noted_text, noted_province = correction_of(alert.note)
    if alert.outcome == Outcome.WRONG_PROVINCE:
        return text, noted_province
    if alert.outcome == Outcome.WRONG_READ:
        return noted_text, noted_province
    return text, province


def correction_of(note: str) -> tuple[str | None, str | None]:
    """The plate and the province that an officer wrote, `1กข 1235 พิษณุโลก`; None for what is not there.

    Only a note that says nothing else is taken: a sentence may hold any letters.
    """
    name = max((name for name in PROVINCES.values() if name in note), key=len, default=None)
    rest = normalise(note.replace(name, "", 1) if name else note)
    if rest and not possible_classes(rest):
        return None, None
    return rest or None, name


def _zip(rows: list[Reviewed]) -> bytes:
    """JPEG files and `index.jsonl`, as in the packs that training reads."""
    file = io.BytesIO()
    lines = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for number, row in enumerate(rows):
            name = f"{number:06d}.jpg"
            archive.writestr(name, row.jpeg)
            lines.append(
                {
                    "file": name,
                    "text": row.text,
                    "province": row.province,
                    "kind": _KINDS.get(PlateClass(row.plate_class or "UNKNOWN"), "car"),
                    "box": _box(row.jpeg),
                    "set": "corrections",
                    "outcome": row.outcome,
                }
            )
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        archive.writestr("index.jsonl", text)
    return file.getvalue()


def _box(jpeg: bytes) -> list[int] | None:
    """Where the plate is in the crop; None for a file that cannot be decoded."""
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        return None
    height, width = picture.shape[:2]
    left, top = round(width * _BORDER), round(height * _BORDER)
    return [left, top, width - left, height - top]
