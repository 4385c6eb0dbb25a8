"""Addresses that a device names: only its own machine counts, and no password stays in one."""

from typing import Final
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from cameras.onvif.device.errors import BadAnswer, ForeignAddress
from cameras.onvif.device.http import Place

_MAX_URI: Final = 1000
_SECRET_WORDS: Final = frozenset({"user", "usr", "username", "pass", "passwd", "password", "pwd", "psw"})
_PORTS: Final = {"http": 80, "rtsp": 554}  # IANA


def own_part(place: Place, uri: object, scheme: str, password: str = "") -> tuple[int, str]:
    """Port and path of an address on this device, without user information.

    Raises ForeignAddress for another machine, BadAnswer for what is no such address or still holds
    `password` (some makes put it in the path).
    """
    if not isinstance(uri, str) or not 0 < len(uri) <= _MAX_URI or not uri.isprintable() or " " in uri:
        raise BadAnswer("device names no address")
    try:
        parts = urlsplit(uri)
        port = parts.port or _PORTS[scheme]
    except ValueError:
        raise BadAnswer("device names a malformed address") from None
    if parts.scheme != scheme:
        raise BadAnswer("device names an address of another scheme")
    if (parts.hostname or "").lower() not in (place.host.lower(), place.numeric.lower()):
        raise ForeignAddress("device names another machine")
    path = (parts.path or "/") + _harmless(parts.query)
    if not path.isascii() or (password and password in unquote(path)):
        raise BadAnswer("device puts the password into its address")
    return port, path


def _harmless(query: str) -> str:
    """The query without user and password; untouched where it has none, because devices are particular."""
    if not query:
        return ""
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if name.lower() not in _SECRET_WORDS]
    return f"?{query}" if len(kept) == len(pairs) else f"?{urlencode(kept)}" if kept else ""
