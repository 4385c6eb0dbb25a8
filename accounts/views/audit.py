"""The audit log: read by newest, filtered, exported; reading it is free, taking it away is recorded."""

from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import requires
from accounts.audit_filter import AuditFilterForm
from accounts.csv_export import lines
from accounts.views.me import person_of
from events.models import AuditEntry
from events.services import Actor, Target, record

PAGE_SIZE = 50
EXPORT_BATCH = 2000
NEWEST = 2**62  # above every seq


@requires("audit.view")
@require_GET
def audit(request: HttpRequest) -> HttpResponse:
    """Newest first; `before` is the seq that the previous page ended at."""
    form = AuditFilterForm(request.GET)
    found = form.entries().filter(seq__lt=_before(request)).newest_first()
    rows = list(found[: PAGE_SIZE + 1])
    context = {
        "form": form,
        "entries": rows[:PAGE_SIZE],
        "next_before": rows[PAGE_SIZE - 1].seq if len(rows) > PAGE_SIZE else None,
        "is_first": "before" not in request.GET,
        "is_filtered": bool(form.words()),
    }
    return render(request, "accounts/audit.html", context)


@requires("audit.view")
@require_GET
def seal(request: HttpRequest) -> HttpResponse:
    """Whether the chain holds: a line of its own, since it reads every row and the list must not wait."""
    last = AuditEntry.objects.aggregate(last=Max("seq"))["last"] or 0
    broken = AuditEntry.objects.all().first_broken_seq()
    return render(request, "accounts/_seal.html", {"last": last, "broken": broken})


@requires("audit.view")
@require_GET
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The filtered entries as CSV, oldest first; that it was taken is itself an entry."""
    form, at = AuditFilterForm(request.GET), timezone.now()
    with transaction.atomic():
        record(
            actor=Actor.of(person_of(request)),
            verb="audit.exported",
            target=Target("audit", "csv", "CSV"),
            changes={"filter": form.words()},
            at=at,
        )
    # Rows are read while they are sent; what is written meanwhile is not part of the file.
    entries = form.entries().filter(seq__isnull=False, at__lte=at).order_by("seq")
    body = lines(entries.iterator(chunk_size=EXPORT_BATCH))
    response = StreamingHttpResponse(body, content_type="text/csv; charset=utf-8")
    name = f"audit-{timezone.localtime(at):%Y%m%d-%H%M}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _before(request: HttpRequest) -> int:
    text = request.GET.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else NEWEST
