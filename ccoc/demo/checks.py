"""A demo lets anybody in as anybody: it must not be reachable from other machines by accident."""

import os
from collections.abc import Sequence
from ipaddress import ip_address

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

PUBLIC_SWITCH = "CCOC_DEMO_PUBLIC"


@register(Tags.security)
def check_demo_stays_here(
    app_configs: Sequence[AppConfig] | None = None, **kwargs: object
) -> list[CheckMessage]:
    """Refuse a demo that answers to names other than this machine's own."""
    outside = [host for host in settings.ALLOWED_HOSTS if not is_loopback(host)]
    if not settings.DEMO or not outside or os.environ.get(PUBLIC_SWITCH) == "1":
        return []
    return [
        Error(
            f"The demo answers to {', '.join(outside)}, and whoever opens it may enter as anybody.",
            hint=f"Remove these from ALLOWED_HOSTS, or set {PUBLIC_SWITCH}=1 if that is meant.",
            id="demo.E001",
        )
    ]


def is_loopback(host: str) -> bool:
    """Whether a name of ALLOWED_HOSTS is this machine and no other."""
    name = host.strip("[]")
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
