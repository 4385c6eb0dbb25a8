"""Rows of segments as the writer makes them, without a file."""

import datetime as dt

from cameras.models import Camera
from cameras.recording.models import Segment


def make_segment(camera: Camera, started_at: dt.datetime, **values: object) -> Segment:
    """60 s of main stream from `started_at`."""
    defaults: dict[str, object] = {
        "camera": camera,
        "started_at": started_at,
        "duration_s": 60.0,
        "path": f"{camera.code}/{started_at:%Y-%m-%d}/{started_at:%H%M%S%f}-1.mp4",
        "bytes": 7_500_000,
        "sha256": "0" * 64,
        "codec": "h264",
        "width": 1280,
        "height": 720,
        "pictures": 720,
        "mode": "CONTINUOUS",
        "epoch": 1,
    }
    return Segment.objects.create(**{**defaults, **values})
