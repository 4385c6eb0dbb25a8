"""Watching a camera live: who may, where its pictures are fetched, and the one audit row of each view.

The worker that reads a camera serves it on a unix socket, its *door*, in a folder that web processes share
with it. A ticket lets one person or screen open one camera within a minute; it is sent as a message, never
in an address, so that no log holds it.
"""

import asyncio
import datetime as dt
import hashlib
import json
import logging
from collections.abc import AsyncGenerator
from pathlib import Path

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from redis.exceptions import RedisError

from accounts.principals import Principal
from cameras.models import Camera
from cameras.services import record_view
from cameras.streams.live import HEAD
from events.services import Actor

logger = logging.getLogger(__name__)
TICKET_S = 60
_SALT = "cameras.live"
KEEP_VIEW_S = 30.0
VIEW_S = 120  # a view that breaks off and comes back within this time is the same view
_VIEW = "cameras:view:"
CONNECT_S = 3.0
MAX_MESSAGE_BYTES = 16 * 2**20


def door_path(worker: str) -> Path:
    """The socket of a worker: a short name, because a socket's path may not be longer than 107 bytes."""
    return Path(settings.LIVE_DOORS) / f"{hashlib.sha256(worker.encode()).hexdigest()[:16]}.sock"


def issue_ticket(*, principal: Principal, code: str) -> str:
    """A signed word that lets this person or screen open this camera for a minute."""
    return signing.dumps([principal.key, code], salt=_SALT)


def is_ticket_good(ticket: str, *, principal: Principal, code: str) -> bool:
    """Whether it is ours, young, and of this person and this camera."""
    try:
        found = signing.loads(ticket, salt=_SALT, max_age=TICKET_S)
    except signing.BadSignature:
        return False
    return bool(found == [principal.key, code])


def find_door(*, code: str, principal: Principal) -> Path | None:
    """Where the worker that holds the camera's lease serves it; None where nobody reads it."""
    cameras = Camera.objects.visible_to(principal).read().filter(code=code)
    worker = cameras.values_list("lease__worker", flat=True).first()
    return door_path(worker) if worker else None


async def fetch_messages(door: Path, code: str) -> AsyncGenerator[bytes, None]:
    """Messages of `cameras.streams.live` until the worker ends them.

    Raises OSError or EOFError when the worker is gone, ValueError when it sends nonsense.
    """
    async with asyncio.timeout(CONNECT_S):
        reader, writer = await asyncio.open_unix_connection(door)
    try:
        writer.write(json.dumps({"code": code}).encode() + b"\n")
        while True:
            size = int.from_bytes(await reader.readexactly(4), "big")
            if not HEAD.size <= size <= MAX_MESSAGE_BYTES:
                raise ValueError("not a live message")
            yield await reader.readexactly(size)
    finally:
        writer.close()


def note_view(*, principal: Principal, code: str, at: dt.datetime) -> None:
    """Write who watches what before the first picture goes out: once a view, not once a connection."""
    key = f"{_VIEW}{principal.key}:{code}"
    if not _is_new(key):
        return
    try:
        record_view(actor=Actor.of(principal), code=code, at=at)
    except BaseException:
        cache.delete(key)
        raise


def keep_view(*, principal: Principal, code: str) -> None:
    """The view goes on."""
    try:
        cache.set(f"{_VIEW}{principal.key}:{code}", 1, VIEW_S)
    except RedisError:
        logger.warning("the cache is away: a view that breaks off is written down again")


def _is_new(key: str) -> bool:
    """Without a cache every connection counts as a view: a row too many rather than one too few."""
    try:
        return bool(cache.add(key, 1, VIEW_S))
    except RedisError:
        return True
