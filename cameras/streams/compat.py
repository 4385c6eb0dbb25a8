"""The second reader, for cameras that ours does not understand (UDP only, odd descriptions): FFmpeg by PyAV.

It demultiplexes in a thread and decodes nothing. Measured traps that shape it: only `timeout` bounds a dead
camera, and takes twice the value asked (stimeout and rw_timeout are ignored without a word); a killed server
ends the stream without an exception; without a protocol whitelist a URL may open files. FFmpeg takes the
password in the URL only and quotes that URL in its messages, so none of its texts leaves this module. It
also follows redirects by itself: choose this reader for cameras that are trusted to be cameras.
"""

import asyncio
import errno
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import quote

import av
from av.error import FFmpegError, HTTPNotFoundError, HTTPUnauthorizedError, InvalidDataError
from av.packet import Packet
from av.video.stream import VideoStream

from cameras.streams.errors import (
    AuthFailed,
    BadStream,
    Disconnected,
    NotFound,
    Stalled,
    StreamError,
    Unreachable,
)
from cameras.streams.nal import is_parameter_set, join_annex_b, split_annex_b
from cameras.streams.networks import CameraAddress, parse_address, resolve
from cameras.streams.reading import ReadLimits
from cameras.streams.units import Codec, Deliver, MediaUnit, ReadCounters, StreamSource

_T = TypeVar("_T")
_CODECS = {"h264": Codec.H264, "hevc": Codec.H265}
_TIMEOUT_FACTOR = 2  # FFmpeg waits twice what `timeout` says


async def read_compat(
    source: StreamSource, deliver: Deliver, counters: ReadCounters, limits: ReadLimits
) -> None:
    """A `reading.Reader`: UDP or TCP, whatever FFmpeg and the camera agree on."""
    address = parse_address(source.url)
    numeric = await resolve(address, limits.allowed)
    job = _Job(_url(source, address, numeric), limits, asyncio.get_running_loop(), deliver, counters)
    thread = threading.Thread(target=job.run, name=f"compat {source.code}", daemon=True)
    thread.start()
    try:
        await _watch_over(job, limits)
    finally:
        job.is_cancelled = True


@dataclass(slots=True)
class _Job:
    """One thread's work. A thread that hangs in FFmpeg is left behind and ends at its own timeout."""

    url: str = field(repr=False)
    limits: ReadLimits
    loop: asyncio.AbstractEventLoop
    deliver: Deliver
    counters: ReadCounters
    is_cancelled: bool = False
    last_s: float = 0.0
    ended: asyncio.Future[StreamError] = field(init=False)

    def __post_init__(self) -> None:
        self.ended = self.loop.create_future()

    def run(self) -> None:
        """Thread body: read, then hand the reason for the end to the loop."""
        try:
            self._read()
            error: StreamError = Disconnected("camera ended the stream")
        except (FFmpegError, OSError) as failure:
            error = _translate(failure)
        except StreamError as failure:
            error = failure
        self._in_loop(self._end, error)

    def _read(self) -> None:
        options = {
            "protocol_whitelist": "rtsp,rtp,tcp,udp",
            "timeout": str(int(self.limits.stall_s / _TIMEOUT_FACTOR * 1_000_000)),
            "rtsp_flags": "prefer_tcp",
            "analyzeduration": "500000",
        }
        with av.open(self.url, format="rtsp", options=options) as container:
            if not container.streams.video:
                raise BadStream("camera offers no H.264 or H.265 video")
            stream = container.streams.video[0]
            codec = _CODECS.get(stream.codec_context.name)
            if codec is None:
                raise BadStream("camera offers no H.264 or H.265 video")
            for packet in container.demux(stream):
                if self.is_cancelled:
                    return
                if packet.size:
                    self._in_loop(self._deliver, _unit(packet, stream, codec))

    def _deliver(self, unit: MediaUnit) -> None:
        if self.is_cancelled:
            return
        if not self.last_s:
            self.counters.connects += 1
        self.last_s = unit.arrival_s
        self.counters.bytes += len(unit.data)
        self.deliver(unit)

    def _end(self, error: StreamError) -> None:
        if not self.ended.done():
            self.ended.set_result(error)

    def _in_loop(self, call: Callable[[_T], None], value: _T) -> None:
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(call, value)


async def _watch_over(job: _Job, limits: ReadLimits) -> None:
    """End with the thread's reason, or as stalled when no picture came in time."""
    started_s = time.monotonic()
    while True:
        due_s = job.last_s + limits.stall_s if job.last_s else started_s + limits.handshake_s
        now_s = time.monotonic()
        if now_s >= due_s:
            raise (
                Stalled("no picture arrives") if job.last_s else Unreachable("camera took too long to answer")
            )
        await asyncio.wait({job.ended}, timeout=due_s - now_s)
        if job.ended.done():
            raise job.ended.result()


def _unit(packet: "Packet[VideoStream]", stream: VideoStream, codec: Codec) -> MediaUnit:
    """A demultiplexed packet as a picture; FFmpeg's RTSP packets are Annex B already."""
    arrival_s = time.monotonic()
    data, rate = bytes(packet), 90_000
    if packet.is_keyframe:
        data = _with_parameter_sets(data, stream.codec_context.extradata or b"", codec)
    stamp = packet.pts if packet.pts is not None else packet.dts
    if stamp is None or packet.time_base is None:
        ticks = int(arrival_s * rate)
    else:
        ticks = int(stamp * packet.time_base * rate)
    return MediaUnit(data, ticks % 2**32, rate, arrival_s, packet.is_keyframe, codec, packet.is_corrupt)


def _with_parameter_sets(data: bytes, extradata: bytes, codec: Codec) -> bytes:
    if any(is_parameter_set(codec, nal) for nal in split_annex_b(data)):
        return data
    return join_annex_b([nal for nal in split_annex_b(extradata) if is_parameter_set(codec, nal)]) + data


def _url(source: StreamSource, address: CameraAddress, numeric: str) -> str:
    """The checked numeric address, with the user percent-encoded in front as FFmpeg wants it."""
    pinned = CameraAddress(numeric, address.port, address.path).url
    if not source.username and not source.password:
        return pinned
    user = f"{quote(source.username, safe='')}:{quote(source.password, safe='')}"
    return pinned.replace("rtsp://", f"rtsp://{user}@", 1)


def _translate(failure: FFmpegError | OSError) -> StreamError:
    """Our error for FFmpeg's, by its type and number; its text may hold the password."""
    if isinstance(failure, HTTPUnauthorizedError):
        return AuthFailed("camera refused the user or password (status 401)")
    if isinstance(failure, HTTPNotFoundError):
        return NotFound("camera knows no such stream (status 404)")
    if isinstance(failure, InvalidDataError):
        return BadStream("stream could not be understood")
    if failure.errno == errno.ETIMEDOUT:
        return Unreachable("camera did not answer in time")
    return Unreachable(f"connection failed (errno {failure.errno})")
