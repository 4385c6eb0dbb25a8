"""What every reader of a stream has in common: its limits and its shape."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from cameras.streams.networks import AllowedNetworks
from cameras.streams.starts import StartLimit
from cameras.streams.units import Deliver, ReadCounters, StreamSource


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """How long a reader waits, and where it may connect. Seconds.

    5 s without a picture is a stall: peers take 20 to 60 s, and no camera here sends less than one a second.
    """

    allowed: AllowedNetworks
    connect_s: float = 5.0
    answer_s: float = 5.0
    handshake_s: float = 10.0
    stall_s: float = 5.0
    starts: StartLimit = field(default_factory=StartLimit, compare=False)


Reader = Callable[[StreamSource, Deliver, ReadCounters, ReadLimits], Awaitable[None]]
"""Reads one source until it ends, which is always by raising a StreamError: a clean end is Disconnected.

Cancelling it closes the session politely.
"""
