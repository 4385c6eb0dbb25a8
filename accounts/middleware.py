"""Who is asking, and the rule that a view nobody thought about is closed."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from accounts.access import declared_capability
from accounts.models import WallDevice
from accounts.tokens import COOKIE, digest

GetResponse = Callable[[HttpRequest], HttpResponseBase]
OPEN_PREFIXES = ("django.contrib.admin", "django.views.static")  # the admin checks staff by itself


class WallDeviceMiddleware:
    """Sets `request.wall_device` from the wall's cookie; None for everybody else."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.wall_device = device_of(request.COOKIES.get(COOKIE, ""))  # type: ignore[attr-defined] # ours
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
        args: Any,
        kwargs: Any,  # noqa: ANN401
    ) -> None:
        if view.__module__.startswith(OPEN_PREFIXES) or declared_capability(view) is not None:
            return
        raise PermissionDenied
