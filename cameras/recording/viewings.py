"""Looking at recordings: who looks at which camera and day, and why. The reason is asked once a viewing.

A viewing is of one camera and one day in Thailand, is kept in the person's session and ends after two hours
or at sign-out. It writes one audit entry, however many pieces of film the player then asks for.
"""

import datetime as dt
from collections.abc import Iterable, MutableMapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cameras.models import Camera
from cameras.recording.models import Segment
from ccoc.lib.errors import Refused
from ccoc.lib.instants import iso
from events.services import Actor, Target, record

LASTS = dt.timedelta(hours=2)
_KEY = "recordings"
Session = MutableMapping[str, Any]


class ReasonNeeded(Refused):
    """Nobody looks at recordings without having said why."""

    def __init__(self) -> None:
        super().__init__("reason_needed", _("Write why you look at these recordings."))


def open_viewing(
    *, session: Session, actor: Actor, cameras: Iterable[Camera], day: dt.date, reason: str, at: dt.datetime
) -> dt.datetime:
    """Let this session see these cameras' recordings of a day; returns until when. Raises ReasonNeeded.

    A camera and day that are open already for the same reason are not written down again.
    """
    why = reason.strip()
    if not why:
        raise ReasonNeeded
    until = at + LASTS
    kept = _kept(session, at)
    with transaction.atomic():
        for camera in cameras:
            key = _key(camera.code, day)
            if kept.get(key, {}).get("reason") != why:
                _record(actor, "recordings.viewed", camera, {"day": day.isoformat()}, why, at)
            kept[key] = {"until": until.timestamp(), "reason": why}
    session[_KEY] = kept
    return until


def is_open(session: Session, code: str, at_film: dt.datetime, *, now: dt.datetime) -> bool:
    """Whether this session may see what the camera recorded at that moment."""
    return _key(code, timezone.localdate(at_film)) in _kept(session, now)


def require_open(session: Session, segment: Segment, *, now: dt.datetime) -> None:
    """Raises ReasonNeeded unless a viewing holds a moment of the segment: its last may be another day's."""
    ends = (segment.started_at, segment.ended_at)
    if not any(is_open(session, segment.camera.code, moment, now=now) for moment in ends):
        raise ReasonNeeded


def record_snapshot(
    *, session: Session, actor: Actor, camera: Camera, film_at: dt.datetime, at: dt.datetime
) -> None:
    """Write down that a picture of a recording is taken away. Raises ReasonNeeded outside a viewing."""
    held = _kept(session, at).get(_key(camera.code, timezone.localdate(film_at)))
    if held is None:
        raise ReasonNeeded
    with transaction.atomic():
        _record(actor, "recordings.snapshot", camera, {"at": iso(film_at)}, held["reason"], at)


def _record(
    actor: Actor, verb: str, camera: Camera, changes: dict[str, object], reason: str, at: dt.datetime
) -> None:
    target = Target("camera", camera.code, str(camera))
    record(actor=actor, verb=verb, target=target, changes=changes, reason=reason, at=at)


def _key(code: str, day: dt.date) -> str:
    return f"{code} {day.isoformat()}"


def _kept(session: Session, now: dt.datetime) -> dict[str, dict[str, Any]]:
    """The viewings that are not over."""
    held: dict[str, dict[str, Any]] = session.get(_KEY, {})
    return {key: value for key, value in held.items() if value["until"] > now.timestamp()}
