"""Reads of alerts."""

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Count, Q

from alerts.workflow import Outcome, State

if TYPE_CHECKING:
    from alerts.models import Alert
else:
    Alert = models.Model

CLOSED_STAYS = dt.timedelta(minutes=1)  # how long the wall keeps what has just been closed
SWEEP_LATE = dt.timedelta(seconds=10)  # the sweep runs each second; later than this it does not run


class AlertQuerySet(models.QuerySet[Alert]):
    """Phrases over alerts."""

    def open(self) -> Self:
        return self.exclude(state=State.CLOSED)

    def waiting(self) -> Self:
        return self.filter(state=State.WAITING)

    def in_state(self, state: str) -> Self:
        return self.filter(state=state)

    def with_key(self, dedupe_key: str) -> Self:
        return self.filter(dedupe_key=dedupe_key)

    def on_wall(self, at: dt.datetime) -> Self:
        """What a wall shows at `at`: everything open, and what closed within the last minute."""
        return self.filter(~Q(state=State.CLOSED) | Q(closed_at__gt=at - CLOSED_STAYS)).order_by("id")

    def due(self, at: dt.datetime) -> Self:
        """Waiting alerts whose next step has come, the most overdue first."""
        return self.waiting().filter(escalate_at__lte=at).order_by("escalate_at", "id")

    def shelf_over(self, at: dt.datetime) -> Self:
        """Shelved alerts whose time is up, the longest overdue first."""
        return self.in_state(State.SHELVED).filter(shelved_until__lte=at).order_by("shelved_until", "id")

    def stuck(self, at: dt.datetime) -> Self:
        """Waiting and shelved alerts that no sweep has moved on in time."""
        late = at - SWEEP_LATE
        return self.filter(
            Q(state=State.WAITING, escalate_at__lt=late) | Q(state=State.SHELVED, shelved_until__lt=late)
        )

    def raised_after(self, moment: dt.datetime) -> Self:
        return self.filter(raised_at__gte=moment)

    def speaking_of(self, words: str) -> Self:
        """Alerts with `words` in subject, place or the plate read; a plate is written without spaces."""
        plate = "".join(words.split())
        return self.filter(
            Q(subject__icontains=words) | Q(place__icontains=words) | Q(details__text__icontains=plate)
        )

    def newest_first(self) -> Self:
        return self.order_by("-raised_at", "-id")

    def from_source(self, kind: str, key: object) -> Self:
        return self.filter(source_type=kind, source_id=str(key))

    def verdicts(self) -> dict[str, int]:
        """How these alerts ended: counts of real, test and mistake."""
        return self.aggregate(
            real=Count("pk", filter=Q(outcome=Outcome.REAL)),
            test=Count("pk", filter=Q(outcome=Outcome.TEST)),
            mistake=Count("pk", filter=Q(outcome=Outcome.MISTAKE)),
        )
