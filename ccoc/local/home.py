"""Where one checkout keeps what it makes: data, logs, secrets and remembered ports under its var folder."""

import os
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parents[2]
LOOPBACK = "127.0.0.1"


class LocalError(Exception):
    """Something on this machine that its owner can mend; the message says how."""


@dataclass(frozen=True, slots=True)
class Home:
    """The var folder of one checkout. Every path is inside it; nothing is written elsewhere."""

    var: Path

    @classmethod
    def from_environment(cls) -> "Home":
        """Use CCOC_VAR when it is set, else `var` in the project."""
        return cls(Path(os.environ.get("CCOC_VAR") or PROJECT_ROOT / "var").resolve())

    @property
    def run(self) -> Path:
        """Files that describe what runs now: ports, lock, supervisor state."""
        return made(self.var / "run")

    @property
    def log(self) -> Path:
        """One log file a process."""
        return made(self.var / "log")

    def secret(self, name: str) -> str:
        """Return the secret of that name, made on first use (0600, in a folder of 0700)."""
        folder = made(self.var / "secrets", mode=0o700)
        path = folder / name
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text("utf-8").strip()
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(36))
        return path.read_text("utf-8").strip()

    def port(self, name: str) -> int:
        """Return the port this checkout used before for `name` if it is still free, else another free one."""
        path = made(self.run / "ports") / name
        others = {int(file.read_text("utf-8")) for file in path.parent.iterdir() if file != path}
        port = free_port_or_any(int(path.read_text("utf-8")) if path.exists() else 0)
        while port in others:  # remembered for a server that is not running yet
            port = free_port_or_any(0)
        path.write_text(str(port), "utf-8")
        return port


def made(folder: Path, mode: int = 0o755) -> Path:
    """Return the folder, created with its parents when it is missing."""
    folder.mkdir(mode=mode, parents=True, exist_ok=True)
    return folder


def is_free(port: int) -> bool:
    """Say whether a server could listen on this loopback port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port_or_any(port: int) -> int:
    """Return the port itself when it is free, else one picked by the system."""
    if port and is_free(port):
        return port
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def first_free_port(start: int) -> int:
    """Return the first free port from `start` upwards, for addresses that people type."""
    for port in range(start, start + 200):
        if is_free(port):
            return port
    raise LocalError(f"No free port between {start} and {start + 200}. Set CCOC_HTTP_PORT to a free one.")
