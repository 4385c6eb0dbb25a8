"""Revoking closes what is open: the socket of that person or screen ends and cannot be opened again."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.db import connections
from django.test import Client
from django.utils import timezone

from accounts.asgi import with_principal
from accounts.models import User, WallDevice
from accounts.services import screens
from accounts.services.people import change_person, revoke_access
from accounts.tokens import COOKIE
from events import hub
from events.consumers import FORBIDDEN, REPLAY_AGAIN, EventConsumer

pytestmark = pytest.mark.django_db(transaction=True)

PROMISE_S = 10.0


class Socket(ApplicationCommunicator):
    """A browser's socket, known to the portal by its cookie only."""

    def __init__(self, cookie: str) -> None:
        scope = {
            "type": "websocket",
            "path": "/ws/events",
            "query_string": b"",
            "headers": [(b"cookie", cookie.encode())],
        }
        super().__init__(with_principal(EventConsumer.as_asgi()), scope)

    async def opened(self) -> "Socket":
        await self.send_input({"type": "websocket.connect"})
        assert (await self.receive_output(timeout=5))["type"] == "websocket.accept"
        return self

    async def close_code(self) -> int:
        """Read until the portal closes the socket."""
        while True:
            output: dict[str, Any] = await self.receive_output(timeout=PROMISE_S)
            if output["type"] == "websocket.close":
                return int(output["code"])


@pytest.fixture(autouse=True)
async def stopped_hub() -> AsyncIterator[None]:
    yield
    await hub.shut_down()
    await sync_to_async(connections.close_all)()


@sync_to_async
def session_cookie(person: User) -> str:
    client = Client()
    client.force_login(person)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


@sync_to_async
def paired_screen(by: User) -> tuple[WallDevice, str]:
    screen, code = screens.add_screen(name="ห้องศูนย์", by=by, at=timezone.now())
    return screen, f"{COOKIE}={screens.pair_screen(code, at=timezone.now())}"


async def hello(socket: Socket) -> None:
    """The first message: the hub has this client on its list."""
    assert '"hello"' in (await socket.receive_output(timeout=5))["text"]


async def test_revoked_person_loses_the_socket_within_the_promise_and_cannot_return(
    make_user: Callable[..., User],
) -> None:
    boss, operator = await people(make_user)
    cookie = await session_cookie(operator)
    socket = await Socket(cookie).opened()
    await hello(socket)

    started = time.monotonic()
    await sync_to_async(revoke_access)(operator, by=boss, at=timezone.now())
    code = await socket.close_code()
    took_s = time.monotonic() - started
    again = await (await Socket(cookie).opened()).close_code()

    assert (code, again) == (REPLAY_AGAIN, FORBIDDEN)
    assert took_s < PROMISE_S


async def test_person_whose_role_was_taken_loses_the_socket(make_user: Callable[..., User]) -> None:
    boss, operator = await people(make_user)
    cookie = await session_cookie(operator)
    socket = await Socket(cookie).opened()
    await hello(socket)

    await sync_to_async(change_person)(
        operator, display_name="ก", rank="", roles=["AUDITOR"], by=boss, at=timezone.now()
    )

    assert await socket.close_code() == REPLAY_AGAIN
    assert await (await Socket(cookie).opened()).close_code() == FORBIDDEN


async def test_revoked_screen_loses_the_socket_and_others_keep_theirs(make_user: Callable[..., User]) -> None:
    boss, operator = await people(make_user)
    screen, screen_cookie = await paired_screen(boss)
    wall = await Socket(screen_cookie).opened()
    desk = await Socket(await session_cookie(operator)).opened()
    await hello(wall)
    await hello(desk)

    await sync_to_async(screens.revoke_screen)(screen, by=boss, at=timezone.now())

    assert await wall.close_code() == REPLAY_AGAIN
    assert await (await Socket(screen_cookie).opened()).close_code() == FORBIDDEN
    assert "access.revoked" in (await desk.receive_output(timeout=5))["text"]
    await desk.send_input({"type": "websocket.disconnect", "code": 1000})
    await desk.wait(timeout=5)


async def people(make_user: Callable[..., User]) -> tuple[User, User]:
    make = sync_to_async(make_user)
    return await make("SUPERVISOR", username="boss"), await make("OPERATOR", username="napa")


async def test_socket_of_a_stranger_is_closed(db: None) -> None:
    for cookie in ("", f"{COOKIE}=nonsense", 'sessionid="; broken'):
        socket = await Socket(cookie).opened()
        assert await asyncio.wait_for(socket.close_code(), 5) == FORBIDDEN
