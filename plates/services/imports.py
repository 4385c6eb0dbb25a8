"""Tables of reads: begun from a file, looked at, and stored once; a table told again adds nothing."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from cameras.importing.reading import Row, Table, read_table
from cameras.models import Camera
from ccoc.lib.errors import Refused
from events.services import Actor, Target, record
from plates import partitions
from plates.interop.cells import cell_time
from plates.interop.columns import HEADINGS, guess_mapping
from plates.interop.foreign import ForeignRead
from plates.interop.tables import MAX_ROWS, Preview, Verdict, check_rows, mark_known
from plates.models import ReadDraft, ReadSource
from plates.services.sources import known_ids, record_foreign
from plates.workflow import SourceMode

KEEP_DRAFT: Final = dt.timedelta(days=1)
_BATCH: Final = 2_000  # rows of one COPY and one question for what is known
_Item = TypeVar("_Item")


class DraftGone(Refused):
    """The table was imported already, or waited for longer than a day."""

    def __init__(self) -> None:
        super().__init__("draft_gone", _("This table was imported or has expired. Choose the file again."))


class NotLive(Refused):
    """Nothing is stored of a reader that is off or on trial."""

    def __init__(self) -> None:
        super().__init__("not_live", _("This reader is off or on trial: nothing of it is stored."))


def read_reads(data: bytes) -> Table:
    """A table of reads from the bytes of a CSV or XLSX file. Raises UnreadableFile."""
    return read_table(data, max_rows=MAX_ROWS, date_text=cell_time)


def start_draft(
    *, source: ReadSource, owner_key: str, file_name: str, data: bytes, at: dt.datetime
) -> ReadDraft:
    """Keep a table for a day with its columns matched as far as we know them. Raises UnreadableFile."""
    table = read_reads(data)
    ReadDraft.objects.expired(at).delete()
    return ReadDraft.objects.create(
        source=source,
        owner_key=owner_key,
        file_name=file_name[-200:],
        headers=list(table.headers),
        rows=[[row.number, list(row.cells)] for row in table.rows],
        mapping=guess_mapping(table.headers),
        created_at=at,
        expires_at=at + KEEP_DRAFT,
    )


def match_columns(*, draft: ReadDraft, mapping: Sequence[str]) -> None:
    """Take the person's matching."""
    draft.mapping = HEADINGS.clean(mapping, len(draft.headers))
    draft.save(update_fields=["mapping"])


def drop_draft(*, draft: ReadDraft) -> None:
    """Forget a table that is not wanted after all."""
    draft.delete()


def preview_draft(draft: ReadDraft, at: dt.datetime) -> Preview:
    """The table as it would be imported now."""
    rows = [Row(number, tuple(cells)) for number, cells in draft.rows]
    return preview_rows(draft.source, rows, draft.mapping, at)


def preview_rows(source: ReadSource, rows: Iterable[Row], mapping: Sequence[str], at: dt.datetime) -> Preview:
    """Rows checked against the register and what the reader told before; writes nothing."""
    cameras = set(Camera.objects.values_list("code", flat=True))
    preview = check_rows(rows, mapping, cameras=cameras, home=source.camera, at=at)
    names = [row.read.external_id for row in preview.rows if row.read is not None]
    known = {name for some in _parts(names) for name in known_ids(source, some)}
    return mark_known(preview, known)


def import_draft(*, draft: ReadDraft, by: Actor, at: dt.datetime) -> dict[str, int]:
    """Store the new rows of a draft and forget the draft. Raises DraftGone the second time, NotLive.

    Returns the preview's counts as they were when it was written.
    """
    with transaction.atomic():
        preview = preview_draft(draft, at)
        _cover(preview)
        source = _claim(draft, at)
        return _store(source, draft.file_name, preview, by, at)


def import_rows(
    *, source: ReadSource, file_name: str, preview: Preview, by: Actor, at: dt.datetime
) -> dict[str, int]:
    """Store the new rows of a preview, as the command does. Raises NotLive."""
    _cover(preview)
    with transaction.atomic():
        return _store(source, file_name, preview, by, at)


def _claim(draft: ReadDraft, at: dt.datetime) -> ReadSource:
    """Take the draft out of the way of a second click."""
    claimed, _counts = ReadDraft.objects.open(at).filter(pk=draft.pk).delete()
    if not claimed:
        raise DraftGone
    return draft.source


def _store(
    source: ReadSource, file_name: str, preview: Preview, by: Actor, at: dt.datetime
) -> dict[str, int]:
    source = ReadSource.objects.select_for_update().get(pk=source.pk)
    if not source.is_active or source.mode != SourceMode.LIVE:
        raise NotLive
    by_camera: defaultdict[str, list[ForeignRead]] = defaultdict(list)
    for row in preview.of(Verdict.NEW):
        if row.read is not None:
            by_camera[row.camera].append(row.read)
    for camera, reads in sorted(by_camera.items()):
        for some in _parts(reads):
            record_foreign(source=source, reads=some, camera=camera, is_past=True, at=at)
    counts = preview.counts
    target = Target("plate_source", source.code, str(source))
    changes = {"file": file_name, **counts}
    record(actor=by, verb="plates.reads_imported", target=target, changes=changes, at=at)
    return counts


def _cover(preview: Preview) -> None:
    """Weeks of the table's own days, before any row of them is stored."""
    if preview.span:
        partitions.cover(start=preview.span[0], end=preview.span[1] + dt.timedelta(microseconds=1))


def _parts(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    return (items[place : place + _BATCH] for place in range(0, len(items), _BATCH))
