"""Records in an append-only file: length, CRC and payload, so that a torn end is known for what it is."""

import os
import struct
import zlib

MAX_PAYLOAD_BYTES = 1 << 20  # a pass without its pictures is about one kilobyte
_HEAD = struct.Struct(">II")
_MARK = struct.Struct(">QI")


def pack(payload: bytes) -> bytes:
    """Bytes of a record."""
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise ValueError("record is too large")
    return _HEAD.pack(len(payload), zlib.crc32(payload)) + payload


def read_record(file: int, offset: int) -> tuple[bytes, int] | None:
    """The payload at `offset` and the offset of the next; None where no whole record begins there."""
    head = os.pread(file, _HEAD.size, offset)
    if len(head) < _HEAD.size:
        return None
    length, checksum = _HEAD.unpack(head)
    if length > MAX_PAYLOAD_BYTES:
        return None
    payload = os.pread(file, length, offset + _HEAD.size)
    if len(payload) < length or zlib.crc32(payload) != checksum:
        return None
    return payload, offset + _HEAD.size + length


def append(file: int, data: bytes, *, end: int) -> None:
    """Write at `end`, all or nothing: what a full disk took of it is cut off again. Raises OSError."""
    view, done = memoryview(data), 0
    try:
        while done < len(data):
            done += os.pwrite(file, view[done:], end + done)
    except OSError:
        os.ftruncate(file, end)
        raise


def write_mark(file: int, offset: int) -> None:
    """Note how far a reader has come, over the note before."""
    number = offset.to_bytes(8, "big")
    os.pwrite(file, _MARK.pack(offset, zlib.crc32(number)), 0)


def read_mark(file: int) -> int:
    """The noted offset; 0 where there is none or it is torn, because doing twice is harmless."""
    data = os.pread(file, _MARK.size, 0)
    if len(data) < _MARK.size:
        return 0
    offset, checksum = _MARK.unpack(data)
    return int(offset) if zlib.crc32(data[:8]) == checksum else 0
