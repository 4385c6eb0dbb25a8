"""SOS points: what they say, when they fall silent, and how they are set up.

Locks are always taken in the order SOS alert, point, other alerts, so that a press and a closing alert
never wait for each other.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from dataclasses import fields as dataclass_fields
from functools import lru_cache

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from alerts.models import Alert
from alerts.services import Source, close_if_open, raise_alert
from alerts.workflow import Kind, Outcome, Priority
from ccoc.lib.errors import Refused
from ccoc.lib.geo import Point
from ccoc.lib.secrets_box import SecretsBox
from ccoc.lib.standard_webhooks import TOLERANCE, make_secret
from events.services import Actor, Broadcast, Target, announce, record
from incidents.messages import PointMessage
from incidents.models import SosPoint, SosPress
from incidents.payloads import sos_payload, sos_state
from incidents.workflow import Link, PressKind

SAME_CALL = dt.timedelta(seconds=60)  # presses this close together are one person calling once
HISTORY = dt.timedelta(days=30)
LONGEST_TEST = dt.timedelta(hours=2)
SOURCE_TYPE = "sos_point"
_VERBS = {PressKind.PRESS: "sos.pressed", PressKind.TEST: "sos.tested", PressKind.RELEASE: "sos.released"}
_RESULTS = {PressKind.PRESS: "ALARMED", PressKind.TEST: "TESTED", PressKind.RELEASE: "NOTED"}


class WindowTooLong(Refused):
    """A forgotten test window would swallow a real call."""

    def __init__(self) -> None:
        super().__init__("test_too_long", _("A test may last two hours at most."))


@dataclass(frozen=True)
class Recorded:
    """What became of a message: ALARMED, TESTED, NOTED, HEARD, or FOLDED when it was known already."""

    result: str
    alert_id: int | None = None


@dataclass(frozen=True)
class PointFields:
    """What a person enters about an SOS point."""

    code: str
    name: str
    place: str
    lat: float | None
    lon: float | None


@transaction.atomic
def record_press(*, point: SosPoint, message: PointMessage, is_fresh: bool, at: dt.datetime) -> Recorded:
    """Take one verified message of `point`; a press raises its critical alert in the same transaction.

    `is_fresh` says whether the signed envelope was sent within five minutes of `at`. A press is never
    refused: with a bad clock or out of order it alarms and is flagged. The same `event_id` again folds.
    Presses within a test window, and test presses, never alarm.
    """
    if message.kind == PressKind.HEARTBEAT:
        return _record_heartbeat(point, message, at)
    press = SosPress(
        point=point,
        event_id=message.event_id,
        boot_id=message.boot_id,
        seq=message.seq,
        kind=_kind_at(point, message, at),
        pressed_at=message.sent_at,
        received_at=at,
        clock_skew=not is_fresh or _is_skewed(message, at),
        is_out_of_order=not _is_next(point, message),
    )
    if not _insert(press):
        return Recorded("FOLDED", _alert_of(point, message.event_id))
    if press.kind == PressKind.PRESS:
        press.alert_id = _raise(point, press, at).pk
        press.save(update_fields=["alert_id"])
    _note_press(press, message, at)
    return Recorded(_RESULTS[PressKind(press.kind)], press.alert_id)


@transaction.atomic
def mark_deaf(*, at: dt.datetime) -> int:
    """Show points without a heartbeat for 90 s as deaf and raise an alert for each; the number marked."""
    late = dt.timedelta(seconds=settings.SOS_HEARTBEAT_LATE_S)
    silent = SosPoint.objects.silent_since(at - late).select_for_update(skip_locked=True).order_by("pk")
    return sum(_mark_deaf(point, at) for point in silent)


@transaction.atomic
def clear_press(*, code: str, at: dt.datetime) -> None:
    """The alert of a point was closed: show the point by its link again."""
    point = SosPoint.objects.select_for_update().filter(code=code).first()
    if point is None or point.pressed_at is None:
        return
    point.pressed_at = None
    point.save(update_fields=["pressed_at"])
    announce(Broadcast("sos.changed", sos_payload(point)), at=at)


@transaction.atomic
def add_point(
    *, fields: PointFields, is_demo: bool = False, by: Actor, at: dt.datetime
) -> tuple[SosPoint, str]:
    """A new point and its webhook secret, which is shown this once and kept sealed."""
    secret = make_secret()
    point = SosPoint(sealed_secret=_box().seal(secret), is_demo=is_demo)
    _fill(point, fields)
    point.full_clean()
    point.save()
    _tell(point, "sos.added", by, at, {"code": [None, point.code]})
    return point, secret


@transaction.atomic
def edit_point(*, point: SosPoint, fields: PointFields, by: Actor, at: dt.datetime) -> SosPoint:
    """Change what a person entered."""
    mine = SosPoint.objects.select_for_update().get(pk=point.pk)
    before = _entered(mine)
    _fill(mine, fields)
    mine.full_clean()
    mine.save()
    after = _entered(mine)
    _tell(
        mine,
        "sos.edited",
        by,
        at,
        {key: [before[key], after[key]] for key in after if before[key] != after[key]},
    )
    return mine


@transaction.atomic
def rotate_secret(*, point: SosPoint, by: Actor, at: dt.datetime) -> str:
    """A new webhook secret, shown this once; the old one stops working at once."""
    mine = SosPoint.objects.select_for_update().get(pk=point.pk)
    secret = make_secret()
    mine.sealed_secret = _box().seal(secret)
    mine.save(update_fields=["sealed_secret"])
    _tell(mine, "sos.secret_rotated", by, at, {})
    return secret


@transaction.atomic
def open_test(*, point: SosPoint, until: dt.datetime, by: Actor, at: dt.datetime) -> SosPoint:
    """Count presses as tests from now until `until`. Raises WindowTooLong."""
    if not at < until <= at + LONGEST_TEST:
        raise WindowTooLong
    mine = SosPoint.objects.select_for_update().get(pk=point.pk)
    mine.test_from, mine.test_until = at, until
    mine.save(update_fields=["test_from", "test_until"])
    _tell(mine, "sos.test_opened", by, at, {"test_until": [None, until.isoformat()]})
    return mine


@transaction.atomic
def end_test(*, point: SosPoint, by: Actor, at: dt.datetime) -> SosPoint:
    """Let presses alarm again, now."""
    mine = SosPoint.objects.select_for_update().get(pk=point.pk)
    mine.test_from = mine.test_until = None
    mine.save(update_fields=["test_from", "test_until"])
    _tell(mine, "sos.test_ended", by, at, {})
    return mine


@transaction.atomic
def retire_point(*, point: SosPoint, by: Actor, at: dt.datetime) -> SosPoint:
    """Take a point out of use: its messages count no more, the walls forget it, its history stays."""
    mine = SosPoint.objects.select_for_update().get(pk=point.pk)
    mine.is_active = False
    mine.save(update_fields=["is_active"])
    record(
        actor=by,
        verb="sos.retired",
        target=Target("sos", mine.code, str(mine)),
        changes={"is_active": [True, False]},
        broadcast=Broadcast("sos.changed", {"code": mine.code, "removed": True}),
        at=at,
    )
    _close_deaf_alert(mine, at)
    return mine


def secret_of(point: SosPoint) -> str:
    """The point's webhook secret. Raises ccoc.lib.secrets_box.Unreadable."""
    return _box().open(point.sealed_secret)


