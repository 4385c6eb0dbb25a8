"""Every read of packs, custody and keys that is more than a key."""

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Max, Q

if TYPE_CHECKING:
    from cameras.evidence.models import CustodyEntry, EvidencePack, StationKey  # noqa: F401 - type arguments

SILENT_AFTER = dt.timedelta(seconds=60)  # six missed signs of life of a builder


class PackQuerySet(models.QuerySet["EvidencePack"]):
    """Packs as phrases."""

    def newest_first(self) -> Self:
        return self.order_by("-asked_at", "-pk")

    def with_cameras(self) -> Self:
        return self.prefetch_related("cameras")

    def in_state(self, state: str) -> Self:
        return self.filter(state=state)

    def about(self, kind: str, key: object) -> Self:
        return self.filter(about_type=kind, about_id=str(key))

    def matching(self, text: str) -> Self:
        """Every word occurs in the number, case, requester or reason."""
        found = self
        for word in text.split():
            found = found.filter(
                Q(number__icontains=word)
                | Q(case_number__icontains=word)
                | Q(requester__icontains=word)
                | Q(reason__icontains=word)
            )
        return found

    def waiting(self, at: dt.datetime) -> Self:
        """To be built, the one asked for first in front: new ones, and those whose builder fell silent."""
        silent = Q(state="BUILDING", claimed_at__lt=at - SILENT_AFTER)
        return self.filter(Q(state="QUEUED") | silent).order_by("asked_at", "pk")

    def being_built(self, at: dt.datetime) -> Self:
        """Those whose builder gives signs of life."""
        return self.filter(state="BUILDING", claimed_at__gte=at - SILENT_AFTER)

    def over(self, today: dt.date) -> Self:
        """Those whose file is to be deleted."""
        return self.filter(state="READY", expires_on__lt=today)

    def last_number(self, prefix: str) -> str:
        """The highest number with this prefix, empty where there is none."""
        found: str | None = self.filter(number__startswith=prefix).aggregate(last=Max("number"))["last"]
        return found or ""


class CustodyQuerySet(models.QuerySet["CustodyEntry"]):
    """Lines of custody as phrases."""

    def in_order(self) -> Self:
        return self.select_related("audit").order_by("pk")


class StationKeyQuerySet(models.QuerySet["StationKey"]):
    """Keys as phrases."""

    def in_use(self) -> Self:
        return self.filter(retired_at__isnull=True)

    def newest_first(self) -> Self:
        return self.order_by("-made_at", "-pk")
