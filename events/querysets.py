"""Reads of the audit log and the outbox."""

import datetime as dt
from typing import TYPE_CHECKING, Any, Self

from django.db import connection, models
from django.db.models import Max, Min, Q
from django.db.models.functions import Cast

if TYPE_CHECKING:
    from events.models import AuditEntry, OutboxEvent
else:
    AuditEntry = OutboxEvent = models.Model


class AuditQuerySet(models.QuerySet[AuditEntry]):
    """Phrases over the audit log."""

    def newest_first(self) -> Self:
        return self.order_by("-seq")

    def about(self, kind: str, key: object) -> Self:
        return self.filter(target_kind=kind, target_id=str(key))

    def search(self, text: str) -> Self:
        words = Q(actor_label__icontains=text) | Q(target_label__icontains=text)
        return self.filter(words | Q(verb__icontains=text) | Q(target_id=text))

    def first_broken_seq(self) -> int | None:
        """`seq` of the oldest row whose content no longer matches the chain, None when all hold."""
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT seq FROM (
                    SELECT a.seq, a.hash, a.seq - lag(a.seq, 1, 0::bigint) OVER chain AS step,
                           sha256(coalesce(lag(a.hash) OVER chain, ''::bytea)
                                  || convert_to(events_audit_text(a), 'UTF8')) AS expected
                    FROM events_auditentry a WHERE a.seq IS NOT NULL
                    WINDOW chain AS (ORDER BY a.seq)
                ) AS links
                WHERE hash IS DISTINCT FROM expected OR step <> 1
                ORDER BY seq LIMIT 1
                """
            )
            row = cursor.fetchone()
        return row[0] if row else None


class OutboxQuerySet(models.QuerySet[OutboxEvent]):
    """Phrases over the outbox."""

    def after(self, seq: int) -> Self:
        """Numbered events later than `seq`, oldest first."""
        return self.filter(seq__gt=seq).order_by("seq")

    def as_rows(self) -> "models.QuerySet[Any, tuple[Any, ...]]":
        """Rows of (seq, name, at, data as JSON text), what the encoder takes."""
        return self.annotate(text=Cast("data", models.TextField())).values_list("seq", "name", "at", "text")

    def span(self) -> tuple[int, int]:
        """First and last `seq` still in the table, (0, 0) when it is empty."""
        found = self.aggregate(first=Min("seq"), last=Max("seq"))
        return found["first"] or 0, found["last"] or 0

    def older_than(self, at: dt.datetime) -> Self:
        """Events that may go; the newest always stays because it carries the numbering on."""
        return self.filter(at__lt=at, seq__lt=self.model.objects.span()[1])
