"""What every page's template may say."""

import json
import logging
from collections.abc import Callable
from functools import cache, partial

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext

from accounts.capabilities import Role
from accounts.principals import principal_of
from ccoc import __version__, navigation

logger = logging.getLogger(__name__)


def portal(request: HttpRequest) -> dict[str, object]:
    """Cheap values at once; what costs something is a callable, so that partial pages do not pay for it."""
    return {
        "version": __version__,
        "is_demo": settings.DEMO,
        "current_time": timezone.now,
        "station_name": station_name,
        "navigation": partial(navigation.groups_for, request),
        "duty": partial(duty_of, request),
        "may": may(request),
    }


@cache
def station_name() -> str:
    """The station's name from its file; the bar is left empty where there is none yet."""
    try:
        return str(json.loads(settings.STATION_FILE.read_text("utf-8"))["name"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        logger.warning("no station name: %s", type(error).__name__)
        return ""


def duty_of(request: HttpRequest) -> str:
    """The signed-in person's roles in words."""
    roles: list[str] = getattr(request.user, "roles", [])
    return ", ".join(str(Role(role).label) for role in roles) or gettext("no role")


class may:
    """`{% if may.people.edit %}` asks for the capability `people.edit` of whoever reads the page."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    def __getitem__(self, room: str) -> "_Room":
        return _Room(room, principal_of(self._request).can)


class _Room:
    """The acts of one room: `may.people` in `may.people.edit`."""

    def __init__(self, room: str, can: Callable[[str], bool]) -> None:
        self._room, self._can = room, can

    def __getitem__(self, act: str) -> bool:
        return self._can(f"{self._room}.{act}")
