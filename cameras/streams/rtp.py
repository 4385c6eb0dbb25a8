"""From RTP packets to pictures: H.264 (RFC 6184) and H.265 (RFC 7798) over a reliable, ordered channel.

This is the hot path: 183 cameras bring about 18,000 packets a second. A packet costs one `push`, most of them
its first few lines only; everything that can wait until the picture is complete is in `_finish`.
"""

import struct
from abc import ABC, abstractmethod
from typing import ClassVar

from cameras.streams.sdp import VideoTrack
from cameras.streams.units import START_CODE, Codec, Deliver, MediaUnit, ReadCounters

MAX_UNIT_BYTES = 8 * 1024 * 1024
_PLAIN = 0x80  # version 2 without padding, extension or sources
_NEVER = b"no packet continues"  # longer than any continuation
_FORBIDDEN = 0x80  # forbidden_zero_bit of both codecs
_PART_COST = 64  # bytes that a piece costs beside its own, so that many tiny ones are bounded too
_HEADER = struct.Struct(">BBHI")
_HEADER_BYTES = 12
_NTP_EPOCH_OFFSET_S = 2_208_988_800  # 1900 to 1970
_SENDER_REPORT = struct.Struct(">BBHIII")


class UnitAssembler(ABC):
    """Rebuilds pictures from the packets of one connection and delivers each when it is complete.

    A picture ends with the marker bit or where the timestamp changes. After a hole in the sequence the
    picture in work is thrown away and the next one is marked `after_gap`: half a picture helps nobody.
    """

    codec: ClassVar[Codec]
    fragment_start: ClassVar[int]  # where the data of a fragment begins in its packet

    def __init__(self, track: VideoTrack, deliver: Deliver, counters: ReadCounters) -> None:
        self._deliver = deliver
        self._counters = counters
        self._payload_type = track.payload_type
        self._clock_rate = track.clock_rate
        self._known_sets: tuple[bytes, ...] = track.parameter_sets
        self._expected: int | None = None
        self._continuation = _NEVER
        self._timestamp = -1
        self._arrival_s = 0.0
        self._after_gap = False
        self._damaged = False
        self._has_picture = self._is_key = False
        self._in_fragment: bool = False
        self._reset()

    def push(self, packet: bytes, arrival_s: float) -> None:
        """Take one RTP packet; never raises, whatever the bytes."""
        if not self._continues(packet):
            self._take(packet, arrival_s)

    def _continues(self, packet: bytes) -> bool:
        """Append a packet that is just the next piece of the fragment in work, as most are.

        Then its timestamp, source and fragment header are those of the piece before, byte for byte.
        """
        start = self.fragment_start
        if (
            packet[4:start] != self._continuation
            or packet[0] != _PLAIN
            or packet[1] != self._payload_type
            or packet[2] << 8 | packet[3] != self._expected
            or self._bytes > MAX_UNIT_BYTES
        ):
            return False
        self._expected = self._expected + 1 & 0xFFFF
        self._parts.append(packet[start:])
        self._bytes += len(packet)
        return True

    def _take(self, packet: bytes, arrival_s: float) -> None:
        if len(packet) <= _HEADER_BYTES or packet[0] >> 6 != 2:
            self._counters.malformed += 1
            return
        first, second, sequence, timestamp = _HEADER.unpack_from(packet)
        if second & 0x7F != self._payload_type:
            return
        if sequence != self._expected:
            self._note_gap(sequence)
        self._expected = (sequence + 1) & 0xFFFF
        if timestamp != self._timestamp:
            self._finish()
            self._timestamp = timestamp
        self._arrival_s = arrival_s
        payload = packet[_HEADER_BYTES:] if not first & 0x3F else _unusual_payload(packet)
        if not self._add(payload) or self._bytes > MAX_UNIT_BYTES:
            self._spoil()
        if second & 0x80:
            self._finish()
        last = self.fragment_start - 1
        is_open = self._in_fragment and first == _PLAIN
        self._continuation = packet[4:last] + bytes((packet[last] & 0x3F,)) if is_open else _NEVER

    @abstractmethod
    def _add(self, payload: bytes) -> bool:
        """Append the NAL units, or the part of one, in a payload; False where it makes no sense."""

    def _append_nal(self, nal: bytes, *, is_picture: bool, is_key: bool, is_set: bool) -> None:
        self._parts += (START_CODE, nal)
        self._bytes += len(nal) + _PART_COST
        self._has_picture = self._has_picture or is_picture
        self._is_key = self._is_key or is_key
        if is_set:
            self._sets.append(nal)

    def _append_fragment(self, header: bytes, payload: bytes, *, starts: bool, ends: bool) -> bool:
        if starts:
            self._parts += (START_CODE, header)
        elif not self._in_fragment:
            return False
        self._parts.append(payload)
        self._bytes += len(payload) + _PART_COST
        self._in_fragment = not ends
        return True

    def _finish(self) -> None:
        """Deliver the picture in work. Parameter sets alone are kept as the head of the next picture."""
        if self._damaged:
            self._damaged = False
            self._after_gap = True
            self._reset()
            return
        if not self._has_picture:
            return
        self._deliver(
            MediaUnit(
                self._unit_bytes(),
                self._timestamp,
                self._clock_rate,
                self._arrival_s,
                self._is_key,
                self.codec,
                self._after_gap,
            )
        )
        self._after_gap = False
        self._reset()

    def _unit_bytes(self) -> bytes:
        if self._sets:
            self._known_sets = tuple(self._sets)
        elif self._is_key:
            head = [part for nal in self._known_sets for part in (START_CODE, nal)]
            return b"".join(head + self._parts)
        return b"".join(self._parts)

    def _note_gap(self, sequence: int) -> None:
        if self._expected is None:
            return
        self._counters.gaps += 1
        missing = (sequence - self._expected) & 0xFFFF
        self._counters.lost_packets += missing if missing < 0x8000 else 0
        self._damaged = True
        self._in_fragment = False

    def _spoil(self) -> None:
        self._counters.malformed += 1
        self._damaged = True
        self._reset()

    def _reset(self) -> None:
        self._parts: list[bytes] = []
        self._sets: list[bytes] = []
        self._bytes = 0
        self._has_picture = False
        self._is_key = False
        self._in_fragment = False


