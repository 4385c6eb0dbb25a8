import asyncio
import socket
from collections.abc import Iterator

import pytest

from cameras.streams.polling import Poller, poller


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Ours, which does not block, and theirs."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with ours, theirs:
        yield ours, theirs


class Heard:
    """What a receiver got."""

    def __init__(self) -> None:
        self.blocks: list[bytes | OSError] = []
        self._arrived = asyncio.Event()

    def take(self, block: bytes | OSError) -> None:
        self.blocks.append(block)
        self._arrived.set()

    async def next(self) -> bytes | OSError:
        async with asyncio.timeout(5):
            while not self.blocks:
                self._arrived.clear()
                await self._arrived.wait()
        return self.blocks.pop(0)


async def test_poller_hands_over_blocks_and_the_end(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = ends
    heard, here = Heard(), poller()
    here.add(ours.fileno(), heard.take)

    theirs.sendall(b"first")
    first = await heard.next()
    theirs.sendall(b"second")
    second = await heard.next()
    theirs.close()
    end = await heard.next()
    here.remove(ours.fileno())

    assert (first, second, end) == (b"first", b"second", b"")


async def test_poller_hands_over_an_error(ends: tuple[socket.socket, socket.socket]) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    theirs = socket.create_connection(listener.getsockname())
    ours, _ = listener.accept()
    ours.setblocking(False)
    heard, here = Heard(), poller()
    here.add(ours.fileno(), heard.take)

    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    theirs.close()
    error = await heard.next()
    here.remove(ours.fileno())
    for end in (ours, listener):
        end.close()

    assert isinstance(error, ConnectionResetError)


async def test_poller_leaves_a_removed_socket_alone(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = ends
    other_ours, other_theirs = socket.socketpair()
    heard, other, here = Heard(), Heard(), Poller()
    here.add(ours.fileno(), heard.take)
    here.add(other_ours.fileno(), other.take)

    here.remove(ours.fileno())
    here.remove(ours.fileno())
    theirs.sendall(b"unheard")
    other_theirs.sendall(b"heard")
    await other.next()
    here.remove(other_ours.fileno())
    for end in (other_ours, other_theirs):
        end.close()

    assert heard.blocks == []


async def test_receiver_may_remove_another_in_its_turn() -> None:
    pairs = [socket.socketpair() for _ in range(2)]
    here, heard = Poller(), Heard()

    def take(block: bytes | OSError) -> None:
        heard.take(block)
        for ours, _ in pairs:
            here.remove(ours.fileno())

    for ours, theirs in pairs:
        here.add(ours.fileno(), take)
        theirs.sendall(b"x")
    await heard.next()
    for end in (end for pair in pairs for end in pair):
        end.close()

    assert heard.blocks == []
