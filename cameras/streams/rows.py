"""Rows of interleaved frames: the pieces of one fragmented NAL unit, all of a size but the last.

Nine pictures in ten arrive as one such row that fills the received block. Its frames are checked together, in
a handful of operations, and kept as they came: the ring of a camera is full of pictures that nobody will ever
ask for, and taking the headers out costs more than all the rest of reading. Who asks gets Annex B.
"""

import struct
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, NamedTuple

START_CODE: Final = b"\x00\x00\x00\x01"
DOLLAR: Final = 0x24  # begins an interleaved frame (RFC 2326, 10.12): channel and 16 bit size follow
FRAME_HEAD: Final = 4
SAME: Final = 8  # where in a frame the fields begin that the pieces of a fragment share: timestamp, source
SHARED: Final = 16  # where the fragment's own header begins
LAST_PIECE: Final = 0x40  # end bit of a fragment header of both codecs
FRAGMENT_BYTES: Final = {"h264": 2, "hevc": 3}
_ROWS = 1024

Fields = tuple[Any, ...]


class FragmentHead(NamedTuple):
    """What the header of a NAL unit's first piece says: the unit's own header behind a start code, and the
    headers that its further pieces and its last one must have.
    """

    nal: bytes
    is_picture: bool
    is_key: bool
    piece: bytes
    last: bytes


def is_row(data: bytes) -> bool:
    """Whether the data of a picture is still a row of frames: Annex B begins with a zero byte."""
    return data.startswith(b"$")


def unwrapped(block: bytes, codec: str) -> bytes:
    """Annex B of the picture whose frames fill a block, which were checked when they came."""
    return b"".join(nal_pieces(block, codec))


def nal_pieces(block: bytes, codec: str) -> tuple[bytes, ...]:
    """The same, not put together: the first piece is the start code with the header of its one NAL unit."""
    head_bytes = SHARED + FRAGMENT_BYTES[codec]
    size = FRAME_HEAD + (block[2] << 8 | block[3])
    count = (len(block) - 1) // size
    head = READ_HEAD[codec](block[SHARED:head_bytes])
    nal = head.nal if head else b""
    return nal, *_pieces(head_bytes, size, count)(block), block[count * size + head_bytes :]


@lru_cache(_ROWS)
def row(head_bytes: int, size: int, count: int) -> Callable[[bytes, int], Fields]:
    """Reads `count` frames of `size` bytes at a position, four fields each: the first six bytes, number, what
    the pieces of a fragment share, and the piece.
    """
    layout = f"6sH{head_bytes - SAME}s{size - head_bytes}s"
    return struct.Struct(">" + layout * count).unpack_from


@lru_cache(_ROWS)
def heads(head_bytes: int, size: int, count: int) -> Callable[[bytes, int], Fields]:
    """As `row` without the pieces: three fields each."""
    return struct.Struct(">" + f"6sH{head_bytes - SAME}s{size - head_bytes}x" * count).unpack_from


@lru_cache(_ROWS)
def _pieces(head_bytes: int, size: int, count: int) -> Callable[[bytes], Fields]:
    return struct.Struct(">" + f"{head_bytes}x{size - head_bytes}s" * count).unpack_from


def agreeing(rows: tuple[Fields, ...], wanted: tuple[Fields, ...]) -> int:
    """How many columns from the first on are as wanted."""
    columns = zip(zip(*rows, strict=True), zip(*wanted, strict=True), strict=True)
    return next((number for number, (found, right) in enumerate(columns) if found != right), len(rows[0]))


@lru_cache(256)
def _h264_head(head: bytes) -> FragmentHead | None:
    """Of FU indicator and header (RFC 6184, 5.8); None where they do not begin a NAL unit that goes on."""
    first, header = head
    kind = header & 0x1F
    if first & 0x9F != 28 or header & 0xC0 != 0x80:
        return None
    nal = START_CODE + bytes((first & 0xE0 | kind,))
    rest = (bytes((first, kind)), bytes((first, kind | LAST_PIECE)))
    return FragmentHead(nal, 1 <= kind <= 5, kind == 5, *rest)


@lru_cache(256)
def _h265_head(head: bytes) -> FragmentHead | None:
    """Of payload header and FU header (RFC 7798, 4.4.3); None where they do not begin one that goes on."""
    first, second, header = head
    kind = header & 0x3F
    if first & 0xFE != 49 << 1 or header & 0xC0 != 0x80:
        return None
    nal = START_CODE + bytes((first & 0x81 | kind << 1, second))
    rest = (bytes((first, second, kind)), bytes((first, second, kind | LAST_PIECE)))
    return FragmentHead(nal, kind < 32, 16 <= kind <= 21, *rest)


READ_HEAD: Final[dict[str, Callable[[bytes], FragmentHead | None]]] = {
    "h264": _h264_head,
    "hevc": _h265_head,
}
