"""WS-Discovery: which ONVIF devices answer on a network, within a fixed time.

One probe is sent to the multicast group on one interface; whoever answers is heard only if it lies in the
camera networks and speaks of itself, not of another machine.
"""

import asyncio
import ipaddress
import socket
import uuid
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

from cameras.onvif.device import soap
from cameras.onvif.device.addresses import own_part
from cameras.onvif.device.errors import DeviceError
from cameras.onvif.device.facts import cut
from cameras.onvif.device.http import Place
from cameras.streams.networks import AllowedNetworks

GROUP: Final = ("239.255.255.250", 3702)  # WS-Discovery 1.0, 2.4
MAX_FOUND: Final = 512
MAX_DATAGRAM_BYTES: Final = 16_384
_PROBE: Final = """<?xml version="1.0" encoding="utf-8"?>
<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing"\
 xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/network/wsdl">
<e:Header><w:MessageID>uuid:{id}</w:MessageID><w:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To>
<w:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</w:Action></e:Header>
<e:Body><d:Probe><d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe></e:Body></e:Envelope>"""


@dataclass(frozen=True, slots=True)
class Found:
    """A device that answered; name and hardware are what it says of itself."""

    host: str
    port: int
    name: str
    hardware: str


async def discover(
    allowed: AllowedNetworks,
    *,
    interface: str = "",
    wait_s: float = 3.0,
    group: tuple[str, int] = GROUP,
    enough: int = MAX_FOUND,
) -> list[Found]:
    """Devices by address. `interface` is our own numeric address on the cameras' side, empty for the
    default route. Ends after `wait_s` seconds, or with `enough` devices. Raises OSError without network."""
    listener = _Listener(allowed, min(enough, MAX_FOUND))
    loop = asyncio.get_running_loop()
    transport, _protocol = await loop.create_datagram_endpoint(lambda: listener, sock=_socket(interface))
    try:
        transport.sendto(_PROBE.format(id=uuid.uuid4()).encode(), group)
        async with asyncio.timeout(wait_s):
            await listener.is_enough.wait()
    except TimeoutError:
        pass
    finally:
        transport.close()
    return sorted(listener.found.values(), key=lambda found: ipaddress.ip_address(found.host).packed)


def _socket(interface: str) -> socket.socket:
    """A multicast sender that stays on its own network (time to live 1)."""
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.setblocking(False)
    sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
    if interface:
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(interface))
    sender.bind((interface, 0))
    return sender


class _Listener(asyncio.DatagramProtocol):
    """Keeps one entry a host, the first."""

    def __init__(self, allowed: AllowedNetworks, enough: int) -> None:
        self.found: dict[str, Found] = {}
        self.is_enough = asyncio.Event()
        self._allowed = allowed
        self._enough = enough

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        host = str(addr[0])
        if host in self.found or len(data) > MAX_DATAGRAM_BYTES or not self._allowed.allows(host):
            return
        answer = read_match(data, host)
        if answer is not None:
            self.found[host] = answer
        if len(self.found) >= self._enough:
            self.is_enough.set()


def read_match(data: bytes, host: str) -> Found | None:
    """What one answer says of the device at `host`; None for what is no answer of its own."""
    try:
        root = soap.parse(data)
    except DeviceError:
        return None
    texts = {str(element.tag).rpartition("}")[2]: element.text or "" for element in root.iter()}
    place = Place(host, host, 0)
    for address in texts.get("XAddrs", "").split()[:8]:
        try:
            port, _path = own_part(place, address, "http")
        except DeviceError:
            continue
        scopes = texts.get("Scopes", "")
        return Found(host, port, _scope(scopes, "name"), _scope(scopes, "hardware"))
    return None


def _scope(scopes: str, kind: str) -> str:
    """The value of `onvif://www.onvif.org/name/…` in a list of scopes."""
    start = f"onvif://www.onvif.org/{kind}/"
    found = next((scope for scope in scopes.split() if scope.lower().startswith(start)), "")
    return cut(unquote(found[len(start) :]).replace("_", " "))
