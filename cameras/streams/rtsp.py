"""Our RTSP/1.0 client over TCP (RFC 2326, interleaved): the reader that every camera gets first.

Order of a session: resolve and check the address, connect to exactly that address, DESCRIBE, SETUP, PLAY,
then packets until something ends it. Hosts named by the camera (redirects, Content-Base, a=control) are
ignored: only their paths count, so that a camera cannot send us, or our password, elsewhere.
"""

import asyncio
import contextlib
import functools
import re
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from cameras.streams.authentication import Authenticator
from cameras.streams.connection import RtspConnection
from cameras.streams.errors import (
    AuthFailed,
    BadStream,
    Disconnected,
    NotFound,
    SessionLimit,
    Stalled,
    StreamError,
    Unreachable,
)
from cameras.streams.messages import Message, encode
from cameras.streams.networks import CameraAddress, parse_address, resolve
from cameras.streams.reading import ReadLimits
from cameras.streams.rtp import UnitAssembler, assembler, sender_wall_clock
from cameras.streams.sdp import VideoTrack, parse_sdp
from cameras.streams.units import Deliver, ReadCounters, StreamSource

_USER_AGENT = "CCOC"
_DEFAULT_SESSION_S = 60  # RFC 2326, 12.37
_MAX_REDIRECTS = 2
_INTERLEAVED = re.compile(r"interleaved\s*=\s*(\d{1,3})\s*-\s*(\d{1,3})")


@dataclass(frozen=True, slots=True)
class Session:
    """A stream set up: where keep-alives go, and on which channels its packets come."""

    track: VideoTrack
    url: str
    identifier: str
    timeout_s: float
    media_channel: int
    control_channel: int


@dataclass(slots=True)
class Dialogue:
    """The requests of one connection: numbers, authentication and the errors that answers stand for."""

    connection: RtspConnection
    authenticator: Authenticator
    limits: ReadLimits
    _number: int = field(default=0)

    async def ask(self, method: str, url: str, headers: tuple[tuple[str, str], ...] = ()) -> Message:
        """The successful response to a request, authenticated once if asked for; else a StreamError."""
        response = await self._once(method, url, headers)
        if response.status == 401:
            self.authenticator.accept(response.all("www-authenticate"))
            response = await self._once(method, url, headers)
        raise_for_status(response.status)
        return response

    def tell(self, method: str, url: str, identifier: str) -> None:
        """Send a request whose answer does not matter."""
        self.connection.send(self._request(method, url, (("Session", identifier),)))

    async def _once(self, method: str, url: str, headers: tuple[tuple[str, str], ...]) -> Message:
        return await self.connection.ask(self._request(method, url, headers), self.limits.answer_s)

    def _request(self, method: str, url: str, headers: tuple[tuple[str, str], ...]) -> bytes:
        self._number += 1
        all_headers = [("CSeq", str(self._number)), ("User-Agent", _USER_AGENT), *headers]
        authorization = self.authenticator.header(method, url)
        if authorization is not None:
            all_headers.append(("Authorization", authorization))
        return encode((method, url, "RTSP/1.0"), all_headers)


async def read_rtsp(
    source: StreamSource, deliver: Deliver, counters: ReadCounters, limits: ReadLimits
) -> None:
    """The default `reading.Reader`."""
    address = parse_address(source.url)
    async with AsyncExitStack() as ending:
        async with limits.starts.turn(address.host):
            connection = await _connect(address, limits, counters)
            ending.callback(connection.close)
            dialogue = Dialogue(connection, Authenticator(source.username, source.password), limits)
            session = await _handshake(dialogue, address, limits)
            ending.callback(dialogue.tell, "TEARDOWN", session.url, session.identifier)
        counters.connects += 1
        await _play(dialogue, session, deliver, counters)


async def _connect(address: CameraAddress, limits: ReadLimits, counters: ReadCounters) -> RtspConnection:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(limits.connect_s):
            numeric = await resolve(address, limits.allowed)
            factory = functools.partial(RtspConnection, counters)
            _, connection = await loop.create_connection(factory, numeric, address.port)
    except TimeoutError:
        raise Unreachable("camera did not accept the connection in time") from None
    except OSError as error:
        raise Unreachable(f"connection failed (errno {error.errno})") from None
    return connection


async def _handshake(dialogue: Dialogue, address: CameraAddress, limits: ReadLimits) -> Session:
    try:
        async with asyncio.timeout(limits.handshake_s):
            return await _set_up(dialogue, address)
    except TimeoutError:
        raise Unreachable("camera took too long to answer") from None
    except Disconnected:
        raise Unreachable("camera closed the connection before playing") from None


async def _set_up(dialogue: Dialogue, address: CameraAddress) -> Session:
    described, base = await _describe(dialogue, address)
    track = parse_sdp(described.body)
    control = control_url(address, base, track.control)
    transport = ("Transport", "RTP/AVP/TCP;unicast;interleaved=0-1")
    response = await dialogue.ask("SETUP", control, (transport,))
    identifier, timeout_s = parse_session(response.get("session"))
    media, rtcp = parse_channels(response.get("transport"))
    return Session(track, _aggregate_url(address, base), identifier, timeout_s, media, rtcp)


