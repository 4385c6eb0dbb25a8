"""Playback of up to four cameras at once. The page's choice stands in its address, its reason does not."""

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.principals import principal_of
from cameras.models import Camera
from cameras.recording.models import GapReason
from cameras.recording.strings import PLAYBACK
from cameras.screen_words import page_words
from ccoc.lib.instants import iso

EVIDENCE = "/evidence/new"


@require_safe
@never_cache
@requires("recordings.view")
@csp_update({"media-src": ["'self'", "blob:"]})  # film is put together in the page
def playback(request: HttpRequest) -> HttpResponse:
    """The page; its modules fetch the time line and the film once a reason was given."""
    cameras = Camera.objects.visible_to(principal_of(request)).by_code().values_list("code", "name")
    context = {
        "config": {
            "urls": {"api": "/api/v1/", "evidence": _evidence_url()},
            "csrf": get_token(request),
            "at": iso(timezone.now()),
            "cameras": [{"code": code, "name": name} for code, name in cameras],
        },
        "strings": page_words(PLAYBACK) | {f"gap.{code}": str(words) for code, words in GapReason.choices},
    }
    return render(request, "recording/playback.html", context)


def _evidence_url() -> str:
    """Where a marked span is made into evidence; empty where that room is not installed."""
    try:
        resolve(EVIDENCE)
    except Resolver404:
        return ""
    return EVIDENCE
