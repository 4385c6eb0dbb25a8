"""Which servers this checkout runs and what its processes need to know about them."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ccoc.local.home import Home, LocalError
from ccoc.local.leftovers import mark
from ccoc.local.postgres import Postgres
from ccoc.local.program import Program
from ccoc.local.valkey import Valkey


@dataclass(frozen=True)
class Stack:
    """The servers to start (those the environment does not name) and the environment of every child."""

    servers: tuple[Program, ...]
    environment: Mapping[str, str]


def build_stack(home: Home) -> Stack:
    """Describe the servers of this checkout; DATABASE_URL and REDIS_URL replace the embedded ones."""
    servers: list[Program] = []
    environment = {
        "DJANGO_SETTINGS_MODULE": "ccoc.settings",
        "CCOC_VAR": str(home.var),
        **mark(home),
        "SECRET_KEY": os.environ.get("SECRET_KEY") or home.secret("django"),
        "DATABASE_URL": os.environ.get("DATABASE_URL", ""),
        "REDIS_URL": os.environ.get("REDIS_URL", ""),
    }
    if not environment["DATABASE_URL"]:
        words = home.secret("postgres"), home.secret("postgres-superuser")
        postgres = Postgres(home.var / "postgres", home.port("postgres"), *words)
        servers.append(replace(postgres.program(), env=mark(home)))
        environment["DATABASE_URL"] = postgres.url
    if not environment["REDIS_URL"]:
        valkey = Valkey(home.var / "valkey", home.port("valkey"), home.secret("valkey"))
        servers.append(replace(valkey.program(), env=mark(home)))
        environment["REDIS_URL"] = valkey.url
    return Stack(tuple(servers), environment)


@contextmanager
def only_one(home: Home) -> Iterator[None]:
    """Hold this checkout's lock; the kernel lets go of it however we end."""
    path = home.run / "lock"
    with path.open("w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LocalError(f"CCOC already runs from this folder (lock {path}). Stop it first.") from error
        yield


@contextmanager
def environment_file(home: Home, environment: Mapping[str, str]) -> Iterator[Path]:
    """While the stack runs, let `manage.py` in another terminal find it (0600: passwords)."""
    path = home.run / "env.json"
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(dict(environment), file)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
