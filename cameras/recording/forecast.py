"""How long the disk lasts at the rate at which cameras really record."""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Min, Sum

from cameras.recording import files
from cameras.recording.models import Segment
from cameras.recording.querysets import SegmentQuerySet

WINDOW = dt.timedelta(days=1)
DAY_S = 86_400
LEAST_S = 60.0  # of recordings, before a rate means anything


@dataclass(frozen=True, slots=True)
class Forecast:
    """Bytes that are used, free above the floor, and come in a day. `days_left` until the floor is reached;
    None while nothing is recorded. Without a limit `used_bytes` is of the whole disk: adding up millions of
    rows would take seconds.
    """

    used_bytes: int
    free_bytes: int
    bytes_per_day: int
    days_left: float | None


def forecast(*, at: dt.datetime) -> Forecast:
    """For all cameras together, from the last day."""
    room = files.room()
    used, free = room.total - room.free, max(0, room.free - settings.RECORDING_FLOOR_BYTES)
    if settings.RECORDING_LIMIT_BYTES:
        used = Segment.objects.unshed().aggregate(sum=Sum("bytes"))["sum"] or 0
        free = max(0, min(free, settings.RECORDING_LIMIT_BYTES - used))
    rate = sum(bytes_per_day(at=at).values())
    return Forecast(used, free, rate, free / rate if rate else None)


def bytes_per_day(*, at: dt.datetime, among: SegmentQuerySet | None = None) -> dict[int, int]:
    """What each camera recorded in a day, by its id; from less than a day that is reckoned up."""
    chosen = Segment.objects.all() if among is None else among
    rows = (
        chosen.filter(started_at__gt=at - WINDOW, started_at__lte=at)
        .values("camera_id")
        .annotate(sum=Sum("bytes"), first=Min("started_at"))
    )
    return {row["camera_id"]: _per_day(row["sum"], (at - row["first"]).total_seconds()) for row in rows}


def _per_day(size: int, passed_s: float) -> int:
    return int(size * DAY_S / max(passed_s, LEAST_S))


@dataclass(frozen=True, slots=True)
class CameraFacts:
    """What is there of one camera; `oldest_at` None where there is nothing."""

    bytes_per_day: int
    oldest_at: dt.datetime | None

    @property
    def gigabytes_per_day(self) -> float:
        return self.bytes_per_day / 1e9


def camera_facts(*, camera_id: int, at: dt.datetime) -> CameraFacts:
    """For the camera's own page."""
    mine = Segment.objects.filter(camera_id=camera_id)
    oldest = mine.unshed().aggregate(first=Min("started_at"))["first"]
    return CameraFacts(bytes_per_day(at=at, among=mine).get(camera_id, 0), oldest)
