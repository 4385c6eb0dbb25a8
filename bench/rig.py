"""A private portal for measurements: its own servers, database, web process and wall screen."""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from ccoc.local.home import PROJECT_ROOT, Home, first_free_port
from ccoc.local.program import Program, Running
from ccoc.local.stack import build_stack

PAIR = """
from django.utils import timezone
from accounts.models import WallDevice
from accounts.tokens import digest
now = timezone.now()
WallDevice.objects.create(name="bench", token_hash=digest("{token}"), created_at=now, paired_at=now)
"""


class Helper:
    """A process beside the portal that talks in lines: clients, writers, the floor's own server."""

    def __init__(self, module: str, arguments: tuple[str, ...], environment: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=PROJECT_ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    def read_line(self) -> str:
        """The next line it prints; waits for it."""
        line = self.process.stdout.readline() if self.process.stdout else ""
        if not line:
            raise RuntimeError(f"{self.process.args!r} ended without a word")
        return line.rstrip("\n")

    def finish(self, last_words: str = "") -> str:
        """Send a last line, wait for the end, and return everything it still printed."""
        return self.process.communicate(f"{last_words}\n")[0]


class Rig:
    """Servers and web process of one measurement; each can be killed and started again on its own."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder / "var")
        self.token = secrets.token_urlsafe(32)
        self.port = first_free_port(8300)
        os.environ.pop("DATABASE_URL", None)
        os.environ.pop("REDIS_URL", None)
        stack = build_stack(self.home)
        self.environment: Mapping[str, str] = {**stack.environment, "LOG_LEVEL": "ERROR"}
        self.programs = {program.name: program for program in stack.servers}
        self.programs["web"] = Program(
            "web", uvicorn(self.port), self.environment, is_ready=lambda pid: answers(self.port)
        )
        self.running: dict[str, Running] = {}

    @property
    def socket(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws/events"

    @property
    def cookie(self) -> str:
        return f"ccoc_wall={self.token}"

    def start(self) -> None:
        for name in ("postgres", "valkey"):
            self.start_one(name)
        self.manage("migrate", "--verbosity", "0")
        self.manage("shell", "--no-imports", "--command", PAIR.format(token=self.token))
        self.start_one("web")

    def start_one(self, name: str) -> None:
        running = Running(self.programs[name], self.home.log / f"{name}.log")
        self.running[name] = running
        running.wait_ready()

    def kill(self, name: str) -> None:
        """`kill -9` of the process and everything it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.running[name].process.pid, 9)
        self.running[name].process.wait()

    def manage(self, *arguments: str) -> str:
        """Run a management command; returns what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=PROJECT_ROOT,
            env={**os.environ, **self.environment},
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return done.stdout

    def spawn(self, module: str, *arguments: str) -> "Helper":
        """Run `python -m module` beside the portal with its environment."""
        return Helper(module, arguments, {**os.environ, **self.environment})

    def stop(self) -> None:
        for running in reversed(self.running.values()):
            running.stop()


def uvicorn(port: int) -> tuple[str, ...]:
    """The web process as the stack runs it."""
    options = ("--ws", "websockets-sansio", "--ws-per-message-deflate", "false", "--no-access-log")
    place = ("--host", "127.0.0.1", "--port", str(port), "--log-level", "error", "--lifespan", "off")
    return (sys.executable, "-m", "uvicorn", "ccoc.asgi:application", *options, *place)


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@contextmanager
def started() -> Iterator[Rig]:
    """A running rig in a temporary folder, stopped and removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="ccoc-bench-"))
    folder.chmod(0o755)  # PostgreSQL may run as another account when we are root
    rig = Rig(folder)
    try:
        rig.start()
        yield rig
    finally:
        rig.stop()
        time.sleep(0.1)
        shutil.rmtree(folder, ignore_errors=True)
