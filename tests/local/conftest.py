"""Servers and programs for the tests of the embedded stack; each has its own folder and port."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ccoc.local.home import Home, free_port_or_any
from ccoc.local.postgres import Postgres
from ccoc.local.program import Program, Running
from ccoc.local.valkey import Valkey

Start = Callable[[Program], Running]
PASSWORD = "a password: with/odd?characters&ไทย"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "var")


@pytest.fixture
def postgres(tmp_path: Path) -> Postgres:
    return Postgres(tmp_path / "pg", free_port_or_any(0), PASSWORD, PASSWORD)


@pytest.fixture
def valkey(tmp_path: Path) -> Valkey:
    return Valkey(tmp_path / "valkey", free_port_or_any(0), "password-of-one-test")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start programs, wait until they are ready, and stop them after the test."""
    started: list[Running] = []

    def run(program: Program) -> Running:
        running = Running(program, tmp_path / f"{program.name}.log")
        started.append(running)
        running.wait_ready()
        return running

    yield run
    for running in reversed(started):
        running.stop()


def is_alive(pid: int) -> bool:
    """Say whether a process runs; a zombie does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def dies(pid: int) -> bool:
    """Say whether the process ends within a few seconds."""
    until = time.monotonic() + 15
    while is_alive(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not is_alive(pid)


def python_program(name: str, code: str, **options: object) -> Program:
    """Return a program that runs a few lines of Python."""
    return Program(name, (sys.executable, "-c", code), **options)  # type: ignore[arg-type]  # as Program checks them


IS_ROOT = os.geteuid() == 0
