"""System checks: combinations of settings that look harmless one by one."""

from collections.abc import Sequence
from ipaddress import ip_address, ip_network

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

INSECURE_KEY = "insecure-key-for-commands-without-a-running-stack"
MIN_KEY = 32
WIDEST_PREFIX = {4: 8, 6: 16}  # a camera network wider than this is "anywhere"


@register(Tags.security)
def check_settings(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """Errors stop every command that serves; see docs/operating.md for each setting."""
    return [*_debug(), *_key(), *_demo(), *_networks()]


def _debug() -> list[CheckMessage]:
    if settings.DEBUG and settings.TLS:
        hint = "Unset CCOC_DEBUG: error pages would show settings to everybody who reaches the portal."
        return [Error("DEBUG is on behind TLS.", hint=hint, id="ccoc.E001")]
    return []


def _key() -> list[CheckMessage]:
    is_open = settings.TLS or not _is_local(settings.ALLOWED_HOSTS)
    is_weak = settings.SECRET_KEY == INSECURE_KEY or len(settings.SECRET_KEY) < MIN_KEY
    if is_open and is_weak:
        hint = "Set SECRET_KEY or SECRET_KEY_FILE to at least 32 random characters."
        return [Error("SECRET_KEY can be guessed.", hint=hint, id="ccoc.E002")]
    return []


def _demo() -> list[CheckMessage]:
    if settings.DEMO and not _is_local(settings.ALLOWED_HOSTS):
        hint = (
            "The demo signs people in by one press. Keep ALLOWED_HOSTS on this machine, or unset CCOC_DEMO."
        )
        return [Error("The demo is open to other machines.", hint=hint, id="ccoc.E003")]
    return []


def _networks() -> list[CheckMessage]:
    found: list[CheckMessage] = []
    for text in settings.CAMERA_NETWORKS:
        try:
            network = ip_network(text, strict=False)
        except ValueError:
            found.append(Error(f"CAMERA_NETWORKS: {text} is not a network.", id="ccoc.E004"))
            continue
        if network.prefixlen < WIDEST_PREFIX[network.version]:
            hint = "Name the camera networks; a camera's address must not lead into the internet."
            found.append(Error(f"CAMERA_NETWORKS: {text} is anywhere.", hint=hint, id="ccoc.E005"))
    return found


def _is_local(hosts: Sequence[str]) -> bool:
    return all(_is_loopback(host.strip("[]")) for host in hosts)


def _is_loopback(host: str) -> bool:
    if host in {"localhost", "testserver"}:  # Django's test client asks for the second
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
