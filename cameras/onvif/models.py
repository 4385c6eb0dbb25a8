"""What we know of a camera's ONVIF side, and who turns it now. Passwords stay in the credential profile."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cameras.models import Camera
from cameras.onvif.querysets import LeaseQuerySet, OnvifDeviceQuerySet


class OnvifDevice(models.Model):
    """How to speak to a camera. `services` and `clock_ahead_s` are what a session need not ask again."""

    camera = models.OneToOneField(Camera, models.CASCADE, primary_key=True, related_name="onvif")
    port = models.PositiveIntegerField(_("ONVIF port"), default=80)
    serial = models.CharField(_("serial number"), max_length=60, blank=True)
    firmware = models.CharField(_("firmware"), max_length=60, blank=True)
    profile_token = models.CharField(max_length=64, blank=True)
    can_turn = models.BooleanField(_("can turn"), default=False)
    home_after_s = models.PositiveIntegerField(_("returns home after (seconds)"), default=60)
    services = models.JSONField(default=dict)
    clock_ahead_s = models.FloatField(default=0)
    # Events: where it tells them, when to look next, and what came.
    listens = models.BooleanField(_("its events are heard"), default=False)
    subscription = models.JSONField(null=True)
    subscribed_until = models.DateTimeField(null=True)
    next_pull_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    trouble = models.CharField(max_length=32, blank=True)
    heard = models.JSONField(default=dict)

    objects = OnvifDeviceQuerySet.as_manager()

    class Meta:
        verbose_name = _("ONVIF device")
        constraints = [
            models.CheckConstraint(
                name="onvif_port_is_a_port",
                condition=Q(port__gte=1, port__lte=65535),
                violation_error_message=_("A port is a number from 1 to 65535."),
            ),
            models.CheckConstraint(
                name="onvif_home_within_a_day",
                condition=Q(home_after_s__lte=86_400),
                violation_error_message=_("A camera returns home within a day, or never (0)."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.camera_id}:{self.port}"


class PtzLease(models.Model):
    """Who turns a camera. `moving_until` is when an unrenewed movement is to be stopped (the dead man's
    switch), `home_at` when the camera is to look home again."""

    camera = models.OneToOneField(Camera, models.CASCADE, primary_key=True, related_name="ptz_lease")
    holder = models.CharField(max_length=40, blank=True)
    holder_label = models.CharField(max_length=200, blank=True)
    ends_at = models.DateTimeField(null=True)
    moving_until = models.DateTimeField(null=True)
    home_at = models.DateTimeField(null=True)

    objects = LeaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="ptz_lease_has_an_end",
                condition=Q(holder="") | Q(ends_at__isnull=False),
                violation_error_message=_("A lease that somebody holds has an end."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.camera_id} {self.holder}"
