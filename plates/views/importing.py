"""Import of a table of reads: choose a file, match columns, look at every row, then store."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import requires
from accounts.principals import principal_of
from cameras.importing.reading import MAX_BYTES, UnreadableFile
from cameras.views import tables
from ccoc.lib.errors import Refused
from events.services import Actor
from plates.forms import ReadTableForm
from plates.interop.columns import BY_NAME, COLUMNS, missing
from plates.interop.tables import MAX_ROWS, CheckedRow, Preview, Problem, Verdict
from plates.models import ReadDraft
from plates.querysets import ReadDraftQuerySet
from plates.services import imports
from plates.workflow import SourceMode

PAGE_SIZE = 25


@requires("plates.import")
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Step 1: a file becomes a draft, or a sentence says why it cannot."""
    form = ReadTableForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        table = form.cleaned_data["table"]
        try:
            draft = imports.start_draft(
                source=form.cleaned_data["source"],
                owner_key=principal_of(request).key,
                file_name=table.name,
                data=table.read(MAX_BYTES + 1),
                at=timezone.now(),
            )
        except UnreadableFile as error:
            form.add_error("table", error.message)
        else:
            return redirect(
                "plates:import-columns" if missing(draft.mapping) else "plates:import-check", draft.pk
            )
    drafts = _drafts(request).select_related("source").order_by("-created_at")[:5]
    context = {"form": form, "drafts": drafts, "step": 1, "max_rows": f"{MAX_ROWS:,}"}
    return render(request, "plates/import_upload.html", context)


@requires("plates.import")
@require_http_methods(["GET", "POST"])
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Step 2: which column says what; guessed, and for a person to correct."""
    draft = _draft(request, pk)
    if request.method == "POST":
        imports.match_columns(draft=draft, mapping=tables.chosen_columns(request, draft))
        if not missing(draft.mapping):
            return redirect("plates:import-check", pk)
    wanted = [BY_NAME[name].label for name in missing(draft.mapping)]
    context = {
        "draft": draft,
        "rows": tables.column_rows(draft),
        "choices": COLUMNS,
        "missing": wanted,
        "step": 2,
    }
    return render(request, "plates/import_columns.html", context)


@requires("plates.import")
@require_GET
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Step 3: what would be stored, what is known, and which cells are wrong."""
    draft = _draft(request, pk)
    if missing(draft.mapping):
        return redirect("plates:import-columns", pk)
    preview = imports.preview_draft(draft, timezone.now())
    counts = preview.counts
    shown = request.GET.get("show") or next((v.value for v in Verdict if counts[v]), Verdict.NEW.value)
    page = Paginator(_shown(preview, shown), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "draft": draft,
        "counts": counts,
        "doubtful": sum(bool(row.doubts) for row in preview.of(Verdict.NEW)),
        "span": preview.span,
        "shown": shown,
        "page": page,
        "is_live": draft.source.mode == SourceMode.LIVE,
        "step": 3,
    }
    return render(request, "plates/import_check.html", context)


@requires("plates.import")
@require_GET
def bad_rows(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The rows that would be left out, in the file's own columns, with what is wrong in the last one."""
    draft = _draft(request, pk)
    bad = imports.preview_draft(draft, timezone.now()).of(Verdict.BAD)
    return tables.sheet_to_mend(draft, {row.number: _complaints(row) for row in bad}, "reads-to-mend.csv")


@requires("plates.import")
@require_POST
def finish(request: HttpRequest, pk: int) -> HttpResponse:
    """Step 4: store the new rows."""
    draft = _draft(request, pk)
    try:
        counts = imports.import_draft(draft=draft, by=Actor.of(principal_of(request)), at=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("plates:import")
    return render(request, "plates/import_done.html", {"draft": draft, "counts": counts, "step": 4})


@requires("plates.import")
@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a table without storing anything."""
    imports.drop_draft(draft=_draft(request, pk))
    messages.success(request, _("The table was thrown away. Nothing was stored."))
    return redirect("plates:import")


def _shown(preview: Preview, shown: str) -> list[CheckedRow] | list[Problem]:
    """What the list holds: wrong cells one by one, or rows."""
    if shown == Verdict.BAD:
        return preview.problems
    return preview.of(Verdict(shown)) if shown in set(Verdict) else []


def _complaints(row: CheckedRow) -> str:
    return " · ".join(f"{problem.cell} {problem.label}: {problem.message}" for problem in row.problems)


def _drafts(request: HttpRequest) -> ReadDraftQuerySet:
    return ReadDraft.objects.of(principal_of(request).key).open(timezone.now())


def _draft(request: HttpRequest, pk: int) -> ReadDraft:
    return get_object_or_404(_drafts(request).select_related("source"), pk=pk)
