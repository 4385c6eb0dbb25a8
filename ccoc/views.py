"""Pages that belong to no room: the front door, the language switch, the health answer."""

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.views import i18n
from django.views.decorators.http import require_GET, require_POST, require_safe

from accounts.access import public, requires
from accounts.principals import principal_of
from ccoc import __version__

FRONT_DOORS = (
    ("wall.view", "wall"),
    ("cameras.edit", "cameras:registry"),
    ("audit.view", "accounts:audit"),
)


@requires("home.view")
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Each role's first page."""
    principal = principal_of(request)
    door = next((name for capability, name in FRONT_DOORS if principal.can(capability)), "accounts:me")
    return redirect(door)


@public
@require_GET
def admin_sign_in(request: HttpRequest) -> HttpResponse:
    """The admin's own form knows no second factor, so its address leads to ours."""
    if request.user.is_authenticated:
        raise PermissionDenied  # the admin sent somebody here who is signed in and may not use it
    return redirect_to_login(request.GET.get("next", "/admin/"))


@public
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Whether the portal answers, and which version; nothing about its inside."""
    return JsonResponse({"status": "ok", "version": __version__})


@public
@require_POST
def set_language(request: HttpRequest) -> HttpResponseBase:
    """Keep the reader's language in a cookie and go back to `next`, if that is ours."""
    return i18n.set_language(request)
