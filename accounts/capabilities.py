"""What each role may do: the one table that every permission check reads."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """A person's duty; a person may hold several."""

    OPERATOR = "OPERATOR", _("Operator")
    VOLUNTEER = "VOLUNTEER", _("Volunteer police")
    CAMERA_ADMIN = "CAMERA_ADMIN", _("Camera admin")
    SUPERVISOR = "SUPERVISOR", _("Supervisor")
    AUDITOR = "AUDITOR", _("Auditor")


WALL_SCREEN = "WALL_SCREEN"  # a paired wall display: sees and silences, never dispatches

_WATCHERS = frozenset({Role.OPERATOR, Role.SUPERVISOR, WALL_SCREEN})
_DESK = frozenset({Role.OPERATOR, Role.SUPERVISOR})
_REGISTRY = frozenset({Role.CAMERA_ADMIN, Role.SUPERVISOR})
_EVERYONE = frozenset(Role)

CAPABILITIES: dict[str, frozenset[str]] = {
    "home.view": _EVERYONE,
    "wall.view": _WATCHERS,
    "events.follow": _WATCHERS,
    "alerts.view": _WATCHERS,
    "alerts.ack": _WATCHERS,
    "alerts.close": _DESK,
    "cameras.view": _WATCHERS | _REGISTRY,
    "cameras.still": _WATCHERS | _REGISTRY,
    "cameras.live": _WATCHERS | _REGISTRY,
    "cameras.ptz": _DESK,
    "cameras.learn": _DESK,
    "cameras.edit": _REGISTRY,
    "cameras.import": _REGISTRY,
    "recordings.view": _DESK | {Role.AUDITOR},
    "recordings.hold": frozenset({Role.SUPERVISOR}),
    "evidence.view": frozenset({Role.SUPERVISOR, Role.AUDITOR}),
    "evidence.export": frozenset({Role.SUPERVISOR}),
    "upkeep.view": frozenset({Role.CAMERA_ADMIN, Role.SUPERVISOR, Role.AUDITOR}),
    "upkeep.work": frozenset({Role.CAMERA_ADMIN}),
    "incidents.view": _DESK | {Role.AUDITOR},
    "incidents.work": _DESK,
    "sos.view": _DESK | _REGISTRY,
    "sos.edit": _REGISTRY,
    "plates.view": _DESK,
    "plates.picture": _WATCHERS,
    "plates.watchlist": _DESK | {Role.AUDITOR},
    "plates.watchlist_edit": frozenset({Role.SUPERVISOR}),
    "plates.sources": _REGISTRY,
    "plates.import": frozenset({Role.SUPERVISOR}),
    "people.view": frozenset({Role.SUPERVISOR, Role.AUDITOR}),
    "people.edit": frozenset({Role.SUPERVISOR}),
    "audit.view": frozenset({Role.AUDITOR, Role.SUPERVISOR}),
    "api.schema": _EVERYONE,
}


def allowed(roles: frozenset[str], capability: str) -> bool:
    """Whether any of `roles` holds `capability`; an unknown capability is a programming error."""
    return not roles.isdisjoint(CAPABILITIES[capability])
