"""The one socket of the portal: replay from the client's last `seq`, then live."""

import asyncio
import json
import logging
from contextlib import suppress
from urllib.parse import parse_qs

import psycopg
from channels.generic.websocket import AsyncWebsocketConsumer

from events import hub

logger = logging.getLogger(__name__)

FORBIDDEN = 4403
REPLAY_AGAIN = 4408
MAX_CURSOR = 2**62


def cursor_of(query: bytes) -> int | None:
    """`after` of the query string; None where the client has no position yet or sent nonsense."""
    text = parse_qs(query.decode("ascii", "replace")).get("after", [""])[0]
    return int(text) if text.isascii() and text.isdigit() and int(text) < MAX_CURSOR else None


class EventConsumer(AsyncWebsocketConsumer):
    """Sends `hello`, the missed events, then events and beats; accepts nothing."""

    client: hub.Client | None = None
    sender: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        await self.accept()
        principal = self.scope.get("principal")
        if principal is None or not principal.can("events.follow"):
            await self.close(code=FORBIDDEN)
            return
        self.sender = asyncio.create_task(self._feed(principal.key))

    async def disconnect(self, code: int) -> None:
        if self.sender is not None:
            self.sender.cancel()
            with suppress(asyncio.CancelledError):
                await self.sender

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Commands go over HTTP, where each has its own permission and audit; talk here is ignored."""

    async def _feed(self, key: str) -> None:
        feed = await hub.current()
        client = await feed.subscribe(key)
        try:
            await self._replay(feed, client)
            async for message in client.messages():
                await self.send(message.text)
        except psycopg.Error as error:
            logger.warning("a replay lost the database: %s", type(error).__name__)
        finally:
            feed.leave(client)
        await self.close(code=REPLAY_AGAIN)

    async def _replay(self, feed: hub.Hub, client: hub.Client) -> None:
        after = cursor_of(self.scope["query_string"])
        first = await feed.first_seq()
        is_gap_gone = after is None or after > client.position or after < first - 1
        start = client.position if is_gap_gone or after is None else after
        hello = {"type": "hello", "seq": start, "reset": is_gap_gone}
        await self.send(json.dumps(hello))
        async for message in feed.replay(start, client.position):
            await self.send(message.text)
