"""Which cameras are to be stopped, sent home or listened to."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from cameras.onvif.models import OnvifDevice, PtzLease  # noqa: F401 - type arguments


class LeaseQuerySet(models.QuerySet["PtzLease"]):
    """Leases by what is due."""

    def overdue_moves(self, at: dt.datetime) -> "LeaseQuerySet":
        """Movements whose operator was not heard of in time."""
        return self.filter(moving_until__lte=at)

    def due_home(self, at: dt.datetime) -> "LeaseQuerySet":
        """Cameras that nobody holds and that were left looking elsewhere."""
        return self.filter(Q(holder="") | Q(ends_at__lte=at), home_at__lte=at)


class OnvifDeviceQuerySet(models.QuerySet["OnvifDevice"]):
    """Devices by what is due."""

    def due_to_pull(self, at: dt.datetime) -> "OnvifDeviceQuerySet":
        """Devices in use whose events are heard and that were not asked for a while."""
        due = Q(next_pull_at__isnull=True) | Q(next_pull_at__lte=at)
        return self.filter(due, listens=True, camera__status="ACTIVE").exclude(camera__stream_host="")
