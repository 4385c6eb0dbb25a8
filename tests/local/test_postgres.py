"""The private PostgreSQL: real initdb, real start, real kill -9."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from ccoc.local.binaries import postgres_folder
from ccoc.local.home import PROJECT_ROOT, LocalError, free_port_or_any, made
from ccoc.local.postgres import Postgres, residents
from ccoc.local.program import Running
from ccoc.local.unprivileged import Way, by_account, by_namespace
from tests.local.conftest import IS_ROOT, PASSWORD, Start, dies, is_alive


def ask(postgres: Postgres, query: str) -> object:
    """Return the first value of the first row."""
    with psycopg.connect(postgres.url) as connection:
        row = connection.execute(query).fetchone()
    assert row
    return row[0]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A running server that several tests only look at."""
    folder = tmp_path_factory.mktemp("served")
    postgres = Postgres(folder / "pg", free_port_or_any(0), PASSWORD, PASSWORD)
    running = Running(postgres.program(), folder / "postgres.log")
    running.wait_ready()
    yield postgres
    running.stop()


def test_program_gives_a_server_that_keeps_thai_letters(served: Postgres) -> None:
    with psycopg.connect(served.url) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        trigrams = connection.execute("SELECT show_trgm('กข')").fetchone()
        alike = connection.execute("SELECT similarity('1กข1234', '1คง1234')").fetchone()

    assert trigrams
    assert trigrams[0]
    assert alike
    assert alike[0] < 1


