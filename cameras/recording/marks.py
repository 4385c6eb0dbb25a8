"""What happened while a camera recorded: marks on the time line. Rooms above give their own by `register`."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, TypedDict

from django.db.models import Q

from accounts.principals import Principal
from alerts.models import Alert
from ccoc.lib.instants import iso

LIMIT = 500  # of one kind in one answer: more than a time line can draw


class Mark(TypedDict):
    """`at` in ISO 8601 UTC; `kind` chooses how it is drawn (ALERT, READ); `label` says it in words."""

    at: str
    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class Look:
    """Whose marks are asked for, in which span, and by whom: a provider leaves out what they may not see."""

    code: str
    begin: dt.datetime
    end: dt.datetime
    principal: Principal


Provider = Callable[[Look], Iterable[Mark]]
_providers: Final[list[Provider]] = []


def register(provider: Provider) -> None:
    """Called once by a room above, when Django is ready."""
    if provider not in _providers:
        _providers.append(provider)


def marks_of(look: Look) -> list[Mark]:
    """Every mark of the span, in order of time."""
    found = [mark for provider in (alert_marks, *_providers) for mark in provider(look)]
    return sorted(found, key=lambda mark: mark["at"])


def alert_marks(look: Look) -> list[Mark]:
    """Alerts about the camera itself, or that it saw."""
    if not look.principal.can("alerts.view"):
        return []
    of_camera = Q(source_type="camera", source_id=look.code) | Q(details__camera=look.code)
    found = Alert.objects.filter(of_camera, raised_at__gte=look.begin, raised_at__lt=look.end)
    rows = found.newest_first().values_list("raised_at", "subject")[:LIMIT]
    return [Mark(at=iso(at), kind="ALERT", label=subject) for at, subject in rows]
