"""Reads of SOS points, presses, incidents and units."""

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models

from incidents.workflow import IncidentState, Link, PressKind, UnitState

if TYPE_CHECKING:
    from incidents.models import Dispatch, Incident, SosPoint, SosPress, Unit
else:
    Dispatch = Incident = SosPoint = SosPress = Unit = models.Model


class SosPointQuerySet(models.QuerySet[SosPoint]):
    """Phrases over SOS points."""

    def in_use(self) -> Self:
        return self.filter(is_active=True)

    def by_code(self) -> Self:
        return self.order_by("code")

    def silent_since(self, at: dt.datetime) -> Self:
        """Points in use that were heard once, not since `at`, and are not yet shown as deaf."""
        return self.in_use().filter(link=Link.OK, heard_at__lt=at)


class SosPressQuerySet(models.QuerySet[SosPress]):
    """Phrases over presses."""

    def tests(self) -> Self:
        return self.filter(kind=PressKind.TEST)

    def newest_first(self) -> Self:
        return self.order_by("-received_at", "-id")


class UnitQuerySet(models.QuerySet[Unit]):
    """Phrases over units."""

    def free(self) -> Self:
        return self.filter(state=UnitState.FREE)

    def by_code(self) -> Self:
        return self.order_by("code")


class DispatchQuerySet(models.QuerySet[Dispatch]):
    """Phrases over dispatches."""

    def under_way(self) -> Self:
        return self.filter(freed_at=None)

    def of_unit(self, unit: "Unit") -> Self:
        return self.filter(unit=unit)


class IncidentQuerySet(models.QuerySet[Incident]):
    """Phrases over incidents."""

    def not_closed(self) -> Self:
        return self.exclude(state=IncidentState.CLOSED)

    def in_state(self, state: str) -> Self:
        return self.filter(state=state)

    def newest_first(self) -> Self:
        return self.order_by("-opened_at", "-id")

    def with_units(self) -> Self:
        """With their dispatches and units, for payloads and lists, in two more queries."""
        return self.prefetch_related("dispatches__unit")
