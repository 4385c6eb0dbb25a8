"""The socket of a live view: who gets in, what it relays, how it ends. Real door, database and cache."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from channels.routing import URLRouter
from django.core.cache import cache
from django.db import connections
from django.urls import path
from django.utils import timezone

from accounts.capabilities import WALL_SCREEN, Role, allowed
from accounts.models import User
from accounts.services.people import revoke_access
from cameras import consumers
from cameras.consumers import CHANGED, FORBIDDEN, NO_WORKER, TOO_MANY, LiveConsumer
from cameras.ingest.live import serve_live
from cameras.live import door_path, issue_ticket
from cameras.models import Camera, CameraLease
from cameras.streams.live import INIT, KEY, kind_of
from events import hub
from events.models import AuditEntry
from tests.cameras.live_viewer import Studio, count_decoded, units_of

MakeCamera = Callable[..., Camera]
MakeUser = Callable[..., User]
PATIENCE_S = 30.0
pytestmark = pytest.mark.django_db(transaction=True)
application = URLRouter([path("ws/live/<str:code>", LiveConsumer.as_asgi())])


class Holder:
    """Somebody with these roles."""

    def __init__(self, *roles: str) -> None:
        self.roles = frozenset(roles)
        self.key = "user:7"
        self.is_authenticated = True

    def can(self, capability: str) -> bool:
        return allowed(self.roles, capability)

    def __str__(self) -> str:
        return "ศศิธร"


class View(ApplicationCommunicator):
    """A browser's end of the socket."""

    def __init__(self, principal: Holder | User | None, code: str = "C-001") -> None:
        self.principal, self.code = principal, code
        scope = {"type": "websocket", "path": f"/ws/live/{code}", "query_string": b"", "headers": []}
        super().__init__(application, {**scope, "principal": principal})

    async def opened(self, ticket: str | None = None) -> "View":
        await self.send_input({"type": "websocket.connect"})
        assert (await self.receive_output(timeout=PATIENCE_S))["type"] == "websocket.accept"
        if ticket is None:
            assert self.principal is not None
            ticket = issue_ticket(principal=self.principal, code=self.code)
        await self.say(json.dumps({"ticket": ticket}))
        return self

    async def say(self, text: str) -> None:
        await self.send_input({"type": "websocket.receive", "text": text})

    async def messages(self, count: int) -> list[bytes]:
        return [(await self.receive_output(timeout=PATIENCE_S))["bytes"] for _ in range(count)]

    async def close_code(self) -> int:
        """Read until the portal closes the socket."""
        while True:
            output: dict[str, Any] = await self.receive_output(timeout=PATIENCE_S)
            if output["type"] == "websocket.close":
                return int(output["code"])

    async def leave(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(timeout=PATIENCE_S)


@pytest.fixture(autouse=True)
async def tidy() -> AsyncIterator[None]:
    await sync_to_async(cache.clear)()
    yield
    await hub.shut_down()
    await sync_to_async(connections.close_all)()


@pytest.fixture
def camera(make_camera: MakeCamera) -> Camera:
    """A camera that worker `one` reads."""
    camera = make_camera("C-001")
    CameraLease.objects.filter(camera=camera).update(worker="one", epoch=1, taken_at=timezone.now())
    return camera


@pytest.fixture
async def studio(street_clip: Path) -> AsyncIterator[Studio]:
    """What worker `one` shows: a clip's first pictures wait already."""
    studio = Studio()
    studio.group = units_of(street_clip)[:3]
    serving = asyncio.create_task(serve_live(studio, "one"))
    async with asyncio.timeout(PATIENCE_S):
        while not door_path("one").exists():
            await asyncio.sleep(0.01)
    yield studio
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


@sync_to_async
def views() -> list[tuple[str, str]]:
    return list(AuditEntry.objects.filter(verb="cameras.watched").values_list("actor_label", "target_id"))


async def test_viewer_gets_init_and_pictures_and_is_written_down(
    camera: Camera, studio: Studio, street_clip: Path
) -> None:
    view = await View(Holder("OPERATOR")).opened()

    first = await view.messages(2)
    written = await views()
    await studio.show(units_of(street_clip)[3:])
    rest = await view.messages(17)
    await view.leave()

    assert [kind_of(message) for message in first] == [INIT, KEY]
    assert count_decoded(first + rest) == 20
    assert written == [("ศศิธร", "C-001")]


async def test_viewer_who_comes_back_is_written_down_once(camera: Camera, studio: Studio) -> None:
    for _ in range(3):
        view = await View(Holder("OPERATOR")).opened()
        await view.messages(2)
        await view.leave()

    assert await views() == [("ศศิธร", "C-001")]


@pytest.mark.parametrize("role", [*Role.values, WALL_SCREEN])
async def test_only_roles_that_may_watch_get_in(camera: Camera, studio: Studio, role: str) -> None:
    view = await View(Holder(role)).opened()

    output = await view.receive_output(timeout=PATIENCE_S)

    watchers = {"OPERATOR", "SUPERVISOR", "CAMERA_ADMIN", WALL_SCREEN}
    assert ("bytes" in output) is (role in watchers)
    if role not in watchers:
        assert output["code"] == FORBIDDEN
    await view.leave()


async def test_stranger_is_sent_away_before_any_ticket(camera: Camera, studio: Studio) -> None:
    view = View(None)
    await view.send_input({"type": "websocket.connect"})

    assert await view.close_code() == FORBIDDEN


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "7", '{"ticket": null}', '{"ticket": "C-001"}', "x" * 100_000, '{"ticket": {}}']
)
async def test_nonsense_for_a_ticket_is_sent_away(camera: Camera, studio: Studio, text: str) -> None:
    view = View(Holder("OPERATOR"))
    await view.send_input({"type": "websocket.connect"})

    await view.say(text)

    assert await view.close_code() == FORBIDDEN
    assert await views() == []


