"""From faults to alarms: each fault confirmed twice, told once, and closed when the picture is back.

Cameras that fail together are one alarm: of their network switch, their pole, their site, or of the fleet;
workers tell of their share only, so that the whole is seen here. A person who closes an alarm while the
camera is still dark (a work order is out) is not told again before it came back.
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
from cameras.conditions import SENTENCES
from cameras.models import Camera, CameraHealth
from cameras.querysets import PICTURE_KEY, CameraHealthQuerySet
from cameras.services import doubt_silent
from cameras.streams.health import Condition, FleetRules
from ccoc.lib.geo import Point
from ccoc.lib.instants import iso
from events.services import Actor

CONFIRMED = 2
# What cameras have in common, the widest first, and how many of them make it the cause.
CAUSES = (("switch", "switch", 3), ("pole", "pole_no", 2), ("site", "site", 3))
FLEET = FleetRules(least=10)
FLEET_LEAST_DOWN = dt.timedelta(seconds=5)  # the time that a mended switch takes to bring its cameras back
FLEET_KEY = "cameras:fleet"
INGEST_KEY = "cameras:ingest"
UNREAD_FOR = dt.timedelta(seconds=30)  # beat starts before the ingest workers do
JUDGE = Actor.system("camera judge")


@dataclass(frozen=True, slots=True)
class Fault:
    """A camera that is confirmed dark, or whose picture is of no use because of `what`; `alarm_key` is
    empty while nobody was told."""

    camera: Camera
    since: dt.datetime
    alarm_key: str
    what: str = ""


def judge_cameras(*, at: dt.datetime) -> None:
    """Doubt the unread, confirm faults, raise and close alarms. Safe to run twice or side by side."""
    doubt_silent(at=at)
    with transaction.atomic():
        total = Camera.objects.read().count()
        faults = _confirmed_dark(at, total)
        for key, members in group_faults(faults, total).items():
            _tell(key, members, total, at)
        for key, members in group_pictures(_confirmed_useless(at), total).items():
            _tell(key, members, total, at)
        _close_what_is_back(at)
        _judge_ingest(at)


def group_faults(faults: Collection[Fault], total: int) -> dict[str, list[Fault]]:
    """Which alarm speaks of which faults: the fleet's, that of a common cause, or the camera's own.

    A cause that has its alarm keeps it until its last camera is back, so that alarms do not change their
    subject while they shrink; the fleet's is over when nearly all are, because somewhere one is always dark.
    """
    told = {fault.alarm_key for fault in faults}
    if _is_fleet(len(faults), total, is_told=FLEET_KEY in told):
        return {FLEET_KEY: list(faults)}
    groups: dict[str, list[Fault]] = {}
    left = list(faults)
    for word, attribute, least in CAUSES:
        found, left = _with_cause(left, word, attribute, least, told)
        groups |= found
    return groups | {f"camera:{fault.camera.code}": [fault] for fault in left}


def group_pictures(faults: Collection[Fault], total: int) -> dict[str, list[Fault]]:
    """Alarms about useless pictures: of each camera, or one where fog or a server spoils them alike."""
    by_fault: defaultdict[str, list[Fault]] = defaultdict(list)
    for fault in faults:
        by_fault[fault.what].append(fault)
    groups: dict[str, list[Fault]] = {}
    for what, members in by_fault.items():
        key = f"{PICTURE_KEY}*{what}"
        if _is_fleet(len(members), total, is_told=any(fault.alarm_key == key for fault in members)):
            groups[key] = members
        else:
            groups |= {f"{PICTURE_KEY}{fault.camera.code}": [fault] for fault in members}
    return groups


def _is_fleet(count: int, total: int, *, is_told: bool) -> bool:
    if is_told:
        return count > FLEET.recovered_share * total
    return count >= FLEET.least and count > FLEET.share * total


def _with_cause(
    faults: list[Fault], word: str, attribute: str, least: int, told: Collection[str]
) -> tuple[dict[str, list[Fault]], list[Fault]]:
    """Groups that share a switch, pole or site, and the faults that do not."""
    by_cause: defaultdict[str, list[Fault]] = defaultdict(list)
    for fault in faults:
        by_cause[getattr(fault.camera, attribute)].append(fault)
    groups: dict[str, list[Fault]] = {}
    left: list[Fault] = []
    for name, members in by_cause.items():
        key = f"{word}:{name}"[:80]
        if name and (key in told or len(members) >= least):
            groups[key] = members
        else:
            left += members
    return groups, left


def is_sudden(losses: Iterable[dt.datetime], total: int) -> bool:
    """Whether more of the fleet than `FLEET.share` was lost within `FLEET.window_s`."""
    times = sorted(losses)
    most = max(FLEET.least, int(FLEET.share * total) + 1)
    window = dt.timedelta(seconds=FLEET.window_s)
    return any(last - first <= window for first, last in zip(times, times[most - 1 :], strict=False))


def _confirmed_dark(at: dt.datetime, total: int) -> list[Fault]:
    """Faults of the stream. An outage of the fleet is not waited for: its cause is not in the cameras."""
    losses = CameraHealth.objects.down_for(at, dt.timedelta()).values_list("down_since", flat=True)
    is_outage = is_sudden((since for since in losses if since), total)
    least = FLEET_LEAST_DOWN if is_outage else dt.timedelta(seconds=settings.CAMERA_DOWN_ALARM_S)
    rows = _looked_at(CameraHealth.objects.down_for(at, least))
    return [Fault(row.camera, row.down_since or at, row.alarm_key) for row in rows]


def _confirmed_useless(at: dt.datetime) -> list[Fault]:
    """Faults of the picture, which the decoder confirmed already; here they must last."""
    least = dt.timedelta(seconds=settings.CAMERA_DOWN_ALARM_S)
    rows = _looked_at(CameraHealth.objects.poor_for(at, least))
    return [Fault(row.camera, row.fault_since or at, row.alarm_key, row.fault) for row in rows]


def _looked_at(found: CameraHealthQuerySet) -> CameraHealthQuerySet:
    """Count this look, and take the faults that enough looks found.

    A row that its worker is writing right now is left to the next look, so that neither waits for the other.
    """
    locked = found.select_for_update(of=("self",), skip_locked=True).order_by("pk")
    rows = CameraHealth.objects.filter(pk__in=list(locked.values_list("pk", flat=True)))
    rows.filter(fault_checks__lt=CONFIRMED).update(fault_checks=F("fault_checks") + 1)
    return rows.confirmed(CONFIRMED).select_related("camera").order_by("camera__code")


def _tell(key: str, faults: list[Fault], total: int, at: dt.datetime) -> None:
    """Raise or widen one alarm when it has members that nobody was told of under this key."""
    moved = [fault for fault in faults if fault.alarm_key != key]
    if not moved:
        return
    former = {fault.alarm_key for fault in moved if fault.alarm_key}
    first = faults[0].camera
    is_single = len(faults) == 1 and key in (f"camera:{first.code}", f"{PICTURE_KEY}{first.code}")
    raise_alert(
        kind=Kind.CAMERA,
        priority=Priority.URGENT if key == FLEET_KEY else Priority.LOOK,
        dedupe_key=key,
        subject=_subject(key, faults, total),
        place=first.name if is_single else "",
        point=_point(first) if is_single else None,
        source=Source("camera", first.code) if is_single else Source(*_cause_of(key)),
        details=_details(faults),
        actor=JUDGE,
        at=at,
    )
    CameraHealth.objects.filter(camera__in=[fault.camera for fault in moved]).update(alarm_key=key)
    is_over = FLEET_KEY in former  # what is left of an outage stands under its own name from here on
    _close_empty(former, Outcome.RESTORED if is_over else Outcome.HANDLED, at)


def _cause_of(key: str) -> tuple[str, str]:
    """What an alarm of several cameras points at, by type and name."""
    word, _colon, name = key.partition(":")
    return word, name


def _subject(key: str, faults: list[Fault], total: int) -> str:
    first = faults[0].camera
    if key == FLEET_KEY:
        return _("%(count)d of %(total)d cameras give no picture") % {"count": len(faults), "total": total}
    word, name = _cause_of(key)
    if word == "picture":
        return _picture_subject(name, faults)
    if word == "camera":
        return _("Camera %(camera)s gives no picture") % {"camera": first.code}
    words = {
        "switch": _("%(count)d cameras give no picture, common cause %(switch)s"),
        "pole": _("%(count)d cameras give no picture, all on pole %(switch)s"),
        "site": _("%(count)d cameras give no picture, all at %(switch)s"),
    }
    return words[word] % {"count": len(faults), "switch": name}


def _picture_subject(name: str, faults: list[Fault]) -> str:
    sentence = SENTENCES[Condition(faults[0].what)]
    if name.startswith("*"):
        return _("%(count)d cameras: %(sentence)s") % {"count": len(faults), "sentence": sentence}
    return _("Camera %(camera)s: %(sentence)s") % {"camera": faults[0].camera.code, "sentence": sentence}


def _details(faults: Iterable[Fault]) -> Mapping[str, object]:
    cameras = [
        {"code": fault.camera.code, "since": iso(fault.since), "fault": fault.what} for fault in faults
    ]
    return {"cameras": cameras}


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
