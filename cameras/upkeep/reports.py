"""Uptime of a month by owner and by camera, against what was promised."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from cameras.models import Camera
from cameras.upkeep.models import Interval, WorkOrder
from cameras.upkeep.querysets import Time

TARGET = 0.98  # of the time that a camera is to give a usable picture
NO_OWNER = "–"


@dataclass(frozen=True)
class Line:
    """One camera in a span."""

    camera: Camera
    time: Time

    @property
    def uptime(self) -> float | None:
        return uptime_of(self.time.usable_s, self.time.unusable_s, self.time.excused_s)


@dataclass
class Owner:
    """The cameras of one owner in a span; the uptime weighs each by its time."""

    name: str
    lines: list[Line] = field(default_factory=list)
    orders_out: int = 0

    @property
    def uptime(self) -> float | None:
        return uptime_of(self.usable_s, self.unusable_s, self.excused_s)

    @property
    def usable_s(self) -> float:
        return sum(line.time.usable_s for line in self.lines)

    @property
    def unusable_s(self) -> float:
        return sum(line.time.unusable_s for line in self.lines)

    @property
    def excused_s(self) -> float:
        return sum(line.time.excused_s for line in self.lines)

    @property
    def is_below(self) -> bool:
        return self.uptime is not None and self.uptime < TARGET

    @property
    def below(self) -> int:
        """How many of its cameras miss the target."""
        return sum(line.uptime is not None and line.uptime < TARGET for line in self.lines)


def uptime_of(usable_s: float, unusable_s: float, excused_s: float) -> float | None:
    """Share of the counted time, 0 to 1; None where nothing counts."""
    counted_s = usable_s + unusable_s - excused_s
    return usable_s / counted_s if counted_s > 0 else None


def owners_of(
    cameras: Iterable[Camera], begin: dt.datetime, end: dt.datetime, *, at: dt.datetime
) -> list[Owner]:
    """The report of a span, worst owner first, in three queries whatever its size."""
    times = Interval.objects.all().time_of(begin, end, at=at)
    found: defaultdict[str, list[Line]] = defaultdict(list)
    for camera in cameras:
        found[camera.owner].append(Line(camera, times.get(camera.pk, Time())))
    out = WorkOrder.objects.all().count_out()
    owners = [
        Owner(name or NO_OWNER, sorted(lines, key=_worst_first), out.get(name, 0))
        for name, lines in found.items()
    ]
    return sorted(owners, key=lambda owner: (2.0 if owner.uptime is None else owner.uptime, owner.name))


def head() -> list[str]:
    """Columns of the table."""
    return [
        *(_("Owner"), _("Code"), _("Place"), _("Uptime %"), _("Target %"), _("Usable hours")),
        *(_("Hours without a usable picture"), _("Of these excused"), _("Failures")),
    ]


def rows(owners: Sequence[Owner]) -> Iterator[list[str]]:
    """One line for each camera."""
    for owner in owners:
        for line in owner.lines:
            time, camera = line.time, line.camera
            hours = [f"{seconds / 3600:.1f}" for seconds in (time.usable_s, time.unusable_s, time.excused_s)]
            share = "" if line.uptime is None else f"{line.uptime * 100:.2f}"
            yield [
                owner.name,
                camera.code,
                camera.name,
                share,
                f"{TARGET * 100:.0f}",
                *hours,
                str(time.failures),
            ]


def _worst_first(line: Line) -> tuple[float, str]:
    return (2.0 if line.uptime is None else line.uptime, line.camera.code)
