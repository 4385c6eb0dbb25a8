"""The allowed moves of an incident, and the words of this room."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _


class IncidentKind(models.TextChoices):
    """What happened."""

    SOS = "SOS", _("SOS")
    PLATE_HIT = "PLATE_HIT", _("Watchlist hit")
    CRIME = "CRIME", _("Crime")
    QUARREL = "QUARREL", _("Quarrel")
    ACCIDENT = "ACCIDENT", _("Accident")
    MEDICAL = "MEDICAL", _("Illness or injury")
    NUISANCE = "NUISANCE", _("Nuisance")
    TECHNICAL = "TECHNICAL", _("Technical fault")
    OTHER = "OTHER", _("Other")


class IncidentState(models.TextChoices):
    """Where in its life an incident stands."""

    OPEN = "OPEN", _("Open")
    DISPATCHED = "DISPATCHED", _("Unit sent")
    ARRIVED = "ARRIVED", _("Unit on the spot")
    CLOSED = "CLOSED", _("Closed")


class StepKind(models.TextChoices):
    """What a line of an incident's log says."""

    OPENED = "OPENED", _("Incident opened")
    DISPATCHED = "DISPATCHED", _("Unit sent")
    ARRIVED = "ARRIVED", _("Unit arrived")
    NOTE = "NOTE", _("Note")
    CLOSED = "CLOSED", _("Closed")


class UnitKind(models.TextChoices):
    """How a unit moves."""

    MOTORCYCLE = "MOTORCYCLE", _("Motorcycle")
    CAR = "CAR", _("Car")
    FOOT = "FOOT", _("On foot")


class UnitState(models.TextChoices):
    """Whether a unit can be sent."""

    FREE = "FREE", _("Free")
    DISPATCHED = "DISPATCHED", _("On the way")
    ARRIVED = "ARRIVED", _("On the spot")
    OFF = "OFF", _("Off duty")


class PressKind(models.TextChoices):
    """What an SOS point says; the device writes it in lower case."""

    PRESS = "PRESS", _("Press")
    TEST = "TEST", _("Test press")
    RELEASE = "RELEASE", _("Release")
    HEARTBEAT = "HEARTBEAT", _("Heartbeat")


class Link(models.TextChoices):
    """Whether an SOS point is heard."""

    UNKNOWN = "UNKNOWN", _("Never heard")
    OK = "OK", _("Heard")
    DEAF = "DEAF", _("Deaf")


class Confirmation(models.TextChoices):
    """What a person has to see with their own eyes before a unit stops a vehicle."""

    PROVINCE = "PROVINCE", _("Province")
    VEHICLE = "VEHICLE", _("Vehicle")


class Move(NamedTuple):
    """States a move may start from, and the one it ends in."""

    starts: frozenset[str]
    end: str


MOVES: Final[Mapping[str, Move]] = {
    "dispatch": Move(
        frozenset({IncidentState.OPEN, IncidentState.DISPATCHED, IncidentState.ARRIVED}),
        IncidentState.DISPATCHED,
    ),
    "arrive": Move(frozenset({IncidentState.DISPATCHED, IncidentState.ARRIVED}), IncidentState.ARRIVED),
    "close": Move(
        frozenset({IncidentState.OPEN, IncidentState.DISPATCHED, IncidentState.ARRIVED}),
        IncidentState.CLOSED,
    ),
}

NEEDS_CONFIRMED: Final[Mapping[str, frozenset[str]]] = {
    IncidentKind.PLATE_HIT: frozenset({Confirmation.PROVINCE, Confirmation.VEHICLE}),
}


def state_after_dispatch(state: str) -> str:
    """A second unit on the way does not undo that the first one has arrived."""
    return IncidentState.ARRIVED if state == IncidentState.ARRIVED else MOVES["dispatch"].end
