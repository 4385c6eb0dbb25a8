"""Every write to an alert. Each service is one transaction with its audit entry and its broadcast."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from alerts.models import Alert
from alerts.payloads import alert_payload
from alerts.workflow import (
    MOVES,
    OUTCOMES,
    UNDO_WITHIN,
    Kind,
    Outcome,
    Priority,
    ShelveReason,
    State,
    may_shelve,
    step_after,
    top_level,
)
from ccoc.lib.errors import Refused
from ccoc.lib.geo import Point
from ccoc.lib.instants import iso
from events.services import Actor, Broadcast, Target, record

SWEEP_BATCH = 200
SWEEP_KEY = "alerts.sweep"
_NO_SHELF: Final[dict[str, Any]] = {"shelved_until": None, "shelved_by": "", "shelve_reason": ""}


@dataclass(frozen=True)
class Source:
    """What raised an alert, by type and key (`sos_point`, `SOS-01`)."""

    type: str
    id: str


@dataclass(frozen=True)
class Acknowledged:
    """An acknowledged alert, and whether this very request took it; else `alert.taken_by` says who did."""

    alert: Alert
    is_first: bool


class UnknownOutcome(Refused):
    """The verdict does not exist for this kind of alert."""

    def __init__(self) -> None:
        super().__init__("unknown_outcome", _("Choose one of the outcomes for this kind of alert."))


class AlreadyClosed(Refused):
    """Nobody can work on a closed alert."""

    def __init__(self) -> None:
        super().__init__("already_closed", _("This alert is closed already. Open its history to see how."))


class TooLateToUndo(Refused):
    """Acknowledging can be taken back only while the reason for it is still fresh."""

    def __init__(self) -> None:
        super().__init__("too_late", _("Acknowledging can be undone for 60 seconds only."))


class NotShelvable(Refused):
    """What calls for help, or is being worked on, stays in sight."""

    def __init__(self) -> None:
        super().__init__(
            "not_shelvable", _("An SOS, a critical alert or one with an incident stays in sight.")
        )


@transaction.atomic
def raise_alert(
    *,
    kind: str,
    priority: int,
    dedupe_key: str,
    subject: str,
    place: str = "",
    point: Point | None = None,
    source: Source,
    details: Mapping[str, object] | None = None,
    actor: Actor,
    at: dt.datetime,
    returns_after: dt.timedelta | None = None,
) -> Alert:
    """Raise an alert, or fold the signal into the open one with the same `dedupe_key`.

    Folding counts, moves `last_at` and the place, and announces again; it never wakes an acknowledged
    alert by itself. With `returns_after`, a signal that comes later than that after the last one does:
    somebody who presses again minutes later is asking anew.
    """
    same = _open_twin(dedupe_key)
    if same is not None:
        _move(same, place, point, at=at)
        return _fold(same, details=details, actor=actor, at=at, returns_after=returns_after)
    alert = Alert(
        kind=kind,
        priority=priority,
        dedupe_key=dedupe_key,
        subject=subject,
        source_type=source.type,
        source_id=source.id,
        details=dict(details or {}),
        raised_at=at,
        last_at=at,
        escalate_at=_due(priority, 0, at),
    )
    _move(alert, place, point, at=at)
    alert.save()
    _tell(alert, "alerts.raised", actor=actor, at=at, changes={"state": [None, alert.state]})
    return alert


@transaction.atomic
def acknowledge(*, alert: Alert, by: Actor, at: dt.datetime) -> Acknowledged:
    """Take a waiting or shelved alert. The second to do so changes nothing and learns who was first."""
    move = MOVES["acknowledge"]
    before = _locked(alert).state
    changed = Alert.objects.filter(pk=alert.pk, state__in=move.starts).update(
        state=move.end, taken_at=at, taken_by=by.label[:200], escalate_at=None, **_NO_SHELF
    )
    alert.refresh_from_db()
    if not changed and alert.state == State.CLOSED:
        raise AlreadyClosed
    if changed:
        _tell(alert, "alerts.acknowledged", actor=by, at=at, changes=_moved(before, alert))
    return Acknowledged(alert, is_first=bool(changed))


@transaction.atomic
def undo_acknowledge(*, alert: Alert, by: Actor, at: dt.datetime) -> Alert:
    """Give a taken alert back within 60 s; its escalation goes on from the level it had."""
    mine = _locked(alert)
    if mine.state == State.CLOSED:
        raise AlreadyClosed
    if mine.taken_at is None:
        return mine
    if at - mine.taken_at > UNDO_WITHIN:
        raise TooLateToUndo
    _return(mine, at=at)
    mine.save()
    _tell(mine, "alerts.returned", actor=by, at=at, changes=_moved(State.TAKEN, mine))
    return mine


@transaction.atomic
def close_alert(*, alert: Alert, outcome: str, note: str = "", by: Actor, at: dt.datetime) -> Alert:
    """Close with what it turned out to be. Raises UnknownOutcome or AlreadyClosed."""
    mine = _locked(alert)
    if mine.state not in MOVES["close"].starts:
        raise AlreadyClosed
    if outcome not in OUTCOMES[mine.kind]:
        raise UnknownOutcome
    before = mine.state
    mine.state = MOVES["close"].end
    mine.closed_at, mine.closed_by = at, by.label[:200]
    mine.outcome, mine.note, mine.escalate_at = outcome, note[:500], None
    _clear_shelf(mine)
    mine.save()
    changes = {**_moved(before, mine), "outcome": ["", outcome]}
    _tell(mine, "alerts.closed", actor=by, at=at, changes=changes, reason=mine.note)
    return mine


@transaction.atomic
def close_if_open(*, dedupe_key: str, outcome: str, by: Actor, at: dt.datetime) -> Alert | None:
    """Close the open alert of a fault that went away by itself; None when there is none."""
    found = _open_twin(dedupe_key)
    return close_alert(alert=found, outcome=outcome, by=by, at=at) if found else None


@transaction.atomic
def link_incident(*, alert: Alert, incident_id: int, by: Actor, at: dt.datetime) -> Alert:
    """Note which incident this alert became. Raises AlreadyClosed."""
    mine = _locked(alert)
    if mine.state == State.CLOSED:
        raise AlreadyClosed
    before, mine.incident_id = mine.incident_id, incident_id
    mine.save(update_fields=["incident_id"])
    _tell(mine, "alerts.linked", actor=by, at=at, changes={"incident_id": [before, incident_id]})
    return mine


@transaction.atomic
def shelve(*, alert: Alert, minutes: int, reason: str, by: Actor, at: dt.datetime) -> Alert:
    """Put an alert out of the way; `return_shelved` brings it back. On a shelved one it changes nothing.

    `minutes` is one of SHELF_MINUTES, `reason` a ShelveReason. Raises AlreadyClosed or NotShelvable.
    """
    mine = _locked(alert)
    if mine.state == State.CLOSED:
        raise AlreadyClosed
    if mine.state not in MOVES["shelve"].starts:
        return mine
    if not may_shelve(mine.kind, mine.priority) or mine.incident_id is not None:
        raise NotShelvable
    before, mine.state = mine.state, MOVES["shelve"].end
    mine.shelved_until = at + dt.timedelta(minutes=minutes)
    mine.shelved_by, mine.shelve_reason = by.label[:200], reason
    mine.taken_at, mine.taken_by, mine.escalate_at = None, "", None
    mine.save()
    changes = {**_moved(before, mine), "shelved_until": [None, iso(mine.shelved_until)]}
    _tell(mine, "alerts.shelved", actor=by, at=at, changes=changes, reason=str(ShelveReason(reason).label))
    return mine


@transaction.atomic
def unshelve(*, alert: Alert, by: Actor, at: dt.datetime) -> Alert:
    """Bring a shelved alert back to waiting; any other open one stays as it is. Raises AlreadyClosed."""
    mine = _locked(alert)
    if mine.state == State.CLOSED:
        raise AlreadyClosed
    if mine.state in MOVES["unshelve"].starts:
        mine.state = MOVES["unshelve"].end
        mine.escalate_at = _due(mine.priority, mine.escalation_level, at)
        _clear_shelf(mine)
        mine.save()
        _tell(mine, "alerts.unshelved", actor=by, at=at, changes=_moved(State.SHELVED, mine))
    return mine


def return_shelved(*, at: dt.datetime) -> int:
    """Bring back every alert whose time on the shelf is over, each in its own transaction; the number.

    Safe to run twice or side by side: each is taken under its lock, and only if its time is still over.
    """
    over = Alert.objects.shelf_over(at).values_list("pk", flat=True)[:SWEEP_BATCH]
    return sum(_return_from_shelf(pk, at) for pk in over)


def escalate_due(*, at: dt.datetime) -> int:
    """Move every overdue alert one step up, each in its own transaction; the number moved.

    Safe to run twice or side by side: a step is claimed by a conditional update.
    """
    due = Alert.objects.due(at).values_list("pk", "escalation_level")[:SWEEP_BATCH]
    return sum(_escalate(pk, level, at) for pk, level in due)


def report_stuck(*, at: dt.datetime) -> int:
    """Raise a system alert when waiting alerts were left behind by the sweep, close it when none are.

    Returns how many stand still. That each has a next step at all is a check constraint.
    """
    stuck = Alert.objects.stuck(at).count()
    if not stuck:
        close_if_open(dedupe_key=SWEEP_KEY, outcome=Outcome.RESTORED, by=Actor.system("audit"), at=at)
        return 0
    raise_alert(
        kind=Kind.SYSTEM,
        priority=Priority.URGENT,
        dedupe_key=SWEEP_KEY,
        subject=_("Escalation stands still"),
        source=Source("task", "alerts.sweep"),
        details={"waiting": stuck},
        actor=Actor.system("audit"),
        at=at,
    )
    return stuck


@transaction.atomic
def _return_from_shelf(pk: int, at: dt.datetime) -> bool:
    alert = Alert.objects.shelf_over(at).filter(pk=pk).select_for_update().first()
    if alert is None:
        return False
    unshelve(alert=alert, by=Actor.system("sweep"), at=at)
    return True


@transaction.atomic
def _escalate(pk: int, level: int, at: dt.datetime) -> bool:
    alert = Alert.objects.due(at).filter(pk=pk, escalation_level=level).select_for_update().first()
    if alert is None or alert.escalate_at is None:
        return False
    top = top_level(alert.priority)
    alert.escalation_level = min(level + 1, top)
    # After a standstill the ladder catches up step by step; only its endless last step starts from now.
    start = alert.escalate_at if alert.escalation_level < top else at
    step = step_after(alert.priority, alert.escalation_level)
    alert.escalate_at = start + step if step else None
    alert.save(update_fields=["escalation_level", "escalate_at"])
    changes = {"escalation_level": [level, alert.escalation_level]}
    _tell(alert, "alerts.escalated", actor=Actor.system("sweep"), at=at, changes=changes)
    return True


def _fold(
    alert: Alert,
    *,
    details: Mapping[str, object] | None,
    actor: Actor,
    at: dt.datetime,
    returns_after: dt.timedelta | None,
) -> Alert:
    is_anew = returns_after is not None and at - alert.last_at > returns_after
    before = alert.state
    if is_anew and alert.state in MOVES["return"].starts:
        _return(alert, at=at)
    alert.count += 1
    alert.last_at = max(alert.last_at, at)
    alert.details = {**alert.details, **(details or {})}
    alert.save()
    changes: dict[str, list[object]] = {"count": [alert.count - 1, alert.count]}
    if before != alert.state:
        changes |= _moved(before, alert)
    _tell(alert, "alerts.repeated", actor=actor, at=at, changes=changes)
    return alert


def _move(alert: Alert, place: str, point: Point | None, *, at: dt.datetime) -> None:
    """A vehicle that is seen again is somewhere else; a late signal or one without a place moves nothing."""
    if at < alert.last_at:
        return
    alert.place = place or alert.place
    if point is not None:
        alert.lat, alert.lon = point.lat, point.lon


def _clear_shelf(alert: Alert) -> None:
    for name, empty in _NO_SHELF.items():
        setattr(alert, name, empty)


def _return(alert: Alert, *, at: dt.datetime) -> None:
    alert.state = MOVES["return"].end
    alert.taken_at, alert.taken_by = None, ""
    alert.escalate_at = _due(alert.priority, alert.escalation_level, at)


def _due(priority: int, level: int, at: dt.datetime) -> dt.datetime | None:
    """When the step after `level` is taken, None where the ladder ends."""
    step = step_after(priority, level)
    return at + step if step else None


def _open_twin(dedupe_key: str) -> Alert | None:
    """The open alert with this key, locked; nobody else can open one meanwhile."""
    _serialise(dedupe_key)
    return Alert.objects.open().with_key(dedupe_key).select_for_update().first()


def _serialise(dedupe_key: str) -> None:
    """Let one raise of a key through at a time; the unique index behind it would only fail the loser."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"alert:{dedupe_key}"])


def _locked(alert: Alert) -> Alert:
    return Alert.objects.select_for_update().get(pk=alert.pk)


def _moved(before: str, alert: Alert) -> dict[str, list[object]]:
    return {"state": [before, alert.state]}


def _tell(
    alert: Alert,
    verb: str,
    *,
    actor: Actor,
    at: dt.datetime,
    changes: Mapping[str, object],
    reason: str = "",
) -> None:
    record(
        actor=actor,
        verb=verb,
        target=Target("alert", alert.pk, alert.subject),
        changes=changes,
        reason=reason,
        broadcast=Broadcast("alerts.changed", alert_payload(alert)),
        at=at,
    )
