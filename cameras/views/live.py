"""Live cameras side by side, and the contact sheet of all. The page's choice stands in its address."""

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.principals import principal_of
from cameras.models import Camera
from cameras.onvif.screen_words import PTZ
from cameras.payloads import health_of, state_of
from cameras.screen_words import LIVE, page_words


@require_safe
@never_cache
@requires("cameras.live")
@csp_update({"media-src": ["'self'", "blob:"]})  # live pictures are put together in the page
def layouts(request: HttpRequest) -> HttpResponse:
    """The page; its modules fetch pictures and states."""
    cameras = Camera.objects.visible_to(principal_of(request)).registered().with_health().by_code()
    context = {
        "config": {
            "urls": {"api": "/api/v1/", "live": "/ws/live/", "playback": _playback_url(request)},
            "csrf": get_token(request),
            "mayTurn": principal_of(request).can("cameras.ptz"),
            "cameras": [_facts(camera) for camera in cameras],
        },
        "strings": page_words(LIVE, PTZ),
    }
    return render(request, "cameras/live.html", context)


def _facts(camera: Camera) -> dict[str, object]:
    """What the page needs to know of a camera to group and name it."""
    return {
        "code": camera.code,
        "name": camera.name,
        "owner": camera.owner,
        "site": camera.site,
        "kind": camera.get_kind_display(),
        "in_zone": camera.in_zone,
        "health": state_of(camera, health_of(camera)),
    }


def _playback_url(request: HttpRequest) -> str:
    """Where the recordings of a camera are looked at, empty for those who may not."""
    if not principal_of(request).can("recordings.view"):
        return ""
    try:
        return reverse("recording:playback")
    except NoReverseMatch:
        return ""
