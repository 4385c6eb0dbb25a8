"""Reads of other readers: who may send them, and how they come to stand beside our own."""

import datetime as dt
import re
import uuid
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from cameras.models import Camera
from ccoc.lib.errors import Refused
from ccoc.lib.secrets_box import SecretsBox
from ccoc.lib.standard_webhooks import make_secret
from events.services import Actor, Target, record
from plates.interop.foreign import ForeignRead
from plates.models import ForeignPass, PlateRead, ReadSource
from plates.recognition.text import possible_classes
from plates.services.reads import Read, record_reads

SURE: Final = 0.95
"""How sure a trusted reader must be for its read to count as accepted; below, a person looks first."""

_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,19}")
_PASSES: Final = uuid.UUID(
    "6f0b1b0a-5c1c-4e0e-9d5e-0a4f6d1f7c3b"
)  # names our pass ids of other readers' passes


class BadSource(Refused):
    """A code that cannot be one, or is taken, or a camera that nobody knows."""


@transaction.atomic
def add_source(
    *, code: str, name: str, camera: str, is_trusted: bool, by: Actor, at: dt.datetime
) -> tuple[ReadSource, str]:
    """A new reader and its webhook secret, which is shown this once and kept sealed. Raises BadSource."""
    if not _CODE.fullmatch(code):
        raise BadSource("bad_code", _("Use capital letters, digits and hyphens."))
    if ReadSource.objects.filter(code=code).exists():
        raise BadSource("taken", _("There is a reader with this code already."))
    if not Camera.objects.filter(code=camera).exists():
        raise BadSource("no_camera", _("There is no camera with this code."))
    secret = make_secret()
    source = ReadSource.objects.create(
        code=code,
        name=name[:80],
        camera=camera,
        is_trusted=is_trusted,
        sealed_secret=_box().seal(secret),
        added_at=at,
    )
    _note(source, "plates.source_added", by, at, {"camera": camera, "is_trusted": is_trusted})
    return source, secret


@transaction.atomic
def rotate_source(*, source: ReadSource, by: Actor, at: dt.datetime) -> str:
    """A new secret, shown this once; the old one stops working at once."""
    secret = make_secret()
    ReadSource.objects.filter(pk=source.pk).update(sealed_secret=_box().seal(secret))
    _note(source, "plates.source_secret_rotated", by, at, {})
    return secret


@transaction.atomic
def retire_source(*, source: ReadSource, by: Actor, at: dt.datetime) -> None:
    """Take no more reads of this reader; those stored stay."""
    ReadSource.objects.filter(pk=source.pk).update(is_active=False)
    _note(source, "plates.source_retired", by, at, {"is_active": [True, False]})


def secret_of(source: ReadSource) -> str:
    """The reader's webhook secret. Raises ccoc.lib.secrets_box.Unreadable."""
    return _box().open(source.sealed_secret)


@transaction.atomic
def record_foreign(
    *, source: ReadSource, reads: Sequence[ForeignRead], camera: str = "", at: dt.datetime
) -> list[PlateRead]:
    """Store what another reader told, each pass once however often it is told; the rows stored.

    Seen at `camera`, or at the one that the reader stands for. Its word counts as accepted only if a person
    trusts the reader, it is sure, names the province, and a plate can say the text.
    """
    ReadSource.objects.select_for_update().get(pk=source.pk)  # two tellings of one pass wait for each other
    by_id = {read.external_id: read for read in reads}
    known = set(source.passes.filter(external_id__in=by_id).values_list("external_id", flat=True))
    fresh = [read for name, read in by_id.items() if name not in known]
    ours = [_read(source, read, camera or source.camera) for read in fresh]
    ForeignPass.objects.bulk_create(
        ForeignPass(source=source, external_id=foreign.external_id, pass_id=read.pass_id, received_at=at)
        for foreign, read in zip(fresh, ours, strict=True)
    )
    return record_reads(reads=ours, at=at)


def source_of(read: PlateRead) -> ReadSource | None:
    """The other reader that told this read; None for one of our own."""
    told = ForeignPass.objects.select_related("source").filter(pass_id=read.pass_id).first()
    return told.source if told else None


def _read(source: ReadSource, read: ForeignRead, camera: str) -> Read:
    is_sure = min(read.text_confidence, read.province_confidence) >= SURE
    return Read(
        pass_id=uuid.uuid5(_PASSES, f"{source.code} {read.external_id}"),
        camera=camera,
        raw_text=read.text,
        province=read.province,
        plate_class=read.plate_class,
        text_confidence=read.text_confidence,
        province_confidence=read.province_confidence,
        accepted=source.is_trusted and is_sure and bool(read.province) and bool(possible_classes(read.text)),
        first_seen_at=read.first_seen_at,
        seen_at=read.seen_at,
        direction=read.direction,
        pictures={"crop": read.crop} if read.crop else {},
    )


def _note(source: ReadSource, verb: str, by: Actor, at: dt.datetime, changes: dict[str, object]) -> None:
    target = Target("plate_source", source.code, str(source))
    record(actor=by, verb=verb, target=target, changes=changes, at=at)


@lru_cache(maxsize=1)
def _box() -> SecretsBox:
    return SecretsBox(settings.SECRET_KEY, "ccoc plate readers")
