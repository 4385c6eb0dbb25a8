"""HTTP/1.1 to one device: the address is resolved once and pinned, redirects are never followed, sizes and
times are bounded.

A library of our own because a device is not trusted: the ordinary clients follow a redirect with the
password's digest in hand, read answers of any length, and limit the time of each read rather than of all.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from cameras.onvif.device.errors import AddressRefused, BadAnswer, Unreachable
from cameras.streams import errors as stream_errors
from cameras.streams.networks import AllowedNetworks, CameraAddress, resolve

MAX_HEAD_LINES: Final = 100
MAX_LINE_BYTES: Final = 8192
_NO_BODY: Final = frozenset({204, 304})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a device listens: the name it was given, the numeric address that we keep to, a port."""

    host: str
    numeric: str
    port: int

    def at_port(self, port: int) -> "Place":
        return replace(self, port=port)


@dataclass(frozen=True, slots=True)
class Ask:
    """One request; `path` begins with a slash and may hold a query."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """One response; header names are lower case."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def all(self, name: str) -> list[str]:
        """Every value of a header."""
        return [value for key, value in self.headers if key == name]


async def find_place(host: str, port: int, allowed: AllowedNetworks, timeout_s: float = 5.0) -> Place:
    """Resolve once; raises Unreachable for an unknown name, AddressRefused outside the networks."""
    try:
        async with asyncio.timeout(timeout_s):
            numeric = await resolve(CameraAddress(host, port, "/"), allowed)
    except (stream_errors.Unreachable, TimeoutError):
        raise Unreachable("device name could not be resolved") from None
    except stream_errors.AddressRefused:
        raise AddressRefused("device lies outside the camera networks") from None
    return Place(host, numeric, port)


async def exchange(place: Place, ask: Ask, *, limit: int, timeout_s: float) -> Answer:
    """Send one request and take its whole answer of at most `limit` bytes within `timeout_s` seconds.

    Raises Unreachable or BadAnswer.
    """
    try:
        async with asyncio.timeout(timeout_s):
            return await _exchange(place, ask, limit)
    except TimeoutError:
        raise Unreachable("device did not answer in time") from None
    except OSError:
        raise Unreachable("connection failed") from None
    except (asyncio.IncompleteReadError, ValueError):
        raise BadAnswer("answer is cut or malformed") from None


async def _exchange(place: Place, ask: Ask, limit: int) -> Answer:
    reader, writer = await asyncio.open_connection(place.numeric, place.port, limit=MAX_LINE_BYTES)
    try:
        writer.write(_request(place, ask))
        await writer.drain()
        status, headers = await _head(reader)
        body = b"" if status in _NO_BODY else await _body(reader, dict(headers), limit)
        return Answer(status, headers, body)
    finally:
        writer.transport.abort()


def _request(place: Place, ask: Ask) -> bytes:
    host = f"[{place.host}]" if ":" in place.host else place.host
    lines = [
        f"{ask.method} {ask.path} HTTP/1.1",
        f"Host: {host}:{place.port}",
        "User-Agent: CCOC",
        "Connection: close",
        f"Content-Length: {len(ask.body)}",
        *(f"{name}: {value}" for name, value in ask.headers.items()),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + ask.body


async def _head(reader: asyncio.StreamReader) -> tuple[int, tuple[tuple[str, str], ...]]:
    """Status and headers; an interim answer (100) is passed over once."""
    status = _status(await _line(reader))
    headers = await _headers(reader)
    if status == 100:
        status, headers = _status(await _line(reader)), await _headers(reader)
    return status, headers


def _status(line: str) -> int:
    words = line.split(" ", 2)
    if len(words) < 2 or not words[0].startswith("HTTP/1.") or not words[1].isdigit():
        raise BadAnswer("not an HTTP answer")
    return int(words[1])


async def _headers(reader: asyncio.StreamReader) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for _ in range(MAX_HEAD_LINES):
        line = await _line(reader)
        if not line:
            return tuple(found)
        name, _colon, value = line.partition(":")
        found.append((name.strip().lower(), value.strip()))
    raise BadAnswer("answer has too many headers")


async def _line(reader: asyncio.StreamReader) -> str:
    """One line without its end; StreamReader itself refuses one beyond its limit."""
    line = await reader.readline()
    if not line.endswith(b"\n"):
        raise BadAnswer("answer ends in its head")
    return line.decode("latin-1").rstrip("\r\n")


async def _body(reader: asyncio.StreamReader, headers: dict[str, str], limit: int) -> bytes:
    if "chunked" in headers.get("transfer-encoding", "").lower():
        return await _chunks(reader, limit)
    if "content-length" in headers:
        return await reader.readexactly(_size(headers["content-length"], 10, limit))
    body = bytearray()
    while block := await reader.read(65536):
        body += block
        if len(body) > limit:
            raise BadAnswer("answer is too large")
    return bytes(body)


async def _chunks(reader: asyncio.StreamReader, limit: int) -> bytes:
    body = bytearray()
    while size := _size((await _line(reader)).partition(";")[0], 16, limit - len(body)):
        body += await reader.readexactly(size)
        await _line(reader)
    return bytes(body)


def _size(text: str, base: int, limit: int) -> int:
    size = int(text.strip(), base)
    if not 0 <= size <= limit:
        raise BadAnswer("answer is too large")
    return size
