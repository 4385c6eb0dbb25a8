"""Every read of the register that is more than a key."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from typing import TYPE_CHECKING, Self

from django.db import connection, models
from django.db.models import Count, Q

from accounts.principals import Principal

if TYPE_CHECKING:
    from cameras.models import Camera, CameraHealth, ImportDraft, SawNothing  # noqa: F401 - type arguments

# The filters of the register, in the officer's words: name -> states of health.
CONDITIONS: dict[str, tuple[str, ...]] = {
    "live": ("LIVE",),
    "poor": ("DEGRADED",),
    "stalled": ("STALLED",),
    "down": ("AUTH_FAILED", "UNREACHABLE", "BACKOFF"),
    "waiting": ("CONNECTING", "UNKNOWN"),
    "off": ("DISABLED",),
}
_UP = ("LIVE", "DEGRADED", "DISABLED")
PICTURE_KEY = "picture:"  # begins the key of an alert about pictures that come and are useless


# The row is touched only where the worker still holds the lease of its epoch, and the state before comes
# back with it, so that one statement tells what changed whatever other writers do.
_FENCED_UPDATE = """
WITH told AS (
  SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::timestamptz[],
                       %s::timestamptz[], %s::boolean[], %s::float8[], %s::bigint[], %s::bigint[],
                       %s::text[])
    AS t (camera_id, epoch, health, reason, since, last_picture_at, has_motion, fps, gaps, reconnects, fault)
), before AS (
  SELECT h.camera_id, h.health, h.fault FROM cameras_camerahealth h
    JOIN told ON told.camera_id = h.camera_id AND told.epoch = h.epoch
    JOIN cameras_camera c ON c.id = h.camera_id AND c.status = 'ACTIVE' AND c.stream_host <> ''
   ORDER BY h.camera_id FOR UPDATE OF h
)
UPDATE cameras_camerahealth h
   SET health = told.health, reason = told.reason, since = told.since,
       last_picture_at = coalesce(told.last_picture_at, h.last_picture_at),
       has_motion = told.has_motion, fps = told.fps, gaps = told.gaps, reconnects = told.reconnects,
       checked_at = %s,
       down_since = CASE WHEN told.health IN ('LIVE', 'DEGRADED') THEN NULL
                         ELSE coalesce(h.down_since, told.since) END,
       fault = told.fault,
       fault_since = CASE WHEN told.fault = '' THEN NULL
                          WHEN told.fault = h.fault THEN coalesce(h.fault_since, told.since)
                          ELSE told.since END,
       fault_checks = CASE WHEN told.health IN ('LIVE', 'DEGRADED') AND told.fault = '' THEN 0
                           ELSE h.fault_checks END
  FROM told JOIN before USING (camera_id)
 WHERE h.camera_id = told.camera_id AND h.epoch = told.epoch
