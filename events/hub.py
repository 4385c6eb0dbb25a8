"""One hub a web process: listens to the outbox and feeds every connected wall.

The table is the record and this is only its messenger. A client that cannot keep up is disconnected
and replays; a hub that loses PostgreSQL keeps its clients and its position and goes on from there.
Channel layers take no part: they deliver at most once.
"""

import asyncio
import json
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import psycopg
from django.conf import settings
from django.utils import timezone
from psycopg_pool import AsyncConnectionPool

logger = logging.getLogger(__name__)

POLL_S = 0.25  # safety net under LISTEN
BEAT_S = 1.0
RETRY_S = 0.25
BATCH = 500
QUEUE_LIMIT = 1000  # messages a client may be behind before it is sent away to replay
PATIENCE_S = 5.0  # for a replay connection; then the client is told to come again
REPLAY_CONNECTIONS = 4  # a reconnect storm must not take a connection a client
REVOKED = "access.revoked"

READ = """
    SELECT seq, name, at, data::text FROM events_outboxevent
    WHERE seq > %s AND seq <= %s ORDER BY seq LIMIT %s
"""
LAST = 2**62


class Message(NamedTuple):
    """An encoded event with its place in the order."""

    seq: int
    text: str


def encode(seq: int, name: str, at: Any, data: str) -> Message:  # noqa: ANN401 - psycopg row value
    """JSON text of one event; `data` is JSON text already and is not parsed again."""
    head = json.dumps({"type": "event", "seq": seq, "prev": seq - 1, "at": at.isoformat(), "name": name})
    return Message(seq, f'{head[:-1]}, "data": {data}}}')


class Client:
    """One connected wall: a bounded queue between the hub and its socket."""

    def __init__(self, key: str, position: int) -> None:
        self.key = key
        self.position = position
        self.is_closed = False
        self._queue: deque[Message] = deque()
        self._wake = asyncio.Event()

    def put(self, message: Message) -> None:
        if len(self._queue) >= QUEUE_LIMIT:
            self.close()
            return
        self._queue.append(message)
        self._wake.set()

    def close(self) -> None:
        self.is_closed = True
        self._wake.set()

    async def messages(self) -> AsyncIterator[Message]:
        """Live messages until the hub closes this client."""
        while not self.is_closed:
            await self._wake.wait()
            self._wake.clear()
            while self._queue and not self.is_closed:
                yield self._queue.popleft()


class Hub:
    """Reads the outbox once and hands each message to every client."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._clients: set[Client] = set()
        self._position = 0
        self._read_at = time.monotonic()
        self._is_ready = asyncio.Event()
        self._pool = AsyncConnectionPool(
            dsn, min_size=0, max_size=REPLAY_CONNECTIONS, timeout=PATIENCE_S, open=False
        )
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        await self._pool.open()
        self._tasks = [asyncio.create_task(self._follow()), asyncio.create_task(self._beat())]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for client in self._clients:
            client.close()
        await self._pool.close()

    async def subscribe(self, key: str) -> Client:
        """Join the live stream from the hub's present position on.

        Waits until the hub has fixed its own position: a client that replays before that loses what
        commits in between (73 deliveries in one measured run).
        """
        await self._is_ready.wait()
        client = Client(key, self._position)
        self._clients.add(client)
        return client

    def leave(self, client: Client) -> None:
        client.close()
        self._clients.discard(client)

    async def first_seq(self) -> int:
        """Oldest `seq` that can still be replayed, 0 when nothing was ever sent."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute("SELECT coalesce(min(seq), 0) FROM events_outboxevent")
            row = await cursor.fetchone()
        return int(row[0]) if row else 0

    async def replay(self, after: int, until: int) -> AsyncIterator[Message]:
        """Messages with `after < seq <= until` from the table, oldest first."""
        while after < until:
            async with self._pool.connection() as connection:
                rows = await _read(connection, after, until)
            if not rows:
                return
            for row in rows:
                yield encode(*row)
            after = rows[-1][0]

    async def _follow(self) -> None:
        while True:
            try:
                await self._listen()
            except (psycopg.Error, OSError) as error:
                logger.warning("hub lost the database: %s", type(error).__name__)
            await asyncio.sleep(RETRY_S)

    async def _listen(self) -> None:
        connection = await psycopg.AsyncConnection.connect(self._dsn, autocommit=True, connect_timeout=5)
        async with connection:
            await connection.execute("LISTEN ccoc_events")
            if not self._is_ready.is_set():
                cursor = await connection.execute("SELECT coalesce(max(seq), 0) FROM events_outboxevent")
                row = await cursor.fetchone()
                self._position = int(row[0]) if row else 0
                self._is_ready.set()
            while True:
                await self._drain(connection)
                async for _ in connection.notifies(timeout=POLL_S, stop_after=1):
                    pass

    async def _drain(self, connection: psycopg.AsyncConnection[Any]) -> None:
        while rows := await _read(connection, self._position, LAST):
            for row in rows:
                self._deliver(encode(*row))
                if row[1] == REVOKED:
                    self._send_away(json.loads(row[3])["key"])
            self._position = rows[-1][0]
        self._read_at = time.monotonic()

    def _deliver(self, message: Message) -> None:
        for client in self._clients:
            client.put(message)

    def _send_away(self, key: str) -> None:
        for client in self._clients:
            if client.key == key:
                client.close()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            behind_s = round(time.monotonic() - self._read_at, 1)
            beat = {
                "type": "beat",
                "seq": self._position,
                "at": timezone.now().isoformat(),
                "behind_s": behind_s,
            }
            self._deliver(Message(0, json.dumps(beat)))


async def _read(connection: psycopg.AsyncConnection[Any], after: int, until: int) -> Sequence[Any]:
    cursor = await connection.execute(READ, (after, until, BATCH))
    return await cursor.fetchall()


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Task[Hub]] = WeakKeyDictionary()


async def current() -> Hub:
    """The hub of the running loop, started at first use."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = asyncio.create_task(_started())
    return await _hubs[loop]


async def shut_down() -> None:
    """Stop the running loop's hub, if it has one."""
    task = _hubs.pop(asyncio.get_running_loop(), None)
    if task is not None:
        with suppress(asyncio.CancelledError):
            await (await task).stop()


async def _started() -> Hub:
    database: dict[str, Any] = settings.DATABASES["default"]
    hub = Hub(
        psycopg.conninfo.make_conninfo(
            host=database["HOST"],
            port=database["PORT"],
            dbname=database["NAME"],
            user=database["USER"],
            password=database["PASSWORD"],
            application_name="hub",
        )
    )
    await hub.start()
    return hub
