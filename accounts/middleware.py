"""Who is asking, and the rule that a view nobody thought about is closed."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from accounts.access import API, PUBLIC, declared_capability
from accounts.models import WallDevice
from accounts.services.screens import mark_seen
from accounts.tokens import COOKIE, digest

GetResponse = Callable[[HttpRequest], HttpResponseBase]
PAGE_TO_END_IT = "accounts:password"
OPEN_PREFIXES = ("django.contrib.admin", "django.views.static")  # the admin checks staff by itself


class WallDeviceMiddleware:
    """Sets `request.wall_device` from the wall's cookie; None for everybody else."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        device = device_of(request.COOKIES.get(COOKIE, ""))
        if device is not None:
            mark_seen(device, at=timezone.now())
        request.wall_device = device  # type: ignore[attr-defined] # read by principal_of
        return self.get_response(request)


def device_of(token: str) -> WallDevice | None:
    """The paired, unrevoked screen that holds `token`."""
    return WallDevice.objects.in_use().filter(token_hash=digest(token)).first() if token else None


class DenyByDefaultMiddleware:
    """Refuses views that declare neither a capability nor that they are public."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponseBase],
        args: tuple[object, ...],
        kwargs: dict[str, object],
    ) -> None:
        if view.__module__.startswith(OPEN_PREFIXES) or declared_capability(view) is not None:
            return
        raise PermissionDenied


class OwnPasswordMiddleware:
    """Keeps a person with a one-time password, which somebody else knows too, at the page that ends it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponseBase],
        args: tuple[object, ...],
        kwargs: dict[str, object],
    ) -> HttpResponseBase | None:
        if not getattr(request.user, "has_temporary_password", False):
            return None
        is_here = request.resolver_match is not None and request.resolver_match.view_name == PAGE_TO_END_IT
        if is_here or declared_capability(view) == PUBLIC:
            return None
        if request.path.startswith(API):
            raise PermissionDenied
        return redirect(PAGE_TO_END_IT)
