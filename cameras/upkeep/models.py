"""How long each camera gave a usable picture, what was planned, and who was asked to mend what."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cameras.models import Camera
from cameras.upkeep.querysets import IntervalQuerySet, PlannedWorkQuerySet, WorkOrderQuerySet


class Service(models.TextChoices):
    """What a camera gave. UNREAD is our own doing and on nobody's account."""

    USABLE = "USABLE", _("Usable")
    UNUSABLE = "UNUSABLE", _("No usable picture")
    UNREAD = "UNREAD", _("Not read")


class Interval(models.Model):
    """A camera gave the same service from `begin` until `end` (null: until now), for the same `cause`.

    Written by a look every few seconds; the moments are those of the camera's health.
    """

    camera = models.ForeignKey(Camera, models.CASCADE, related_name="service_intervals")
    service = models.CharField(max_length=8, choices=Service.choices)
    cause = models.CharField(max_length=16, blank=True)
    begin = models.DateTimeField()
    end = models.DateTimeField(null=True)

    objects = IntervalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="interval_one_is_open",
                fields=["camera"],
                condition=Q(end__isnull=True),
                violation_error_message=_("A camera gives one service at a time."),
            ),
            models.CheckConstraint(
                name="interval_ends_after_it_began",
                condition=Q(end__isnull=True) | Q(end__gte=F("begin")),
                violation_error_message=_("The end is before the beginning."),
            ),
            models.CheckConstraint(
                name="interval_service_is_known",
                condition=Q(service__in=Service.values),
                violation_error_message=_("Choose one of the services."),
            ),
        ]
        indexes = [models.Index(fields=["camera", "begin"], name="interval_by_camera")]

    def __str__(self) -> str:
        return f"{self.camera_id} {self.service} {self.begin.isoformat()}"


class PlannedWork(models.Model):
    """Time that is not counted against an owner: of one camera, or of all that the owner has."""

    owner = models.CharField(_("owner"), max_length=80)
    camera = models.ForeignKey(Camera, models.CASCADE, null=True, blank=True, verbose_name=_("camera"))
    begin = models.DateTimeField(_("begins"))
    end = models.DateTimeField(_("ends"))
    reason = models.CharField(_("reason"), max_length=200)
    entered_by = models.CharField(max_length=200)
    entered_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    objects = PlannedWorkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="planned_work_ends_after_it_began",
                condition=Q(end__gt=F("begin")),
                violation_error_message=_("The end is before the beginning."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owner} {self.begin.isoformat()} {self.pk}"


class Contact(models.Model):
    """Whom an owner wants to be called."""

    owner = models.CharField(_("owner"), max_length=80, unique=True)
    person = models.CharField(_("person"), max_length=120, blank=True)
    phone = models.CharField(_("telephone"), max_length=60, blank=True)
    address = models.CharField(_("e-mail or LINE"), max_length=120, blank=True)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.owner


class OrderState(models.TextChoices):
    """Where a work order stands."""

    OPEN = "OPEN", _("Written")
    SENT = "SENT", _("Sent to the owner")
    ACKNOWLEDGED = "ACKNOWLEDGED", _("Taken on by the owner")
    MENDED = "MENDED", _("Mended")
    REOPENED = "REOPENED", _("Failed again")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")


class WorkOrder(models.Model):
    """The owner of a camera is asked to mend it.

    `fault` is the code of what was wrong (a state of health or a condition), `since` when it began;
    `back_at` when our own eyes saw a usable picture again, whatever anybody says.
    """

    camera = models.ForeignKey(Camera, models.PROTECT, related_name="work_orders")
    owner = models.CharField(_("owner"), max_length=80)
    contact = models.CharField(_("contact"), max_length=300, blank=True)
    state = models.CharField(_("status"), max_length=12, choices=OrderState.choices, default=OrderState.OPEN)
    fault = models.CharField(max_length=16, blank=True)
    since = models.DateTimeField(_("since"))
    note = models.CharField(_("note"), max_length=500, blank=True)
    alert_id = models.BigIntegerField(null=True)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=200)
    changed_at = models.DateTimeField()
    mended_at = models.DateTimeField(null=True)
    back_at = models.DateTimeField(null=True)
    good_at = models.DateTimeField(null=True)
    fault_at = models.DateTimeField(null=True)

    objects = WorkOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("work order")
        constraints = [
            models.UniqueConstraint(
                name="order_one_is_out",
                fields=["camera"],
                condition=~Q(state__in=["MENDED", "WITHDRAWN"]),
                violation_error_message=_("There is already a work order out for this camera."),
            ),
            models.CheckConstraint(
                name="order_state_is_known",
                condition=Q(state__in=OrderState.values),
                violation_error_message=_("Choose one of the states of a work order."),
            ),
            models.CheckConstraint(
                name="order_mended_has_its_time",
                condition=~Q(state="MENDED") | Q(mended_at__isnull=False),
                violation_error_message=_("A mended order says when."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.camera_id}"

    @property
    def number(self) -> str:
        """As it stands on paper."""
        return f"WO-{self.pk:05}"


class Step(models.Model):
    """What was done about a work order; rows are never edited."""

    order = models.ForeignKey(WorkOrder, models.CASCADE, related_name="steps")
    state = models.CharField(max_length=12, choices=OrderState.choices)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    note = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return f"{self.order_id} {self.state} {self.at.isoformat()}"
