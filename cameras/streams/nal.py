"""NAL units of H.264 and H.265: cutting them from either framing, and what their types mean."""

from cameras.streams.units import START_CODE, Codec

_START = b"\x00\x00\x01"


def split_annex_b(data: bytes) -> list[bytes]:
    """NAL units between start codes, without them and without trailing zero bytes."""
    starts, found = [], data.find(_START)
    while found >= 0:
        starts.append(found + 3)
        found = data.find(_START, found + 3)
    ends = [start - 3 for start in starts[1:]] + [len(data)]
    nals = (data[start:end].rstrip(b"\x00") for start, end in zip(starts, ends, strict=False))
    return [nal for nal in nals if nal]


def split_sized(data: bytes, size_bytes: int) -> list[bytes]:
    """NAL units with big-endian sizes in front, as MP4 stores them; a cut last one is left out."""
    nals = []
    position = 0
    while position + size_bytes < len(data):
        size = int.from_bytes(data[position : position + size_bytes], "big")
        position += size_bytes
        if size == 0 or position + size > len(data):
            break
        nals.append(data[position : position + size])
        position += size
    return nals


def join_annex_b(nals: list[bytes] | tuple[bytes, ...]) -> bytes:
    """NAL units with start codes."""
    return b"".join(part for nal in nals for part in (START_CODE, nal))


def nal_type(codec: Codec, nal: bytes) -> int:
    """`nal_unit_type` of a NAL unit that is not empty."""
    return nal[0] & 0x1F if codec is Codec.H264 else nal[0] >> 1 & 0x3F


def is_parameter_set(codec: Codec, nal: bytes) -> bool:
    """SPS or PPS; with H.265 also VPS."""
    return nal_type(codec, nal) in ((7, 8) if codec is Codec.H264 else (32, 33, 34))


def is_key_picture(codec: Codec, nal: bytes) -> bool:
    """IDR slice; with H.265 any picture at which decoding may begin (types 16 to 21)."""
    kind = nal_type(codec, nal)
    return kind == 5 if codec is Codec.H264 else 16 <= kind <= 21
