"""Pages of evidence: the list, a new pack with what it would cost, one pack, its way out, its paper form."""

import asyncio
import datetime as dt
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import qrcode
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import requires
from accounts.principals import principal_of
from cameras.evidence import services
from cameras.evidence.estimates import estimate
from cameras.evidence.forms import USUAL_KEEP, HandForm, PackForm, SpanForm
from cameras.evidence.models import EvidencePack, State
from cameras.evidence.verify import grouped
from ccoc.lib.errors import Refused
from events.services import Actor

PAGE_SIZE = 25
BLOCK_BYTES = 2**20


@requires("evidence.view")
@require_GET
def list_packs(request: HttpRequest) -> HttpResponse:
    """Packs, newest first; narrowed by words and state."""
    query, state = request.GET.get("q", "")[:80], request.GET.get("state", "")
    found = EvidencePack.objects.all().matching(query)
    found = found.in_state(state) if state in State.values else found
    page = Paginator(found.newest_first().with_cameras(), PAGE_SIZE).get_page(request.GET.get("page"))
    chips = [{"label": _("All"), "value": "", "is_on": not state}]
    chips += [{"label": label, "value": value, "is_on": value == state} for value, label in State.choices]
    return render(request, "evidence/list.html", {"page": page, "chips": chips, "query": query})


@requires("evidence.export")
@require_http_methods(["GET", "POST"])
def new_pack(request: HttpRequest) -> HttpResponse:
    """Ask for a pack; the address may carry what is known: cameras, from, to, case, about."""
    form = PackForm(request.POST) if request.method == "POST" else PackForm(initial=_known(request))
    if request.method == "POST" and form.is_valid():
        try:
            pack = services.request_pack(actor=actor_of(request), wish=form.wish(), at=timezone.now())
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("The recordings are locked. The pack is being made."))
            return redirect("evidence:pack", pk=pack.pk)
    return render(request, "evidence/new.html", {"form": form})


@requires("evidence.export")
@require_GET
def show_estimate(request: HttpRequest) -> HttpResponse:
    """What a pack would hold: part of the page for a new one, asked for while somebody types."""
    form = SpanForm(request.GET)
    context: dict[str, Any] = {"form": form}
    if form.is_valid() and len(form.cleaned_data["cameras"]) <= services.MOST_CAMERAS:
        begin, end = form.span()
        if end - begin <= services.LONGEST:
            context |= {"estimate": estimate(form.cleaned_data["cameras"], begin, end), "end": end}
    return render(request, "evidence/_estimate.html", context)


@requires("evidence.view")
@require_GET
def show_pack(request: HttpRequest, pk: int) -> HttpResponse:
    """One pack: where it stands, what is in it, who had it, and what can be done."""
    return _page(request, _pack(pk))


@requires("evidence.view")
@require_GET
def show_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a pack is; the page reloads when it is done."""
    pack = get_object_or_404(EvidencePack, pk=pk)
    response = render(request, "evidence/_progress.html", {"pack": pack})
    if pack.state not in (State.QUEUED, State.BUILDING):
        response["HX-Refresh"] = "true"
    return response


@requires("evidence.export")
@require_POST
def download(request: HttpRequest, pk: int) -> HttpResponse | StreamingHttpResponse:
    """The file, once it is written down for whom and why."""
    pack = _pack(pk)
    form = HandForm(request.POST)
    if not form.is_valid():
        return _page(request, pack, download_form=form)
    try:
        path = services.take_out(pack=pack, actor=actor_of(request), at=timezone.now(), **form.cleaned_data)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("evidence:pack", pk=pk)
    response = StreamingHttpResponse(_blocks(path), content_type="application/zip")
    response["Content-Length"] = str(pack.bytes)
    response["Content-Disposition"] = f'attachment; filename="{pack.number}.zip"'
    return response


@requires("evidence.export")
@require_POST
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """A medium with the pack went from hand to hand."""
    pack = _pack(pk)
    form = HandForm(request.POST, auto_id="hand_%s")
    if not form.is_valid():
        return _page(request, pack, hand_form=form)
    services.hand_over(pack=pack, actor=actor_of(request), at=timezone.now(), **form.cleaned_data)
    messages.success(request, _("Written into the chain of custody."))
    return redirect("evidence:pack", pk=pk)


@requires("evidence.export")
@require_POST
def try_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a pack that could not be made in the queue again."""
    services.try_again(pack=_pack(pk), actor=actor_of(request), at=timezone.now())
    return redirect("evidence:pack", pk=pk)