def test_program_gives_a_role_without_superuser_rights(served: Postgres) -> None:
    assert ask(served, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
    assert ask(served, "SELECT datctype FROM pg_database WHERE datname = current_database()") == "C.UTF-8"
    assert ask(served, "SHOW max_connections") == "300"
    assert ask(served, "SHOW fsync") == "on"


def test_program_refuses_a_wrong_password(served: Postgres) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(replace(served, password="wrong").url)


def test_stop_ends_every_process_and_keeps_the_data(postgres: Postgres, start: Start) -> None:
    running = start(postgres.program())
    with psycopg.connect(postgres.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS value")

    running.stop()
    assert not residents(postgres.data)
    start(postgres.program())

    assert ask(postgres, "SELECT value FROM kept") == 42


def test_two_checkouts_run_at_once(served: Postgres, postgres: Postgres, start: Start) -> None:
    start(postgres.program())

    with psycopg.connect(postgres.url) as connection:
        connection.execute("CREATE TABLE mine ()")

    assert ask(served, "SELECT count(*) FROM pg_tables WHERE tablename = 'mine'") == 0


def write_until_dead(url: str, acknowledged: list[int], lane: int) -> None:
    """Insert numbers and remember each one whose commit was acknowledged."""
    number = lane
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            while True:
                connection.execute("INSERT INTO numbers VALUES (%s)", (number,))
                acknowledged.append(number)
                number += 100
    except psycopg.OperationalError:
        return


def test_kill_9_under_writers_loses_no_acknowledged_commit(postgres: Postgres, start: Start) -> None:
    running = start(postgres.program())
    with psycopg.connect(postgres.url) as connection:
        connection.execute("CREATE TABLE numbers (value integer)")
    acknowledged: list[int] = []
    writers = [
        threading.Thread(target=write_until_dead, args=(postgres.url, acknowledged, lane))
        for lane in range(4)
    ]
    for writer in writers:
        writer.start()
    while len(acknowledged) < 400:
        time.sleep(0.01)

    running.process.kill()
    running.process.wait()
    for writer in writers:
        writer.join()
    start(postgres.program())

    with psycopg.connect(postgres.url) as connection:
        kept = {row[0] for row in connection.execute("SELECT value FROM numbers")}
    assert set(acknowledged) <= kept


def test_prepare_heals_a_pid_file_that_names_a_stranger(postgres: Postgres, start: Start) -> None:
    running = start(postgres.program())
    lines = (postgres.data / "postmaster.pid").read_text("utf-8").splitlines()
    running.process.kill()
    running.process.wait()
    stranger = subprocess.Popen(["sleep", "60"])
    (postgres.data / "postmaster.pid").write_text("\n".join([str(stranger.pid), *lines[1:]]), "utf-8")

    start(postgres.program())

    assert is_alive(stranger.pid)
    assert ask(postgres, "SELECT 1") == 1
    stranger.kill()
    stranger.wait()


def test_prepare_ends_a_server_left_running_on_the_data(postgres: Postgres, start: Start) -> None:
    left = start(postgres.program())

    running = start(replace(postgres, port=free_port_or_any(0)).program())

    assert left.process.wait(30) == 0
    assert is_alive(running.process.pid)


def test_prepare_begins_again_after_a_broken_first_time(postgres: Postgres, start: Start) -> None:
    postgres.data.mkdir(parents=True)
    (postgres.data / "PG_VERSION").write_text("half", "utf-8")

    start(postgres.program())

    assert ask(postgres, "SELECT 1") == 1


def test_start_on_a_taken_port_says_what_is_wrong(served: Postgres, postgres: Postgres, start: Start) -> None:
    with pytest.raises(LocalError, match="Address already in use"):
        start(replace(postgres, port=served.port).program())


@pytest.mark.skipif(not IS_ROOT, reason="only root has more than one way")
@pytest.mark.parametrize("find", [by_namespace, by_account])
@pytest.mark.parametrize("mode", [0o755, 0o700], ids=["open", "private"])
def test_program_runs_every_way_that_root_has(
    find: Callable[[], Way | None], mode: int, start: Start
) -> None:
    way = find()
    if way is None:
        pytest.skip("this kernel or container does not allow it")
    above = Path(tempfile.mkdtemp(prefix="ccoc-way-"))
    above.chmod(mode)
    postgres = Postgres(above / "pg", free_port_or_any(0), PASSWORD, PASSWORD, way=way)
    try:
        start(replace(postgres.program(), name=f"as-{way.account}")).stop()
        owner = pwd.getpwuid(postgres.data.stat().st_uid).pw_name
    finally:
        shutil.rmtree(above)

    assert owner == (way.account or "root")


LAUNCHER = """
import sys, time
from pathlib import Path
from ccoc.local.home import free_port_or_any
from ccoc.local.postgres import NO_SYNC, Postgres
from ccoc.local.program import Running

folder = Path(sys.argv[1])
running = Running(Postgres(folder, free_port_or_any(0), "x", "x", NO_SYNC).program(), folder / "log")
running.wait_ready()
print(running.process.pid, flush=True)
time.sleep(60)
"""


def launch(folder: Path, *command: str) -> tuple[subprocess.Popen[str], int]:
    """Start a process that starts a server; return it and the server's pid."""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT_ROOT), "CCOC_POSTGRES_BIN": str(postgres_folder())}
    argv = [*command, "-c", LAUNCHER, str(folder)]
    parent = subprocess.Popen(argv, cwd="/", env=environment, stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    answer = parent.stdout.readline()
    parent.stdout.close()
    assert answer
    return parent, int(answer)


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGKILL])
def test_servers_die_with_a_killed_parent(sent: signal.Signals, tmp_path: Path) -> None:
    parent, pid = launch(made(tmp_path / "pg"), sys.executable)

    parent.send_signal(sent)
    parent.wait()

    assert dies(pid)


@pytest.mark.skipif(not IS_ROOT, reason="only root can become another user")
def test_program_runs_as_an_ordinary_user() -> None:
    other = pwd.getpwnam("nobody")
    become = ("setpriv", f"--reuid={other.pw_uid}", f"--regid={other.pw_gid}", "--clear-groups", "--")
    code = "import sys; sys.path.insert(0, sys.argv[1]); import ccoc.local.postgres; open(sys.argv[2], 'rb')"
    paths = (str(PROJECT_ROOT), str(postgres_folder() / "postgres"))
    readable = [*become, "/usr/bin/python3", "-c", code, *paths]
    if subprocess.run(readable, capture_output=True, cwd="/", check=False).returncode:
        pytest.skip("this account can read neither a Python 3.11 nor this checkout")
    folder = Path(tempfile.mkdtemp(prefix="ccoc-user-"))
    os.chown(folder, other.pw_uid, other.pw_gid)
    try:
        parent, pid = launch(folder, *become, "/usr/bin/python3")
        owner = Path(f"/proc/{pid}").stat().st_uid
        parent.terminate()
        parent.wait()
        assert dies(pid)
    finally:
        shutil.rmtree(folder)

    assert owner == other.pw_uid
