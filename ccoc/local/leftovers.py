"""Ends what an earlier supervisor of this checkout left behind when it was killed itself."""

import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path

from ccoc.local.home import Home

MARK = "CCOC_SUPERVISED"
GRACE_S = 8.0


def mark(home: Home) -> Mapping[str, str]:
    """Return the environment that tells this checkout's processes from all others."""
    return {MARK: str(home.var)}


def marked(home: Home) -> list[int]:
    """Return the pids of live processes that carry this checkout's mark (Linux; none elsewhere)."""
    wanted = f"{MARK}={home.var}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            # A zombie has an empty environment and therefore never matches.
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
        except OSError:
            continue
    return [pid for pid in found if pid != os.getpid()]


def end_leftovers(home: Home) -> int:
    """Stop every marked process, first politely; return how many there were. Needs the checkout's lock."""
    first = marked(home)
    send(first, signal.SIGTERM)
    until = time.monotonic() + GRACE_S
    while marked(home) and time.monotonic() < until:
        time.sleep(0.05)
    send(marked(home), signal.SIGKILL)
    return len(first)


def send(pids: list[int], sent: signal.Signals) -> None:
    """Signal each process; one that has just ended is no error."""
    for pid in pids:
        try:
            os.kill(pid, sent)
        except ProcessLookupError:
            continue
