"""One connection to the simulator: it answers requests and, once told to play, carries the pictures."""

import asyncio
import secrets
import socket
import struct
from collections.abc import Callable
from typing import cast
from urllib.parse import urlsplit

from cameras.streams.errors import BadStream
from cameras.streams.messages import Message, encode, take_message
from cameras.streams.simulator.camera import TRACK, SimulatedCamera
from cameras.streams.simulator.faults import Fault
from cameras.streams.simulator.guard import challenge_headers, is_authorized

SESSION_TIMEOUT_S = 60
_MAX_UNSENT_BYTES = 4 * 1024 * 1024
_LORIS_INTERVAL_S = 0.5
_METHODS = "OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN"
_REASONS = {
    200: "OK",
    401: "Unauthorized",
    404: "Not Found",
    405: "Method Not Allowed",
    453: "Not Enough Bandwidth",
    461: "Unsupported Transport",
}
_IMMEDIATE_RESET = struct.pack("ii", 1, 0)  # SO_LINGER on, 0 s: close sends RST

Headers = tuple[tuple[str, str], ...]
Lookup = Callable[[str], SimulatedCamera | None]


class ClientConnection(asyncio.Protocol):
    """A client that does not read loses pictures, as with a camera."""

    def __init__(self, lookup: Lookup, connections: "set[ClientConnection]") -> None:
        self._lookup = lookup
        self._connections = connections
        self._camera: SimulatedCamera | None = None
        self._session = secrets.token_hex(8)
        self._nonce = secrets.token_hex(16)
        self._pending = b""
        self._transport: asyncio.WriteTransport | None = None
        self._trickle: asyncio.Task[None] | None = None
        self._answers: dict[str, Callable[[SimulatedCamera, Message], None]] = {
            "OPTIONS": self._options,
            "DESCRIBE": self._describe,
            "SETUP": self._set_up,
            "PLAY": self._play,
            "GET_PARAMETER": self._keep_alive,
            "TEARDOWN": self._tear_down,
        }

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none of asyncio's classes, only shaped like them.
        self._transport = cast(asyncio.WriteTransport, transport)
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.discard(self)
        if self._trickle is not None:
            self._trickle.cancel()
        if self._camera is not None:
            self._camera.leave(self)

    def data_received(self, data: bytes) -> None:
        self._pending = _without_frames(self._pending + data)
        try:
            while (taken := take_message(self._pending)) is not None:
                self._pending = _without_frames(self._pending[taken.size :])
                self._handle(taken.message)
        except BadStream:
            self.reset()

    def send_media(self, data: bytes) -> None:
        """Send a picture, unless the client does not keep up or is being answered byte by byte."""
        transport = self._transport
        is_free = transport is not None and self._trickle is None
        if transport is not None and is_free and transport.get_write_buffer_size() < _MAX_UNSENT_BYTES:
            transport.write(data)

    def reset(self) -> None:
        """End the connection with an RST."""
        if self._transport is not None and not self._transport.is_closing():
            handle = self._transport.get_extra_info("socket")
            handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _IMMEDIATE_RESET)
            self._transport.abort()

    def _handle(self, request: Message) -> None:
        method, url, _ = request.start
        camera = self._lookup(_camera_path(url))
        if camera is None:
            self._reply(request, 404)
        elif Fault.RESET in camera.faults:
            self.reset()
        elif Fault.STALL in camera.faults:
            return
        elif method != "OPTIONS" and self._is_refused(camera, request):
            self._reply(request, 401, challenge_headers(camera.config, self._nonce))
        elif Fault.MISSING in camera.faults:
            self._reply(request, 404)
        elif method in self._answers:
            self._answers[method](camera, request)
        else:
            self._reply(request, 405)

    def _is_refused(self, camera: SimulatedCamera, request: Message) -> bool:
        refuses_all = Fault.UNAUTHORIZED in camera.faults
        return refuses_all or not is_authorized(camera.config, self._nonce, request)

    def _options(self, camera: SimulatedCamera, request: Message) -> None:
        self._reply(request, 200, (("Public", _METHODS),), camera=camera)

    def _describe(self, camera: SimulatedCamera, request: Message) -> None:
        headers = (("Content-Base", request.start[1].rstrip("/") + "/"), ("Content-Type", "application/sdp"))
        self._reply(request, 200, headers, camera.description(), camera=camera)

    def _set_up(self, camera: SimulatedCamera, request: Message) -> None:
        if "interleaved" not in request.get("transport"):
            self._reply(request, 461)
        elif not camera.has_room_for(self):
            self._reply(request, 453)
        else:
            self._camera = camera
            camera.open(self)
            session = f"{self._session};timeout={SESSION_TIMEOUT_S}"
            transport = "RTP/AVP/TCP;unicast;interleaved=0-1"
            self._reply(request, 200, (("Session", session), ("Transport", transport)), camera=camera)

    def _play(self, camera: SimulatedCamera, request: Message) -> None:
        self._reply(request, 200, (("Session", self._session), ("Range", "npt=0.000-")), camera=camera)
        camera.play(self)

    def _keep_alive(self, camera: SimulatedCamera, request: Message) -> None:
        self._reply(request, 200, (("Session", self._session),), camera=camera)

    def _tear_down(self, camera: SimulatedCamera, request: Message) -> None:
        camera.leave(self)
        self._reply(request, 200)

    def _reply(
        self,
        request: Message,
        status: int,
        headers: Headers = (),
        body: bytes = b"",
        *,
        camera: SimulatedCamera | None = None,
    ) -> None:
        sequence = ("CSeq", request.get("cseq"))
        data = encode(("RTSP/1.0", str(status), _REASONS[status]), (sequence, *headers), body)
        if camera is not None and Fault.LORIS in camera.faults:
            self._trickle = asyncio.create_task(self._send_slowly(data))
        elif self._transport is not None:
            self._transport.write(data)

    async def _send_slowly(self, data: bytes) -> None:
        for position in range(len(data)):
            if self._transport is not None:
                self._transport.write(data[position : position + 1])
            await asyncio.sleep(_LORIS_INTERVAL_S)


def _camera_path(url: str) -> str:
    """The camera's own path in a request URL."""
    path = urlsplit(url).path if "://" in url else url
    return path.removesuffix(TRACK).rstrip("/")


def _without_frames(buffer: bytes) -> bytes:
    """Drop interleaved frames that clients send: receiver reports."""
    while buffer.startswith(b"$") and len(buffer) >= 4:
        size = 4 + int.from_bytes(buffer[2:4], "big")
        if len(buffer) < size:
            return buffer
        buffer = buffer[size:]
    return buffer
