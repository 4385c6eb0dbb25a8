"""The pieces of video that travel through the hub, and where they come from."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from cameras.streams.rows import START_CODE as START_CODE
from cameras.streams.rows import is_row, unwrapped


class Codec(StrEnum):
    """Video codecs we read; the values are FFmpeg's decoder names."""

    H264 = "h264"
    H265 = "hevc"


class Role(StrEnum):
    """Which of a camera's streams: the full picture for evidence, or the small one for walls."""

    MAIN = "main"
    SUB = "sub"


class Transport(StrEnum):
    """Which reader fetches the stream."""

    TCP = "tcp"
    COMPAT = "compat"


@dataclass(frozen=True, slots=True)
class StreamSource:
    """One stream to hold open.

    `url` is rtsp:// without user or password: those are apart, so that an address may be shown and logged.
    `site` names cameras which fail and return together (one switch, one fibre); siblings wake each other.
    """

    code: str
    url: str
    username: str = ""
    password: str = field(default="", repr=False)
    transport: Transport = Transport.TCP
    role: Role = Role.MAIN
    site: str = ""


class _MediaUnit(NamedTuple):
    data: bytes
    ticks: int
    clock_rate: int
    arrival_s: float
    is_key: bool
    codec: Codec
    after_gap: bool


class MediaUnit(_MediaUnit):
    """One picture as a reader delivers it, before it is given a place in time.

    `data` is Annex B and a key picture carries its parameter sets. `ticks` is the camera's clock modulo
    2**32 in units of 1/`clock_rate` s; `arrival_s` our monotonic clock. `after_gap`: pictures before it
    were lost, so that only a key picture is safe to decode from here.
    """

    __slots__ = ()

    @property
    def data(self) -> bytes:
        """Made on demand where the picture is still a row of frames: keep it if you need it twice."""
        stored = self[0]
        return unwrapped(stored, self.codec) if is_row(stored) else stored


class _AccessUnit(NamedTuple):
    code: str
    role: Role
    data: bytes
    pts_s: float
    arrival_s: float
    captured_at: float
    is_key: bool
    codec: Codec
    number: int
    after_gap: bool


class AccessUnit(_AccessUnit):
    """One picture of one camera: immutable, shared by ring, viewers, recorder and decoders.

    A tuple rather than a frozen dataclass because 183 cameras make 2,300 a second, at a quarter of the cost.
    `pts_s` counts from the first picture of the source and never goes back by more than B-frame reordering;
    `arrival_s` is our monotonic clock; `captured_at` unix seconds on our clock (see `clock`); `number` counts
    the pictures of this source, so that a subscriber sees a hole where its queue dropped.
    """

    __slots__ = ()

    @property
    def data(self) -> bytes:
        """Made on demand where the picture is still a row of frames: keep it if you need it twice."""
        stored = self[2]
        return unwrapped(stored, self.codec) if is_row(stored) else stored

    @property
    def stored_bytes(self) -> int:
        """What it takes in memory, within two hundredths of what it is."""
        return len(self[2])


@dataclass(slots=True)
class ReadCounters:
    """What one source has done since it was added; written by its reader, read by status pages.

    `camera_clock_skew_s`: the camera's own wall clock minus ours, from its last RTCP sender report.
    """

    bytes: int = 0
    packets: int = 0
    units: int = 0
    key_units: int = 0
    gaps: int = 0
    lost_packets: int = 0
    malformed: int = 0
    connects: int = 0
    reconnects: int = 0
    clock_jumps: int = 0
    camera_clock_skew_s: float | None = None


Deliver = Callable[[MediaUnit], None]
