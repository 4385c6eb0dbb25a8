"""The socket: replay from the last seq, then live, nothing lost, repeated or out of order."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.db import connections, transaction
from django.utils import timezone
from psycopg_pool import AsyncConnectionPool

from events import hub
from events.consumers import FORBIDDEN, REPLAY_AGAIN, EventConsumer, cursor_of
from events.models import OutboxEvent
from events.services import Broadcast, announce

pytestmark = pytest.mark.django_db(transaction=True)


NOWHERE = "host=127.0.0.1 port=1 dbname=none connect_timeout=1"


class Watcher:
    """Somebody who may follow the events."""

    key = "user:7"

    def can(self, capability: str) -> bool:
        return capability == "events.follow"


class Stranger(Watcher):
    def can(self, capability: str) -> bool:
        return False


@pytest.fixture(autouse=True)
async def stopped_hub() -> AsyncIterator[None]:
    yield
    await hub.shut_down()
    await sync_to_async(connections.close_all)()  # of the thread that `happen` ran in


class Socket(ApplicationCommunicator):
    """A browser's end of the socket (channels.testing would need daphne)."""

    def __init__(self, after: str | None, principal: object) -> None:
        query = "" if after is None else f"after={after}"
        scope = {"type": "websocket", "path": "/ws/events", "query_string": query.encode()}
        super().__init__(EventConsumer.as_asgi(), {**scope, "principal": principal})

    async def connect(self) -> None:
        await self.send_input({"type": "websocket.connect"})
        assert (await self.receive_output(timeout=5))["type"] == "websocket.accept"

    async def receive_from(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads((await self.receive_output(timeout=5))["text"])
        return message

    async def disconnect(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(timeout=5)


def socket(after: str | None = None, principal: object | None = None) -> Socket:
    return Socket(after, principal or Watcher())


@sync_to_async
def happen(*codes: str, name: str = "cameras.changed", key: str = "code") -> None:
    for code in codes:
        with transaction.atomic():
            announce(Broadcast(name, {key: code}), at=timezone.now())


async def receive(communicator: Socket, count: int) -> list[dict[str, Any]]:
    """The next `count` messages that are not beats."""
    found: list[dict[str, Any]] = []
    while len(found) < count:
        message = await communicator.receive_from()
        if message["type"] != "beat":
            found.append(message)
    return found


async def test_connect_with_last_seq_replays_the_gap_and_goes_on_live() -> None:
    await happen("C-001", "C-002", "C-003")
    communicator = socket(after="1")

    await communicator.connect()
    replayed = await receive(communicator, 3)
    await happen("C-004")
    live = await receive(communicator, 1)
    await communicator.disconnect()

    assert replayed[0] == {"type": "hello", "seq": 1, "reset": False}
    assert [message["data"]["code"] for message in replayed[1:] + live] == ["C-002", "C-003", "C-004"]
    assert [(message["prev"], message["seq"]) for message in live] == [(3, 4)]


async def test_connect_without_seq_asks_for_a_snapshot() -> None:
    await happen("C-001")
    communicator = socket()

    await communicator.connect()
    messages = await receive(communicator, 1)
    await communicator.disconnect()

    assert messages == [{"type": "hello", "seq": 1, "reset": True}]


@pytest.mark.parametrize("after", ["99", "-1", "abc", "9" * 40])
async def test_connect_with_impossible_seq_asks_for_a_snapshot(after: str) -> None:
    await happen("C-001")
    communicator = socket(after=after)

    await communicator.connect()
    messages = await receive(communicator, 1)
    await communicator.disconnect()

    assert messages[0]["reset"] is True


async def test_connect_after_the_gap_was_pruned_asks_for_a_snapshot() -> None:
    await happen("C-001", "C-002", "C-003")
    await sync_to_async(OutboxEvent.objects.filter(seq__lt=3).delete)()
    communicator = socket(after="1")

    await communicator.connect()
    messages = await receive(communicator, 1)
    await communicator.disconnect()

    assert messages[0] == {"type": "hello", "seq": 3, "reset": True}


async def test_connect_by_a_stranger_is_closed_without_a_word() -> None:
    communicator = socket(after="0", principal=Stranger())

    await communicator.connect()
    output = await communicator.receive_output(timeout=5)

    assert output == {"type": "websocket.close", "code": FORBIDDEN}


async def test_beat_carries_the_position_and_how_far_behind_the_hub_is() -> None:
    await happen("C-001")
    communicator = socket(after="1")
    await communicator.connect()
    await receive(communicator, 1)

    beat = await communicator.receive_from()
    await communicator.disconnect()

    assert beat["type"] == "beat"
    assert beat["seq"] == 1
    assert beat["behind_s"] < 1


async def test_client_that_never_reads_is_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "QUEUE_LIMIT", 2)
    client = hub.Client("user:7", position=0)

    for seq in range(1, 4):
        client.put(hub.Message(seq, "{}"))

    assert client.is_closed


async def test_revoked_access_closes_the_socket_of_that_person_only() -> None:
    mine, other = socket(after="0"), socket(after="0", principal=type("W", (Watcher,), {"key": "user:8"})())
    await mine.connect()
    await other.connect()
    await receive(mine, 1)
    await receive(other, 1)

    await happen("user:7", name=hub.REVOKED, key="key")

    assert await _close_code(mine) == REPLAY_AGAIN
    await happen("C-001")
    assert [message["name"] for message in await receive(other, 2)] == [hub.REVOKED, "cameras.changed"]
    await other.disconnect()


async def _close_code(communicator: Socket) -> int:
    while True:
        output = await communicator.receive_output(timeout=5)
        if output["type"] == "websocket.close":
            return int(output["code"])


async def test_connect_while_the_database_is_away_is_sent_away_to_come_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    feed = await hub.current()
    monkeypatch.setattr(
        feed, "_pool", AsyncConnectionPool(NOWHERE, min_size=0, max_size=1, timeout=0.2, open=False)
    )
    await feed._pool.open()
    communicator = socket(after="0")

    await communicator.connect()

    assert await _close_code(communicator) == REPLAY_AGAIN


async def test_burst_by_concurrent_writers_arrives_whole_and_in_order() -> None:
    communicator = socket(after="0")
    await communicator.connect()
    await receive(communicator, 1)

    await asyncio.gather(*(happen(*(f"C-{w}{n:02}" for n in range(20))) for w in range(4)))
    messages = await receive(communicator, 80)
    await communicator.disconnect()

    assert [message["seq"] for message in messages] == list(range(1, 81))


def test_cursor_of_reads_only_plain_numbers() -> None:
    assert cursor_of(b"after=12") == 12
    assert cursor_of("after=๑๒".encode()) is None
    assert cursor_of(b"") is None
