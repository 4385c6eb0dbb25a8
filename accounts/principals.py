"""Whoever stands behind a request or a socket: a person, a wall screen, or nobody."""

from typing import Protocol, cast

from django.http import HttpRequest


class Principal(Protocol):
    """What every permission check and every audit entry needs to know."""

    @property
    def is_authenticated(self) -> bool: ...

    @property
    def key(self) -> str:
        """`user:7` or `device:3`; empty for nobody."""

    def can(self, capability: str) -> bool: ...

    def __str__(self) -> str: ...


class Nobody:
    """Not signed in."""

    is_authenticated = False
    key = ""

    def can(self, capability: str) -> bool:
        return False

    def __str__(self) -> str:
        return ""


NOBODY = Nobody()


def principal_of(request: HttpRequest) -> Principal:
    """The signed-in person, else the paired wall screen, else nobody."""
    if request.user.is_authenticated:
        return cast(Principal, request.user)
    return getattr(request, "wall_device", None) or NOBODY
