"""Reads of plate reads, plate texts and the watchlist."""

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Count, Q
from django.db.models.expressions import RawSQL

from plates.workflow import SourceKind, SourceMode

if TYPE_CHECKING:
    from plates.models import ForeignPass, PlateRead, PlateText, ReadDraft, ReadSource, WatchlistEntry
else:
    ForeignPass = PlateRead = PlateText = ReadDraft = ReadSource = WatchlistEntry = models.Model


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

    def for_tables(self) -> Self:
        """Those whose reads come as a table, and are taken or tried."""
        return self.in_use().filter(kind=SourceKind.TABLE).exclude(mode=SourceMode.OFF)

    def by_code(self) -> Self:
        return self.order_by("code")


class ForeignPassQuerySet(models.QuerySet[ForeignPass]):
    """Phrases over passes of other readers."""

    def received_before(self, at: dt.datetime) -> Self:
        return self.filter(received_at__lt=at)

    def counts_since(self, at: dt.datetime) -> dict[int, int]:
        """How many passes each reader told since `at`, by its key; those that told none are left out."""
        told = self.filter(received_at__gte=at).values_list("source_id").annotate(Count("pk"))
        return dict(told.order_by())

    def readers_of(self, passes: Iterable[uuid.UUID]) -> dict[uuid.UUID, ReadSource]:
        """The other reader that told each of these passes; our own passes are left out. One query."""
        found = self.filter(pass_id__in=list(passes)).select_related("source")
        return {row.pass_id: row.source for row in found}


class ReadDraftQuerySet(models.QuerySet[ReadDraft]):
    """Phrases over tables of reads that wait."""

    def of(self, owner_key: str) -> Self:
        return self.filter(owner_key=owner_key)

    def open(self, at: dt.datetime) -> Self:
        return self.filter(expires_at__gt=at)

    def expired(self, at: dt.datetime) -> Self:
        return self.filter(expires_at__lte=at)
