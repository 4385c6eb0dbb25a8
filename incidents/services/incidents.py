"""Incidents: open, send a unit, arrive, note, close. Locks: incident, then unit, then alert."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from alerts.models import Alert
from alerts.services import acknowledge, close_alert, link_incident
from alerts.workflow import OUTCOMES, Kind, Outcome, State
from ccoc.lib.dates_th import BUDDHIST_OFFSET
from ccoc.lib.errors import Refused
from ccoc.lib.geo import Point
from events.services import Actor, Broadcast, Target, record
from incidents.models import Dispatch, Incident, IncidentStep, Unit
from incidents.payloads import incident_payload
from incidents.services.units import change_state
from incidents.workflow import (
    MOVES,
    NEEDS_CONFIRMED,
    IncidentKind,
    IncidentState,
    StepKind,
    UnitState,
    state_after_dispatch,
)

_KIND_OF_ALERT = {
    Kind.SOS: IncidentKind.SOS,
    Kind.PLATE_HIT: IncidentKind.PLATE_HIT,
    Kind.CAMERA: IncidentKind.TECHNICAL,
    Kind.SYSTEM: IncidentKind.TECHNICAL,
}


class IncidentClosed(Refused):
    """Nothing can be done any more."""

    def __init__(self) -> None:
        super().__init__("already_closed", _("This incident is closed. Open a new one if it goes on."))


class AlertClosed(Refused):
    """An alert that is over does not become an incident."""

    def __init__(self) -> None:
        super().__init__("alert_closed", _("This alert is closed already. Open an incident by hand."))


class NotConfirmed(Refused):
    """Nobody is stopped on the word of a reading program alone."""

    def __init__(self) -> None:
        super().__init__(
            "not_confirmed", _("Look at the picture first: tick province and vehicle, then send the unit.")
        )


class UnitNotFree(Refused):
    """One unit, one place."""

    def __init__(self) -> None:
        super().__init__("unit_not_free", _("This unit is not free. Choose another one."))


class NotSent(Refused):
    """A unit arrives only where it was sent."""

    def __init__(self) -> None:
        super().__init__("unit_not_sent", _("This unit was not sent to this incident."))


class NoOutcome(Refused):
    """An incident without an outcome teaches nobody anything."""

    def __init__(self) -> None:
        super().__init__("no_outcome", _("Say what came of it, then close."))


@dataclass(frozen=True)
class NewIncident:
    """What a person says when opening an incident by hand."""

    kind: str
    priority: int
    subject: str
    place: str = ""
    point: Point | None = None


@transaction.atomic
def open_incident(*, alert: Alert, by: Actor, at: dt.datetime) -> Incident:
    """Turn an alert into an incident, taking it if nobody has; the same alert again gives the same incident.

    Raises AlertClosed.
    """
    mine = Alert.objects.select_for_update().get(pk=alert.pk)
    known = Incident.objects.filter(alert_id=mine.pk).first()
    if known is not None:
        return known
    if mine.state == State.CLOSED:
        raise AlertClosed
    new = NewIncident(_KIND_OF_ALERT[Kind(mine.kind)], mine.priority, mine.subject, mine.place, _spot(mine))
    acknowledge(alert=mine, by=by, at=at)
    incident = _create(new, alert_id=mine.pk, by=by, at=at)
    link_incident(alert=mine, incident_id=incident.pk, by=by, at=at)
    return incident


@transaction.atomic
def open_incident_by_hand(*, new: NewIncident, by: Actor, at: dt.datetime) -> Incident:
    """Open an incident that no alert announced."""
    return _create(new, alert_id=None, by=by, at=at)


@transaction.atomic
def dispatch_unit(
    *, incident: Incident, unit: Unit, confirmed: Iterable[str] = (), by: Actor, at: dt.datetime
) -> Incident:
    """Send a free unit. A watchlist hit needs province and vehicle in `confirmed`, once.

    Sending a unit that is on its way there already changes nothing. Raises IncidentClosed, NotConfirmed
    or UnitNotFree.
    """
    mine = _locked(incident, "dispatch")
    patrol = Unit.objects.select_for_update().get(pk=unit.pk)
    if Dispatch.objects.under_way().of_unit(patrol).filter(incident=mine).exists():
        return mine
    seen = set(mine.confirmed) | set(confirmed)
    if not NEEDS_CONFIRMED.get(mine.kind, frozenset()) <= seen:
        raise NotConfirmed
    if patrol.state != UnitState.FREE:
        raise UnitNotFree
    Dispatch.objects.create(incident=mine, unit=patrol, sent_at=at, sent_by=by.label[:200])
    change_state(patrol, UnitState.DISPATCHED, by=by, at=at)
    before, mine.state = mine.state, state_after_dispatch(mine.state)
    mine.confirmed = sorted(seen & NEEDS_CONFIRMED.get(mine.kind, frozenset()))
    mine.save(update_fields=["state", "confirmed"])
    text = ", ".join(mine.confirmed)
    _log(mine, StepKind.DISPATCHED, by=by, at=at, before=before, unit=patrol.code, text=text)
    return mine


@transaction.atomic
def arrive(*, incident: Incident, unit: Unit, by: Actor, at: dt.datetime) -> Incident:
    """Note that a sent unit is on the spot; a second time changes nothing. Raises NotSent."""
    mine = _locked(incident, "arrive", NotSent)
    patrol = Unit.objects.select_for_update().get(pk=unit.pk)
    sent = Dispatch.objects.under_way().of_unit(patrol).filter(incident=mine).first()
    if sent is None:
        raise NotSent
    if sent.arrived_at is not None:
        return mine
    sent.arrived_at = at
    sent.save(update_fields=["arrived_at"])
    change_state(patrol, UnitState.ARRIVED, by=by, at=at)
    before, mine.state = mine.state, MOVES["arrive"].end
    mine.save(update_fields=["state"])
    _log(mine, StepKind.ARRIVED, by=by, at=at, before=before, unit=patrol.code)
    return mine


@transaction.atomic
def add_note(*, incident: Incident, text: str, by: Actor, at: dt.datetime) -> Incident:
    """Append a line to the log. Raises IncidentClosed."""
    mine = _locked(incident, "close")
    _log(mine, StepKind.NOTE, by=by, at=at, before=mine.state, text=text)
    return mine


@transaction.atomic
def close_incident(
    *, incident: Incident, outcome: str, note: str = "", by: Actor, at: dt.datetime
) -> Incident:
    """Close with what came of it, free its units and close its alert. Raises IncidentClosed, NoOutcome.

    `outcome` is a verdict code of the alert's kind or free words; with free words the alert counts as real.
    """
    mine = _locked(incident, "close")
    if not outcome.strip():
        raise NoOutcome
    before, mine.state = mine.state, MOVES["close"].end
    mine.closed_at, mine.closed_by = at, by.label[:200]
    mine.outcome, mine.note = outcome.strip()[:200], note[:500]
    mine.save()
    _free_units(mine, by=by, at=at)
    _log(mine, StepKind.CLOSED, by=by, at=at, before=before, text=f"{mine.outcome} {mine.note}".strip())
    _close_its_alert(mine, by=by, at=at)
    return mine


def next_number(at: dt.datetime) -> str:
    """`6911-0001`: Buddhist year and month in Thailand, then a count from 0001 in each month.

    The row of the month is locked until commit, so a number that is rolled back is given out again.
    """
    local = timezone.localtime(at)
    month = f"{(local.year + BUDDHIST_OFFSET) % 100:02}{local.month:02}"
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO incidents_incidentseries (month, last) VALUES (%s, 1)
            ON CONFLICT (month) DO UPDATE SET last = incidents_incidentseries.last + 1
            RETURNING last
            """,
            [month],
        )
        row = cursor.fetchone()
    return f"{month}-{row[0]:04}"


