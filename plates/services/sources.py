"""Reads of other readers: who may send them, and how they come to stand beside our own."""

import datetime as dt
import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
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
from plates.models import ForeignPass, PlateRead, ReadDraft, ReadSource
from plates.recognition.text import possible_classes
from plates.services.reads import Read, record_reads
from plates.workflow import KEEP_READS, SourceKind, SourceMode

SURE: Final = 0.95
"""How sure a trusted reader must be for its read to count as accepted; below, a person looks first."""

KEEP_PASSES: Final = KEEP_READS + dt.timedelta(days=7)
"""A read comes in up to seven days late and is kept for thirty; told again after that it is too old."""

_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,19}")
_PASSES: Final = uuid.UUID(
    "6f0b1b0a-5c1c-4e0e-9d5e-0a4f6d1f7c3b"
)  # names our pass ids of other readers' passes


class BadSource(Refused):
    """A code that cannot be one, or is taken, or a camera that nobody knows."""


@dataclass(frozen=True, slots=True)
class SourceFields:
    """What a person may change about a reader; `camera` is a code of the register."""

    name: str
    camera: str
    is_trusted: bool
    mode: str = SourceMode.LIVE


@transaction.atomic
def add_source(
    *,
    code: str,
    fields: SourceFields,
    kind: str = SourceKind.WEBHOOK,
    by: Actor,
    at: dt.datetime,
) -> tuple[ReadSource, str]:
    """A new reader and its webhook secret, which is shown this once and kept sealed; "" for a table.

    Raises BadSource.
    """
    if not _CODE.fullmatch(code):
        raise BadSource("bad_code", _("Use capital letters, digits and hyphens."))
    if ReadSource.objects.filter(code=code).exists():
        raise BadSource("taken", _("There is a reader with this code already."))
    _check_camera(fields.camera)
    secret = "" if kind == SourceKind.TABLE else make_secret()
    source = ReadSource.objects.create(
        code=code,
        kind=kind,
        sealed_secret=_box().seal(secret) if secret else "",
        added_at=at,
        **asdict(fields),
    )
    _note(source, "plates.source_added", by, at, {"kind": kind, **asdict(fields)})
    return source, secret


@transaction.atomic
def edit_source(*, source: ReadSource, fields: SourceFields, by: Actor, at: dt.datetime) -> ReadSource:
    """Change what is entered about a reader; nothing is noted where nothing changes. Raises BadSource."""
    source = ReadSource.objects.select_for_update().get(pk=source.pk)
    changes: dict[str, object] = {}
    for name, after in asdict(fields).items():
        before = getattr(source, name)
        if before != after:
            changes[name] = [before, after]
            setattr(source, name, after)
    if "camera" in changes:
        _check_camera(fields.camera)
    if changes:
        source.save(update_fields=list(changes))
        _note(source, "plates.source_changed", by, at, changes)
    return source


@transaction.atomic
def rotate_source(*, source: ReadSource, by: Actor, at: dt.datetime) -> str:
    """A new secret, shown this once; the old one stops working at once. Raises BadSource for a table."""
    if source.kind == SourceKind.TABLE:
        raise BadSource("no_secret", _("A table has no secret."))
    secret = make_secret()
    ReadSource.objects.filter(pk=source.pk).update(sealed_secret=_box().seal(secret))
    _note(source, "plates.source_secret_rotated", by, at, {})
    return secret


@transaction.atomic
def retire_source(*, source: ReadSource, by: Actor, at: dt.datetime) -> None:
    """Take no more reads of this reader; those stored stay."""
    ReadSource.objects.filter(pk=source.pk).update(is_active=False)
    _note(source, "plates.source_retired", by, at, {"is_active": [True, False]})


def secret_of(source: ReadSource) -> str | None:
    """The reader's webhook secret; None: it sends nothing. Raises ccoc.lib.secrets_box.Unreadable."""
    return _box().open(source.sealed_secret) if source.sealed_secret else None


def note_heard(*, source: ReadSource, reads: Sequence[ForeignRead], at: dt.datetime) -> None:
    """Remember when a reader last told reads; a message without any, as cameras send, is none."""
    if reads:
        ReadSource.objects.filter(pk=source.pk).update(heard_at=at)


@transaction.atomic
def record_foreign(
    *,
    source: ReadSource,
    reads: Sequence[ForeignRead],
    camera: str = "",
    is_past: bool = False,
    at: dt.datetime,
) -> list[PlateRead]:
    """Store what another reader told, each pass once however often it is told; the rows stored.

    Seen at `camera`, or at the one that the reader stands for. Its word counts as accepted only if a person
    trusts the reader, it is sure, names the province, and a plate can say the text. `is_past` as in
    plates.services.reads.Read.
    """
    ReadSource.objects.select_for_update().get(pk=source.pk)  # two tellings of one pass wait for each other
    by_id = {read.external_id: read for read in reads}
    known = known_ids(source, by_id)
    fresh = [read for name, read in by_id.items() if name not in known]
    ours = [_read(source, read, camera or source.camera, is_past=is_past) for read in fresh]
    note_heard(source=source, reads=reads, at=at)
    ForeignPass.objects.bulk_create(
        ForeignPass(source=source, external_id=foreign.external_id, pass_id=read.pass_id, received_at=at)
        for foreign, read in zip(fresh, ours, strict=True)
    )
    return record_reads(reads=ours, at=at)


@transaction.atomic
def forget(*, at: dt.datetime) -> None:
    """Drop what says which reader told which pass once no read of it can be left, and tables left lying."""
    ForeignPass.objects.received_before(at - KEEP_PASSES).delete()
    ReadDraft.objects.expired(at).delete()


def known_ids(source: ReadSource, external_ids: Iterable[str]) -> set[str]:
    """Those of the reader's own names for passes that it told already."""
    wanted = list(external_ids)
    return set(source.passes.filter(external_id__in=wanted).values_list("external_id", flat=True))


def _check_camera(code: str) -> None:
    if not Camera.objects.filter(code=code).exists():
        raise BadSource("no_camera", _("There is no camera with this code."))


def _read(source: ReadSource, read: ForeignRead, camera: str, *, is_past: bool) -> Read:
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
        reader=source.name or source.code,
        is_past=is_past,
    )


def _note(source: ReadSource, verb: str, by: Actor, at: dt.datetime, changes: dict[str, object]) -> None:
    target = Target("plate_source", source.code, str(source))
    record(actor=by, verb=verb, target=target, changes=changes, at=at)


@lru_cache(maxsize=1)
def _box() -> SecretsBox:
    return SecretsBox(settings.SECRET_KEY, "ccoc plate readers")
