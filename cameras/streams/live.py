"""Live view of one source: muxed once, kept since its last key picture, fanned out to bounded outboxes.

A message to a viewer is a head of 17 bytes and what MediaSource takes: kind, when the picture was taken
(float64, unix milliseconds on our clock), its place on the media time line (float64, seconds). Kinds: `I` an
init segment after a 16-bit length and JSON {mime, width, height}; `K` a fragment that decoding may begin at;
`D` any other; `E` the end, with a reason in place of a fragment.

MediaSource does not survive a broken stream. So after any hole nothing is sent until the next key picture,
and a time line that cannot go on begins anew with its own init segment.
"""

import asyncio
import bisect
import json
import struct
from collections import deque
from typing import Final, NamedTuple

from cameras.streams.fmp4 import TIMESCALE, Track, fragment, init_segment, sample_of
from cameras.streams.nal import is_parameter_set, split_annex_b
from cameras.streams.parameter_sets import BadParameterSets
from cameras.streams.units import AccessUnit

INIT, KEY, DELTA, END = b"I", b"K", b"D", b"E"
HEAD: Final = struct.Struct(">cdd")
CAPACITY = 60  # fragments that one viewer may be behind: 5 s at 12 pictures a second
GROUP_BYTES = 4 * 2**20  # of the group that a new viewer is given; a longer one is waited for
MAX_REORDER = 4  # more B-frames than cameras use
HOLE_S = 2.0  # no camera here sends less than a picture a second
FIRST_S = 1.0  # where a time line begins, so that decoding may come before showing
_FIRST_INTERVAL = TIMESCALE // 25


class Message(NamedTuple):
    """What goes to viewers, encoded once for all of them; `size` of its head lies before its payload."""

    kind: bytes
    captured_ms: float
    media_s: float
    payload: bytes

    def encode(self) -> bytes:
        return HEAD.pack(self.kind, self.captured_ms, self.media_s) + self.payload

    @classmethod
    def decode(cls, data: bytes) -> "Message":
        """Raises ValueError where the bytes are no message."""
        if len(data) < HEAD.size or data[:1] not in (INIT, KEY, DELTA, END):
            raise ValueError("not a live message")
        kind, captured_ms, media_s = HEAD.unpack_from(data)
        return cls(kind, captured_ms, media_s, data[HEAD.size :])


def kind_of(message: bytes) -> bytes:
    """The kind of an encoded message."""
    return message[:1]


def ending(reason: str) -> bytes:
    """The last message of a view."""
    return Message(END, 0.0, 0.0, reason.encode()).encode()


class Placing(NamedTuple):
    """Times of one fragment in ticks."""

    decode: int
    duration: int
    offset: int


class DecodeTimes:
    """Gives each picture a decode time, so that no decode interval is open or empty.

    The n-th picture is decoded when the one `reorder` + 1 places before it in showing order is shown: then
    its duration, which is the way to the next decode time, is known the moment it arrives, however uneven
    the camera's pictures are. A hole would make Chromium drop everything up to the next key picture.
    """

    def __init__(self, first: int, interval: int, reorder: int) -> None:
        self._shown = [first - interval * step for step in range(reorder + 1, 0, -1)]

    def place(self, ticks: int) -> Placing | None:
        """None for a picture that would have to be decoded before the last: it is reordered by more."""
        if ticks <= self._shown[0]:
            return None
        while ticks in self._shown:
            ticks += 1
        bisect.insort(self._shown, ticks)
        decode = self._shown.pop(0)
        return Placing(decode, self._shown[0] - decode, ticks - decode)


class Muxer:
    """Turns the pictures of one source, in arrival order, into messages. Counts what it had to leave out."""

    def __init__(self) -> None:
        self.dropped = 0
        self._track: Track | None = None
        self._times: DecodeTimes | None = None
        self._origin_s = 0.0
        self._newest_s = 0.0
        self._interval = _FIRST_INTERVAL
        self._reorder = 0
        self._sequence = 0
        self._last_number: int | None = None

    def push(self, unit: AccessUnit) -> list[bytes]:
        """Messages for this picture: none while a key picture is waited for, two with a new init segment."""
        messages: list[bytes] = []
        if unit.after_gap or self._is_hole(unit):
            self._times = None
        self._last_number = unit.number
        nals = split_annex_b(unit.data)
        if unit.is_key:
            messages += self._follow_format(unit, nals)
        if self._track is None or not (unit.is_key or self._times):
            self.dropped += 1
            return messages
        shown = self._fragment(unit, nals)
        return [*messages, shown] if shown else messages

    def _is_hole(self, unit: AccessUnit) -> bool:
        """Pictures were dropped on the way here, or the camera was away."""
        if self._last_number is None:
            return False
        return unit.number != self._last_number + 1 or unit.pts_s - self._newest_s > HOLE_S

    def _follow_format(self, unit: AccessUnit, nals: list[bytes]) -> list[bytes]:
        """An init segment where the stream has a new format, or its time line goes back."""
        sets = tuple(nal for nal in nals if is_parameter_set(unit.codec, nal))
        known = self._track
        is_same = known is not None and (known.codec, known.sets) == (unit.codec, sets)
        if is_same and unit.pts_s >= self._newest_s - 1.0:
            return []
        try:
            self._track = Track.of(unit.codec, sets)
        except BadParameterSets:
            self._track = self._times = None
            return []
        self._times, self._origin_s, self._newest_s = None, unit.pts_s - FIRST_S, unit.pts_s
        return [self._init_message(unit, self._track)]

    def _init_message(self, unit: AccessUnit, track: Track) -> bytes:
        told = {"mime": track.mime, "width": track.format.width, "height": track.format.height}
        text = json.dumps(told, separators=(",", ":")).encode()
        payload = len(text).to_bytes(2, "big") + text + init_segment(track)
        return Message(INIT, unit.captured_at * 1000, FIRST_S, payload).encode()

    def _fragment(self, unit: AccessUnit, nals: list[bytes]) -> bytes | None:
        media_s = unit.pts_s - self._origin_s
        ticks = round(media_s * TIMESCALE)
        if self._times is None:
            self._times = DecodeTimes(ticks, self._interval, self._reorder)
        placing = self._times.place(ticks)
        sample = sample_of(unit.codec, nals)
        if placing is None or not sample:
            self._reorder = min(self._reorder + (placing is None), MAX_REORDER)
            self._times = None
            self.dropped += 1
            return None
        self._interval = min(placing.duration, TIMESCALE)
        self._newest_s = max(self._newest_s, unit.pts_s)
        self._sequence += 1
        data = fragment(
            self._sequence,
            sample,
            decode_ticks=placing.decode,
            duration_ticks=placing.duration,
            offset_ticks=placing.offset,
            is_key=unit.is_key,
        )
        kind = KEY if unit.is_key else DELTA
        return Message(kind, unit.captured_at * 1000, media_s, data).encode()


