"""What every page's template may say."""

from django.conf import settings
from django.http import HttpRequest

from ccoc import __version__


def portal(request: HttpRequest) -> dict[str, object]:
    return {"version": __version__, "is_demo": settings.DEMO}
