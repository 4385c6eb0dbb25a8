import random

import pytest

from cameras.streams.backoff import Backoff, BackoffRules
from cameras.streams.errors import AddressRefused, AuthFailed, StreamError, Unreachable


def backoff(**rules: float) -> Backoff:
    return Backoff(BackoffRules(**rules), random.Random(1))


def test_after_doubles_up_to_the_cap() -> None:
    waiting = backoff(first_s=1.0, cap_s=8.0)

    delays = [waiting.after(Unreachable()) for _ in range(40)]

    assert all(0.5 * 2**n <= delay <= 2**n for n, delay in enumerate(delays[:4]))
    assert all(4.0 <= delay <= 8.0 for delay in delays[4:])


@pytest.mark.parametrize("error", [AuthFailed(), AddressRefused()])
def test_after_waits_long_for_what_only_people_mend(error: StreamError) -> None:
    assert backoff(auth_s=300.0).after(error) >= 270.0


def test_succeeded_resets_after_a_settled_stream() -> None:
    waiting = backoff(first_s=1.0, settled_s=10.0)
    for _ in range(5):
        waiting.after(Unreachable())

    waiting.succeeded(60.0)

    assert waiting.after(Unreachable()) <= 1.0


def test_succeeded_keeps_count_of_a_flapping_camera() -> None:
    waiting = backoff(first_s=1.0, settled_s=10.0)
    for _ in range(5):
        waiting.after(Unreachable())

    waiting.succeeded(1.0)

    assert waiting.after(Unreachable()) >= 10.0
