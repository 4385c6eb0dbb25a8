"""SOS points and what they say; incidents, their log, and the units sent to them.

Points are `lat`, `lon` in WGS 84. Alerts live in their own room and are named here by id only.
"""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from alerts.models import POINT_IS_WHOLE
from alerts.workflow import Priority
from incidents.querysets import (
    DispatchQuerySet,
    IncidentQuerySet,
    SosPointQuerySet,
    SosPressQuerySet,
    UnitQuerySet,
)
from incidents.workflow import (
    Confirmation,
    IncidentKind,
    IncidentState,
    Link,
    PressKind,
    StepKind,
    UnitKind,
    UnitState,
)

CODE = RegexValidator(r"\A[A-Z0-9][A-Z0-9-]{0,19}\Z", _("Use capital letters, digits and hyphens."))

UNIT_CODE = RegexValidator(
    r"\A[0-9A-Za-zก-๙][0-9A-Za-zก-๙ ._-]{0,19}\Z", _("Use letters, digits, dots and single spaces.")
)


class SosPoint(models.Model):
    """A pillar that people press for help. `sealed_secret` is its webhook secret, sealed."""

    code = models.CharField(_("code"), max_length=20, unique=True, validators=[CODE])
    name = models.CharField(_("name"), max_length=80)
    place = models.CharField(_("place"), max_length=200, blank=True)
    lat = models.FloatField(_("latitude"), null=True, blank=True)
    lon = models.FloatField(_("longitude"), null=True, blank=True)
    sealed_secret = models.CharField(max_length=300)
    is_active = models.BooleanField(_("in use"), default=True)
    is_demo = models.BooleanField(default=False)

    link = models.CharField(max_length=8, choices=Link, default=Link.UNKNOWN)
    heard_at = models.DateTimeField(null=True, blank=True)
    heard_boot_id = models.CharField(max_length=64, blank=True)
    heard_seq = models.BigIntegerField(default=0)
    heard_sent_at = models.DateTimeField(null=True, blank=True)
    pressed_at = models.DateTimeField(null=True, blank=True)
    test_from = models.DateTimeField(null=True, blank=True)
    test_until = models.DateTimeField(null=True, blank=True)

    objects = SosPointQuerySet.as_manager()

    class Meta:
        verbose_name = _("SOS point")
        verbose_name_plural = _("SOS points")
        constraints = [
            models.CheckConstraint(condition=POINT_IS_WHOLE, name="sos_point_whole"),
            models.CheckConstraint(
                condition=Q(link=Link.UNKNOWN, heard_at=None)
                | (~Q(link=Link.UNKNOWN) & Q(heard_at__isnull=False)),
                name="sos_heard_paired",
            ),
            models.CheckConstraint(
                condition=Q(test_from=None, test_until=None)
                | Q(test_from__isnull=False, test_until__isnull=False, test_until__gt=F("test_from")),
                name="sos_test_window_paired",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class SosPress(models.Model):
    """One message of a point that is not a heartbeat. `pressed_at` is the device's clock."""

    point = models.ForeignKey(SosPoint, on_delete=models.PROTECT, related_name="presses")
    event_id = models.CharField(max_length=64)
    boot_id = models.CharField(max_length=64)
    seq = models.BigIntegerField()
    kind = models.CharField(_("kind"), max_length=12, choices=PressKind)
    pressed_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField()
    clock_skew = models.BooleanField(default=False)
    is_out_of_order = models.BooleanField(default=False)
    alert_id = models.BigIntegerField(null=True)

    objects = SosPressQuerySet.as_manager()

    class Meta:
        verbose_name = _("press")
        verbose_name_plural = _("presses")
        indexes = [models.Index(fields=["point", "-received_at"], name="sos_press_newest")]
        constraints = [
            models.UniqueConstraint(fields=["point", "event_id"], name="sos_press_once"),
            models.CheckConstraint(condition=~Q(kind=PressKind.HEARTBEAT), name="sos_press_is_no_heartbeat"),
            models.CheckConstraint(
                condition=Q(kind=PressKind.PRESS) | Q(alert_id=None), name="sos_only_press_alarms"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.point_id} {self.kind} {self.event_id}"


class Unit(models.Model):
    """A patrol that can be sent. `position_at` is when it was at `lat`, `lon`."""

    code = models.CharField(_("code"), max_length=20, unique=True, validators=[UNIT_CODE])
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=12, choices=UnitKind)
    state = models.CharField(_("state"), max_length=12, choices=UnitState, default=UnitState.FREE)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    position_at = models.DateTimeField(null=True, blank=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        constraints = [
            models.CheckConstraint(condition=POINT_IS_WHOLE, name="unit_point_whole"),
            models.CheckConstraint(
                condition=Q(lat=None, position_at=None) | Q(lat__isnull=False, position_at__isnull=False),
                name="unit_position_paired",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class IncidentSeries(models.Model):
    """The last number given out in one month (`6911`), so that numbers have no gaps and no doubles."""

    month = models.CharField(max_length=4, primary_key=True)
    last = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.month}-{self.last:04}"


class Incident(models.Model):
    """Something that police deal with, from opening to outcome.

    `number` is `YYMM-NNNN`: Buddhist year and month in Thailand, then a count from 0001 in each month.
    `confirmed` holds what a person has seen with their own eyes (Confirmation).
    """

    number = models.CharField(_("number"), max_length=12, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=IncidentKind)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority)
    state = models.CharField(_("state"), max_length=12, choices=IncidentState, default=IncidentState.OPEN)
    subject = models.CharField(_("subject"), max_length=200)
    place = models.CharField(_("place"), max_length=200, blank=True)
    lat = models.FloatField(_("latitude"), null=True, blank=True)
    lon = models.FloatField(_("longitude"), null=True, blank=True)
    alert_id = models.BigIntegerField(null=True)
    confirmed = ArrayField(models.CharField(max_length=12, choices=Confirmation), default=list)
    opened_at = models.DateTimeField(_("opened"))
    opened_by = models.CharField(max_length=200)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(_("outcome"), max_length=200, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        indexes = [
            models.Index(fields=["-opened_at", "-id"], name="incident_newest"),
            models.Index(fields=["id"], condition=~Q(state=IncidentState.CLOSED), name="incident_not_closed"),
        ]
        constraints = [
            models.CheckConstraint(condition=POINT_IS_WHOLE, name="incident_point_whole"),
            models.UniqueConstraint(fields=["alert_id"], name="incident_one_per_alert"),
            models.CheckConstraint(
                condition=(~Q(state=IncidentState.CLOSED) & Q(closed_at=None, closed_by="", outcome=""))
                | (
                    Q(state=IncidentState.CLOSED, closed_at__isnull=False) & ~Q(closed_by="") & ~Q(outcome="")
                ),
                name="incident_closed_paired",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.subject}"


class IncidentStep(models.Model):
    """One line of an incident's log; appended, never edited (the database refuses)."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="steps")
    at = models.DateTimeField()
    kind = models.CharField(max_length=12, choices=StepKind)
    by = models.CharField(max_length=200)
    unit = models.CharField(max_length=20, blank=True)
    text = models.CharField(max_length=700, blank=True)

    class Meta:
        indexes = [models.Index(fields=["incident", "id"], name="incident_log")]

    def __str__(self) -> str:
        return f"{self.pk} {self.kind}"


class Dispatch(models.Model):
    """A unit sent to an incident, until it is free again."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="dispatches")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="dispatches")
    sent_at = models.DateTimeField()
    sent_by = models.CharField(max_length=200)
    arrived_at = models.DateTimeField(null=True, blank=True)
    freed_at = models.DateTimeField(null=True, blank=True)

    objects = DispatchQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit"], condition=Q(freed_at=None), name="dispatch_one_place_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.unit_id}"
