"""The socket of one camera's live view: checks who asks, then relays what the camera's worker sends.

A viewer that cannot keep up loses old pictures, never the others' (see `Outbox`). Every end has a close
code, and the browser comes back by itself.
"""

import asyncio
import json
import logging
import time
from collections import Counter
from contextlib import aclosing, suppress
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import Error as DatabaseError
from django.utils import timezone

from accounts.principals import Principal
from cameras.live import KEEP_VIEW_S, fetch_messages, find_door, is_ticket_good, keep_view, note_view
from cameras.streams.live import END, INIT, Message, Outbox, kind_of
from events import hub

logger = logging.getLogger(__name__)
FORBIDDEN = 4403
CHANGED = 4408  # what this person may do has changed: ask again
TOO_MANY = 4429
NO_WORKER = 4503  # nobody reads the camera at this moment: come again
TICKET_WITHIN_S = 10.0
MAX_VIEWS = 64  # of one person or screen in one process: a wall of 36 tiles, and a second one changing over
MAX_TICKET = 1000

_views: Counter[str] = Counter()


class LiveConsumer(AsyncWebsocketConsumer):
    """Takes one message, `{"ticket": "…"}`; sends those of `cameras.streams.live` as binary."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Channels' own arguments
        super().__init__(*args, **kwargs)
        self.ticket: asyncio.Future[str] | None = None
        self.showing: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        await self.accept()
        principal: Principal | None = self.scope.get("principal")
        if principal is None or not principal.can("cameras.live"):
            await self.close(code=FORBIDDEN)
            return
        self.ticket = asyncio.get_running_loop().create_future()
        self.showing = asyncio.create_task(self._show(principal, self.scope["url_route"]["kwargs"]["code"]))

    async def disconnect(self, code: int) -> None:
        if self.showing is not None:
            self.showing.cancel()
            with suppress(asyncio.CancelledError):
                await self.showing

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Only the first message counts."""
        if self.ticket is None or self.ticket.done():
            return
        try:
            self.ticket.set_result(str(json.loads((text_data or "")[:MAX_TICKET])["ticket"]))
        except (ValueError, KeyError, TypeError):
            self.ticket.set_result("")

    async def _show(self, principal: Principal, code: str) -> None:
        if not await self._is_admitted(principal, code):
            await self.close(code=FORBIDDEN)
            return
        if _views[principal.key] >= MAX_VIEWS:
            await self.close(code=TOO_MANY)
            return
        _views[principal.key] += 1
        try:
            reason = await self._relay(principal, code)
        finally:
            _views[principal.key] -= 1
        await self.close(code=reason)

    async def _is_admitted(self, principal: Principal, code: str) -> bool:
        assert self.ticket is not None  # noqa: S101 - `connect` made it
        try:
            async with asyncio.timeout(TICKET_WITHIN_S):
                ticket = await self.ticket
        except TimeoutError:
            return False
        return is_ticket_good(ticket, principal=principal, code=code)

    async def _relay(self, principal: Principal, code: str) -> int:
        """Until the first of three ends: the worker's, the viewer's, or that of the viewer's rights."""
        outbox = Outbox()
        parts = (
            _fetch(principal, code, outbox),
            self._send_all(principal, code, outbox),
            _revoked(principal),
        )
        tasks = [asyncio.ensure_future(part) for part in parts]
        try:
            ended, _others = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return max(task.result() for task in ended)

    async def _send_all(self, principal: Principal, code: str, outbox: Outbox) -> int:
        kept_s = 0.0
        while kind_of(message := await outbox.take()) != END:
            now_s = time.monotonic()
            if not kept_s and kind_of(message) != INIT:
                kept_s = now_s
                try:
                    await database_sync_to_async(note_view)(principal=principal, code=code, at=timezone.now())
                except DatabaseError:
                    logger.warning("a view could not be written down, so it is not shown")
                    return NO_WORKER
            elif kept_s and now_s - kept_s > KEEP_VIEW_S:
                kept_s = now_s
                await database_sync_to_async(keep_view)(principal=principal, code=code)
            await self.send(bytes_data=message)
        logger.debug("live view of %s ended: %s", code, Message.decode(message).payload.decode())
        return NO_WORKER


async def _fetch(principal: Principal, code: str, outbox: Outbox) -> int:
    """Fill the outbox until the worker stops or is gone."""
    try:
        door = await database_sync_to_async(find_door)(code=code, principal=principal)
        if door is not None:
            async with aclosing(fetch_messages(door, code)) as coming:
                async for message in coming:
                    outbox.offer(message)
    except (OSError, EOFError, ValueError, DatabaseError) as error:
        logger.info("live view of %s lost its worker: %s", code, type(error).__name__)
    return NO_WORKER


async def _revoked(principal: Principal) -> int:
    """Wait until the hub sends this person or screen away, as it does when access is revoked."""
    feed = await hub.current()
    client = await feed.subscribe(principal.key)
    try:
        async for _message in client.messages():
            pass
    finally:
        feed.leave(client)
    return CHANGED
