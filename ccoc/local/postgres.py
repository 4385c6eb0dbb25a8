"""A private PostgreSQL server: TCP on loopback, scram password, C.UTF-8, data in one folder.

Line 1 of postmaster.pid is the server's pid and line 8 its state ("ready"): the documented contents of that
file, and quicker and surer than connecting.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from ccoc.local.binaries import postgres_folder
from ccoc.local.home import LOOPBACK, LocalError, made
from ccoc.local.program import Program
from ccoc.local.unprivileged import Way, find_way

DATABASE = "ccoc"
ROLE = "ccoc"
SUPERUSER = "postgres"
# Trigram search follows LC_CTYPE: under plain C every Thai letter is dropped and all plates look alike.
LOCALE = ("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8")
SETTINGS: Mapping[str, str] = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "300",  # one session a camera lease, and the pools of web and workers
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",
}
# For tests only: a crash of the machine may lose or break the data.
NO_SYNC: Mapping[str, str] = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Postgres:
    """One server: where its data is, on which port it listens, and the passwords of its two roles."""

    folder: Path
    port: int
    password: str
    superuser_password: str
    settings: Mapping[str, str] = field(default_factory=dict)
    way: Way = field(default_factory=find_way)
    binaries: Path = field(default_factory=postgres_folder)

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.folder / "data"

    @property
    def url(self) -> str:
        """DATABASE_URL for the application's role, which owns its database and is no superuser."""
        return f"postgresql://{ROLE}:{quote(self.password, safe='')}@{LOOPBACK}:{self.port}/{DATABASE}"

    def prepare(self) -> None:
        """Create the data directory, the role and the database once; heal what a crash left behind."""
        if not (self.folder / "complete").exists():
            self._create()
        self._heal()

    def program(self) -> Program:
        """Return the server as a program for the supervisor."""
        return Program(
            name="postgres",
            argv=self.command(self._server_argv()),
            is_ready=self.is_ready,
            before_start=self.prepare,
            ports=(self.port,),
            stop_signal=signal.SIGINT,  # fast stop: disconnects clients, then a clean checkpoint
            grace_s=20,
            cwd=made(self.folder),
        )

    def command(self, argv: list[str]) -> tuple[str, ...]:
        """Return the command that runs a PostgreSQL program on this data without root's rights."""
        way = self.way.reaching(made(self.folder)).reaching(self.binaries)
        return way.command(argv, signal.SIGINT)

    def is_ready(self, pid: int) -> bool:
        """Say whether the server of that pid accepts connections."""
        lines = self._pid_lines()
        return len(lines) >= 8 and lines[0] == str(pid) and lines[7].startswith("ready")

    def _server_argv(self) -> list[str]:
        argv = [str(self.binaries / "postgres"), "-D", str(self.data), "-p", str(self.port)]
        for name, value in {**SETTINGS, **self.settings}.items():
            argv += ["-c", f"{name}={value}"]
        return argv

    def _create(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        made(self.data, mode=0o700)
        self.way.own(self.data)
        with tempfile.NamedTemporaryFile("w", dir=self.folder, encoding="utf-8") as file:
            file.write(self.superuser_password)
            file.flush()
            self.way.own(Path(file.name))
            self._run(
                "initdb",
                [
                    *(f"--pgdata={self.data}", f"--username={SUPERUSER}", f"--pwfile={file.name}"),
                    *("--auth=scram-sha-256", "--no-instructions", *LOCALE),
                    *(("--no-sync",) if self.settings.get("fsync") == "off" else ()),
                ],
            )
        # Single-user mode needs no client program and no moment with an open door.
        password = self.password.replace("'", "''")
        self._run(
            "postgres",
            ["--single", "-D", str(self.data), "postgres"],
            f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{password}'\n"
            f"CREATE DATABASE {DATABASE} OWNER {ROLE}\n",
        )
        (self.folder / "complete").touch()

    def _run(self, name: str, arguments: list[str], typed: str = "") -> None:
        done = subprocess.run(
            self.command([str(self.binaries / name), *arguments]),
            input=typed,
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            env={**os.environ, "LC_ALL": "C"},
        )
        if done.returncode or "ERROR:" in done.stderr:
            raise LocalError(f"{name} failed:\n{done.stderr.strip() or done.stdout.strip()}")

    def _heal(self) -> None:
        """After a kill -9: end a server left running on this data, drop a pid file that names a stranger.

        PostgreSQL itself handles the pid of a dead process; it cannot handle one that another program has
        got since. The file also guards the shared memory, so it goes only when nobody lives in the data.
        """
        lines = self._pid_lines()
        if not lines:
            return
        pid = int(lines[0])
        if pid in residents(self.data):
            os.kill(pid, signal.SIGINT)
        until = time.monotonic() + 20
        while residents(self.data):
            if time.monotonic() > until:
                raise LocalError(f"Another PostgreSQL is still running on {self.data}: stop it first.")
            time.sleep(0.05)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _pid_lines(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text("utf-8").splitlines()
        except (FileNotFoundError, PermissionError):
            return []


def residents(folder: Path) -> set[int]:
    """Return the pids whose working directory is this folder: every PostgreSQL process lives in its data."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if entry.readlink() == folder:
                found.add(int(entry.parent.name))
        except OSError:
            continue
    return found
