"""Runs what refuses to run as root: in a user namespace, else as an account without privileges.

A user namespace needs no account, changes no file owner and works below a private folder; containers often
forbid it, therefore the second way. An ordinary user needs neither.
"""

import functools
import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ccoc.local.home import LocalError

NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000", "--")
# initdb asks for the account's name, therefore only accounts that have one will do.
ACCOUNTS = ("postgres", "nobody")
PASS_FOLDERS = ("--inh-caps=+dac_override", "--ambient-caps=+dac_override")


@dataclass(frozen=True, slots=True)
class Way:
    """How to start a program without root: what to put before its command, and who must own its files."""

    prefix: tuple[str, ...] = ()
    account: str = ""

    def command(self, argv: Iterable[str], stop_signal: signal.Signals = signal.SIGINT) -> tuple[str, ...]:
        """Return the whole command. The death signal is set last: entering a namespace clears it."""
        if not self.prefix:
            return tuple(argv)
        name = stop_signal.name.removeprefix("SIG")
        if self.account:
            return (*self.prefix, f"--pdeathsig={name}", "--", *argv)
        return (*self.prefix, "setpriv", f"--pdeathsig={name}", "--", *argv)

    def reaching(self, folder: Path) -> "Way":
        """Return this way, allowed to pass the private folders above `folder` if it must.

        A checkout below root's home is closed to every other account. Opening that folder for all would be
        worse than one capability for one server that listens on loopback only.
        """
        if not self.account or can_enter(self.prefix, folder):
            return self
        return Way((*self.prefix, *PASS_FOLDERS), self.account)

    def own(self, folder: Path) -> None:
        """Give the folder to the account that will use it; nothing to do in the other two ways."""
        if self.account:
            entry = pwd.getpwnam(self.account)
            os.chown(folder, entry.pw_uid, entry.pw_gid)


@functools.cache
def can_enter(prefix: tuple[str, ...], folder: Path) -> bool:
    """Say whether a program started with this prefix can work in the folder."""
    tried = subprocess.run([*prefix, "--", "test", "-x", str(folder)], capture_output=True, check=False)
    return tried.returncode == 0


def by_namespace() -> Way | None:
    """Return the way through a user namespace when this kernel and container allow it."""
    if not shutil.which("unshare") or not shutil.which("setpriv"):
        return None
    tried = subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False)
    return Way(NAMESPACE) if tried.returncode == 0 else None


def by_account() -> Way | None:
    """Return the way through an existing account without privileges."""
    if not shutil.which("setpriv"):
        return None
    for name in ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        ids = (f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups")
        return Way(("setpriv", *ids), name)
    return None


@functools.cache
def find_way() -> Way:
    """Return how this machine can run a server that refuses root."""
    if os.geteuid() != 0:
        return Way()
    way = by_namespace() or by_account()
    if way is None:
        raise LocalError(
            "PostgreSQL refuses to run as root, and neither a user namespace nor setpriv works here. "
            "Run as an ordinary user, or set DATABASE_URL to a server of your own."
        )
    return way
