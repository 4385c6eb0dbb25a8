"""What a pack would hold, before anybody asks for it: seconds, bytes, gaps, camera by camera."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from cameras.models import Camera
from cameras.recording.models import Segment
from cameras.recording.querysets import Gap


@dataclass(frozen=True)
class Share:
    """One camera's part: seconds and bytes that are recorded of the span, and where nothing is."""

    camera: Camera
    seconds: float
    bytes: int
    gaps: list[Gap]


@dataclass(frozen=True)
class Estimate:
    """A pack as it would be; `bytes` is an upper bound but for stills and papers."""

    shares: list[Share]

    @property
    def bytes(self) -> int:
        return sum(share.bytes for share in self.shares)

    @property
    def seconds(self) -> float:
        return sum(share.seconds for share in self.shares)

    @property
    def gaps(self) -> int:
        return sum(len(share.gaps) for share in self.shares)


def estimate(cameras: Sequence[Camera], begin: dt.datetime, end: dt.datetime) -> Estimate:
    """Two queries a camera; packs have few."""
    return Estimate([_share(camera, begin, end) for camera in cameras])


def _share(camera: Camera, begin: dt.datetime, end: dt.datetime) -> Share:
    seconds, size = 0.0, 0.0
    for segment in Segment.objects.covering([camera.pk], begin, end):
        inside = (min(segment.ended_at, end) - max(segment.started_at, begin)).total_seconds()
        seconds += inside
        size += segment.bytes * min(1.0, inside / segment.duration_s)
    return Share(camera, seconds, round(size), Segment.objects.gaps(camera.pk, begin, end))
