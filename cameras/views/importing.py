"""Import of a table in four steps: choose, match columns, check and mend, import."""

import itertools
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import requires
from accounts.principals import principal_of
from cameras.area import Area, station_area
from cameras.forms import UploadForm
from cameras.importing.checking import CheckedRow, Preview, Problem, Verdict
from cameras.importing.columns import COLUMNS
from cameras.importing.drafts import (
    DraftGone,
    fix_cell,
    import_ready,
    match_columns,
    preview_draft,
    start_draft,
)
from cameras.importing.reading import MAX_BYTES, UnreadableFile
from cameras.models import ImportDraft
from cameras.views import tables
from ccoc.lib.geo import Point
from events.services import Actor

PAGE_SIZE = 12
MAP_WIDTH, MAP_HEIGHT = 292.0, 216.0
OUT_HEIGHT = 34.0  # the line at the foot of the small map that names a camera far away
SHOWN_CHANGES = 8


@dataclass(frozen=True)
class Dot:
    """A camera on the small map, in its px; `is_out` marks one drawn at the edge because it is far away."""

    x: float
    y: float
    code: str
    is_out: bool


@requires("cameras.import")
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Step 1: a file becomes a draft, or a sentence says why it cannot."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        table = form.cleaned_data["table"]
        try:
            draft = start_draft(
                by=principal_of(request),
                file_name=table.name,
                data=table.read(MAX_BYTES + 1),
                at=timezone.now(),
            )
        except UnreadableFile as error:
            form.add_error("table", error.message)
        else:
            return redirect("cameras:import-columns", draft.pk)
    drafts = _drafts(request).order_by("-created_at")[:5]
    return render(request, "cameras/import_upload.html", {"form": form, "drafts": drafts, "step": 1})


@requires("cameras.import")
@require_http_methods(["GET", "POST"])
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Step 2: which column says what; guessed, and for a person to correct."""
    draft = _draft(request, pk)
    if request.method == "POST":
        match_columns(draft=draft, mapping=tables.chosen_columns(request, draft))
        return redirect("cameras:import-check", pk)
    context = {"draft": draft, "rows": tables.column_rows(draft), "choices": COLUMNS, "step": 2}
    return render(request, "cameras/import_columns.html", context)


@requires("cameras.import")
@require_GET
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Step 3: what would change, what is wrong, and a field to mend it in."""
    return _show_check(request, _draft(request, pk))


@requires("cameras.import")
@require_POST
def fix(request: HttpRequest, pk: int) -> HttpResponse:
    """Mend one problem: by the fix that is offered, or by what the person typed."""
    draft = _draft(request, pk)
    problem = _problem(draft, request)
    typed = request.POST.get("text", "").strip()
    if problem is not None and "use" in request.POST:
        fix_cell(draft=draft, problem=problem, texts=problem.fix)
    elif problem is not None and typed:
        fix_cell(draft=draft, problem=problem, texts={problem.column: typed})
    if request.htmx:  # type: ignore[attr-defined] # set by HtmxMiddleware
        return _show_check(request, draft)
    return redirect("cameras:import-check", pk)


