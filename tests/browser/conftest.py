"""Browser, server and the pages that tests open."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from accounts.models import User
from tests.browser.wall import WallServer, browser_path

NOT_FOUND = "No Chromium or Chrome on this machine: install chromium to run the browser tests."
OpenWall = Callable[..., Page]
PATIENCE_MS = 60_000  # on a machine that runs other things as well; speed is measured in bench/

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for a module's tests; each test gets a context of its own.

    Not for the whole run: Playwright's event loop would still be running when an asynchronous test comes.
    """
    path = browser_path()
    if path is None and os.environ.get("CCOC_REQUIRE_BROWSER") == "1":
        pytest.fail(NOT_FOUND)
    if path is None:
        pytest.skip(NOT_FOUND)
    # Playwright keeps an event loop in this thread, which Django would take for asynchronous code of ours.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def wall_server(browser: Browser, transactional_db: None, tmp_path: Path) -> Iterator[WallServer]:
    """The portal in a process of its own on the test's database, started; `kill()` and `start()` at will."""
    server = WallServer(tmp_path)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def context(browser: Browser, wall_server: WallServer) -> Iterator[BrowserContext]:
    """A browser without cookies, on a full HD screen."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="th-TH")
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


@pytest.fixture
def open_wall(context: BrowserContext, wall_server: WallServer) -> Iterator[OpenWall]:
    """`open_wall(person)`: a signed-in wall that has its snapshot. A script error fails the test."""
    errors: list[str] = []

    def opened(person: User) -> Page:
        context.add_cookies([wall_server.sign_in(person)])  # type: ignore[list-item] # three of its keys
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{wall_server.url}/wall/")
        page.locator('body[data-link="live"]').wait_for(timeout=PATIENCE_MS)
        return page

    yield opened
    assert errors == []
