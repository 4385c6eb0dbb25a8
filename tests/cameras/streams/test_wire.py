import asyncio
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cameras.streams.wire import (
    MAX_PARCEL_BYTES,
    Parcel,
    WireError,
    pack,
    read_parcel,
    receive_parcel,
    unpack,
)

heads = st.dictionaries(
    st.text().filter(lambda key: key != "sizes"), st.integers() | st.text() | st.booleans()
)


@given(heads, st.lists(st.binary(max_size=100), max_size=4))
def test_unpack_undoes_pack(head: dict[str, object], blobs: list[bytes]) -> None:
    data = pack(Parcel(head, blobs))

    found = unpack(data[8:], int.from_bytes(data[4:8], "big"))

    assert (found.head, list(found.blobs)) == (head, blobs)


@given(st.binary(max_size=100), st.integers(0, 100))
def test_unpack_refuses_any_other_bytes(body: bytes, head_size: int) -> None:
    with pytest.raises(WireError):
        unpack(body, head_size)


def test_receive_parcel_reads_one_after_another_and_the_end() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(pack(Parcel({"n": 1}, [b"x"])) + pack(Parcel({"n": 2})))
        ours.shutdown(socket.SHUT_WR)

        received = [receive_parcel(theirs) for _ in range(3)]

    assert [parcel.head if parcel else None for parcel in received] == [{"n": 1}, {"n": 2}, None]


async def test_read_parcel_refuses_too_large_a_one() -> None:
    reader = asyncio.StreamReader()
    reader.feed_data((MAX_PARCEL_BYTES + 1).to_bytes(4, "big") + bytes(4))

    with pytest.raises(WireError):
        await read_parcel(reader)
