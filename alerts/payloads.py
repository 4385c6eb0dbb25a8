"""What sockets, the API and the wall say about an alert: one representation everywhere."""

from typing import Any, TypedDict

from alerts.models import Alert
from ccoc.lib.instants import iso


class EscalationPayload(TypedDict):
    """`level` 0 is fresh, 3 says call the chief; `next_at` is when the next step comes, None when none."""

    level: int
    next_at: str | None


class ShelfPayload(TypedDict):
    """Until when an alert is out of the way, who put it there and why (a ShelveReason)."""

    until: str
    by: str
    reason: str


class SourcePayload(TypedDict):
    """What raised it."""

    type: str
    id: str


class AlertPayload(TypedDict):
    """Times are ISO 8601 UTC with Z, `lat` and `lon` degrees in WGS 84, `details` by kind."""

    id: int
    kind: str
    priority: int
    state: str
    subject: str
    place: str
    raised_at: str
    last_at: str
    count: int
    taken_at: str | None
    taken_by: str
    escalation: EscalationPayload
    shelved: ShelfPayload | None
    closed_at: str | None
    outcome: str
    lat: float | None
    lon: float | None
    incident_id: int | None
    source: SourcePayload
    details: dict[str, Any]


def alert_payload(alert: Alert) -> AlertPayload:
    return {
        "id": alert.pk,
        "kind": alert.kind,
        "priority": alert.priority,
        "state": alert.state,
        "subject": alert.subject,
        "place": alert.place,
        "raised_at": iso(alert.raised_at),
        "last_at": iso(alert.last_at),
        "count": alert.count,
        "taken_at": iso(alert.taken_at),
        "taken_by": alert.taken_by,
        "escalation": {"level": alert.escalation_level, "next_at": iso(alert.escalate_at)},
        "shelved": _shelf(alert),
        "closed_at": iso(alert.closed_at),
        "outcome": alert.outcome,
        "lat": alert.lat,
        "lon": alert.lon,
        "incident_id": alert.incident_id,
        "source": {"type": alert.source_type, "id": alert.source_id},
        "details": alert.details,
    }


def _shelf(alert: Alert) -> ShelfPayload | None:
    if alert.shelved_until is None:
        return None
    return {"until": iso(alert.shelved_until), "by": alert.shelved_by, "reason": alert.shelve_reason}
