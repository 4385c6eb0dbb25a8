"""From finished files to rows: fenced by the lease, in the order of time, each with the gap before it."""

import datetime as dt

from django.conf import settings
from django.db import transaction

from cameras.models import CameraLease
from cameras.recording.models import GapReason, Mode, Segment
from cameras.recording.querysets import LONGEST_SEGMENT
from cameras.streams.segments import Finished

JOINED = dt.timedelta(milliseconds=50)  # less between two files is rounding


def store_segment(*, done: Finished, camera_id: int, epoch: int) -> bool:
    """Give a finished file its row and its name. False where another worker holds the lease by now:
    the file stays a part, which that worker adopts. Doing it twice is harmless. Raises OSError.

    The file is renamed before the commit: a row that can be read has its file.
    """
    path = done.final.relative_to(settings.RECORDING_ROOT).as_posix()
    with transaction.atomic():
        if not _holds_lease(camera_id, epoch):
            return False
        if not Segment.objects.filter(path=path).exists():
            _insert(done, camera_id, epoch, path)
        _give_name(done)
    return True


def _holds_lease(camera_id: int, epoch: int) -> bool:
    """The lease cannot be taken by another before we commit."""
    lease = CameraLease.objects.select_for_update(of=("self",)).filter(camera_id=camera_id).first()
    return lease is not None and lease.epoch == epoch


def _insert(done: Finished, camera_id: int, epoch: int, path: str) -> None:
    label = done.label
    begin = dt.datetime.fromtimestamp(label.started_at, dt.UTC)
    before = Segment.objects.before(camera_id, begin)
    reason = _reason(label.gap, label.mode, before)
    if before is not None and JOINED < before.ended_at - begin < LONGEST_SEGMENT:
        begin, reason = before.ended_at, GapReason.CLOCK  # our clock was set back between two workers
    gap = begin - before.ended_at if before else dt.timedelta()
    is_joined = gap < JOINED and reason != GapReason.CLOCK
    row = Segment.objects.create(
        camera_id=camera_id,
        role=label.role,
        started_at=begin,
        duration_s=done.duration_s,
        path=path,
        bytes=done.bytes,
        sha256=done.sha256,
        codec=done.codec,
        width=done.width,
        height=done.height,
        pictures=done.pictures,
        missing_s=done.missing_s,
        gap_reason="" if is_joined and before else reason,
        gap_s=0.0 if gap < JOINED else gap.total_seconds(),
        mode=label.mode if label.mode in Mode.values else Mode.EVENT,
        has_motion=done.has_motion,
        worker=label.worker,
        epoch=epoch,
    )
    _mend_next(row)


def _reason(gap: str, mode: str, before: Segment | None) -> str:
    """The first file of a worker knows nothing of the worker before; its last row does."""
    known = gap if gap in GapReason.values else ""
    if before is None:
        return known or GapReason.START
    if known in ("", GapReason.START):
        return GapReason.IDLE if Mode.EVENT in (mode, before.mode) else GapReason.WORKER_LOST
    return known


def _mend_next(row: Segment) -> None:
    """A file that was adopted comes after the one that follows it: less is missing there than it says."""
    after = Segment.objects.after(row)
    if after is None or after.gap_s == 0:
        return
    gap = after.started_at - row.ended_at
    is_joined = gap < JOINED
    after.gap_s = 0.0 if is_joined else gap.total_seconds()
    after.gap_reason = "" if is_joined else GapReason.WORKER_LOST
    after.save(update_fields=["gap_s", "gap_reason"])


def _give_name(done: Finished) -> None:
    """A retry finds it done."""
    if not done.final.exists():
        done.path.rename(done.final)
