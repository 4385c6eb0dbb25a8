"""The allowed moves of an alert, how it escalates while nobody answers, and what may come of it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What raised it."""

    SOS = "SOS", _("SOS")
    PLATE_HIT = "PLATE_HIT", _("Watchlist hit")
    CAMERA = "CAMERA", _("Camera")
    SYSTEM = "SYSTEM", _("System")


class Priority(models.IntegerChoices):
    """How fast a person must act."""

    CRITICAL = 1, _("Critical")
    URGENT = 2, _("Urgent")
    LOOK = 3, _("Worth a look")
    LOG = 4, _("Log only")


class State(models.TextChoices):
    """Where in its life an alert stands."""

    WAITING = "WAITING", _("Waiting")
    TAKEN = "TAKEN", _("Taken")
    SHELVED = "SHELVED", _("Shelved")
    CLOSED = "CLOSED", _("Closed")


class Outcome(models.TextChoices):
    """What it turned out to be; the operator's verdict keys."""

    REAL = "REAL", _("Real")
    TEST = "TEST", _("Test")
    MISTAKE = "MISTAKE", _("Pressed by mistake")
    WRONG_PROVINCE = "WRONG_PROVINCE", _("Wrong province")
    WRONG_READ = "WRONG_READ", _("Misread")
    OTHER_VEHICLE = "OTHER_VEHICLE", _("Not this vehicle")
    RESTORED = "RESTORED", _("Working again")
    HANDLED = "HANDLED", _("Handled")


class ShelveReason(models.TextChoices):
    """Why an alert may be out of the way for a while."""

    REPAIR = "REPAIR", _("Repair is on its way")
    REPEATS = "REPEATS", _("Repeats without cause")
    WATCHED = "WATCHED", _("Known and being watched")


@dataclass(frozen=True)
class Move:
    """States a move may start from, and the one it ends in."""

    starts: frozenset[str]
    end: str


MOVES: Final[Mapping[str, Move]] = {
    "acknowledge": Move(frozenset({State.WAITING, State.SHELVED}), State.TAKEN),
    "return": Move(frozenset({State.TAKEN}), State.WAITING),
    "shelve": Move(frozenset({State.WAITING, State.TAKEN}), State.SHELVED),
    "unshelve": Move(frozenset({State.SHELVED}), State.WAITING),
    "close": Move(frozenset({State.WAITING, State.TAKEN, State.SHELVED}), State.CLOSED),
}

OUTCOMES: Final[Mapping[str, frozenset[str]]] = {
    Kind.SOS: frozenset({Outcome.REAL, Outcome.TEST, Outcome.MISTAKE}),
    Kind.PLATE_HIT: frozenset(
        {Outcome.REAL, Outcome.WRONG_PROVINCE, Outcome.WRONG_READ, Outcome.OTHER_VEHICLE}
    ),
    Kind.CAMERA: frozenset({Outcome.RESTORED, Outcome.HANDLED, Outcome.MISTAKE}),
    Kind.SYSTEM: frozenset({Outcome.RESTORED, Outcome.HANDLED, Outcome.MISTAKE}),
}

# How long an alert may be shelved, minutes. ISA-18.2 asks that every shelf has an end.
SHELF_MINUTES: Final = (15, 60)
UNDO_WITHIN = dt.timedelta(seconds=60)
CALL_THE_CHIEF = 3  # the level at which the wall says: pick up the phone

# Seconds from each level to the next; the last one repeats for as long as nobody answers.
_LADDERS: Final[Mapping[int, tuple[int, ...]]] = {
    Priority.CRITICAL: (30, 30, 30, 60),
    Priority.URGENT: (120, 180, 300, 600),
    Priority.LOOK: (900, 2700, 3600),
}


def may_shelve(kind: str, priority: int) -> bool:
    """A call for help is never put aside, nor is anything critical."""
    return kind != Kind.SOS and priority > Priority.CRITICAL


def step_after(priority: int, level: int) -> dt.timedelta | None:
    """Time from `level` to the next one; None for what is only logged."""
    ladder = _LADDERS.get(priority)
    return dt.timedelta(seconds=ladder[min(level, len(ladder) - 1)]) if ladder else None


def top_level(priority: int) -> int:
    """The highest level that an alert of this priority reaches."""
    return len(_LADDERS[priority]) - 1 if priority in _LADDERS else 0
