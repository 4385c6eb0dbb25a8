"""Every write about recordings that a person or another room asks for."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from cameras.models import Camera
from cameras.recording.models import Demand, Hold, Rule
from ccoc.lib.errors import Refused
from ccoc.lib.instants import iso
from events.services import Actor, Target, record

LONGEST_HOLD = dt.timedelta(days=31)


@dataclass(frozen=True, slots=True)
class About:
    """What a hold is for, by kind and key (`incident`, 12)."""

    type: str
    id: object


class BadHold(Refused):
    """A hold that the rules refuse."""


class NotHeld(Refused):
    """The hold was released before."""

    def __init__(self) -> None:
        super().__init__("not_held", _("These recordings were released already."))


class BadRule(Refused):
    """A rule that the register refuses."""


def hold(
    *,
    actor: Actor,
    cameras: Collection[Camera],
    begin: dt.datetime,
    end: dt.datetime,
    reason: str,
    until: dt.date,
    about: About | None = None,
    at: dt.datetime | None = None,
) -> list[Hold]:
    """Keep what these cameras recorded (and will record) in the span. Raises BadHold.

    Cameras are locked in the order of their keys, as retention does: what is held when this returns stays.
    """
    moment = at or timezone.now()
    _check_hold(cameras, begin, end, reason, until, moment)
    subject = about or About("", "")
    with transaction.atomic():
        locked = lock_cameras(camera.pk for camera in cameras)
        holds = [
            Hold.objects.create(
                camera=camera,
                begin=begin,
                end=end,
                reason=reason.strip(),
                about_type=subject.type,
                about_id=str(subject.id),
                until=until,
                held_by=actor.label[:200],
                created_at=moment,
            )
            for camera in locked
        ]
        for made in holds:
            _record_hold(made, actor, "recordings.held", made.reason, moment)
        if end > moment:
            demand(camera_ids=[camera.pk for camera in locked], until=end, reason="HOLD")
    return holds


def release(*, actor: Actor, hold: Hold, reason: str, at: dt.datetime | None = None) -> None:
    """Let retention have it again. Raises NotHeld, or BadHold without a reason."""
    moment = at or timezone.now()
    if not reason.strip():
        raise BadHold("reason_missing", _("Write why these recordings need not be kept any more."))
    with transaction.atomic():
        lock_cameras([hold.camera_id])
        released = Hold.objects.in_force().filter(pk=hold.pk)
        changes = {"released_at": moment, "released_by": actor.label[:200], "release_reason": reason.strip()}
        if not released.update(**changes):
            raise NotHeld
        hold.refresh_from_db()
        _record_hold(hold, actor, "recordings.released", reason.strip(), moment)


def demand(*, camera_ids: Collection[int], until: dt.datetime, reason: str) -> None:
    """Something happens at these cameras: record until then, or until later where that was asked before."""
    rows = [Demand(camera_id=camera_id, until=until, reason=reason) for camera_id in sorted(camera_ids)]
    with transaction.atomic():
        Demand.objects.bulk_create(rows, ignore_conflicts=True)
        found = Demand.objects.filter(camera_id__in=camera_ids, until__lt=until)
        found.update(until=Greatest("until", until), reason=reason)


def set_rule(
    *, actor: Actor, camera: Camera, mode: str, keep_days: int, at: dt.datetime
) -> dict[str, list[object]]:
    """What a camera records from now on; the same values write nothing. Raises BadRule."""
    with transaction.atomic():
        lock_cameras([camera.pk])
        rule = Rule.objects.filter(camera=camera).first()
        before = {"mode": rule.mode if rule else None, "keep_days": rule.keep_days if rule else None}
        after = {"mode": mode, "keep_days": keep_days}
        changes = {name: [before[name], value] for name, value in after.items() if before[name] != value}
        if changes:
            _store_rule(rule or Rule(camera=camera), mode, keep_days, at)
            Camera.objects.filter(pk=camera.pk).update(revision=F("revision") + 1)  # its worker looks again
            target = Target("camera", camera.code, str(camera))
            record(actor=actor, verb="recordings.ruled", target=target, changes=changes, at=at)
    return changes


def lock_cameras(camera_ids: Iterable[int]) -> list[Camera]:
    """The cameras in the order of their keys, locked against holds and retention until the commit."""
    rows = Camera.objects.filter(pk__in=list(camera_ids)).order_by("pk")
    return list(rows.select_for_update(no_key=True))


def _store_rule(rule: Rule, mode: str, keep_days: int, at: dt.datetime) -> None:
    rule.mode, rule.keep_days, rule.changed_at = mode, keep_days, at
    try:
        rule.full_clean(validate_unique=False)
    except ValidationError as error:
        raise BadRule("bad_rule", error.messages[0]) from error
    rule.save()


def _check_hold(
    cameras: Collection[Camera],
    begin: dt.datetime,
    end: dt.datetime,
    reason: str,
    until: dt.date,
    at: dt.datetime,
) -> None:
    if not cameras:
        raise BadHold("no_camera", _("Choose at least one camera."))
    if not reason.strip():
        raise BadHold("reason_missing", _("Write why these recordings must be kept."))
    if end <= begin:
        raise BadHold("bad_span", _("The end lies before the beginning."))
    if end - begin > LONGEST_HOLD:
        raise BadHold("long_span", _("At most 31 days can be kept at once."))
    if until <= timezone.localdate(at):
        raise BadHold("bad_until", _("Choose a day in the future to look at it again."))


def _record_hold(hold: Hold, actor: Actor, verb: str, reason: str, at: dt.datetime) -> None:
    changes = {
        "begin": iso(hold.begin),
        "end": iso(hold.end),
        "until": hold.until.isoformat(),
        "about": f"{hold.about_type} {hold.about_id}".strip(),
        "camera": hold.camera.code,
    }
    target = Target("hold", hold.pk, str(hold.camera))
    record(actor=actor, verb=verb, target=target, changes=changes, reason=reason, at=at)
