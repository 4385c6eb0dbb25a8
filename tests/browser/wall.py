"""A real portal process and a real browser for tests of pages."""

import os
import shutil
import time
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import connection
from django.test import Client

from accounts.models import User
from ccoc.local.home import free_port_or_any
from tests.browser.portal import FORKS, serve

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
START_WITHIN_S = 90


def browser_path() -> str | None:
    """The first browser found on this machine."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


@dataclass
class WallServer:
    """The portal on a port of its own, on the test's database. It can be killed and started again there."""

    folder: Path
    port: int = field(default_factory=lambda: free_port_or_any(0))
    process: ForkServerProcess | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    def start(self) -> None:
        """Start and wait until it answers."""
        arguments = (self.port, self._environment(), self.log)
        self.process = FORKS.Process(target=serve, args=arguments, daemon=True)
        self.process.start()
        self._wait()

    def kill(self) -> None:
        """As a power cut would end it."""
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.process = None

    def sign_in(self, person: User) -> dict[str, str]:
        """The session cookie of `person`, as a browser's context takes it."""
        client = Client()
        client.force_login(person)
        session: SessionBase = client.session
        return {
            "name": settings.SESSION_COOKIE_NAME,
            "value": session.session_key or "",
            "url": self.url,
        }

    def _environment(self) -> dict[str, str]:
        name = str(connection.settings_dict["NAME"])
        return {
            **os.environ,
            "DATABASE_URL": urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}").geturl(),
            "SECRET_KEY": settings.SECRET_KEY,
            "PICTURE_ROOT": str(self.folder / "pictures"),
            "CCOC_PROCESS": "browser-test",
        }

    def _wait(self) -> None:
        deadline = time.monotonic() + START_WITHIN_S
        while time.monotonic() < deadline and self.process and self.process.is_alive():
            try:
                with urlopen(f"{self.url}/healthz", timeout=2):  # noqa: S310 - our own server
                    return
            except (URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        raise RuntimeError(self.log.read_text("utf-8", "replace"))
