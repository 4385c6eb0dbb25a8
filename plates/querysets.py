"""Reads of plate reads, plate texts and the watchlist."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL

if TYPE_CHECKING:
    from plates.models import PlateRead, PlateText, ReadSource, WatchlistEntry
else:
    PlateRead = PlateText = ReadSource = WatchlistEntry = models.Model


class PlateReadQuerySet(models.QuerySet[PlateRead]):
    """Phrases over plate reads; every one should bound `seen_at`, so that few partitions are touched."""

    def between(self, start: dt.datetime, end: dt.datetime) -> Self:
        return self.filter(seen_at__gte=start, seen_at__lt=end)

    def at_camera(self, code: str) -> Self:
        return self.filter(camera=code)

    def newest_first(self) -> Self:
        return self.order_by("-seen_at", "-id")


class PlateTextQuerySet(models.QuerySet[PlateText]):
    """Phrases over distinct plate texts."""

    def containing(self, part: str) -> Self:
        """Texts with `part` anywhere in them; three letters and more use the trigram index."""
        return self.filter(text__contains=part)

    def unseen_since(self, at: dt.datetime) -> Self:
        return self.filter(last_seen_at__lt=at)


class WatchlistQuerySet(models.QuerySet[WatchlistEntry]):
    """Phrases over the watchlist."""

    def in_force(self, at: dt.datetime) -> Self:
        """Entries that count at `at`: approved, not revoked, not expired (to the second)."""
        return self.filter(approved_at__lte=at, revoked_at=None, expires_at__gt=at)

    def waiting(self, at: dt.datetime) -> Self:
        """Entries that still need a second person."""
        return self.filter(approved_at=None, revoked_at=None, expires_at__gt=at)

    def over(self, at: dt.datetime) -> Self:
        """Entries that count no more."""
        return self.filter(Q(revoked_at__isnull=False) | Q(expires_at__lte=at))

    def looking_for(self, texts: Iterable[str]) -> Self:
        """Entries for these texts: one parameter for all, because naming each costs more than looking."""
        return self.filter(text__in=RawSQL("SELECT unnest(%s::varchar[])", [sorted(set(texts))]))

    def newest_first(self) -> Self:
        return self.order_by("-added_at", "-id")


class ReadSourceQuerySet(models.QuerySet[ReadSource]):
    """Phrases over other readers."""

    def in_use(self) -> Self:
        return self.filter(is_active=True)