async def _describe(dialogue: Dialogue, address: CameraAddress) -> tuple[Message, str]:
    """The description and the path it is relative to, following redirects by their path only."""
    path = address.path
    for _ in range(_MAX_REDIRECTS + 1):
        url = CameraAddress(address.host, address.port, path).url
        response = await dialogue.ask("DESCRIBE", url, (("Accept", "application/sdp"),))
        if response.status < 300:
            named = response.get("content-base") or response.get("content-location")
            return response, _path_of(named) or path
        path = _path_of(response.get("location")) or path
    raise BadStream("camera redirects too often")


async def _play(dialogue: Dialogue, session: Session, deliver: Deliver, counters: ReadCounters) -> None:
    """Start the stream and watch over it until it ends, which is always an error."""
    media = assembler(session.track, deliver, counters)
    dialogue.connection.channels = {session.control_channel: functools.partial(_reported, counters)}
    dialogue.connection.play(session.media_channel, media)
    headers = (("Session", session.identifier), ("Range", "npt=0.000-"))
    await dialogue.ask("PLAY", session.url, headers)
    media.delivered_s = time.monotonic()
    await _watch_over(dialogue, session, media)


def _reported(counters: ReadCounters, report: bytes, arrival_s: float) -> None:
    """Compare the camera's wall clock with ours."""
    wall = sender_wall_clock(report)
    if wall is not None:
        counters.camera_clock_skew_s = wall - time.time()


async def _watch_over(dialogue: Dialogue, session: Session, media: UnitAssembler) -> None:
    """Keep the session alive at half its timeout, and end it when no picture came for the stall time.

    Sleeps until the earliest moment at which something can be due, so a healthy camera costs one wake-up
    in five seconds.
    """
    closed, stall_s = dialogue.connection.closed, dialogue.limits.stall_s
    keep_alive_s = time.monotonic() + session.timeout_s / 2
    while True:
        now_s = time.monotonic()
        stalled_s = media.delivered_s + stall_s
        if now_s >= stalled_s:
            raise Stalled("no picture arrives")
        if now_s >= keep_alive_s:
            dialogue.tell("GET_PARAMETER", session.url, session.identifier)
            keep_alive_s = now_s + session.timeout_s / 2
        await asyncio.wait({closed}, timeout=min(stalled_s, keep_alive_s) - now_s)
        if closed.done():
            raise closed.result()


def raise_for_status(status: int) -> None:
    """Turn an unsuccessful status into its StreamError; redirects pass."""
    if 200 <= status < 400:
        return
    if status in (401, 403):
        raise AuthFailed(f"camera refused the user or password (status {status})")
    if status == 404:
        raise NotFound("camera knows no such stream (status 404)")
    if status == 453:
        raise SessionLimit("camera has no session left (status 453)")
    raise _unusual(status)


def _unusual(status: int) -> StreamError:
    """503 and 5xx pass with time; what else a camera refuses, it refuses for good."""
    if status >= 500:
        return Unreachable(f"camera cannot serve now (status {status})")
    return BadStream(f"camera refused the request (status {status})")


def parse_session(header: str) -> tuple[str, float]:
    """Session identifier and timeout in seconds; raises BadStream without an identifier."""
    identifier, _, rest = header.partition(";")
    if not identifier.strip():
        raise BadStream("camera gave no session")
    _, _, value = rest.replace(" ", "").lower().partition("timeout=")
    digits = value.partition(";")[0]
    timeout = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 else 0
    return identifier.strip(), float(max(timeout, 2) if timeout else _DEFAULT_SESSION_S)


def parse_channels(header: str) -> tuple[int, int]:
    """Channels of media and RTCP; raises BadStream where the camera did not choose interleaving."""
    found = _INTERLEAVED.search(header)
    if found is None:
        if "tcp" in header.lower():
            return 0, 1
        raise BadStream("camera does not send over TCP")
    return int(found[1]), int(found[2])


def control_url(address: CameraAddress, base: str, control: str) -> str:
    """Address for SETUP: the control attribute, absolute or relative to `base`, on the checked host."""
    if control in ("", "*"):
        path = base
    elif "://" in control:
        path = _path_of(control) or base
    elif control.startswith("/"):
        path = control
    else:
        path = base if base.endswith("/") else base + "/"
        path += control
    return CameraAddress(address.host, address.port, path).url


def _aggregate_url(address: CameraAddress, base: str) -> str:
    return CameraAddress(address.host, address.port, base).url


def _path_of(url: str) -> str:
    """Path and query of a URL that the camera named, without its host; empty where there is none."""
    with contextlib.suppress(ValueError):
        parts = urlsplit(url)
        if parts.path.startswith("/"):
            return parts.path + (f"?{parts.query}" if parts.query else "")
    return ""
