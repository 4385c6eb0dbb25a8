"""What was recorded, what must not be thrown away, and what each camera shall record.

A segment is one file of fragmented MP4 (`cameras.streams.recording`). Its row is written when the file is
finished and stays when the file is shed, so that a hole in the recordings always has its reason.
"""

import datetime as dt

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cameras.models import Camera
from cameras.recording.querysets import HoldQuerySet, SegmentQuerySet

KEEP_DAYS = 30  # of a camera without a rule of its own
LONGEST_KEEP_DAYS = 365


class Mode(models.TextChoices):
    """What a camera records. EVENT: the seconds before something happens, while it does, and after."""

    OFF = "OFF", _("Nothing")
    EVENT = "EVENT", _("When something happens")
    CONTINUOUS = "CONTINUOUS", _("Always")


class StreamRole(models.TextChoices):
    """Which of a camera's streams was recorded."""

    MAIN = "MAIN", _("Main stream")
    SUB = "SUB", _("Sub stream")


class GapReason(models.TextChoices):
    """Why there is nothing just before a segment; the empty value: nothing is missing.

    IDLE is no loss: a camera that records events had none.
    """

    START = "START", _("Recording began")
    IDLE = "IDLE", _("Nothing happened")
    STALLED = "STALLED", _("The camera's picture stood still")
    DISCONNECTED = "DISCONNECTED", _("The camera was away")
    WORKER_LOST = "WORKER_LOST", _("The recording process ended")
    OVERLOAD = "OVERLOAD", _("The disk or the machine was too slow")
    DISK_FULL = "DISK_FULL", _("The disk was full")
    SHED = "SHED", _("Thrown away to make room or by age")
    CLOCK = "CLOCK", _("A clock was set")


class Segment(models.Model):
    """One finished file of one camera. `path` is relative to RECORDING_ROOT.

    `started_at` is our clock (UTC), `duration_s` media time. `gap_s` seconds are missing just before it,
    for `gap_reason`; `missing_s` inside it, in holes of less than a second. `sha256` (hex) is of the whole
    file as it was finished. `shed_at`: the file is gone.
    """

    camera = models.ForeignKey(Camera, models.PROTECT, related_name="segments")
    role = models.CharField(max_length=4, choices=StreamRole.choices, default=StreamRole.MAIN)
    started_at = models.DateTimeField(_("began"))
    duration_s = models.FloatField(_("length"))
    path = models.CharField(max_length=120, unique=True)
    bytes = models.PositiveBigIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    codec = models.CharField(max_length=8)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    pictures = models.PositiveIntegerField()
    has_audio = models.BooleanField(default=False)
    gap_reason = models.CharField(max_length=12, choices=GapReason.choices, blank=True, default="")
    gap_s = models.FloatField(default=0)
    missing_s = models.FloatField(default=0)
    mode = models.CharField(max_length=12, choices=Mode.choices)
    has_motion = models.BooleanField(default=False)
    worker = models.CharField(max_length=120, blank=True)
    epoch = models.BigIntegerField()
    shed_at = models.DateTimeField(null=True)

    objects = SegmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("recorded segment")
        verbose_name_plural = _("recorded segments")
        indexes = [
            models.Index(fields=["camera", "started_at"], name="segment_by_camera"),
            models.Index(fields=["started_at"], name="segment_by_age", condition=Q(shed_at__isnull=True)),
        ]
        constraints = [
            models.CheckConstraint(
                name="segment_has_a_length",
                condition=Q(duration_s__gt=0, pictures__gt=0, bytes__gt=0),
                violation_error_message=_("A segment holds at least one picture."),
            ),
            models.CheckConstraint(
                name="segment_has_a_hash",
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"),
                violation_error_message=_("A segment carries the SHA-256 of its file."),
            ),
            models.CheckConstraint(
                name="segment_gap_has_a_reason",
                condition=Q(gap_s=0) | (Q(gap_s__gt=0) & ~Q(gap_reason="")),
                violation_error_message=_("A gap says why."),
            ),
        ]

    def __str__(self) -> str:
        return self.path

    @property
    def ended_at(self) -> dt.datetime:
        """When its last picture ends."""
        return self.started_at + dt.timedelta(seconds=self.duration_s)


class Hold(models.Model):
    """Recordings of one camera and span that no retention throws away before it is released.

    `about_type` and `about_id` say what for (`incident`, `12`); only rooms above know more of those.
    `until` is when a person should look at it again; it ends nothing by itself.
    """

    camera = models.ForeignKey(Camera, models.PROTECT, related_name="holds")
    begin = models.DateTimeField(_("from"))
    end = models.DateTimeField(_("to"))
    reason = models.CharField(_("reason"), max_length=500)
    about_type = models.CharField(max_length=24, blank=True)
    about_id = models.CharField(max_length=40, blank=True)
    until = models.DateField(_("look again on"))
    held_by = models.CharField(_("held by"), max_length=200)
    created_at = models.DateTimeField(editable=False)
    released_at = models.DateTimeField(null=True)
    released_by = models.CharField(max_length=200, blank=True)
    release_reason = models.CharField(max_length=500, blank=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("hold on recordings")
        verbose_name_plural = _("holds on recordings")
        indexes = [
            models.Index(
                fields=["camera", "begin"], name="hold_in_force", condition=Q(released_at__isnull=True)
            ),
            models.Index(fields=["about_type", "about_id"], name="hold_by_subject"),
        ]
        constraints = [
            models.CheckConstraint(
                name="hold_has_a_span",
                condition=Q(end__gt=F("begin")),
                violation_error_message=_("The end lies before the beginning."),
            ),
            models.CheckConstraint(
                name="hold_says_why",
                condition=~Q(reason=""),
                violation_error_message=_("Write why these recordings must be kept."),
            ),
            models.CheckConstraint(
                name="hold_release_is_whole",
                condition=Q(released_at__isnull=True, released_by="", release_reason="")
                | (Q(released_at__isnull=False) & ~Q(released_by="") & ~Q(release_reason="")),
                violation_error_message=_("A release says who and why."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.camera_id} {self.begin:%Y-%m-%d %H:%M:%S} {self.pk}"


class Rule(models.Model):
    """What one camera records and for how long it is kept. A camera without a rule records nothing."""

    camera = models.OneToOneField(Camera, models.CASCADE, primary_key=True, related_name="recording_rule")
    mode = models.CharField(_("records"), max_length=12, choices=Mode.choices, default=Mode.EVENT)
    keep_days = models.PositiveSmallIntegerField(
        _("days kept"),
        default=KEEP_DAYS,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_KEEP_DAYS)],
    )
    changed_at = models.DateTimeField(editable=False)

    class Meta:
        verbose_name = _("recording rule")
        verbose_name_plural = _("recording rules")
        constraints = [
            models.CheckConstraint(
                name="rule_mode_is_known",
                condition=Q(mode__in=Mode.values),
                violation_error_message=_("Choose what the camera records."),
            ),
            models.CheckConstraint(
                name="rule_keeps_for_days",
                condition=Q(keep_days__gte=1, keep_days__lte=LONGEST_KEEP_DAYS),
                violation_error_message=_("Recordings are kept for 1 to 365 days."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.camera_id} {self.mode}"


class Demand(models.Model):
    """Something happens at a camera until `until`: whatever its rule for events says is being recorded."""

    camera = models.OneToOneField(Camera, models.CASCADE, primary_key=True, related_name="recording_demand")
    until = models.DateTimeField()
    reason = models.CharField(max_length=24)

    def __str__(self) -> str:
        return f"{self.camera_id} {self.until}"