class Outbox:
    """One viewer's messages: bounded, never waited for by who fills it.

    A full one keeps its newest group, or goes on at the next key picture: old pictures are what a late viewer
    needs least. An init segment is kept, because nothing after it can be shown without it.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self.dropped = 0
        self._capacity = capacity
        self._messages: deque[bytes] = deque()
        self._is_waiting_for_key = False
        self._is_closed = False
        self._arrived = asyncio.Event()

    def offer(self, message: bytes) -> None:
        """Take a message without waiting. After the end nothing is taken."""
        if self._is_closed:
            return
        kind = kind_of(message)
        if kind == INIT:
            self._messages.clear()
            self._is_waiting_for_key = False
        elif kind == KEY and self._is_waiting_for_key:
            self._is_waiting_for_key = False
        elif kind != END and self._is_waiting_for_key:
            self.dropped += 1
            return
        self._messages.append(message)
        if kind != END and len(self._messages) > self._capacity:
            self._shed()
        self._is_closed = kind == END
        self._arrived.set()

    async def take(self) -> bytes:
        """The oldest message that waits; the last one is of kind END."""
        while not self._messages:
            self._arrived.clear()
            await self._arrived.wait()
        return self._messages.popleft()

    def _shed(self) -> None:
        """Keep the newest group if others go with it; else nothing, and wait for the next group."""
        messages = list(self._messages)
        keys = [place for place, message in enumerate(messages) if kind_of(message) == KEY]
        first = next((place for place, message in enumerate(messages) if kind_of(message) != INIT), 0)
        newest = keys[-1] if keys and keys[-1] > first else len(messages)
        self._is_waiting_for_key = newest == len(messages)
        self._messages = deque(messages[:first] + messages[newest:])
        self.dropped += newest - first


class Channel:
    """One source on show: what its newest viewer needs, and everybody's outbox. One event loop only."""

    def __init__(self, *, capacity: int = CAPACITY, group_bytes: int = GROUP_BYTES) -> None:
        self.outboxes: set[Outbox] = set()
        self._muxer = Muxer()
        self._capacity, self._group_bytes = capacity, group_bytes
        self._init = b""
        self._group: list[bytes] = []
        self._group_size = 0

    def push(self, unit: AccessUnit) -> None:
        """Show a picture to everybody."""
        for message in self._muxer.push(unit):
            self._remember(message)
            for outbox in self.outboxes:
                outbox.offer(message)

    def join(self) -> Outbox:
        """A new viewer: init segment and the group since the last key picture, then what comes.

        No await between the two, else the pictures of that moment would be lost.
        """
        outbox = Outbox(self._capacity)
        if self._init:
            outbox.offer(self._init)
        if self._group:
            outbox.offer(self._whole_group())
        self.outboxes.add(outbox)
        return outbox

    def leave(self, outbox: Outbox) -> None:
        self.outboxes.discard(outbox)

    def end(self, reason: str) -> None:
        """Tell every viewer why there is no more."""
        for outbox in self.outboxes:
            outbox.offer(ending(reason))

    def _remember(self, message: bytes) -> None:
        kind = kind_of(message)
        if kind == INIT:
            self._init = message
            self._group, self._group_size = [], 0
            return
        if kind == KEY:
            self._group, self._group_size = [], 0
        elif not self._group:
            return  # the group was too long to keep
        self._group.append(message)
        self._group_size += len(message)
        if self._group_size > self._group_bytes:
            self._group = []

    def _whole_group(self) -> bytes:
        """The fragments since the key picture as one message, with the times of the newest."""
        newest = Message.decode(self._group[-1])
        payload = b"".join(message[HEAD.size :] for message in self._group)
        return newest._replace(kind=KEY, payload=payload).encode()
