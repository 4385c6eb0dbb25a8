"""Puts the principal of a socket into its scope, from the same cookies as the pages."""

from collections.abc import Awaitable, Callable
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from accounts.middleware import device_of
from accounts.principals import NOBODY, Principal
from accounts.tokens import COOKIE

Application = Callable[[dict[str, Any], Any, Any], Awaitable[None]]


def with_principal(app: Application) -> Application:
    """Wrap an ASGI application so that `scope["principal"]` is set."""

    async def wrapped(scope: dict[str, Any], receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
        principal = await sync_to_async(_principal)(_cookies(scope))
        await app({**scope, "principal": principal}, receive, send)

    return wrapped


def _cookies(scope: dict[str, Any]) -> dict[str, str]:
    header = b"; ".join(value for name, value in scope["headers"] if name == b"cookie")
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header.decode("latin-1")).items()}
    except CookieError:
        return {}


def _principal(cookies: dict[str, str]) -> Principal:
    request = HttpRequest()
    store = import_module(settings.SESSION_ENGINE).SessionStore
    request.session = store(cookies.get(settings.SESSION_COOKIE_NAME))
    user = get_user(request)
    if user.is_authenticated:
        return user
    return device_of(cookies.get(COOKIE, "")) or NOBODY
