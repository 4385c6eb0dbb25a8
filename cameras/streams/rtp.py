"""From RTP packets to pictures: H.264 (RFC 6184) and H.265 (RFC 7798) over a reliable, ordered channel.

This is the hot path: 183 cameras bring about 18,000 packets and 2,300 pictures a second. `take_frames` takes
a picture that fills the received block in one step, else the pieces of the fragment in work a run at a time;
every other packet goes through `push`, which knows all cases. All three give the same pictures.
"""

import struct
from abc import ABC, abstractmethod
from typing import ClassVar

from cameras.streams.rows import (
    DOLLAR,
    FRAGMENT_BYTES,
    FRAME_HEAD,
    LAST_PIECE,
    READ_HEAD,
    SAME,
    SHARED,
    START_CODE,
    agreeing,
    heads,
    row,
)
from cameras.streams.sdp import VideoTrack
from cameras.streams.units import Codec, Deliver, MediaUnit, ReadCounters

MAX_UNIT_BYTES = 8 * 1024 * 1024
_PLAIN = 0x80  # version 2 without padding, extension or sources
_MARKER = 0x80
_NEVER = b"no packet continues"  # longer than any continuation
_LONGEST_RUN = 128
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

    def __init__(self, track: VideoTrack, deliver: Deliver, counters: ReadCounters) -> None:
        self._deliver = deliver
        self._counters = counters
        fragment_bytes = FRAGMENT_BYTES[self.codec]
        self._head_bytes = SHARED + fragment_bytes
        self._read_head = struct.Struct(f">HHHHQ{fragment_bytes}s").unpack_from
        self._read_fragment = READ_HEAD[self.codec]
        self._payload_type = track.payload_type
        self._plain_head = bytes((_PLAIN, track.payload_type))
        self._plain = _PLAIN << 8 | track.payload_type
        self._marked = self._plain | _MARKER
        self._clock_rate = track.clock_rate
        self._known_sets: tuple[bytes, ...] = track.parameter_sets
        self._expected: int | None = None
        self._continuation = self._ending = _NEVER
        self._timestamp = -1
        self._arrival_s = self.delivered_s = 0.0  # of the packet in work, and of the last picture
        self._after_gap = False
        self._damaged = False
        self._has_picture = self._is_key = False
        self._in_fragment: bool = False
        self._reset()

    def take_frames(self, buffer: bytes, position: int, arrival_s: float) -> int:
        """Take the interleaved frames at `position` as long as they are whole and on one channel; the
        position after them. The same as `push` of each packet, in a fraction of the time.

        A piece of the fragment in work has the timestamp, source and fragment header of the piece before,
        byte for byte, and the last piece differs from those in its end bit and marker only.
        """
        channel, end, packets = buffer[position + 1], len(buffer), 0
        head_end = self._head_bytes
        while end - position >= FRAME_HEAD and buffer[position] == DOLLAR:
            stop = position + FRAME_HEAD + (buffer[position + 2] << 8 | buffer[position + 3])
            if stop > end or buffer[position + 1] != channel:
                break
            same = buffer[position + SAME : position + head_end]
            if same == self._continuation and (run := self._take_run(buffer, position, stop - position)):
                packets += run
                position += run * (stop - position)
                continue
            packets += 1
            if same == self._ending and self._is_next(buffer, position, _MARKER):
                self._parts.append(buffer[position + head_end : stop])
                self._arrival_s = arrival_s
                self._finish()
                self._continuation = self._ending = _NEVER
            elif self._parts or self._damaged or not self._begin(buffer, position, stop, same):
                self.push(buffer[position + FRAME_HEAD : stop], arrival_s)
            position = stop
        self._counters.packets += packets
        return position

    def take_picture(self, block: bytes, arrival_s: float) -> bool:
        """Take a block that is one picture, in one fragmented NAL unit; False, with nothing done, where it is
        anything else. Its frames stay as they came, see `rows`. Key pictures begin with other frames.
        """
        head_bytes, size = self._head_bytes, FRAME_HEAD + (block[2] << 8 | block[3])
        count = (len(block) - 1) // size
        last = count * size
        if self._parts or self._damaged or not count or min(size, len(block) - last) <= head_bytes:
            return False
        mark, _, plain, number, shared, fragment = self._read_head(block)
        head = self._read_fragment(fragment)
        end = (mark, len(block) - last - FRAME_HEAD, self._marked, number + count, shared)
        if head is None or head.is_key or (number, plain) != (self._expected, self._plain):
            return False
        if self._read_head(block, last) != (*end, head.last) or not self._go_on(block, count - 1, head.piece):
            return False
        self._counters.packets += count + 1
        self._expected = number + count + 1 & 0xFFFF
        self._timestamp = shared >> 32
        after_gap, self._after_gap, self.delivered_s = self._after_gap, False, arrival_s
        self._deliver(
            MediaUnit(block, self._timestamp, self._clock_rate, arrival_s, False, self.codec, after_gap)
        )
        return True

    def _go_on(self, block: bytes, count: int, piece: bytes) -> bool:
        """Whether the `count` frames behind the first one of a block are the next pieces of its fragment."""
        size, number = FRAME_HEAD + (block[2] << 8 | block[3]), block[6] << 8 | block[7]
        if not count:
            return True
        fields = heads(self._head_bytes, size, count)(block, size)
        return (
            fields[0::3] == (block[:6],) * count
            and fields[2::3] == (block[SAME:SHARED] + piece,) * count
            and fields[1::3] == tuple(range(number + 1, number + 1 + count))
        )

    def _take_run(self, buffer: bytes, position: int, size: int) -> int:
        """Append the pieces of a row of frames of one size; how many frames that were, perhaps none."""
        expected, same = self._expected, self._continuation
        head_bytes = self._head_bytes
        if expected is None or size <= head_bytes or self._bytes > MAX_UNIT_BYTES:
            return 0
        count = min((len(buffer) - position) // size, _LONGEST_RUN, 0x10000 - expected)
        while count > 1 and not buffer.startswith(same, position + (count - 1) * size + SAME):
            count //= 2  # the row is shorter than the block
        fields = row(head_bytes, size, count)(buffer, position)
        start = buffer[position : position + FRAME_HEAD] + self._plain_head
        wanted = ((start,) * count, tuple(range(expected, expected + count)), (same,) * count)
        rows = fields[0::4], fields[1::4], fields[2::4]
        if rows != wanted:
            count = agreeing(rows, wanted)
        self._expected = expected + count & 0xFFFF
        self._parts += fields[3 : 4 * count : 4]
        self._bytes += size * count
        return count

    def _begin(self, buffer: bytes, position: int, stop: int, same: bytes) -> bool:
        """Take the first piece of a picture's only fragment; False where it is anything else."""
        head = self._read_fragment(same[SHARED - SAME :])
        if head is None or len(same) + SAME >= stop - position or not self._is_next(buffer, position, 0):
            return False
        self._timestamp = int.from_bytes(same[:4], "big")
        self._parts += (head.nal, buffer[position + SAME + len(same) : stop])
        self._bytes = stop - position + _PART_COST
        self._has_picture, self._is_key, self._in_fragment = head.is_picture, head.is_key, True
        self._continuation, self._ending = same[:8] + head.piece, same[:8] + head.last
        return True

    def _is_next(self, buffer: bytes, position: int, marker: int) -> bool:
        """Whether a frame holds a plain packet with the expected number, and counts it if so."""
        expected = self._expected
        if (
            buffer[position + 4] != _PLAIN
            or buffer[position + 5] != self._payload_type | marker
            or buffer[position + 6] << 8 | buffer[position + 7] != expected
        ):
            return False
        self._expected = expected + 1 & 0xFFFF
        return True

    def push(self, packet: bytes, arrival_s: float) -> None:
        """Take one RTP packet; never raises, whatever the bytes."""
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
        last = self._head_bytes - FRAME_HEAD - 1
        is_open = self._in_fragment and first == _PLAIN
        if is_open:
            same, kind = packet[4:last], packet[last] & 0x3F
            self._continuation, self._ending = same + bytes((kind,)), same + bytes((kind | LAST_PIECE,))
        else:
            self._continuation = self._ending = _NEVER

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
        self.delivered_s = self._arrival_s
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
