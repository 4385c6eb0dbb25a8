"""An alert: one thing that needs a human, from its first signal to what came of it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alerts.querysets import AlertQuerySet
from alerts.workflow import Kind, Outcome, Priority, ShelveReason, State

# Both or neither, and on Earth; for every model with `lat` and `lon`.
POINT_IS_WHOLE = Q(lat=None, lon=None) | Q(  # a check that comes to NULL passes, so NULL is refused by name
    lat__isnull=False, lon__isnull=False, lat__gte=-90, lat__lte=90, lon__gte=-180, lon__lte=180
)
_ESCALATES = Q(state=State.WAITING, priority__lt=Priority.LOG)


class Alert(models.Model):
    """Signals with the same `dedupe_key` fold into one alert until it is closed.

    `place` is in words, `lat` and `lon` in WGS 84. `source` names what raised it (`sos_press`, 17) and
    `incident_id` the incident it became, both without a foreign key: those rooms lie above this one.
    `details` is JSON by kind, as the wall shows it.
    """

    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    dedupe_key = models.CharField(max_length=200)
    subject = models.CharField(_("subject"), max_length=200)
    place = models.CharField(_("place"), max_length=200, blank=True)
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    source_type = models.CharField(max_length=40)
    source_id = models.CharField(max_length=80)
    details = models.JSONField(default=dict)
    incident_id = models.BigIntegerField(null=True)

    raised_at = models.DateTimeField(_("raised"))
    last_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=1)
    taken_at = models.DateTimeField(null=True)
    taken_by = models.CharField(_("taken by"), max_length=200, blank=True)
    escalation_level = models.PositiveSmallIntegerField(default=0)
    escalate_at = models.DateTimeField(null=True)
    shelved_until = models.DateTimeField(_("shelved until"), null=True)
    shelved_by = models.CharField(_("shelved by"), max_length=200, blank=True)
    shelve_reason = models.CharField(_("reason"), max_length=8, choices=ShelveReason, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        indexes = [
            models.Index(fields=["escalate_at"], condition=_ESCALATES, name="alert_next_steps"),
            models.Index(fields=["shelved_until"], condition=Q(state=State.SHELVED), name="alert_shelf_ends"),
            models.Index(fields=["-raised_at", "-id"], name="alert_newest"),
            models.Index(fields=["source_type", "source_id", "-raised_at"], name="alert_by_source"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["dedupe_key"], condition=~Q(state=State.CLOSED), name="alert_one_open_per_key"
            ),
            models.CheckConstraint(condition=POINT_IS_WHOLE, name="alert_point_whole"),
            models.CheckConstraint(condition=Q(count__gte=1), name="alert_counted"),
            models.CheckConstraint(
                condition=Q(taken_at=None, taken_by="") | (Q(taken_at__isnull=False) & ~Q(taken_by="")),
                name="alert_taken_paired",
            ),
            models.CheckConstraint(
                condition=Q(state=State.CLOSED)
                | Q(state__in=[State.WAITING, State.SHELVED], taken_at=None)
                | Q(state=State.TAKEN, taken_at__isnull=False),
                name="alert_taken_by_state",
            ),
            models.CheckConstraint(
                condition=(~Q(state=State.SHELVED) & Q(shelved_until=None, shelved_by="", shelve_reason=""))
                | (
                    Q(state=State.SHELVED, shelved_until__isnull=False)
                    & ~Q(shelved_by="")
                    & ~Q(shelve_reason="")
                ),
                name="alert_shelved_paired",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.SHELVED)
                | (~Q(kind=Kind.SOS) & Q(priority__gt=Priority.CRITICAL, incident_id=None)),
                name="alert_shelved_only_lesser",
            ),
            models.CheckConstraint(
                condition=(~Q(state=State.CLOSED) & Q(closed_at=None, closed_by="", outcome=""))
                | (Q(state=State.CLOSED, closed_at__isnull=False) & ~Q(closed_by="") & ~Q(outcome="")),
                name="alert_closed_paired",
            ),
            models.CheckConstraint(
                condition=(_ESCALATES & Q(escalate_at__isnull=False)) | (~_ESCALATES & Q(escalate_at=None)),
                name="alert_waiting_has_next_step",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.subject}"
