"""The state of the whole portal in one object, for technicians and for watchdogs."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable
from typing import TypedDict, TypeVar

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Count

from alerts.models import Alert
from alerts.workflow import Kind, State
from cameras.models import Camera
from cameras.payloads import health_of, state_of
from cameras.recording.forecast import forecast
from cameras.recording.models import Segment
from ccoc import __version__
from ccoc.lib.instants import iso
from events.models import AuditEntry, OutboxEvent
from plates.models import PlateRead

LATELY = dt.timedelta(minutes=5)
STATE_GOOD_FOR_S = 30  # the supervisor writes more often than that
Value = TypeVar("Value")


class Process(TypedDict):
    """One supervised process; `for_s` is how long it has been in its state."""

    name: str
    state: str
    pid: int | None
    ports: list[int]
    restarts: int
    for_s: float


class OldestAlarm(TypedDict):
    """The open alarm that has waited longest."""

    id: int
    kind: str
    subject: str
    state: str
    raised_at: str
    age_s: int


class Recordings(TypedDict):
    """Files of the last five minutes, and room for those to come: see `cameras.recording.forecast`."""

    segments_5_min: int
    bytes_per_day: int
    used_bytes: int
    free_bytes: int
    days_left: float | None


class Status(TypedDict):
    """A part is None when it could not be read; `problems` says why in the database's own class names."""

    version: str
    at: str
    processes: list[Process] | None
    cameras: dict[str, int] | None
    recordings: Recordings | None
    reads_5_min: int | None
    hits_5_min: int | None
    last_seq: int | None
    last_audit_seq: int | None
    open_alarms: dict[str, int] | None
    oldest_alarm: OldestAlarm | None
    problems: list[str]


def status(*, at: dt.datetime) -> Status:
    """Read every part on its own, so that one broken part does not hide the others."""
    problems: list[str] = []

    def part(name: str, read: Callable[[], Value]) -> Value | None:
        try:
            with transaction.atomic():
                return read()
        except DatabaseError as error:
            problems.append(f"{name}: {type(error).__name__}")
            return None

    return Status(
        version=__version__,
        at=iso(at),
        processes=processes(at),
        cameras=part("cameras", cameras_by_health),
        recordings=part("recordings", lambda: recordings(at)),
        reads_5_min=part("reads", PlateRead.objects.filter(seen_at__gte=at - LATELY).count),
        hits_5_min=part("hits", Alert.objects.filter(kind=Kind.PLATE_HIT, raised_at__gte=at - LATELY).count),
        last_seq=part("events", lambda: OutboxEvent.objects.span()[1]),
        last_audit_seq=part("audit", last_audit_seq),
        open_alarms=part("alarms", open_alarms),
        oldest_alarm=part("alarms", lambda: oldest_alarm(at)),
        problems=problems,
    )


def processes(at: dt.datetime) -> list[Process] | None:
    """What the supervisor of this machine wrote last; None where there is none or it died."""
    try:
        state = json.loads(settings.STACK_STATE_FILE.read_text("utf-8"))
        found: list[Process] = state["processes"]
        is_old = at.timestamp() - state["written_at"] > STATE_GOOD_FOR_S
    except (OSError, ValueError, KeyError):
        return None
    return None if is_old else found


def cameras_by_health() -> dict[str, int]:
    cameras = Camera.objects.select_related("health")
    return dict(Counter(str(state_of(camera, health_of(camera))) for camera in cameras))


def recordings(at: dt.datetime) -> Recordings:
    now = forecast(at=at)
    return Recordings(
        segments_5_min=Segment.objects.filter(started_at__gte=at - LATELY).count(),
        bytes_per_day=now.bytes_per_day,
        used_bytes=now.used_bytes,
        free_bytes=now.free_bytes,
        days_left=None if now.days_left is None else round(now.days_left, 1),
    )


def last_audit_seq() -> int:
    newest = AuditEntry.objects.filter(seq__isnull=False).newest_first().values_list("seq", flat=True).first()
    return newest or 0


def open_alarms() -> dict[str, int]:
    rows = Alert.objects.exclude(state=State.CLOSED).values("state").annotate(count=Count("pk"))
    return {row["state"]: row["count"] for row in rows.order_by("state")}


def oldest_alarm(at: dt.datetime) -> OldestAlarm | None:
    alarm = Alert.objects.exclude(state=State.CLOSED).order_by("raised_at").first()
    if alarm is None:
        return None
    return OldestAlarm(
        id=alarm.pk,
        kind=alarm.kind,
        subject=alarm.subject,
        state=alarm.state,
        raised_at=iso(alarm.raised_at),
        age_s=int((at - alarm.raised_at).total_seconds()),
    )