async def test_ticket_of_another_camera_or_person_is_sent_away(camera: Camera, studio: Studio) -> None:
    other = Holder("OPERATOR")
    other.key = "user:8"

    for ticket in (
        issue_ticket(principal=Holder("OPERATOR"), code="C-002"),
        issue_ticket(principal=other, code="C-001"),
    ):
        view = await View(Holder("OPERATOR")).opened(ticket)
        assert await view.close_code() == FORBIDDEN


async def test_viewer_without_a_ticket_is_not_waited_for(
    camera: Camera, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "TICKET_WITHIN_S", 0.1)
    view = View(Holder("OPERATOR"))

    await view.send_input({"type": "websocket.connect"})

    assert await view.close_code() == FORBIDDEN


async def test_camera_that_nobody_reads_closes_with_come_again(make_camera: MakeCamera) -> None:
    await sync_to_async(make_camera)("C-001")
    view = await View(Holder("OPERATOR")).opened()

    assert await view.close_code() == NO_WORKER


async def test_dead_worker_closes_with_come_again(camera: Camera) -> None:
    view = await View(Holder("OPERATOR")).opened()

    assert await view.close_code() == NO_WORKER


async def test_camera_that_is_let_go_closes_with_come_again(camera: Camera, studio: Studio) -> None:
    view = await View(Holder("OPERATOR")).opened()
    await view.messages(2)

    studio.subscriptions[0].close()

    assert await view.close_code() == NO_WORKER


async def test_revoked_person_loses_the_view(camera: Camera, studio: Studio, make_user: MakeUser) -> None:
    person = await sync_to_async(make_user)("OPERATOR", username="watcher")
    chief = await sync_to_async(make_user)("SUPERVISOR", username="chief")
    view = await View(person).opened()
    await view.messages(2)
    await (await hub.current()).first_seq()

    await sync_to_async(revoke_access)(person, by=chief, at=timezone.now())

    assert await view.close_code() == CHANGED


async def test_one_person_cannot_open_views_without_end(
    camera: Camera, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "MAX_VIEWS", 1)
    first = await View(Holder("OPERATOR")).opened()
    await first.messages(2)

    second = await View(Holder("OPERATOR")).opened()

    assert await second.close_code() == TOO_MANY
    await first.leave()
    third = await View(Holder("OPERATOR")).opened()
    assert [kind_of(message) for message in await third.messages(2)] == [INIT, KEY]
    await third.leave()


async def test_viewer_who_leaves_frees_the_camera(camera: Camera, studio: Studio) -> None:
    view = await View(Holder("OPERATOR")).opened()
    await view.messages(2)

    await view.leave()

    async with asyncio.timeout(PATIENCE_S):
        while studio.subscriptions:
            await asyncio.sleep(0.01)
