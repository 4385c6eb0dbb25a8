"""The wall's page. It carries no news itself: its modules fetch the snapshot and follow the events."""

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.principals import principal_of
from ccoc.wall.strings import strings

OTHER_LANGUAGE = {"th": ("en", "English"), "en": ("th", "ไทย")}
# What the wall's keys may ask for; a paired screen without a person holds only some of it.
ACTS = ("alerts.ack", "alerts.close", "cameras.learn", "incidents.work")


@require_safe
@never_cache
@requires("wall.view")
@csp_update({"media-src": ["'self'", "blob:"]})  # live pictures are put together in the page
def wall(request: HttpRequest) -> HttpResponse:
    """The wall, for a person or a paired screen."""
    code, name = OTHER_LANGUAGE[get_language() or settings.LANGUAGE_CODE]
    context = {
        "config": _config(request),
        "strings": strings(),
        "other_language": code,
        "other_language_name": name,
    }
    return render(request, "wall/wall.html", context)


def _config(request: HttpRequest) -> dict[str, object]:
    principal = principal_of(request)
    return {
        "urls": {"api": "/api/v1/", "socket": "/ws/events", "live": "/ws/live/", "page": reverse("wall")},
        "csrf": get_token(request),
        "tiles": settings.MAP_TILES,
        "can": [capability for capability in ACTS if principal.can(capability)],
    }
