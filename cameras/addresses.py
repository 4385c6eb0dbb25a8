"""A camera's address as people type it, checked before it is stored.

The library refuses with constants; here each refusal becomes a sentence that says what to do. The address
is checked again when a worker connects, because a name may point elsewhere by then.
"""

import ipaddress
from typing import TypedDict

from django.conf import settings
from django.utils.translation import gettext as _

from cameras.streams.errors import AddressRefused
from cameras.streams.networks import AllowedNetworks, CameraAddress, parse_address
from ccoc.lib.errors import Refused


class StreamParts(TypedDict):
    """The fields of a camera that its address fills."""

    stream_host: str
    stream_port: int
    stream_path: str


class BadAddress(Refused):
    """An address that no camera may have. Its text is never repeated: it may hold a password."""


def stream_parts(url: str) -> StreamParts:
    """Parts of `rtsp://host:port/path`; raises BadAddress with words for the person who typed it."""
    text = url.strip()
    if "@" in text.partition("//")[2].partition("/")[0]:
        raise BadAddress(
            "credentials_in_address",
            _("Take the user and password out of the address; choose a credential profile instead."),
        )
    if not text.startswith("rtsp://"):
        raise BadAddress("not_rtsp", _("A camera address begins with rtsp://"))
    try:
        address = parse_address(text)
    except AddressRefused:
        raise BadAddress("malformed_address", _("Write the address as rtsp://host:port/path")) from None
    check_host(address)
    return StreamParts(stream_host=address.host, stream_port=address.port, stream_path=address.path)


def check_host(address: CameraAddress) -> None:
    """Refuse a numeric host outside the camera networks; a name is checked when it is resolved."""
    try:
        ipaddress.ip_address(address.host)
    except ValueError:
        return
    if not AllowedNetworks.parse(settings.CAMERA_NETWORKS).allows(address.host):
        networks = ", ".join(settings.CAMERA_NETWORKS)
        raise BadAddress(
            "outside_networks",
            _("This address is not in a camera network. Allowed: %(networks)s") % {"networks": networks},
        )


def stream_url(host: str, port: int, path: str) -> str:
    """The address without user or password; empty when the camera has none."""
    return CameraAddress(host, port, path).url if host else ""
