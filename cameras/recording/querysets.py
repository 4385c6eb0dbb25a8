"""Every read of the recordings that is more than a key."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce

if TYPE_CHECKING:
    from cameras.recording.models import Hold, Segment  # noqa: F401 - type arguments

# No segment is longer, so that an index on the beginning finds the one that an instant lies in.
LONGEST_SEGMENT = dt.timedelta(minutes=10)
JOINED_S = 0.5  # two segments that lie no farther apart have nothing between them: a few pictures at most
SHED = "SHED"


@dataclass(frozen=True, slots=True)
class Gap:
    """Nothing can be played from `begin` to `end`; an empty reason: nothing is known of it (yet)."""

    begin: dt.datetime
    end: dt.datetime
    reason: str


class SegmentQuerySet(models.QuerySet["Segment"]):
    """Segments as phrases."""

    def with_end(self) -> Self:
        """Annotates `end_at`, the end of each segment."""
        length = ExpressionWrapper(
            F("duration_s") * Value(dt.timedelta(seconds=1)), output_field=models.DurationField()
        )
        return self.annotate(end_at=ExpressionWrapper(F("started_at") + length, output_field=DateTimeField()))

    def unshed(self) -> Self:
        """Those whose file is there."""
        return self.filter(shed_at__isnull=True)

    def older_than_rules(self, at: dt.datetime, keep_days: int) -> Self:
        """Whose days are over, by the camera's rule or `keep_days`, and which no hold keeps."""
        days = Coalesce("camera__recording_rule__keep_days", Value(keep_days))
        limit = ExpressionWrapper(
            Value(at) - days * Value(dt.timedelta(days=1)), output_field=DateTimeField()
        )
        found = self.annotate(keep_after=limit).filter(started_at__lt=F("keep_after"))
        return found.not_held()

    def in_shedding_order(self) -> "tuple[Self, ...]":
        """What goes first when there is no room: the least worth first."""
        always = self.filter(mode="CONTINUOUS")
        return (
            always.filter(has_motion=False),
            always.filter(has_motion=True),
            self.exclude(mode="CONTINUOUS"),
        )

    def overlapping(self, begin: dt.datetime, end: dt.datetime) -> Self:
        """Shed or not, those that share a moment with the span."""
        near = self.filter(started_at__gt=begin - LONGEST_SEGMENT, started_at__lt=end)
        return near.with_end().filter(end_at__gt=begin)

    def covering(self, camera_ids: Collection[int], begin: dt.datetime, end: dt.datetime) -> Self:
        """What can be played of these cameras in the span, by camera and time."""
        found = self.unshed().filter(camera_id__in=camera_ids).overlapping(begin, end)
        return found.order_by("camera_id", "started_at", "pk")

    def before(self, camera_id: int, moment: dt.datetime) -> "Segment | None":
        """The newest one of a camera that began before the moment, shed or not."""
        return self.filter(camera_id=camera_id, started_at__lt=moment).order_by("-started_at").first()

    def after(self, row: "Segment") -> "Segment | None":
        """The next one of the same camera."""
        later = self.filter(camera_id=row.camera_id, started_at__gt=row.started_at)
        return later.order_by("started_at").first()

    def with_held(self) -> Self:
        """Annotates `is_held`: a hold in force keeps it."""
        from cameras.recording.models import Hold  # the models import this module

        holds = Hold.objects.in_force().filter(
            camera_id=OuterRef("camera_id"), begin__lt=OuterRef("end_at"), end__gt=OuterRef("started_at")
        )
        return self.with_end().annotate(is_held=Exists(holds))

    def not_held(self) -> Self:
        """Those that no hold in force keeps."""
        return self.with_held().filter(Q(is_held=False))

    def gaps(self, camera_id: int, begin: dt.datetime, end: dt.datetime) -> list[Gap]:
        """Where nothing can be played, in order. The reason is that of the segment after it."""
        rows = self.filter(camera_id=camera_id).overlapping(begin, end).order_by("started_at", "pk")
        return list(_gaps(rows, begin, end))


class HoldQuerySet(models.QuerySet["Hold"]):
    """Holds as phrases."""

    def in_force(self) -> Self:
        return self.filter(released_at__isnull=True)

    def about(self, kind: str, key: object) -> Self:
        return self.filter(about_type=kind, about_id=str(key))

    def keeping(self, camera_id: int, begin: dt.datetime, end: dt.datetime) -> Self:
        """Those in force that keep a moment of the span."""
        return self.in_force().filter(camera_id=camera_id, begin__lt=end, end__gt=begin)

    def due(self, today: dt.date) -> Self:
        """Those in force whose day to look at them again has come."""
        return self.in_force().filter(Q(until__lte=today))


def _gaps(rows: Iterable["Segment"], begin: dt.datetime, end: dt.datetime) -> Iterable[Gap]:
    """`rows` in time order, shed ones too: those are gaps themselves."""
    reached = begin
    for row in rows:
        if (row.started_at - reached).total_seconds() > JOINED_S:
            yield Gap(reached, row.started_at, row.gap_reason)
        until = min(row.ended_at, end)
        if row.shed_at is not None and until > reached:
            yield Gap(max(row.started_at, reached), until, SHED)
        reached = max(reached, until)
    if (end - reached).total_seconds() > JOINED_S:
        yield Gap(reached, end, "")