def _create(new: NewIncident, *, alert_id: int | None, by: Actor, at: dt.datetime) -> Incident:
    incident = Incident.objects.create(
        number=next_number(at),
        kind=new.kind,
        priority=new.priority,
        subject=new.subject,
        place=new.place,
        lat=new.point.lat if new.point else None,
        lon=new.point.lon if new.point else None,
        alert_id=alert_id,
        opened_at=at,
        opened_by=by.label[:200],
    )
    _log(incident, StepKind.OPENED, by=by, at=at, before="", text=incident.subject)
    return incident


def _locked(incident: Incident, move: str, refusal: type[Refused] | None = None) -> Incident:
    mine = Incident.objects.select_for_update().get(pk=incident.pk)
    if mine.state == IncidentState.CLOSED:
        raise IncidentClosed
    if mine.state not in MOVES[move].starts and refusal is not None:
        raise refusal
    return mine


def _free_units(incident: Incident, *, by: Actor, at: dt.datetime) -> None:
    under_way = Dispatch.objects.under_way().filter(incident=incident)
    for unit in Unit.objects.select_for_update().filter(dispatches__in=under_way).order_by("pk"):
        change_state(unit, UnitState.FREE, by=by, at=at)
    under_way.update(freed_at=at)


def _close_its_alert(incident: Incident, *, by: Actor, at: dt.datetime) -> None:
    alert = Alert.objects.open().filter(pk=incident.alert_id or 0).first()
    if alert is None:
        return
    known = OUTCOMES[alert.kind]
    meant = Outcome.REAL if Outcome.REAL in known else Outcome.HANDLED
    verdict = incident.outcome if incident.outcome in known else meant
    close_alert(alert=alert, outcome=verdict, note=incident.note or incident.outcome, by=by, at=at)


def _spot(alert: Alert) -> Point | None:
    return None if alert.lat is None or alert.lon is None else Point(alert.lat, alert.lon)


_VERBS = {
    StepKind.OPENED: "incidents.opened",
    StepKind.DISPATCHED: "incidents.dispatched",
    StepKind.ARRIVED: "incidents.arrived",
    StepKind.NOTE: "incidents.noted",
    StepKind.CLOSED: "incidents.closed",
}


def _log(
    incident: Incident,
    kind: StepKind,
    *,
    by: Actor,
    at: dt.datetime,
    before: str,
    unit: str = "",
    text: str = "",
) -> None:
    """Append the step, then record and broadcast the incident as it now is."""
    IncidentStep.objects.create(
        incident=incident, at=at, kind=kind, by=by.label[:200], unit=unit, text=text[:700]
    )
    changes: dict[str, object] = {"state": [before, incident.state]}
    if unit:
        changes["unit"] = unit
    record(
        actor=by,
        verb=_VERBS[kind],
        target=Target("incident", incident.pk, str(incident)),
        changes=changes,
        reason=text,
        broadcast=Broadcast("incidents.changed", incident_payload(incident)),
        at=at,
    )
