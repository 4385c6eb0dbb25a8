"""Pages that belong to no room: the front door, the language switch, the health answer."""

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.i18n import set_language

from accounts.access import public, requires
from accounts.principals import principal_of
from ccoc import __version__

__all__ = ["admin_sign_in", "health", "home", "set_language"]

FRONT_DOORS = (
    ("wall.view", "wall"),
    ("cameras.edit", "cameras:registry"),
    ("audit.view", "accounts:audit"),
)


@requires("home.view")
def home(request: HttpRequest) -> HttpResponse:
    """Each role's first page."""
    principal = principal_of(request)
    door = next((name for capability, name in FRONT_DOORS if principal.can(capability)), "accounts:me")
    return redirect(door)


def admin_sign_in(request: HttpRequest) -> HttpResponse:
    """The admin's own form knows no second factor, so its address leads to ours."""
    return redirect_to_login(request.GET.get("next", "/admin/"))


@public
def health(request: HttpRequest) -> JsonResponse:
    """Whether the portal answers, and which version; nothing about its inside."""
    return JsonResponse({"status": "ok", "version": __version__})
