"""Pictures as RTP packets in RTSP's interleaved frames (RFC 6184, RFC 7798, RFC 2326 10.12).

Payloads are cut once per clip. Only the 16 bytes in front of each differ between cameras and turns.
"""

import struct
from collections.abc import Sequence

from cameras.streams.nal import is_parameter_set
from cameras.streams.simulator.clips import Picture
from cameras.streams.units import Codec

MAX_PAYLOAD = 1400
PAYLOAD_TYPE = 96
_FRAME = struct.Struct(">BBHBBHII")
_REPORT = struct.Struct(">BBHBBHIQIII")
_NTP_EPOCH_OFFSET_S = 2_208_988_800
_MARKER = 0x80


def payloads_of(codec: Codec, picture: Picture, sets: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """RTP payloads of a picture; a key picture begins with the parameter sets in one aggregate."""
    nals = [nal for nal in picture.nals if not is_parameter_set(codec, nal)]
    payloads = [aggregate(codec, sets)] if picture.is_key and sets else []
    for nal in nals:
        payloads += fragment(codec, nal)
    return tuple(payloads)


def aggregate(codec: Codec, nals: Sequence[bytes]) -> bytes:
    """STAP-A of H.264, aggregation packet of H.265."""
    importance = max(nal[0] & 0x60 for nal in nals)
    header = bytes((importance | 24,)) if codec is Codec.H264 else bytes((48 << 1, 1))
    return header + b"".join(len(nal).to_bytes(2, "big") + nal for nal in nals)


def fragment(codec: Codec, nal: bytes, limit: int = MAX_PAYLOAD) -> list[bytes]:
    """The NAL unit alone where it fits, else its fragmentation units."""
    if len(nal) <= limit:
        return [nal]
    if codec is Codec.H264:
        prefix, kind, body = bytes((nal[0] & 0xE0 | 28,)), nal[0] & 0x1F, nal[1:]
    else:
        prefix, kind, body = bytes((nal[0] & 0x81 | 49 << 1, nal[1])), nal[0] >> 1 & 0x3F, nal[2:]
    step = limit - len(prefix) - 1
    parts = [body[start : start + step] for start in range(0, len(body), step)]
    last = len(parts) - 1
    flags = (0x80 if i == 0 else 0x40 if i == last else 0 for i in range(len(parts)))
    return [prefix + bytes((flag | kind,)) + part for flag, part in zip(flags, parts, strict=True)]


def frame(payload: bytes, *, sequence: int, ticks: int, ssrc: int, is_last: bool) -> bytes:
    """One interleaved frame on channel 0."""
    second = PAYLOAD_TYPE | (_MARKER if is_last else 0)
    head = _FRAME.pack(0x24, 0, len(payload) + 12, 0x80, second, sequence & 0xFFFF, ticks & 0xFFFFFFFF, ssrc)
    return head + payload


def sender_report(*, ssrc: int, ticks: int, wall_s: float, packets: int, octets: int) -> bytes:
    """RTCP sender report as an interleaved frame on channel 1."""
    ntp = int((wall_s + _NTP_EPOCH_OFFSET_S) * 2**32) & 0xFFFFFFFFFFFFFFFF
    counts = (packets & 0xFFFFFFFF, octets & 0xFFFFFFFF)
    return _REPORT.pack(0x24, 1, 28, 0x80, 200, 6, ssrc, ntp, ticks & 0xFFFFFFFF, *counts)
