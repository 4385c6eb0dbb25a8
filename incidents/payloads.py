"""What sockets, the API and the wall say about SOS points, units and incidents."""

from typing import TypedDict

from ccoc.lib.instants import iso
from incidents.models import Incident, SosPoint, Unit


class SosPointPayload(TypedDict):
    """`state` is OK, DEAF, PRESSED or UNKNOWN; times ISO 8601 UTC, points WGS 84."""

    code: str
    name: str
    lat: float | None
    lon: float | None
    state: str
    heard_at: str | None


class UnitPayload(TypedDict):
    """`position_at` is when the unit was at `lat`, `lon`."""

    code: str
    name: str
    kind: str
    lat: float | None
    lon: float | None
    position_at: str | None
    state: str


class IncidentPayload(TypedDict):
    """`units` are the codes of all units sent, in the order of sending."""

    id: int
    number: str
    kind: str
    priority: int
    state: str
    subject: str
    place: str
    lat: float | None
    lon: float | None
    opened_at: str
    closed_at: str | None
    outcome: str
    alert_id: int | None
    units: list[str]


PRESSED = "PRESSED"


def sos_state(point: SosPoint) -> str:
    """A pressed point is shown as pressed until its alert is closed, whatever its link does."""
    return PRESSED if point.pressed_at else point.link


def sos_payload(point: SosPoint) -> SosPointPayload:
    return {
        "code": point.code,
        "name": point.name,
        "lat": point.lat,
        "lon": point.lon,
        "state": sos_state(point),
        "heard_at": iso(point.heard_at),
    }


def unit_payload(unit: Unit) -> UnitPayload:
    return {
        "code": unit.code,
        "name": unit.name,
        "kind": unit.kind,
        "lat": unit.lat,
        "lon": unit.lon,
        "position_at": iso(unit.position_at),
        "state": unit.state,
    }


def incident_payload(incident: Incident) -> IncidentPayload:
    """Needs `with_units` to stay free of queries."""
    sent = sorted(incident.dispatches.all(), key=lambda dispatch: dispatch.pk)
    return {
        "id": incident.pk,
        "number": incident.number,
        "kind": incident.kind,
        "priority": incident.priority,
        "state": incident.state,
        "subject": incident.subject,
        "place": incident.place,
        "lat": incident.lat,
        "lon": incident.lon,
        "opened_at": iso(incident.opened_at),
        "closed_at": iso(incident.closed_at),
        "outcome": incident.outcome,
        "alert_id": incident.alert_id,
        "units": list(dict.fromkeys(dispatch.unit.code for dispatch in sent)),
    }
