"""What this room hears of the others: the passes that the lane analysers tell."""

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from django.utils import timezone

from cameras import results
from cameras.evidence import jobs, providers
from cameras.streams.results import Finding
from plates.models import PlateRead
from plates.recognition.provinces import PROVINCES
from plates.recognition.text import spaced
from plates.services import Read, record_reads

KIND = "plate_pass"
MOST_PACKED = 20_000  # reads in one evidence pack: a day of a busy lane


def store_passes(findings: Sequence[Finding]) -> None:
    """Store passes; called again with the same `pass_id`s it changes nothing."""
    record_reads(reads=[read_of(finding) for finding in findings], at=timezone.now())


def read_of(finding: Finding) -> Read:
    """The pass as this room takes it; times in the body are unix seconds."""
    body: dict[str, Any] = dict(finding.result.body)
    return Read(
        pass_id=uuid.UUID(body["pass_id"]),
        camera=finding.code,
        raw_text=body["text"],
        province=body["province"],
        plate_class=body["plate_class"],
        text_confidence=float(body["text_confidence"]),
        province_confidence=float(body["province_confidence"]),
        accepted=bool(body["accepted"]),
        first_seen_at=_moment(body["first_seen"]),
        seen_at=_moment(body["last_seen"]),
        direction=body.get("direction", "UNKNOWN"),
        lane=int(body.get("lane", 0)),
        received_at=_moment(body["received_at"]),
        pictures=finding.result.pictures,
    )


def pack_reads(codes: Sequence[str], begin: dt.datetime, end: dt.datetime) -> Iterator[jobs.Read]:
    """What an evidence pack holds of the reads of these cameras, oldest first."""
    found = PlateRead.objects.between(begin, end).filter(camera__in=codes).order_by("seen_at", "id")
    for read in found[:MOST_PACKED]:
        yield jobs.Read(
            at=jobs.utc(read.seen_at),
            camera=read.camera,
            text=spaced(read.text),
            province=PROVINCES.get(read.province or "", ""),
            plate_class=read.plate_class,
            text_confidence=read.text_confidence,
            province_confidence=read.province_confidence,
            is_accepted=read.accepted,
            read_id=read.pk,
        )


def subscribe() -> None:
    results.subscribe(KIND, store_passes)
    providers.subscribe_reads(pack_reads)


def _moment(seconds: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, tz=dt.UTC)
