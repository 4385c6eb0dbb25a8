"""What happened (audit, kept for good) and what the walls must hear (outbox, kept for a week).

Neither table points at another by foreign key: an entry survives whatever it speaks of.
`seq` is NULL until the transaction commits; a deferred trigger then numbers the row (migration 0002).
"""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from events.querysets import AuditQuerySet, OutboxQuerySet


class AuditEntry(models.Model):
    """Who did what to which thing and why; append-only and hash-chained in the database."""

    seq = models.BigIntegerField(null=True, unique=True, editable=False)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=40, blank=True)
    actor_label = models.CharField(max_length=200)
    verb = models.CharField(max_length=80)
    target_kind = models.CharField(max_length=40)
    target_id = models.CharField(max_length=80)
    target_label = models.CharField(max_length=200)
    changes = models.JSONField(default=dict)
    reason = models.CharField(max_length=500, blank=True)
    hash = models.BinaryField(null=True, editable=False)

    objects = AuditQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["target_kind", "target_id", "seq"], name="audit_by_target"),
            models.Index(fields=["actor_id", "seq"], name="audit_by_actor"),
            BrinIndex(fields=["at"], name="audit_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.verb} {self.target_kind} {self.target_id}"


class OutboxEvent(models.Model):
    """One message to every wall: the full representation of the thing that changed."""

    seq = models.BigIntegerField(null=True, unique=True, editable=False)
    at = models.DateTimeField()
    name = models.CharField(max_length=80)
    data = models.JSONField()

    objects = OutboxQuerySet.as_manager()

    class Meta:
        indexes = [BrinIndex(fields=["at"], name="outbox_by_time")]

    def __str__(self) -> str:
        return f"{self.seq} {self.name}"