@requires("cameras.import")
@require_GET
def bad_rows(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The rows that are not ready, in the person's own columns, with what is wrong in the last one."""
    draft = get_object_or_404(ImportDraft.objects.of(principal_of(request)), pk=pk)
    wrong = {row.number: _complaints(row) for row in preview_draft(draft).of(Verdict.BAD)}
    return tables.sheet_to_mend(draft, wrong, "cameras-to-mend.csv")


@requires("cameras.import")
@require_POST
def finish(request: HttpRequest, pk: int) -> HttpResponse:
    """Step 4: write the rows that are ready."""
    draft = _draft(request, pk)
    try:
        counts = import_ready(draft=draft, actor=Actor.of(principal_of(request)), at=timezone.now())
    except DraftGone as error:
        messages.error(request, error.message)
        return redirect("cameras:import")
    context = {"draft": draft, "counts": counts, "step": 4}
    return render(request, "cameras/import_done.html", context)


def _show_check(request: HttpRequest, draft: ImportDraft) -> HttpResponse:
    preview = preview_draft(draft)
    counts = preview.counts
    shown = request.GET.get("show") or next((v for v in ("bad", "changed", "new") if counts[v]), "same")
    page = Paginator(_shown(preview, shown), PAGE_SIZE).get_page(request.GET.get("page"))
    drawing = draw(preview, station_area())
    is_part = bool(request.htmx)  # type: ignore[attr-defined] # set by HtmxMiddleware
    context = {
        "draft": draft,
        "preview": preview,
        "counts": counts,
        "mended": len(draft.fixes),
        "shown": shown,
        "page": page,
        "dots": drawing.dots,
        "zone_path": drawing.zone_path,
        "changes": list(itertools.islice(_changes(preview), SHOWN_CHANGES)),
        "more_changes": max(0, sum(1 for _change in _changes(preview)) - SHOWN_CHANGES),
        "is_part": is_part,
        "step": 3,
    }
    return render(request, "cameras/_check.html" if is_part else "cameras/import_check.html", context)


def _shown(preview: Preview, shown: str) -> list[Any]:
    """What the list holds: problems one by one, missing cameras, or rows."""
    if shown == "bad":
        return preview.problems
    if shown == "missing":
        return list(preview.missing)
    return preview.of(Verdict(shown)) if shown in set(Verdict) else []


def _changes(preview: Preview) -> Any:  # noqa: ANN401 - pairs for the template
    return ((row.code, change) for row in preview.of(Verdict.CHANGED) for change in row.changes)


@dataclass(frozen=True)
class Drawing:
    """The small map: dots, and the safety zone's outline as an SVG path."""

    dots: list[Dot]
    zone_path: str


def draw(preview: Preview, area: Area) -> Drawing:
    """Where the table's cameras would stand, drawn to the box of those inside the station's area."""
    placed = [(row.code, point) for row in preview.rows if (point := _point(row)) is not None]
    out = [problem.camera_code for problem in preview.problems if problem.code == "outside"]
    dots = [Dot(MAP_WIDTH - 16, MAP_HEIGHT - 16, code, is_out=True) for code in out[:1]]
    if not placed:
        return Drawing(dots, "")
    height = MAP_HEIGHT - (OUT_HEIGHT if out else 0)
    south, north = _span([point.lat for _code, point in placed])
    west, east = _span([point.lon for _code, point in placed])

    def to_px(point: Point) -> tuple[float, float]:
        x = (point.lon - west) / (east - west) * MAP_WIDTH
        return round(x, 1), round((north - point.lat) / (north - south) * height, 1)

    dots = [Dot(*to_px(point), code, is_out=False) for code, point in placed] + dots
    corners = [to_px(point) for point in area.zone]
    path = " ".join(f"{x} {y}" for x, y in corners)
    return Drawing(dots, f"M{path}Z" if corners else "")


def _span(values: list[float]) -> tuple[float, float]:
    """Least and greatest with a margin of a tenth, never a point."""
    low, high = min(values), max(values)
    margin = max((high - low) * 0.1, 0.002)
    return low - margin, high + margin


def _point(row: CheckedRow) -> Point | None:
    lat, lon = row.values.get("lat"), row.values.get("lon")
    return Point(lat, lon) if isinstance(lat, float) and isinstance(lon, float) else None


def _problem(draft: ImportDraft, request: HttpRequest) -> Problem | None:
    """The problem that the request speaks of, None when it is mended by now."""
    row, column = request.POST.get("row", ""), request.POST.get("column", "")
    found = preview_draft(draft).problems
    return next((p for p in found if (str(p.number), p.column) == (row, column)), None)


def _complaints(row: CheckedRow) -> str:
    return " · ".join(f"{problem.label}: {problem.message}" for problem in row.problems)


def _drafts(request: HttpRequest) -> Any:  # noqa: ANN401 - a queryset
    return ImportDraft.objects.of(principal_of(request)).open(timezone.now())


def _draft(request: HttpRequest, pk: int) -> ImportDraft:
    found: ImportDraft = get_object_or_404(_drafts(request), pk=pk)
    return found
