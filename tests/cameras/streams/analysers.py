"""Analysers for decoder tests; decoder processes import them by their dotted path."""

import logging
import os
import signal
import time
from pathlib import Path

from cameras.streams.analysers import Picture, Result


class Counting:
    """Tells each picture that it sees."""

    def __init__(self) -> None:
        self._count = 0

    def feed(self, picture: Picture, captured_at: float) -> list[Result]:
        self._count += 1
        body = {"count": self._count, "shape": list(picture.shape), "at": captured_at}
        return [Result("seen", body, {"first": b"jpeg one", "second": b"jpeg two"})]


class Crashing:
    """Dies of SIGSEGV at every picture."""

    def feed(self, picture: Picture, captured_at: float) -> list[Result]:
        os.kill(os.getpid(), signal.SIGSEGV)
        return []


class Failing:
    """Raises at every picture."""

    def feed(self, picture: Picture, captured_at: float) -> list[Result]:
        raise KeyError("no such plate")


class Hanging:
    """Never comes back."""

    def feed(self, picture: Picture, captured_at: float) -> list[Result]:
        time.sleep(3600)
        return []


class Logging:
    """Logs an address with a password in it, as libraries do."""

    def feed(self, picture: Picture, captured_at: float) -> list[Result]:
        logging.getLogger(__name__).warning("cannot open rtsp://admin:hunter2@10.0.0.5/stream")
        return [Result("logged", {})]


class Telling:
    """Tells what its process can see of its parent's secrets."""

    def feed(self, picture: Picture, captured_at: float) -> list[Result]:
        return [
            Result("environment", {"names": sorted(os.environ), "nice": os.nice(0), "cwd": str(Path.cwd())})
        ]
