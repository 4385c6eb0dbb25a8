"""Pages of other readers: who tells us reads, what came, what was refused and why, and their keys."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import requires
from accounts.principals import principal_of
from ccoc.lib.errors import Refused
from events.services import Actor
from plates.forms import NewSourceForm, SourceForm
from plates.interop.refusals import NOBODY, forget_refusals, refusals_of
from plates.models import ForeignPass, ReadSource
from plates.services import sources
from plates.workflow import SourceKind

PAGE_SIZE = 25
_FIELD_OF = {"bad_code": "code", "taken": "code", "no_camera": "camera"}  # of the service's refusals


@requires("plates.sources")
@require_GET
def list_sources(request: HttpRequest) -> HttpResponse:
    """Other readers by code, with what came of each today and what was refused this week."""
    page = Paginator(ReadSource.objects.in_use().by_code(), PAGE_SIZE).get_page(request.GET.get("page"))
    today = _counts_today()
    refused = refusals_of([NOBODY, *(source.pk for source in page)])
    rows = [(source, today.get(source.pk, 0), refused[source.pk]) for source in page]
    context = {"page": page, "rows": rows, "strangers": refused[NOBODY]}
    return render(request, "plates/sources.html", context)


@requires("plates.sources")
@never_cache
@require_http_methods(["GET", "POST"])
def add_source(request: HttpRequest) -> HttpResponse:
    """A new reader; the secret of one that sends by itself is on the answer page and nowhere else."""
    form = NewSourceForm(request.POST or None)
    if form.is_valid():
        code, kind = form.cleaned_data["code"], form.cleaned_data["kind"]
        try:
            source, secret = sources.add_source(
                code=code, fields=form.fields_of(), kind=kind, by=_actor(request), at=timezone.now()
            )
        except Refused as refusal:
            form.add_error(_FIELD_OF[refusal.code], refusal.message)
        else:
            return _show_once(request, source, secret)
    return render(request, "plates/source_add.html", {"form": form})


@requires("plates.sources")
@require_http_methods(["GET", "POST"])
def show_source(request: HttpRequest, code: str) -> HttpResponse:
    """One reader: what is entered about it, what it told and what was refused."""
    source = _source(code)
    initial = {name: getattr(source, name) for name in SourceForm.base_fields}
    form = SourceForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        fields = form.fields_of()
        try:
            sources.edit_source(source=source, fields=fields, by=_actor(request), at=timezone.now())
        except Refused as refusal:
            form.add_error(_FIELD_OF[refusal.code], refusal.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("plates:source", code=code)
    context = {
        "source": source,
        "form": form,
        "reads_today": _counts_today().get(source.pk, 0),
        "refused": refusals_of([source.pk])[source.pk],
        "is_table": source.kind == SourceKind.TABLE,
    }
    return render(request, "plates/source.html", context)


@requires("plates.sources")
@never_cache
@require_POST
def rotate_secret(request: HttpRequest, code: str) -> HttpResponse:
    """A new secret, shown once; the reader must get it before it is heard again."""
    source = _source(code)
    try:
        secret = sources.rotate_source(source=source, by=_actor(request), at=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("plates:source", code=code)
    forget_refusals(source.pk)  # those of the old secret say nothing of the new one
    return _show_once(request, source, secret)


@requires("plates.sources")
@require_POST
def retire_source(request: HttpRequest, code: str) -> HttpResponse:
    """Take no more reads of a reader; those stored stay as long as any."""
    sources.retire_source(source=_source(code), by=_actor(request), at=timezone.now())
    return redirect("plates:sources")


def _show_once(request: HttpRequest, source: ReadSource, secret: str) -> HttpResponse:
    if not secret:
        return redirect("plates:source", code=source.code)
    return render(request, "plates/source_secret.html", {"source": source, "secret": secret})


def _counts_today() -> dict[int, int]:
    """Reads since midnight in Thailand, by the reader's key."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return ForeignPass.objects.counts_since(midnight)


def _source(code: str) -> ReadSource:
    return get_object_or_404(ReadSource.objects.in_use(), code=code)


def _actor(request: HttpRequest) -> Actor:
    return Actor.of(principal_of(request))
