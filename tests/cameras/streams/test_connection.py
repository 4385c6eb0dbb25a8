import asyncio
import itertools

from hypothesis import given
from hypothesis import strategies as st

from cameras.streams.connection import OnPacket, RtspConnection
from cameras.streams.errors import BadStream
from cameras.streams.messages import encode
from cameras.streams.units import ReadCounters


def feed(chunks: list[bytes]) -> tuple[list[tuple[int, bytes]], RtspConnection]:
    """What a connection hands out when the bytes arrive in these pieces."""
    packets: list[tuple[int, bytes]] = []

    def receiver(channel: int) -> OnPacket:
        return lambda packet, _: packets.append((channel, packet))

    async def run() -> RtspConnection:
        connection = RtspConnection(ReadCounters())
        connection.channels = {number: receiver(number) for number in range(256)}
        for chunk in chunks:
            connection.data_received(chunk)
        return connection

    return packets, asyncio.run(run())


def interleaved(channel: int, packet: bytes) -> bytes:
    return bytes((0x24, channel)) + len(packet).to_bytes(2, "big") + packet


@given(
    packets=st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=300)), max_size=8),
    cuts=st.lists(st.integers(0, 2000), max_size=8),
)
def test_packets_are_whole_however_the_bytes_arrive(
    packets: list[tuple[int, bytes]], cuts: list[int]
) -> None:
    keep_alive = encode(("RTSP/1.0", "200", "OK"), [("CSeq", "9")])
    data = b"".join(interleaved(channel, packet) + keep_alive for channel, packet in packets)
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})

    received, connection = feed([data[a:b] for a, b in itertools.pairwise(edges)])

    assert received == packets
    assert not connection.closed.done()


@given(st.lists(st.binary(max_size=400), max_size=10))
def test_any_bytes_end_at_worst_in_a_bad_stream(chunks: list[bytes]) -> None:
    _, connection = feed(chunks)

    assert not connection.closed.done() or isinstance(connection.closed.result(), BadStream)
