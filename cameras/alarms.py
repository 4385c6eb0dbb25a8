"""From faults to alarms: each fault confirmed twice, told once, and closed when the picture is back.

Cameras that fail together are one alarm: of their network switch, or of the fleet. A person who closes an
alarm while the camera is still dark (a work order is out) is not told again before it came back.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from alerts.services import Source, close_if_open, raise_alert
from alerts.workflow import Kind, Outcome, Priority
from cameras.models import Camera, CameraHealth
from cameras.services import doubt_silent
from ccoc.lib.geo import Point
from ccoc.lib.instants import iso
from events.services import Actor

CONFIRMED = 2
SWITCH_LEAST = 3
FLEET_SHARE, FLEET_LEAST = 0.3, 10
FLEET_KEY = "cameras:fleet"
INGEST_KEY = "cameras:ingest"
UNREAD_FOR = dt.timedelta(seconds=30)  # beat starts before the ingest workers do
JUDGE = Actor.system("camera judge")


@dataclass(frozen=True, slots=True)
class Fault:
    """A camera that is confirmed dark; `alarm_key` is empty while nobody was told."""

    camera: Camera
    since: dt.datetime
    alarm_key: str


def judge_cameras(*, at: dt.datetime) -> None:
    """Doubt the unread, confirm faults, raise and close alarms. Safe to run twice or side by side."""
    doubt_silent(at=at)
    with transaction.atomic():
        faults = _confirmed(at)
        total = Camera.objects.read().count()
        for key, members in group_faults(faults, total).items():
            _tell(key, members, total, at)
        _close_what_is_back(at)
        _judge_ingest(at)


def group_faults(faults: Collection[Fault], total: int) -> dict[str, list[Fault]]:
    """Which alarm speaks of which faults: the fleet's, a switch's, or the camera's own.

    A switch or fleet that has its alarm keeps it until its last camera is back, so that alarms do not
    change their subject while they shrink.
    """
    told = {fault.alarm_key for fault in faults}
    if FLEET_KEY in told or (len(faults) >= FLEET_LEAST and len(faults) > FLEET_SHARE * total):
        return {FLEET_KEY: list(faults)}
    by_switch: defaultdict[str, list[Fault]] = defaultdict(list)
    for fault in faults:
        by_switch[fault.camera.switch].append(fault)
    groups: dict[str, list[Fault]] = {}
    for switch, members in by_switch.items():
        key = f"switch:{switch}"
        if switch and (key in told or len(members) >= SWITCH_LEAST):
            groups[key] = members
        else:
            groups |= {f"camera:{fault.camera.code}": [fault] for fault in members}
    return groups


def _confirmed(at: dt.datetime) -> list[Fault]:
    """Count this look, and take the faults that enough looks found.

    A row that its worker is writing right now is left to the next look, so that neither waits for the other.
    """
    least = dt.timedelta(seconds=settings.CAMERA_DOWN_ALARM_S)
    down = (
        CameraHealth.objects.down_for(at, least)
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("pk")
    )
    ids = list(down.values_list("pk", flat=True))
    rows = CameraHealth.objects.filter(pk__in=ids)
    rows.filter(fault_checks__lt=CONFIRMED).update(fault_checks=F("fault_checks") + 1)
    found = rows.confirmed(CONFIRMED).select_related("camera").order_by("camera__code")
    return [Fault(row.camera, row.down_since or at, row.alarm_key) for row in found]


def _tell(key: str, faults: list[Fault], total: int, at: dt.datetime) -> None:
    """Raise or widen one alarm when it has members that nobody was told of under this key."""
    moved = [fault for fault in faults if fault.alarm_key != key]
    if not moved:
        return
    former = {fault.alarm_key for fault in moved if fault.alarm_key}
    first = faults[0].camera
    is_single = key.startswith("camera:")
    raise_alert(
        kind=Kind.CAMERA,
        priority=Priority.URGENT if key == FLEET_KEY else Priority.LOOK,
        dedupe_key=key,
        subject=_subject(key, faults, total),
        place=first.name if is_single else "",
        point=_point(first) if is_single else None,
        source=Source("camera", first.code) if is_single else Source("switch", first.switch),
        details=_details(faults),
        actor=JUDGE,
        at=at,
    )
    CameraHealth.objects.filter(camera__in=[fault.camera for fault in moved]).update(alarm_key=key)
    _close_empty(former, Outcome.HANDLED, at)


def _subject(key: str, faults: list[Fault], total: int) -> str:
    first = faults[0].camera
    if key == FLEET_KEY:
        return _("%(count)d of %(total)d cameras give no picture") % {"count": len(faults), "total": total}
    if key.startswith("switch:"):
        words = {"count": len(faults), "switch": first.switch}
        return _("%(count)d cameras give no picture, common cause %(switch)s") % words
    return _("Camera %(camera)s gives no picture") % {"camera": first.code}


def _details(faults: Iterable[Fault]) -> Mapping[str, object]:
    return {"cameras": [{"code": fault.camera.code, "since": iso(fault.since)} for fault in faults]}


def _point(camera: Camera) -> Point | None:
    return None if camera.lat is None or camera.lon is None else Point(camera.lat, camera.lon)


def _close_what_is_back(at: dt.datetime) -> None:
    back = (
        CameraHealth.objects.back_after_alarm()
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("pk")
    )
    keys = dict(back.values_list("pk", "alarm_key"))
    CameraHealth.objects.filter(pk__in=keys).update(alarm_key="", fault_checks=0)
    _close_empty(set(keys.values()), Outcome.RESTORED, at)


def _close_empty(keys: set[str], outcome: str, at: dt.datetime) -> None:
    """Close alarms that speak of no camera any more."""
    used = set(CameraHealth.objects.filter(alarm_key__in=keys).values_list("alarm_key", flat=True))
    for key in sorted(keys - used):
        close_if_open(dedupe_key=key, outcome=outcome, by=JUDGE, at=at)


def _judge_ingest(at: dt.datetime) -> None:
    """Cameras that no worker reads are our own fault, and one alarm; a start of the portal is none."""
    unread = CameraHealth.objects.without_worker()
    count = unread.count()
    if not count:
        close_if_open(dedupe_key=INGEST_KEY, outcome=Outcome.RESTORED, by=JUDGE, at=at)
    elif unread.filter(alarm_key="", since__lte=at - UNREAD_FOR).exists():
        raise_alert(
            kind=Kind.SYSTEM,
            priority=Priority.URGENT,
            dedupe_key=INGEST_KEY,
            subject=_("%(count)d cameras are read by no worker") % {"count": count},
            source=Source("queue", "ingest"),
            actor=JUDGE,
            at=at,
        )
        unread.filter(alarm_key="").update(alarm_key=INGEST_KEY)
