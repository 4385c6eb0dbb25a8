"""The door of a worker: web processes fetch its cameras' live pictures here, on a unix socket.

A camera is muxed while somebody watches it, once for all its viewers. Viewers are never waited for.
"""

import asyncio
import json
import logging
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from cameras.live import door_path
from cameras.streams.fanout import Subscription
from cameras.streams.live import END, Channel, Outbox, ending, kind_of

logger = logging.getLogger(__name__)
REQUEST_S = 5.0
RETRY_S = 5.0
MAX_VIEWERS = 512  # of a worker
NOT_READ = "camera is not read here"
LET_GO = "camera was let go"
FULL = "too many viewers"


class Pictures(Protocol):
    """Where the pictures come from: the worker's fleet."""

    def subscribe(self, code: str) -> Subscription | None:
        """Pictures of a camera from its newest key picture on; None for one that is not read here."""


@dataclass(slots=True)
class _Show:
    """One camera that somebody watches."""

    subscription: Subscription
    channel: Channel = field(default_factory=Channel)
    pump: asyncio.Task[None] | None = None


class Door:
    """Answers viewers. One event loop only."""

    def __init__(self, pictures: Pictures) -> None:
        self.viewers = 0
        self._pictures = pictures
        self._shows: dict[str, _Show] = {}

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One viewer from its request to its end; the edge of its task."""
        self.viewers += 1
        try:
            async with asyncio.timeout(REQUEST_S):
                code = _asked(await reader.readline())
            await self._serve(code, reader, writer)
        except (OSError, TimeoutError, ValueError) as error:
            logger.info("a viewer is gone: %s", type(error).__name__)
        finally:
            self.viewers -= 1
            writer.close()

    async def close(self) -> None:
        """End every show; the viewers are told."""
        for show in list(self._shows.values()):
            show.subscription.close()
        pumps = [show.pump for show in self._shows.values() if show.pump is not None]
        await asyncio.gather(*pumps, return_exceptions=True)

    async def _serve(self, code: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.viewers > MAX_VIEWERS:
            await _send(ending(FULL), writer)
            return
        show = await self._open(code)
        if show is None:
            await _send(ending(NOT_READ), writer)
            return
        outbox = show.channel.join()
        # A viewer says nothing more; what ends its reading is that it is gone.
        tasks = [asyncio.ensure_future(reader.read(1)), asyncio.ensure_future(_send_all(outbox, writer))]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            show.channel.leave(outbox)
            if not show.channel.outboxes:
                self._shows.pop(code, None)
                show.subscription.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _open(self, code: str) -> _Show | None:
        """The show of a camera, begun if it is the first viewer's."""
        if code not in self._shows:
            subscription = self._pictures.subscribe(code)
            if subscription is None:
                return None
            show = self._shows[code] = _Show(subscription)
            show.pump = asyncio.create_task(self._pump(code, show), name=f"live {code}")
        # The pump's first step takes the whole group that waits: a viewer then gets it as one piece.
        await asyncio.sleep(0)
        return self._shows.get(code)

    async def _pump(self, code: str, show: _Show) -> None:
        """From the hub to the viewers until the camera is let go. An odd stream ends its own show only."""
        try:
            async for unit in show.subscription:
                show.channel.push(unit)
        except Exception:  # the edge of a show
            logger.exception("live view of camera %s failed", code)
        finally:
            show.subscription.close()
            show.channel.end(LET_GO)
            if self._shows.get(code) is show:
                del self._shows[code]


async def serve_live(pictures: Pictures, worker: str) -> None:
    """Keep the door open until cancelled. A folder that takes no socket costs the live view only."""
    path = door_path(worker)
    while True:
        try:
            await _listen(path, Door(pictures))
        except OSError:
            logger.exception("the door of the live view cannot be opened")
        await asyncio.sleep(RETRY_S)


async def _listen(path: Path, door: Door) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)  # of a worker that was killed
    server = await asyncio.start_unix_server(door.answer, path)
    identity = path.stat().st_ino
    try:
        await asyncio.Event().wait()  # `serve_forever` would wait for the last viewer when it is cancelled
    finally:
        server.close()
        await door.close()
        with suppress(FileNotFoundError):
            if path.stat().st_ino == identity:  # else a newer worker of this name has opened its own
                path.unlink()


def _asked(line: bytes) -> str:
    """The camera of a request; raises ValueError where it is none."""
    request = json.loads(line)
    if not isinstance(request, dict) or not isinstance(request.get("code"), str):
        raise ValueError("not a request")
    return str(request["code"])


async def _send(message: bytes, writer: asyncio.StreamWriter) -> None:
    writer.writelines((len(message).to_bytes(4, "big"), message))
    await writer.drain()


async def _send_all(outbox: Outbox, writer: asyncio.StreamWriter) -> None:
    while True:
        message = await outbox.take()
        await _send(message, writer)
        if kind_of(message) == END:
            return