def _record_heartbeat(point: SosPoint, message: PointMessage, at: dt.datetime) -> Recorded:
    mine = SosPoint.objects.select_for_update().get(pk=point.pk)
    if not _is_next(mine, message):
        return Recorded("FOLDED")
    before = sos_state(mine)
    was_deaf = mine.link == Link.DEAF
    _hear(mine, message, at)
    mine.save()
    if sos_state(mine) != before:
        _tell(mine, "sos.heard", Actor.source(mine.code), at, {"state": [before, sos_state(mine)]})
    if was_deaf:
        _close_deaf_alert(mine, at)
    return Recorded("HEARD")


def _insert(press: SosPress) -> bool:
    """Whether this is the first message with its event id; waits for one that is just being written."""
    try:
        with transaction.atomic():
            press.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def _alert_of(point: SosPoint, event_id: str) -> int | None:
    return SosPress.objects.filter(point=point, event_id=event_id).values_list("alert_id", flat=True).get()


def _kind_at(point: SosPoint, message: PointMessage, at: dt.datetime) -> PressKind:
    if message.kind == PressKind.PRESS and point.test_from and point.test_until:
        return PressKind.TEST if point.test_from <= at < point.test_until else message.kind
    return message.kind


def _is_skewed(message: PointMessage, at: dt.datetime) -> bool:
    return message.sent_at is None or abs(message.sent_at - at) > TOLERANCE