class H264Assembler(UnitAssembler):
    """Single NAL units, STAP-A and FU-A, which is all that packetization modes 0 and 1 allow."""

    codec = Codec.H264
    fragment_start = _HEADER_BYTES + 2

    def _add(self, payload: bytes) -> bool:
        if not payload or payload[0] & _FORBIDDEN:
            return False
        kind = payload[0] & 0x1F
        if kind == 28:
            return self._add_fragment(payload)
        if kind == 24:
            return self._add_aggregate(payload)
        if 1 <= kind <= 23:
            self._add_nal(payload)
            return True
        return False

    def _add_nal(self, nal: bytes) -> None:
        kind = nal[0] & 0x1F
        self._append_nal(nal, is_picture=1 <= kind <= 5, is_key=kind == 5, is_set=kind in (7, 8))

    def _add_aggregate(self, payload: bytes) -> bool:
        nals = _split_aggregate(payload, 1)
        for nal in nals:
            self._add_nal(nal)
        return bool(nals)

    def _add_fragment(self, payload: bytes) -> bool:
        if len(payload) < 3:
            return False
        head = payload[1]
        kind = head & 0x1F
        self._has_picture = self._has_picture or 1 <= kind <= 5
        self._is_key = self._is_key or kind == 5
        header = bytes((payload[0] & 0xE0 | kind,))
        return self._append_fragment(header, payload[2:], starts=bool(head & 0x80), ends=bool(head & 0x40))


class H265Assembler(UnitAssembler):
    """Single NAL units, aggregation packets and fragmentation units, without decoding order numbers."""

    codec = Codec.H265
    fragment_start = _HEADER_BYTES + 3

    def _add(self, payload: bytes) -> bool:
        if len(payload) < 3 or payload[0] & _FORBIDDEN:
            return False
        kind = payload[0] >> 1 & 0x3F
        if kind == 49:
            return self._add_fragment(payload)
        if kind == 48:
            return self._add_aggregate(payload)
        if kind < 48:
            self._add_nal(payload)
            return True
        return False

    def _add_nal(self, nal: bytes) -> None:
        kind = nal[0] >> 1 & 0x3F
        self._append_nal(nal, is_picture=kind < 32, is_key=16 <= kind <= 21, is_set=32 <= kind <= 34)

    def _add_aggregate(self, payload: bytes) -> bool:
        nals = _split_aggregate(payload, 2)
        for nal in nals:
            self._add_nal(nal)
        return bool(nals)

    def _add_fragment(self, payload: bytes) -> bool:
        if len(payload) < 4:
            return False
        head = payload[2]
        kind = head & 0x3F
        self._has_picture = self._has_picture or kind < 32
        self._is_key = self._is_key or 16 <= kind <= 21
        header = bytes((payload[0] & 0x81 | kind << 1, payload[1]))
        return self._append_fragment(header, payload[3:], starts=bool(head & 0x80), ends=bool(head & 0x40))


_ASSEMBLERS: dict[Codec, type[UnitAssembler]] = {Codec.H264: H264Assembler, Codec.H265: H265Assembler}


def assembler(track: VideoTrack, deliver: Deliver, counters: ReadCounters) -> UnitAssembler:
    """The assembler of a track's codec."""
    return _ASSEMBLERS[track.codec](track, deliver, counters)


def sender_wall_clock(report: bytes) -> float | None:
    """The camera's unix time in an RTCP sender report (RFC 3550, 6.4.1); None where there is none."""
    if len(report) < _SENDER_REPORT.size:
        return None
    first, kind, _, _, seconds, fraction = _SENDER_REPORT.unpack_from(report)
    if first >> 6 != 2 or kind != 200 or seconds == 0:
        return None
    return float(seconds - _NTP_EPOCH_OFFSET_S + fraction / 2**32)


def _split_aggregate(payload: bytes, position: int) -> list[bytes]:
    """NAL units with 16 bit sizes; an empty list where the sizes do not add up."""
    nals = []
    while position + 2 < len(payload):
        size = payload[position] << 8 | payload[position + 1]
        position += 2
        if size == 0 or position + size > len(payload):
            return []
        nals.append(payload[position : position + size])
        position += size
    return nals if position == len(payload) else []


def _unusual_payload(packet: bytes) -> bytes:
    """Payload of a packet with contributing sources, an extension header or padding."""
    start = _HEADER_BYTES + 4 * (packet[0] & 0x0F)
    if packet[0] & 0x10:
        if len(packet) < start + 4:
            return b""
        start += 4 + 4 * (packet[start + 2] << 8 | packet[start + 3])
    padding = packet[-1] if packet[0] & 0x20 else 0
    return packet[start : max(start, len(packet) - padding)]
