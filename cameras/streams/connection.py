"""One TCP connection to a camera: bytes in, RTSP responses and interleaved RTP packets out.

An asyncio protocol rather than a stream reader: packets are cut straight from the received block, which is
what makes 183 cameras cheap on one core.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol, cast

from cameras.streams.errors import BadStream, Disconnected, StreamError, Unreachable
from cameras.streams.messages import Message, take_message
from cameras.streams.polling import Poller, poller
from cameras.streams.rows import DOLLAR, FRAME_HEAD
from cameras.streams.units import ReadCounters

OnPacket = Callable[[bytes, float], None]


class MediaReceiver(Protocol):
    """Takes the frames of the pictures' channel, and cuts them itself, for their number."""

    def take_picture(self, block: bytes, arrival_s: float) -> bool:
        """Take a received block that is one picture; False, with nothing done, where it is anything else."""

    def take_frames(self, buffer: bytes, position: int, arrival_s: float) -> int:
        """Take whole frames from the position on; the position after them."""


class RtspConnection(asyncio.Protocol):
    """Splits what a camera sends. `channels` gets a receiver(packet, arrival_s) each once PLAY is near;
    `play` names the receiver of the pictures and its channel.

    `closed` resolves with the reason when the connection ends; a protocol violation ends it.
    """

    def __init__(self, counters: ReadCounters) -> None:
        loop = asyncio.get_running_loop()
        self.closed: asyncio.Future[StreamError] = loop.create_future()
        self.channels: dict[int, OnPacket] = {}
        self._media: MediaReceiver = _Nobody()
        self._media_channel = -1
        self._media_start = b"before PLAY no block begins like this"
        self._counters = counters
        self._waiting: asyncio.Future[Message] | None = None
        self._pending = b""
        self._transport: asyncio.WriteTransport | None = None
        self._poller: Poller | None = None
        self._descriptor = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none of asyncio's classes, only shaped like them.
        self._transport = cast(asyncio.WriteTransport, transport)

    def play(self, channel: int, media: MediaReceiver) -> None:
        """Give the pictures, which come on this channel, to a receiver from now on, and poll for them."""
        self._media, self._media_channel = media, channel
        self._media_start = bytes((DOLLAR, channel))
        transport = cast(asyncio.Transport | None, self._transport)
        if transport is not None and not transport.is_closing():
            transport.pause_reading()
            self._poller, self._descriptor = poller(), transport.get_extra_info("socket").fileno()
            self._poller.add(self._descriptor, self._polled)

    def data_received(self, data: bytes) -> None:
        self._counters.bytes += len(data)
        now_s = time.monotonic()
        is_media = not self._pending and len(data) > FRAME_HEAD and data.startswith(self._media_start)
        if is_media and self._media.take_picture(data, now_s):
            return
        buffer = self._pending + data if self._pending else data
        try:
            self._pending = buffer[self._split(buffer, now_s) :]
        except StreamError as error:
            self._end(error)

    def _polled(self, block: bytes | OSError) -> None:
        if isinstance(block, BlockingIOError):
            return
        if block and not isinstance(block, OSError):
            self.data_received(block)
        else:
            self._end(Disconnected("camera closed the connection"))

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
        self._leave_poller()
        if self._transport is not None:
            self._transport.close()

    def _split(self, buffer: bytes, now_s: float) -> int:
        """Hand out every complete packet and message; the position up to which the buffer is done."""
        position, end = 0, len(buffer)
        receivers, packets = self.channels, 0
        media_channel, take_frames = self._media_channel, self._media.take_frames
        while end - position >= FRAME_HEAD:
            if buffer[position] != DOLLAR:
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
            start = position + FRAME_HEAD
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
        self._leave_poller()
        if self._transport is not None:
            self._transport.abort() if isinstance(error, BadStream) else self._transport.close()

    def _leave_poller(self) -> None:
        if self._poller is not None:
            self._poller.remove(self._descriptor)
            self._poller = None


class _Nobody:
    """Before PLAY."""

    def take_picture(self, block: bytes, arrival_s: float) -> bool:
        return False

    def take_frames(self, buffer: bytes, position: int, arrival_s: float) -> int:
        return position