RETURNING h.camera_id, before.health <> h.health OR before.fault <> h.fault
"""


@dataclass(frozen=True, slots=True)
class HealthReport:
    """What a worker tells of one camera; `epoch` is the one it got with the lease, `fault` what makes its
    pictures useless although they come."""

    camera_id: int
    epoch: int
    health: str
    reason: str
    since: dt.datetime
    last_picture_at: dt.datetime | None = None
    has_motion: bool = False
    fps: float = 0.0
    gaps: int = 0
    reconnects: int = 0
    fault: str = ""


class CameraQuerySet(models.QuerySet["Camera"]):
    """Cameras as phrases."""

    def visible_to(self, principal: Principal) -> Self:
        """What this person or screen may see of the register."""
        return self.all() if principal.can("cameras.view") else self.none()

    def registered(self) -> Self:
        """All but the retired ones."""
        return self.exclude(status="RETIRED")

    def read(self) -> Self:
        """Those a worker should hold open: active and with an address."""
        return self.filter(status="ACTIVE").exclude(stream_host="")

    def placed(self) -> Self:
        return self.filter(lat__isnull=False)

    def with_health(self) -> Self:
        return self.select_related("health")

    def by_code(self) -> Self:
        return self.order_by("code")

    def matching(self, text: str) -> Self:
        """Every word of `text` occurs in the code, name, owner, site, pole or asset number."""
        found = self
        for word in text.split():
            found = found.filter(
                Q(code__icontains=word)
                | Q(name__icontains=word)
                | Q(owner__icontains=word)
                | Q(site__icontains=word)
                | Q(pole_no__icontains=word)
                | Q(asset_no__icontains=word)
            )
        return found

    def in_condition(self, condition: str) -> Self:
        """Those whose health is in one of CONDITIONS; any other word is no filter."""
        states = CONDITIONS.get(condition)
        return self.filter(health__health__in=states) if states else self

    def owned_by(self, owner: str) -> Self:
        return self.filter(owner=owner) if owner else self

    def owners(self) -> list[str]:
        """Names of owners in use, sorted."""
        found = self.exclude(owner="").order_by("owner").values_list("owner", flat=True).distinct()
        return list(found)

    def count_by_condition(self) -> dict[str, int]:
        """`{"all": n, "live": n, …}` in one query."""
        counts = {
            name: Count("pk", filter=Q(health__health__in=states)) for name, states in CONDITIONS.items()
        }
        return self.aggregate(all=Count("pk"), **counts)


class CameraHealthQuerySet(models.QuerySet["CameraHealth"]):
    """Health rows as phrases."""

    def fenced_update(self, reports: Sequence[HealthReport], *, at: dt.datetime) -> dict[int, bool]:
        """Write the reports whose epoch is current: `{camera id: whether its health became another}`."""
        rows = [astuple(report) for report in reports]
        columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in fields(HealthReport)]
        with connection.cursor() as cursor:
            cursor.execute(_FENCED_UPDATE, [*columns, at])
            return dict(cursor.fetchall())

    def down_for(self, at: dt.datetime, least: dt.timedelta) -> Self:
        """Of cameras in use that a worker reads, and that gave no picture for at least so long.

        UNKNOWN is left out: there it is our reading that failed, not the camera.
        """
        found = self.filter(camera__status="ACTIVE", down_since__lte=at - least)
        return found.exclude(health__in=(*_UP, "UNKNOWN"))

    def poor_for(self, at: dt.datetime, least: dt.timedelta) -> Self:
        """Of cameras in use whose pictures come, but were of no use for at least so long."""
        poor = self.filter(camera__status="ACTIVE", health__in=("LIVE", "DEGRADED")).exclude(fault="")
        return poor.filter(fault_since__lte=at - least)

    def confirmed(self, checks: int) -> Self:
        """Faults that so many looks in a row found."""
        return self.filter(fault_checks__gte=checks)

    def back_after_alarm(self) -> Self:
        """Cameras that an alert still speaks of although they are well, or out of use."""
        of_picture = Q(alarm_key__startswith=PICTURE_KEY)
        is_well = Q(health__in=_UP) & (Q(fault="") | ~of_picture)
        return self.exclude(alarm_key="").filter(is_well | ~Q(camera__status="ACTIVE"))

    def without_worker(self) -> Self:
        """Of cameras in use that nobody reads although somebody did."""
        return self.filter(camera__status="ACTIVE", health="UNKNOWN", reason="NO_WORKER")

    def silent_since(self, moment: dt.datetime) -> Self:
        """Of cameras in use whose worker last told before `moment`, and which are not yet doubted."""
        told_before = Q(checked_at__lt=moment) | Q(checked_at__isnull=True, since__lt=moment)
        return self.filter(told_before, camera__status="ACTIVE").exclude(health__in=("UNKNOWN", "DISABLED"))


class SawNothingQuerySet(models.QuerySet["SawNothing"]):
    """Looks that found nothing, as phrases."""

    def standing(self) -> Self:
        return self.filter(undone_at__isnull=True)

    def around(self, row: int, column: int, *, since: dt.datetime) -> Self:
        """In this cell of the map and those around it, not older than `since`."""
        cells = self.filter(row__range=(row - 1, row + 1), column__range=(column - 1, column + 1))
        return cells.standing().filter(at__gt=since)


class ImportDraftQuerySet(models.QuerySet["ImportDraft"]):
    """Drafts as phrases."""

    def of(self, principal: Principal) -> Self:
        return self.filter(owner_key=principal.key)

    def open(self, at: dt.datetime) -> Self:
        return self.filter(imported_at__isnull=True, expires_at__gt=at)

    def expired(self, at: dt.datetime) -> Self:
        return self.filter(expires_at__lte=at)
