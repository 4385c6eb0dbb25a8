"""Pages of plate reads and hits, and their pictures."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import requires
from accounts.models import User
from accounts.principals import principal_of
from alerts.models import Alert
from alerts.workflow import Kind
from events.services import Actor
from plates import pictures, services
from plates.forms import SearchForm
from plates.models import ForeignPass, PlateRead

PAGE_SIZE = 25


@requires("plates.view")
@require_GET
def list_hits(request: HttpRequest) -> HttpResponse:
    """Alerts of watchlist hits, newest first."""
    found = Alert.objects.filter(kind=Kind.PLATE_HIT).newest_first()
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "plates/hits.html", {"page": page})


@requires("plates.view")
@require_GET
def search_reads(request: HttpRequest) -> HttpResponse:
    """One camera's reads over part of a day; every look is noted with its reason."""
    form = SearchForm(request.GET or None)
    if not form.is_valid():
        return render(request, "plates/reads.html", {"form": form})
    start, end = form.span()
    camera = form.cleaned_data["camera"]
    services.audit_search(
        camera=camera,
        start=start,
        end=end,
        reason=form.cleaned_data["reason"],
        by=Actor.of(principal_of(request)),
        at=timezone.now(),
    )
    found = PlateRead.objects.at_camera(camera).between(start, end).newest_first()
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    readers = ForeignPass.objects.readers_of(read.pass_id for read in page)
    rows = [(read, readers.get(read.pass_id)) for read in page]
    return render(
        request, "plates/reads.html", {"form": form, "page": page, "rows": rows, "is_searched": True}
    )


@requires("plates.picture")
@require_GET
def show_picture(request: HttpRequest, name: str) -> HttpResponse:
    """A crop or a scene. A person who opens a scene is noted; a wall that shows a hit is not."""
    jpeg = pictures.read(name)
    if jpeg is None:
        raise Http404
    principal = principal_of(request)
    if name.endswith(pictures.SCENE_END) and isinstance(principal, User):
        services.audit_scene_view(name=name, by=Actor.of(principal), at=timezone.now())
    response = HttpResponse(jpeg, content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=3600, immutable"
    return response
