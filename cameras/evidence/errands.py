"""A row of the database as a job for the builder."""

import datetime as dt
import json
from collections.abc import Iterable, Sequence

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from alerts.models import Alert
from cameras.evidence import providers
from cameras.evidence.jobs import CameraJob, Gap, Job, Key, Mark, Original, Source, Words, utc
from cameras.evidence.models import EvidencePack, StationKey
from cameras.models import Camera
from cameras.recording.models import GapReason, Segment
from ccoc import __version__

UNKNOWN_GAP = _("Nothing was recorded, and nothing is known of why")
MOST_ALERTS = 500


def job_of(pack: EvidencePack, key: StationKey) -> Job:
    """Everything that the builder needs to know, as it is now."""
    cameras = list(pack.cameras.by_code())
    codes = [camera.code for camera in cameras]
    marks = providers.marks_of(pack.about_type, pack.about_id)
    if not pack.hides_plates:  # an alert may name the plate that called
        marks = [*_alerts(codes, pack.begin, pack.end), *marks]
    job = Job(
        pack=pack.number,
        kind=pack.kind,
        station=_station(),
        version=__version__,
        case=pack.case_number,
        reason=pack.reason,
        requester=pack.requester,
        about=f"{pack.about_type} {pack.about_id}".strip(),
        made_by=pack.asked_by,
        made_at=utc(pack.asked_at),
        begin=utc(pack.begin),
        end=utc(pack.end),
        cameras=[_camera(camera, pack) for camera in cameras],
        reads=[] if pack.hides_plates else providers.reads_of(codes, pack.begin, pack.end),
        marks=marks,
        moments=[mark["at"] for mark in marks if mark["camera"] in ("", *codes)][:20],
        key=Key(public=key.public, fingerprint=key.fingerprint),
    )
    if pack.original is not None:
        finder = settings.EVIDENCE_PLATE_FINDER if pack.hides_plates else ""
        job["original"] = Original(
            pack=pack.original.number, manifest_sha256=pack.original.manifest_sha256, finder=finder
        )
    return job


def _camera(camera: Camera, pack: EvidencePack) -> CameraJob:
    segments = Segment.objects.covering([camera.pk], pack.begin, pack.end)
    found = Segment.objects.gaps(camera.pk, pack.begin, pack.end)
    gaps = [
        Gap(begin=utc(gap.begin), end=utc(gap.end), reason=gap.reason, words=_why(gap.reason))
        for gap in found
    ]
    place = f"{camera.lat:.6f}, {camera.lon:.6f}" if camera.lat is not None and camera.lon is not None else ""
    return CameraJob(
        code=camera.code,
        name=camera.name,
        place=place,
        sources=[_source(one) for one in segments],
        gaps=gaps,
        boxes=pack.boxes.get(camera.code, []),
    )


def _source(segment: Segment) -> Source:
    return Source(
        path=segment.path,
        sha256=segment.sha256,
        bytes=segment.bytes,
        begin=utc(segment.started_at),
        duration_ms=round(segment.duration_s * 1000),
        missing_ms=round(segment.missing_s * 1000),
    )


def _alerts(codes: Sequence[str], begin: dt.datetime, end: dt.datetime) -> Iterable[Mark]:
    found = Alert.objects.filter(raised_at__gte=begin, raised_at__lt=end, details__camera__in=codes)
    for alert in found.order_by("raised_at", "pk")[:MOST_ALERTS]:
        words = Words(th=f"แจ้งเหตุ {alert.subject}", en=f"Alert {alert.subject}")
        yield Mark(at=utc(alert.raised_at), camera=str(alert.details["camera"]), kind="ALERT", words=words)


def _why(reason: str) -> Words:
    label = GapReason(reason).label if reason in GapReason.values else UNKNOWN_GAP
    return two(label)


def two(text: str | Promise) -> Words:
    """A lazy text in both languages."""
    with override("th"):
        thai = str(text)
    with override("en"):
        return Words(th=thai, en=str(text))


def _station() -> str:
    try:
        return str(json.loads(settings.STATION_FILE.read_text("utf-8"))["name"])
    except (OSError, ValueError, KeyError):
        return ""
