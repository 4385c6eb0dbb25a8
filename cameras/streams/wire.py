"""Messages between the hub's process and its decoders: a JSON head and raw blobs, length first.

JSON rather than pickle, because a decoder handles hostile video: what comes back from one is data, not code.
"""

import asyncio
import json
import socket
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MAX_PARCEL_BYTES = 32 * 1024 * 1024
_PREFIX = struct.Struct(">II")


class WireError(Exception):
    """The other side sent what is no parcel, or too large a one."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """`head` is a JSON object; its key "sizes" is taken for the blobs."""

    head: Mapping[str, Any]
    blobs: Sequence[bytes] = field(default=())


def pack(parcel: Parcel) -> bytes:
    """Bytes of a parcel: total length, head length, head, blobs."""
    sizes = [len(blob) for blob in parcel.blobs]
    head = json.dumps({**parcel.head, "sizes": sizes}, separators=(",", ":")).encode()
    body = b"".join((head, *parcel.blobs))
    return _PREFIX.pack(len(body), len(head)) + body


def unpack(body: bytes, head_size: int) -> Parcel:
    """The parcel in a body; raises WireError where it is none."""
    try:
        head = json.loads(body[:head_size])
        sizes = [int(size) for size in head.pop("sizes")]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise WireError("parcel has no head") from None
    if min(sizes, default=0) < 0 or head_size + sum(sizes) != len(body):
        raise WireError("parcel is cut")
    blobs, position = [], head_size
    for size in sizes:
        blobs.append(body[position : position + size])
        position += size
    return Parcel(head, blobs)


async def read_parcel(reader: asyncio.StreamReader) -> Parcel:
    """The next parcel; raises WireError, or asyncio.IncompleteReadError at the end."""
    size, head_size = _check(await reader.readexactly(_PREFIX.size))
    return unpack(await reader.readexactly(size), head_size)


def receive_parcel(connection: socket.socket) -> Parcel | None:
    """The next parcel on a blocking socket; None at the end."""
    prefix = _receive(connection, _PREFIX.size)
    if prefix is None:
        return None
    size, head_size = _check(prefix)
    body = _receive(connection, size)
    return None if body is None else unpack(body, head_size)


def _check(prefix: bytes) -> tuple[int, int]:
    size, head_size = _PREFIX.unpack(prefix)
    if size > MAX_PARCEL_BYTES or head_size > size:
        raise WireError("parcel is too large")
    return size, head_size


def _receive(connection: socket.socket, size: int) -> bytes | None:
    data = bytearray(size)
    view, done = memoryview(data), 0
    while done < size:
        count = connection.recv_into(view[done:])
        if count == 0:
            return None
        done += count
    return bytes(data)
