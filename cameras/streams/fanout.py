"""Bounded queues between the hub and those who want its pictures: the newest wins, losses are counted."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable

from cameras.streams.units import AccessUnit


class Subscription:
    """One reader's queue. It never blocks the hub: when it is full, the oldest picture falls out.

    A reader sees a loss as a hole in `AccessUnit.number`, and goes on at the next key picture.
    """

    def __init__(self, capacity: int, on_close: Callable[["Subscription"], None]) -> None:
        self._units: deque[AccessUnit] = deque(maxlen=capacity)
        self._arrived = asyncio.Event()
        self._on_close = on_close
        self.dropped = 0
        self.is_closed = False

    def offer(self, unit: AccessUnit) -> None:
        """Put a picture in the queue; called by the hub."""
        if len(self._units) == self._units.maxlen:
            self.dropped += 1
        self._units.append(unit)
        self._arrived.set()

    def extend(self, units: Iterable[AccessUnit]) -> None:
        """Put several in, oldest first."""
        for unit in units:
            self.offer(unit)

    def close(self) -> None:
        """End the subscription; who waits in `async for` leaves it."""
        if not self.is_closed:
            self.is_closed = True
            self._on_close(self)
            self._arrived.set()

    def __aiter__(self) -> "Subscription":
        return self

    async def __anext__(self) -> AccessUnit:
        while not self._units:
            if self.is_closed:
                raise StopAsyncIteration
            self._arrived.clear()
            await self._arrived.wait()
        return self._units.popleft()
