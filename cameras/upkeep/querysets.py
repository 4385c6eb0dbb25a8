"""Every read and set-wise write of upkeep that is more than a key."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from django.db import connection, models
from django.db.models import Count, Q

if TYPE_CHECKING:
    from cameras.upkeep.models import Interval, PlannedWork, WorkOrder  # noqa: F401 - type arguments

OUT = ("OPEN", "SENT", "ACKNOWLEDGED", "REOPENED")

# What each camera gives now, why, and since when, as its health says it.
_NOW = """
SELECT c.id AS camera_id,
       CASE WHEN c.status <> 'ACTIVE' OR c.stream_host = ''
                 OR h.health IN ('UNKNOWN', 'DISABLED', 'CONNECTING') THEN 'UNREAD'
            WHEN h.health IN ('LIVE', 'DEGRADED') AND h.fault = '' THEN 'USABLE'
            ELSE 'UNUSABLE' END AS service,
       CASE WHEN c.status <> 'ACTIVE' OR c.stream_host = ''
                 OR h.health IN ('UNKNOWN', 'DISABLED', 'CONNECTING') THEN ''
            WHEN h.health IN ('LIVE', 'DEGRADED') THEN h.fault
            ELSE 'DOWN' END AS cause,
       least(%(at)s, CASE WHEN h.health IN ('LIVE', 'DEGRADED') AND h.fault <> '' THEN h.fault_since
                          ELSE coalesce(h.down_since, h.since) END) AS since
  FROM cameras_camera c JOIN cameras_camerahealth h ON h.camera_id = c.id
"""
_CLOSE = f"""
UPDATE upkeep_interval i SET "end" = greatest(i.begin, now.since)
  FROM ({_NOW}) now
 WHERE i.camera_id = now.camera_id AND i."end" IS NULL
   AND (i.service <> now.service OR i.cause <> now.cause)
"""  # noqa: S608 - our own text
_OPEN = f"""
INSERT INTO upkeep_interval (camera_id, service, cause, begin)
SELECT now.camera_id, now.service, now.cause,
       greatest(now.since, (SELECT max(i."end") FROM upkeep_interval i WHERE i.camera_id = now.camera_id))
  FROM ({_NOW}) now
 WHERE NOT EXISTS (
   SELECT 1 FROM upkeep_interval i WHERE i.camera_id = now.camera_id AND i."end" IS NULL)
"""  # noqa: S608 - our own text
_UPTIME = """
WITH works AS (
  SELECT c.id AS camera_id, range_agg(tstzrange(w.begin, w."end")) AS spans
    FROM upkeep_plannedwork w
    JOIN cameras_camera c ON w.camera_id = c.id OR (w.camera_id IS NULL AND w.owner = c.owner)
   WHERE w.withdrawn_at IS NULL AND w.begin < %(end)s AND w."end" > %(begin)s
   GROUP BY c.id
), pieces AS (
  SELECT i.camera_id, i.service, greatest(i.begin, %(begin)s) AS begin,
         least(coalesce(i."end", %(at)s), %(end)s, %(at)s) AS "end"
    FROM upkeep_interval i
   WHERE i.begin < %(end)s AND (i."end" IS NULL OR i."end" > %(begin)s)
)
SELECT p.camera_id,
       coalesce(sum(extract(epoch FROM p."end" - p.begin)) FILTER (WHERE p.service = 'USABLE'), 0),
       coalesce(sum(extract(epoch FROM p."end" - p.begin)) FILTER (WHERE p.service = 'UNUSABLE'), 0),
       coalesce(sum((SELECT sum(extract(epoch FROM upper(r) - lower(r)))
                       FROM unnest(tstzmultirange(tstzrange(p.begin, p."end")) * w.spans) r))
                FILTER (WHERE p.service = 'UNUSABLE'), 0),
       count(*) FILTER (WHERE p.service = 'UNUSABLE')
  FROM pieces p LEFT JOIN works w ON w.camera_id = p.camera_id
 WHERE p."end" > p.begin
 GROUP BY p.camera_id
"""


@dataclass(frozen=True, slots=True)
class Time:
    """Seconds of one camera in a span: with and without a usable picture; `excused_s` is of the latter."""

    usable_s: float = 0.0
    unusable_s: float = 0.0
    excused_s: float = 0.0
    failures: int = 0


class IntervalQuerySet(models.QuerySet["Interval"]):
    """Service as phrases."""

    def follow_health(self, *, at: dt.datetime) -> int:
        """End what is over and begin what began, for all cameras in two statements; how many began."""
        with connection.cursor() as cursor:
            cursor.execute(_CLOSE, {"at": at})
            cursor.execute(_OPEN, {"at": at})
            return int(cursor.rowcount)

    def time_of(self, begin: dt.datetime, end: dt.datetime, *, at: dt.datetime) -> dict[int, Time]:
        """Service from `begin` until `end`, or until now, by camera id."""
        with connection.cursor() as cursor:
            cursor.execute(_UPTIME, {"begin": begin, "end": end, "at": at})
            return {
                int(camera): Time(float(usable), float(unusable), float(excused), int(failures))
                for camera, usable, unusable, excused, failures in cursor.fetchall()
            }

    def older_than(self, moment: dt.datetime) -> Self:
        return self.filter(end__lt=moment)


class PlannedWorkQuerySet(models.QuerySet["PlannedWork"]):
    """Planned work as phrases."""

    def standing(self) -> Self:
        return self.filter(withdrawn_at__isnull=True)

    def newest_first(self) -> Self:
        return self.select_related("camera").order_by("-begin", "-pk")


class WorkOrderQuerySet(models.QuerySet["WorkOrder"]):
    """Work orders as phrases."""

    def out(self) -> Self:
        """Those that somebody still has to finish."""
        return self.filter(state__in=OUT)

    def of_owner(self, owner: str) -> Self:
        return self.filter(owner=owner) if owner else self

    def in_state(self, state: str) -> Self:
        """In one state; `out` is all that are not finished, anything else is no filter."""
        if state == "out":
            return self.out()
        return self.filter(state=state) if state in (*OUT, "MENDED", "WITHDRAWN") else self

    def with_camera(self) -> Self:
        return self.select_related("camera", "camera__health")

    def newest_first(self) -> Self:
        return self.order_by("-changed_at", "-pk")

    def mended_after(self, moment: dt.datetime) -> Self:
        return self.filter(state="MENDED", mended_at__gt=moment)

    def count_out(self) -> dict[str, int]:
        """Orders that are out, by owner."""
        rows = self.out().order_by("owner").values_list("owner").annotate(Count("pk"))
        return dict(rows)

    def owners(self) -> list[str]:
        return list(self.order_by("owner").values_list("owner", flat=True).distinct())

    def newest_of(self, camera_ids: Iterable[int]) -> Self:
        """The newest order of each camera."""
        found = self.filter(camera__in=list(camera_ids)).order_by("camera", "-opened_at", "-pk")
        return found.distinct("camera")

    def seen_back(self) -> Self:
        """Out, though the camera gives a usable picture."""
        return self.out().filter(
            Q(camera__health__health__in=("LIVE", "DEGRADED"), camera__health__fault=""), back_at__isnull=True
        )

    def gone_again(self) -> Self:
        """Seen back once, and now without a usable picture."""
        is_well = Q(camera__health__health__in=("LIVE", "DEGRADED"), camera__health__fault="")
        unread = Q(camera__health__health__in=("UNKNOWN", "DISABLED", "CONNECTING"))
        return self.filter(back_at__isnull=False).exclude(is_well | unread)
