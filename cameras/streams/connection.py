"""One TCP connection to a camera: bytes in, RTSP responses and interleaved RTP packets out.

An asyncio protocol rather than a stream reader: packets are cut straight from the received block, which is
what makes 183 cameras cheap on one core.
"""

import asyncio
import time
from collections.abc import Callable
from typing import cast

from cameras.streams.errors import BadStream, Disconnected, StreamError, Unreachable
from cameras.streams.messages import Message, take_message
from cameras.streams.units import ReadCounters

OnPacket = Callable[[bytes, float], None]
OnFrames = Callable[[bytes, int, float], int]
_DOLLAR = 0x24
_FRAME_HEAD = 4


class RtspConnection(asyncio.Protocol):
    """Splits what a camera sends. `channels` gets a receiver(packet, arrival_s) each once PLAY is near;
    `media` is the channel of the pictures with one that cuts its frames itself, for their number:
    receiver(block, position, arrival_s) takes whole frames from there on and returns where it ended.

    `closed` resolves with the reason when the connection ends; a protocol violation ends it.
    """

    def __init__(self, counters: ReadCounters) -> None:
        loop = asyncio.get_running_loop()
        self.closed: asyncio.Future[StreamError] = loop.create_future()
        self.channels: dict[int, OnPacket] = {}
        self.media: tuple[int, OnFrames] | None = None
        self._counters = counters
        self._waiting: asyncio.Future[Message] | None = None
        self._pending = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none of asyncio's classes, only shaped like them.
        self._transport = cast(asyncio.WriteTransport, transport)

    def data_received(self, data: bytes) -> None:
        self._counters.bytes += len(data)
        buffer = self._pending + data if self._pending else data
        try:
            self._pending = buffer[self._split(buffer, time.monotonic()) :]
        except StreamError as error:
            self._end(error)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(Disconnected("camera closed the connection"))

    async def ask(self, request: bytes, timeout_s: float) -> Message:
        """Send a request and wait for its response; one at a time.

        Raises Unreachable without an answer in time, or the reason for which the connection ended.
        """
        if self.closed.done():
            raise self.closed.result()
        self._waiting = asyncio.get_running_loop().create_future()
        self.send(request)
        try:
            async with asyncio.timeout(timeout_s):
                return await self._waiting
        except TimeoutError:
            raise Unreachable("camera did not answer in time") from None
        finally:
            self._waiting = None

    def send(self, request: bytes) -> None:
        """Send without waiting; does nothing on a closed connection."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(request)

    def close(self) -> None:
        """Drop the connection now, after what was sent has left."""
        if self._transport is not None:
            self._transport.close()

    def _split(self, buffer: bytes, now_s: float) -> int:
        """Hand out every complete packet and message; the position up to which the buffer is done."""
        position, end = 0, len(buffer)
        receivers, packets = self.channels, 0
        media_channel, take_frames = self.media or (-1, _take_nothing)
        while end - position >= _FRAME_HEAD:
            if buffer[position] != _DOLLAR:
                taken = take_message(buffer, position)
                if taken is None:
                    break
                position += taken.size
                self._answer(taken.message)
                continue
            if buffer[position + 1] == media_channel:
                before, position = position, take_frames(buffer, position, now_s)
                if position == before:
                    break
                continue
            start = position + _FRAME_HEAD
            stop = start + (buffer[position + 2] << 8 | buffer[position + 3])
            if stop > end:
                break
            receiver = receivers.get(buffer[position + 1])
            if receiver is not None:
                packets += 1
                receiver(buffer[start:stop], now_s)
            position = stop
        self._counters.packets += packets
        return position

    def _answer(self, message: Message) -> None:
        """Give a response to who waits for it. Keep-alive answers and the camera's own requests pass by."""
        if message.status and self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(message)

    def _end(self, error: StreamError) -> None:
        if not self.closed.done():
            self.closed.set_result(error)
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(error)
        if self._transport is not None:
            self._transport.abort() if isinstance(error, BadStream) else self._transport.close()


def _take_nothing(buffer: bytes, position: int, now_s: float) -> int:
    return position
