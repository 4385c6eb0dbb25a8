"""Waiting for something that another thread or process brings about."""

import time
from collections.abc import Callable


def wait_until(holds: Callable[[], bool], *, seconds: float = 40.0) -> float:
    """Look every 20 ms until it holds; how long that took. Fails after `seconds`."""
    start = time.monotonic()
    while not holds():
        assert time.monotonic() - start < seconds, f"did not happen within {seconds} s"
        time.sleep(0.02)
    return time.monotonic() - start
