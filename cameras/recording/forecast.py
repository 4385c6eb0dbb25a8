"""How long the disk lasts at the rate at which cameras really record."""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Min, Sum

from cameras.recording import files
from cameras.recording.models import Segment

WINDOW = dt.timedelta(days=1)
DAY_S = 86_400
LEAST_S = 60.0  # of recordings, before a rate means anything


@dataclass(frozen=True, slots=True)
class Forecast:
    """Bytes that are used, free above the floor, and come in a day. `days_left` until the floor is reached;
    None while too little is known to say.
    """

    used_bytes: int
    free_bytes: int
    bytes_per_day: int
    days_left: float | None


def forecast(*, at: dt.datetime) -> Forecast:
    """For all cameras together, from the last day."""
    used = Segment.objects.unshed().aggregate(sum=Sum("bytes"))["sum"] or 0
    free = max(0, files.room().free - settings.RECORDING_FLOOR_BYTES)
    if settings.RECORDING_LIMIT_BYTES:
        free = max(0, min(free, settings.RECORDING_LIMIT_BYTES - used))
    rate = sum(bytes_per_day(at=at).values())
    return Forecast(used, free, rate, free / rate if rate else None)


def bytes_per_day(*, at: dt.datetime) -> dict[int, int]:
    """What each camera recorded in a day, by its id; from less than a day that is reckoned up."""
    rows = (
        Segment.objects.filter(started_at__gt=at - WINDOW, started_at__lte=at)
        .values("camera_id")
        .annotate(sum=Sum("bytes"), first=Min("started_at"))
    )
    return {row["camera_id"]: _per_day(row["sum"], (at - row["first"]).total_seconds()) for row in rows}


def _per_day(size: int, passed_s: float) -> int:
    return int(size * DAY_S / max(passed_s, LEAST_S))
