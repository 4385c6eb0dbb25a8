"""Where a camera may live: the address rules that stand between a form field and a connection.

A camera's address is typed or imported by people. Without these rules it could name a file, another scheme,
or a machine inside the station that is no camera.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from cameras.streams.errors import AddressRefused, Unreachable

DEFAULT_PORT = 554  # IANA service "rtsp"

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class CameraAddress:
    """An accepted camera URL in parts; `path` keeps its query."""

    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"rtsp://{host}:{self.port}{self.path}"


@dataclass(frozen=True, slots=True)
class AllowedNetworks:
    """The networks in which cameras are allowed."""

    networks: tuple[_Network, ...]

    @classmethod
    def parse(cls, values: Iterable[str]) -> "AllowedNetworks":
        """From CIDR strings; raises ValueError on a malformed one."""
        return cls(tuple(ipaddress.ip_network(value) for value in values))

    def allows(self, address: str) -> bool:
        """True where the numeric address lies in a camera network; an IPv4-mapped one counts as IPv4."""
        try:
            numeric = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return False
        mapped = getattr(numeric, "ipv4_mapped", None) or numeric
        return any(mapped in network for network in self.networks)


def parse_address(url: str) -> CameraAddress:
    """Split a camera URL; raises AddressRefused for another scheme, user information or a malformed part."""
    if not url.isprintable() or " " in url:
        raise AddressRefused("camera address has characters that no address has")
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORT
    except ValueError:
        raise AddressRefused("camera address is malformed") from None
    if parts.scheme != "rtsp":
        raise AddressRefused("camera address must begin with rtsp://")
    if "@" in parts.netloc:
        raise AddressRefused("camera address must not hold a user or password")
    if not parts.hostname:
        raise AddressRefused("camera address has no host")
    query = f"?{parts.query}" if parts.query else ""
    return CameraAddress(parts.hostname, port, (parts.path or "/") + query)


async def resolve(address: CameraAddress, allowed: AllowedNetworks) -> str:
    """The one numeric address to connect to: resolved once, checked, and used as it is.

    Raises AddressRefused outside the allowed networks, Unreachable where the name is unknown.
    """
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable("camera name could not be resolved") from None
    numeric = [str(entry[4][0]) for entry in found]
    for candidate in numeric:
        if allowed.allows(candidate):
            return candidate
    raise AddressRefused("camera address lies outside the camera networks")
