"""Pages of plate reads and the watchlist, and the pictures of reads."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from accounts.access import requires
from accounts.models import User
from accounts.principals import principal_of
from events.services import Actor
from plates import pictures, services


@requires("plates.picture")
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
