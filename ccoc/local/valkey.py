"""A private Valkey server: TCP on loopback, password, append-only file. It is the broker: no eviction."""

import os
import signal
import socket
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from ccoc.local.binaries import valkey_binary
from ccoc.local.home import LOOPBACK, made
from ccoc.local.program import Program


@dataclass(frozen=True)
class Valkey:
    """One server: its folder, port and password. `is_durable=False` is for tests."""

    folder: Path
    port: int
    password: str
    is_durable: bool = True
    binary: Path = field(default_factory=valkey_binary)

    @property
    def url(self) -> str:
        """REDIS_URL of database 0."""
        return f"redis://:{quote(self.password, safe='')}@{LOOPBACK}:{self.port}/0"

    def program(self) -> Program:
        """Return the server as a program for the supervisor."""
        return Program(
            name="valkey",
            argv=(str(self.binary), str(self.folder / "valkey.conf")),
            is_ready=lambda pid: self.is_answering(),
            before_start=self.prepare,
            ports=(self.port,),
            stop_signal=signal.SIGTERM,
            cwd=made(self.folder),
        )

    def prepare(self) -> None:
        """Write the configuration file (0600: it holds the password, which an argument would show to all)."""
        path = made(self.folder) / "valkey.conf"
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
            file.write(self._configuration())

    def is_answering(self) -> bool:
        """Say whether the server accepts the password and answers PING."""
        asked = f"AUTH {self.password}\r\nPING\r\n".encode()
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=1) as link:
                link.sendall(asked)
                answer = b""
                while answer.count(b"\r\n") < 2 and (part := link.recv(256)):
                    answer += part
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"

    def _configuration(self) -> str:
        lines = [
            f"bind {LOOPBACK}",
            f"port {self.port}",
            f"requirepass {self.password}",
            f'dir "{self.folder}"',
            "maxmemory-policy noeviction",
            'save ""',
            f"appendonly {'yes' if self.is_durable else 'no'}",
            "appendfsync everysec",
            "daemonize no",
        ]
        return "\n".join(lines) + "\n"
