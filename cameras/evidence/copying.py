"""Pages that make a copy with parts hidden: one still of each camera, on which rectangles are drawn."""

import zipfile

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import requires
from cameras.evidence import services
from cameras.evidence.forms import CopyForm
from cameras.evidence.models import EvidencePack, Kind, State
from cameras.evidence.views import actor_of
from ccoc.lib.errors import Refused


@requires("evidence.export")
@require_http_methods(["GET", "POST"])
def make_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """What to hide, and why."""
    pack = _ready(pk)
    cameras = list(pack.cameras.by_code())
    form = CopyForm(request.POST or None, cameras=[camera.code for camera in cameras])
    if request.method == "POST" and form.is_valid():
        try:
            copy = services.request_copy(
                actor=actor_of(request),
                original=pack,
                boxes=form.boxes(),
                hides_plates=form.cleaned_data["hides_plates"],
                reason=form.cleaned_data["reason"],
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            return redirect("evidence:pack", pk=copy.pk)
    context = {"pack": pack, "form": form, "drawn": list(zip(cameras, form.box_fields(), strict=True))}
    return render(request, "evidence/copy.html", context)


@requires("evidence.export")
@require_GET
def still(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """A camera's first still in the pack; that it was looked at is written down."""
    pack = _ready(pk)
    jpeg = _first_still(pack, code)
    if jpeg is None:
        raise Http404
    services.note_seen(pack=pack, code=code, actor=actor_of(request), at=timezone.now())
    return HttpResponse(jpeg, content_type="image/jpeg", headers={"Cache-Control": "no-store"})


def _ready(pk: int) -> EvidencePack:
    return get_object_or_404(EvidencePack, pk=pk, state=State.READY, kind=Kind.ORIGINAL)


def _first_still(pack: EvidencePack, code: str) -> bytes | None:
    folder = f"{pack.number}/stills/{code}/"
    try:
        with zipfile.ZipFile(services.path_of(pack)) as archive:
            name = min((name for name in archive.namelist() if name.startswith(folder)), default=None)
            return archive.read(name) if name else None
    except (OSError, zipfile.BadZipFile):
        return None