@requires("evidence.view")
@require_GET
def custody_form(request: HttpRequest, pk: int) -> HttpResponse:
    """The chain of custody on paper; that it was printed is a line of it."""
    pack = _pack(pk)
    services.note_printed(pack=pack, actor=actor_of(request), at=timezone.now())
    context = {
        "pack": pack,
        "custody": pack.custody.in_order(),
        "fingerprint": grouped(pack.key.fingerprint) if pack.key else "",
        "manifest": grouped(pack.manifest_sha256),
        "squares": _squares(pack),
        "blank": range(4),
    }
    return render(request, "evidence/form.html", context)


def actor_of(request: HttpRequest) -> Actor:
    return Actor.of(principal_of(request))


def _pack(pk: int) -> EvidencePack:
    rows = EvidencePack.objects.select_related("key", "original").with_cameras()
    return get_object_or_404(rows, pk=pk)


def _page(
    request: HttpRequest,
    pack: EvidencePack,
    download_form: HandForm | None = None,
    hand_form: HandForm | None = None,
) -> HttpResponse:
    context = {
        "pack": pack,
        "custody": pack.custody.in_order(),
        "copies": pack.copies.all().newest_first(),
        "fingerprint": grouped(pack.key.fingerprint) if pack.key else "",
        "is_waiting": pack.state in (State.QUEUED, State.BUILDING),
        "download_form": download_form or HandForm(initial={"recipient": pack.requester}),
        "hand_form": hand_form or HandForm(auto_id="hand_%s"),
    }
    return render(request, "evidence/pack.html", context)


def _known(request: HttpRequest) -> dict[str, object]:
    """What the address tells of the pack; whatever makes no sense is left out."""
    begin, end = (_moment(request.GET.get(name, "")) for name in ("from", "to"))
    said: dict[str, object] = {
        "cameras": ", ".join(re.split(r"[\s,]+", request.GET.get("cameras", "")[:400])),
        "case_number": request.GET.get("case", "")[:60],
        "about": request.GET.get("about", "")[:70],
        "keep_until": timezone.localdate() + USUAL_KEEP,
    }
    if begin is not None:
        said |= {"day": timezone.localdate(begin), "from_time": timezone.localtime(begin).time()}
    if end is not None:
        said["until_time"] = timezone.localtime(end).time()
    return said


def _moment(text: str) -> dt.datetime | None:
    try:
        found = parse_datetime(text[:40])
    except ValueError:
        return None
    return found if found is not None and timezone.is_aware(found) else None


def _squares(pack: EvidencePack) -> dict[str, object]:
    """A QR code as an SVG path: number, manifest and key, to compare with what the verifier says."""
    code = qrcode.QRCode(border=0)
    fingerprint = pack.key.fingerprint if pack.key else ""
    code.add_data(f"{pack.number} manifest:{pack.manifest_sha256} key:{fingerprint}")
    matrix = code.get_matrix()
    dark = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(matrix) for x, is_dark in enumerate(row) if is_dark)
    return {"path": "".join(dark), "size": len(matrix)}


async def _blocks(path: Path) -> AsyncIterator[bytes]:
    """The file in blocks: under ASGI an ordinary iterator would be read into memory first."""
    with await asyncio.to_thread(path.open, "rb") as file:
        while block := await asyncio.to_thread(file.read, BLOCK_BYTES):
            yield block
