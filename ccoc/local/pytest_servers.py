"""pytest plugin: a private PostgreSQL and Valkey for one test run, started before Django reads its settings.

Servers named by DATABASE_URL or REDIS_URL are used as they are. Under xdist the controller starts the
servers and the workers inherit their addresses; each worker has a Valkey database of its own.
"""

import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from ccoc.local.home import free_port_or_any
from ccoc.local.messages import compile_all
from ccoc.local.postgres import NO_SYNC, Postgres
from ccoc.local.program import Program, Running
from ccoc.local.valkey import Valkey

# These words protect nothing: the servers listen on loopback, for the minutes of one test run.
TEST_WORD = "only-for-this-test-run"
OWNED = "CCOC_TEST_REDIS"
PREFIX = "ccoc-test-"


def sweep() -> None:
    """Remove the folders of earlier runs that were killed; the folder's name holds the pid of its run."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        pid = folder.name.removeprefix(PREFIX).partition("-")[0]
        if pid.isdecimal() and not Path(f"/proc/{pid}").exists():
            shutil.rmtree(folder, ignore_errors=True)


class Servers:
    """What this run started, and has to stop."""

    def __init__(self) -> None:
        sweep()
        self.folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
        self.folder.chmod(0o755)  # PostgreSQL may run as another account when we are root
        self.running: list[Running] = []

    def start(self) -> None:
        """Start what the environment does not name, side by side, and name it there."""
        if not os.environ.get("DATABASE_URL"):
            postgres = Postgres(self.folder / "pg", free_port_or_any(0), TEST_WORD, TEST_WORD, NO_SYNC)
            self._launch(postgres.program())
            os.environ["DATABASE_URL"] = postgres.url
        if not os.environ.get("REDIS_URL"):
            valkey = Valkey(self.folder / "valkey", free_port_or_any(0), TEST_WORD, is_durable=False)
            self._launch(valkey.program())
            os.environ["REDIS_URL"] = os.environ[OWNED] = valkey.url
        for running in self.running:
            running.wait_ready()

    def stop(self) -> None:
        """Stop the servers and remove their files."""
        for running in reversed(self.running):
            running.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _launch(self, program: Program) -> None:
        self.running.append(Running(program, self.folder / f"{program.name}.log"))


SERVERS = pytest.StashKey[Servers]()


# A wrapper runs before every plain hook of this name, hence before pytest-django loads the settings.
@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    """Start the servers in the controller; give a worker its own Valkey database."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker:
        use_own_database(worker)
    if worker or {"help", "version"} & asked_for(early_config):
        return (yield)
    servers = early_config.stash[SERVERS] = Servers()
    try:
        compile_all()
        servers.start()
        return (yield)
    except BaseException:
        servers.stop()  # pytest calls no unconfigure hook when it fails this early
        raise


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers after everything else has ended."""
    servers = config.stash.get(SERVERS, None)
    if servers:
        servers.stop()


def asked_for(config: pytest.Config) -> set[str]:
    """Return which of the options that run no test were given."""
    known = config.known_args_namespace
    return {name for name in ("help", "version") if getattr(known, name, False)}


def use_own_database(worker: str) -> None:
    """Point REDIS_URL at database 1, 2, … for worker gw0, gw1, …; leave a server of the user's own alone."""
    owned = os.environ.get(OWNED)
    if owned:
        number = 1 + int(worker.removeprefix("gw")) % 15
        os.environ["REDIS_URL"] = f"{owned.rsplit('/', 1)[0]}/{number}"
