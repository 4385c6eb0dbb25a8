"""Drafts of imports: begun from a file, mended by a person, imported once."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import cast

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.principals import Principal
from cameras.area import station_area
from cameras.importing.checking import KNOWN_OWNERS, Known, Preview, Problem, Verdict, check_rows
from cameras.importing.columns import BY_NAME, HEADINGS
from cameras.importing.reading import Row, read_table
from cameras.models import Camera, CredentialProfile, ImportDraft
from cameras.services import CameraValues, change_camera, register_camera
from ccoc.lib.errors import Refused
from events.services import Actor, Target, record

KEEP_DRAFT = dt.timedelta(days=7)
_MAX_FIX = 500


class DraftGone(Refused):
    """The draft was imported already, or waited for longer than a week."""

    def __init__(self) -> None:
        super().__init__("draft_gone", _("This table was imported or has expired. Choose the file again."))


def start_draft(*, by: Principal, file_name: str, data: bytes, at: dt.datetime) -> ImportDraft:
    """Keep a table as a draft with columns matched as far as we know them. Raises UnreadableFile."""
    table = read_table(data)
    ImportDraft.objects.expired(at).delete()
    return ImportDraft.objects.create(
        owner_key=by.key,
        file_name=file_name[-200:],
        headers=list(table.headers),
        rows=[[row.number, list(row.cells)] for row in table.rows],
        mapping=HEADINGS.guess(table.headers),
        created_at=at,
        expires_at=at + KEEP_DRAFT,
    )


def match_columns(*, draft: ImportDraft, mapping: Sequence[str]) -> None:
    """Take the person's matching; corrections of cells stay."""
    draft.mapping = HEADINGS.clean(mapping, len(draft.headers))
    draft.save(update_fields=["mapping"])


def preview_draft(draft: ImportDraft) -> Preview:
    """Check the draft against the register as it is now; three queries."""
    cameras = Camera.objects.registered().select_related("credential")
    owners = sorted({*KNOWN_OWNERS, *Camera.objects.registered().owners()})
    known = Known(
        cameras={camera.code: camera for camera in cameras},
        credentials={profile.name: profile for profile in CredentialProfile.objects.order_by("name")},
        owners=tuple(owners),
        area=station_area(),
    )
    return check_rows(_rows(draft), draft.mapping, draft.fixes, known)


def fix_cell(*, draft: ImportDraft, problem: Problem, texts: Mapping[str, str]) -> int:
    """Correct a row; an owner is corrected in every row that writes it the same way. Returns rows touched."""
    clean = {name: " ".join(text.split())[:_MAX_FIX] for name, text in texts.items() if name in BY_NAME}
    numbers = [problem.number]
    if problem.column == "owner":
        numbers = _rows_saying(draft, "owner", problem.found)
    for number in numbers:
        draft.fixes[str(number)] = {**draft.fixes.get(str(number), {}), **clean}
    draft.save(update_fields=["fixes"])
    return len(numbers)


def import_ready(*, draft: ImportDraft, actor: Actor, at: dt.datetime) -> dict[str, int]:
    """Write the rows that are ready and leave the rest; cameras the table does not name stay as they are.

    Raises DraftGone the second time. Returns the preview's counts as they were when it was written.
    """
    with transaction.atomic():
        claimed = ImportDraft.objects.open(at).filter(pk=draft.pk).update(imported_at=at)
        if not claimed:
            raise DraftGone
        preview = preview_draft(draft)
        _write(preview, actor, at)
        counts = preview.counts
        record(
            actor=actor,
            verb="cameras.imported",
            target=Target("import", draft.pk, draft.file_name),
            changes=counts,
            at=at,
        )
    draft.imported_at = at
    return counts


def _write(preview: Preview, actor: Actor, at: dt.datetime) -> None:
    ids = dict(Camera.objects.registered().values_list("code", "pk"))
    for row in preview.of(Verdict.NEW):
        register_camera(actor=actor, at=at, code=row.code, **cast(CameraValues, row.values))
    for row in preview.of(Verdict.CHANGED):
        change_camera(camera_id=ids[row.code], actor=actor, at=at, **cast(CameraValues, row.values))


def _rows(draft: ImportDraft) -> list[Row]:
    return [Row(number, tuple(cells)) for number, cells in draft.rows]


def _rows_saying(draft: ImportDraft, column: str, text: str) -> list[int]:
    place = draft.mapping.index(column) if column in draft.mapping else -1
    return [number for number, cells in draft.rows if place >= 0 and cells[place] == text]
