"""How many streams of one host may be opened at once: a recorder asked for 64 at once answers none."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class StartLimit:
    """Lets `at_once` handshakes with a host go on at a time; for one event loop.

    Nobody waits longer than `patience_s`: cameras that hang in their handshake must not keep the others of
    their recorder out.
    """

    def __init__(self, at_once: int = 16, patience_s: float = 0.5) -> None:
        self._at_once, self._patience_s = at_once, patience_s
        self._hosts: dict[str, asyncio.Semaphore] = {}

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait for a turn with a host and hold it."""
        room = self._hosts.setdefault(host, asyncio.Semaphore(self._at_once))
        has_turn = await self._wait(room)
        try:
            yield
        finally:
            if has_turn:
                room.release()

    async def _wait(self, room: asyncio.Semaphore) -> bool:
        try:
            async with asyncio.timeout(self._patience_s):
                return await room.acquire()
        except TimeoutError:
            return False