def _is_next(point: SosPoint, message: PointMessage) -> bool:
    """Whether `message` is newer than the last one heard: by count within a boot, by clock across boots."""
    if message.boot_id == point.heard_boot_id:
        return message.seq > point.heard_seq
    return point.heard_sent_at is None or (
        message.sent_at is not None and message.sent_at >= point.heard_sent_at
    )


def _raise(point: SosPoint, press: SosPress, at: dt.datetime) -> Alert:
    return raise_alert(
        kind=Kind.SOS,
        priority=Priority.CRITICAL,
        dedupe_key=f"sos:{point.code}",
        subject=f"SOS {point.name}",
        place=point.place or point.name,
        point=_spot(point),
        source=Source(SOURCE_TYPE, point.code),
        details={
            "point": point.code,
            "press_id": press.pk,
            "test": False,
            "clock_skew": press.clock_skew,
            "history": history_of(point, at),
        },
        actor=Actor.source(point.code),
        at=at,
        returns_after=SAME_CALL,
    )


def history_of(point: SosPoint, at: dt.datetime) -> dict[str, int]:
    """How the calls of the last 30 days ended: real, test, mistake; test presses count as tests."""
    since = at - HISTORY
    alerts = Alert.objects.from_source(SOURCE_TYPE, point.code).filter(kind=Kind.SOS, raised_at__gte=since)
    counts = alerts.verdicts()
    tests = SosPress.objects.tests().filter(point=point, received_at__gte=since).count()
    return {**counts, "test": counts["test"] + tests}


def _note_press(press: SosPress, message: PointMessage, at: dt.datetime) -> None:
    mine = SosPoint.objects.select_for_update().get(pk=press.point_id)
    before, was_deaf = sos_state(mine), mine.link == Link.DEAF
    _hear(mine, message, at)
    if press.alert_id is not None:
        mine.pressed_at = at
    mine.save()
    changes = {"event_id": press.event_id, "state": [before, sos_state(mine)], "clock_skew": press.clock_skew}
    _tell(mine, _VERBS[PressKind(press.kind)], Actor.source(mine.code), at, changes)
    if was_deaf:
        _close_deaf_alert(mine, at)


def _hear(point: SosPoint, message: PointMessage, at: dt.datetime) -> None:
    if _is_next(point, message):
        point.heard_boot_id, point.heard_seq = message.boot_id, message.seq
        point.heard_sent_at = message.sent_at or at
    point.link = Link.OK
    point.heard_at = max(point.heard_at or at, at)


def _mark_deaf(point: SosPoint, at: dt.datetime) -> bool:
    point.link = Link.DEAF
    point.save(update_fields=["link"])
    _tell(point, "sos.fell_silent", Actor.system("sweep"), at, {"state": [Link.OK, Link.DEAF]})
    with override(settings.LANGUAGE_CODE):
        subject = _("SOS point %(name)s sends no signal") % {"name": point.name}
    raise_alert(
        kind=Kind.SYSTEM,
        priority=Priority.LOOK,
        dedupe_key=_deaf_key(point),
        subject=subject,
        place=point.place or point.name,
        point=_spot(point),
        source=Source(SOURCE_TYPE, point.code),
        details={"point": point.code, "heard_at": sos_payload(point)["heard_at"]},
        actor=Actor.system("sweep"),
        at=at,
    )
    return True


def _close_deaf_alert(point: SosPoint, at: dt.datetime) -> None:
    close_if_open(dedupe_key=_deaf_key(point), outcome=Outcome.RESTORED, by=Actor.source(point.code), at=at)


def _deaf_key(point: SosPoint) -> str:
    return f"sos-deaf:{point.code}"


def _spot(point: SosPoint) -> Point | None:
    return None if point.lat is None or point.lon is None else Point(point.lat, point.lon)


def _fill(point: SosPoint, fields: PointFields) -> None:
    for name, value in asdict(fields).items():
        setattr(point, name, value)


def _entered(point: SosPoint) -> dict[str, object]:
    return {field.name: getattr(point, field.name) for field in dataclass_fields(PointFields)}


def _tell(point: SosPoint, verb: str, actor: Actor, at: dt.datetime, changes: Mapping[str, object]) -> None:
    record(
        actor=actor,
        verb=verb,
        target=Target("sos", point.code, str(point)),
        changes=changes,
        broadcast=Broadcast("sos.changed", sos_payload(point)),
        at=at,
    )


@lru_cache(maxsize=1)
def _box() -> SecretsBox:
    return SecretsBox(settings.SECRET_KEY, "ccoc sos secrets")
