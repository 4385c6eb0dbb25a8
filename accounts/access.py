"""How a view says what it needs. A view that says nothing is denied (see middleware)."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from rest_framework.permissions import BasePermission

from accounts.capabilities import CAPABILITIES
from accounts.principals import Principal, principal_of
from accounts.tokens import COOKIE

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView

View = Callable[..., HttpResponseBase]
PUBLIC = "public"
API = "/api/"
SCREEN_PAGES = frozenset({"wall.view"})


def requires(capability: str) -> Callable[[View], View]:
    """Let only holders of `capability` in; others are sent to sign in, or get 403 when signed in."""
    if capability not in CAPABILITIES:
        raise KeyError(capability)

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401 - any view
            principal = principal_of(request)
            if not principal.is_authenticated:
                return _ask_who(request, capability)
            if not principal.can(capability):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.capability = capability  # type: ignore[attr-defined] # read by DenyByDefaultMiddleware
        return guarded

    return decorate


def _ask_who(request: HttpRequest, capability: str) -> HttpResponseBase:
    """Programs get 403; a wall that was paired once gets words, never a sign-in form; people sign in."""
    if request.path.startswith(API):
        raise PermissionDenied
    if capability in SCREEN_PAGES and COOKIE in request.COOKIES:
        return render(request, "accounts/screen_unknown.html", status=403)
    return redirect_to_login(request.get_full_path())


def public(view: View) -> View:
    """Open to anybody: sign-in, health, signed webhooks."""
    view.capability = PUBLIC  # type: ignore[attr-defined] # read by DenyByDefaultMiddleware
    return view


class Denied(BasePermission):
    """The API's default: nobody, until a view names a capability."""

    capability: ClassVar[str] = ""

    def has_permission(self, request: "Request", view: "APIView") -> bool:
        return False


def Requires(capability: str) -> type[BasePermission]:
    """Permission class for `permission_classes = [Requires("alerts.ack")]`."""
    if capability not in CAPABILITIES:
        raise KeyError(capability)

    class Holder(BasePermission):
        def has_permission(self, request: "Request", view: "APIView") -> bool:
            principal: Principal = principal_of(request._request)
            return principal.is_authenticated and principal.can(capability)

    Holder.capability = capability  # type: ignore[attr-defined] # read by DenyByDefaultMiddleware
    return Holder


def declared_capability(view: View) -> str | None:
    """What `view` asks for, None when it never said."""
    found: str | None = getattr(view, "capability", None)
    if found is not None:
        return found
    classes = getattr(getattr(view, "cls", None), "permission_classes", [])
    return next((c.capability for c in classes if getattr(c, "capability", "")), None)
