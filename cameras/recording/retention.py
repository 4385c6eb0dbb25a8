"""What is thrown away, in which order, and who is told before it hurts.

By age first: a camera's rule says how many days. Then, while too little is free, by worth: recordings of
cameras that record always and show no motion, then those with motion, then events; in each the oldest first.
What a hold keeps is never thrown away, however full the disk.
"""

import datetime as dt
from collections.abc import Iterable, Sequence

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from alerts.services import Source, close_if_open, raise_alert
from alerts.workflow import Kind, Outcome, Priority
from cameras.recording import files
from cameras.recording.forecast import Forecast, forecast
from cameras.recording.models import KEEP_DAYS, Segment
from cameras.recording.querysets import SegmentQuerySet
from cameras.recording.services import lock_cameras
from events.services import Actor

BATCH = 500
ROUNDS = 20  # of shedding in one run; the next run goes on
REMOVE_AGAIN = dt.timedelta(minutes=10)
WARN_DAYS = 3
ACTOR = Actor.system("retention")
ROOM_KEY = "recordings:room"


def keep_house(*, at: dt.datetime) -> int:
    """Throw away what is due and what there is no room for; the number of files. Safe to run twice."""
    _remove_again(at)
    shed = _shed_all(Segment.objects.unshed().older_than_rules(at, KEEP_DAYS), at)
    early = 0
    for by_worth in Segment.objects.unshed().in_shedding_order():
        missing = _missing_bytes()
        while missing > 0 and (taken := _shed_some(by_worth, at, missing)):
            early += taken[0]
            missing -= taken[1]
    _tell(forecast(at=at), early, _missing_bytes(), at)
    return shed + early


def _missing_bytes() -> int:
    """How much must go before there is room enough."""
    missing = settings.RECORDING_FLOOR_BYTES - files.room().free
    if settings.RECORDING_LIMIT_BYTES:
        used = Segment.objects.unshed().aggregate(sum=Sum("bytes"))["sum"] or 0
        missing = max(missing, used - settings.RECORDING_LIMIT_BYTES)
    return max(0, missing)


def _shed_all(found: SegmentQuerySet, at: dt.datetime) -> int:
    count = 0
    for _round in range(ROUNDS):
        taken = _shed(found.order_by("started_at")[:BATCH], at)
        if not taken:
            break
        count += len(taken)
    return count


def _shed_some(found: SegmentQuerySet, at: dt.datetime, missing: int) -> tuple[int, int] | None:
    """The oldest until enough is free: how many files and bytes; None where there is nothing."""
    chosen, size = [], 0
    for row in found.order_by("started_at").not_held()[:BATCH]:
        if size >= missing:
            break
        chosen.append(row)
        size += row.bytes
    taken = _shed(chosen, at)
    return (len(taken), sum(row.bytes for row in taken)) if taken else None


def _shed(rows: Iterable[Segment], at: dt.datetime) -> Sequence[Segment]:
    """The rows say it first, then the files go. Cameras are locked as holds lock them: what is held stays."""
    asked = list(rows)
    with transaction.atomic():
        lock_cameras({row.camera_id for row in asked})
        taken = list(Segment.objects.unshed().filter(pk__in=[row.pk for row in asked]).not_held())
        Segment.objects.filter(pk__in=[row.pk for row in taken]).update(shed_at=at)
    for row in taken:
        files.remove(row.path)
    return taken


def _remove_again(at: dt.datetime) -> None:
    """Files whose rows were marked by a run that was killed before it came to them."""
    lately = Segment.objects.filter(shed_at__gte=at - REMOVE_AGAIN, shed_at__lte=at)
    for path in lately.values_list("path", flat=True):
        files.remove(path)


def _tell(now: Forecast, early: int, missing: int, at: dt.datetime) -> None:
    """One alert about the room, in the words of what is worst; closed when there is enough again."""
    subject = _sentence(now, early, missing)
    if not subject:
        close_if_open(dedupe_key=ROOM_KEY, outcome=Outcome.RESTORED, by=ACTOR, at=at)
        return
    raise_alert(
        kind=Kind.SYSTEM,
        priority=Priority.URGENT if missing else Priority.LOOK,
        dedupe_key=ROOM_KEY,
        subject=subject,
        source=Source("disk", "recordings"),
        actor=ACTOR,
        at=at,
    )


def _sentence(now: Forecast, early: int, missing: int) -> str:
    if missing:
        return _("The recordings' disk is full and everything left on it is held as evidence")
    if settings.RECORDING_LIMIT_BYTES:
        return ""  # a limit that somebody set is meant to be reached
    if early:
        return _("Recordings are thrown away before their days are over: the disk is too small")
    if now.days_left is not None and now.days_left < WARN_DAYS:
        return _("The recordings' disk is full in %(days).1f days") % {"days": now.days_left}
    return ""
