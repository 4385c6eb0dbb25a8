"""What this machine must have before anything starts, each with what to do about it."""

import shutil
import sys
from pathlib import Path

from ccoc.local.home import LocalError, made

NEEDED_PYTHON = (3, 11)
NEEDED_BYTES = 2 * 2**30  # servers' data, clips, pictures and logs of a day of demo


def check_machine(var: Path) -> None:
    """Raise LocalError when the demo could not run here."""
    check_python(sys.version_info[:2])
    check_disk(var)


def check_python(version: tuple[int, ...]) -> None:
    """Refuse a Python older than the one the pins were made for."""
    if version < NEEDED_PYTHON:
        found = ".".join(str(part) for part in version)
        raise LocalError(f"Python 3.11 or newer is needed, this is {found}. Try: make PYTHON=python3.11 demo")


def check_disk(var: Path, needed: int = NEEDED_BYTES) -> None:
    """Refuse a folder that cannot be written or a disk that is nearly full."""
    try:
        made(var)
        probe = var / ".probe"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise LocalError(
            f"{var} cannot be written ({error.strerror}). Set CCOC_VAR to another folder."
        ) from error
    free = shutil.disk_usage(var).free
    if free < needed:
        raise LocalError(
            f"{var} has {free / 2**30:.1f} GiB free, {needed / 2**30:.0f} are needed. "
            "Make room, or set CCOC_VAR to a folder on another disk."
        )
