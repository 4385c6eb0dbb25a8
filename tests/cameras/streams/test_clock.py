import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cameras.streams.clock import MAX_CORRECTION, StreamClock

RATE = 90_000


def test_place_keeps_even_durations_under_network_jitter() -> None:
    clock = StreamClock(wall_offset_s=1000.0)
    arrivals = [0.0, 0.19, 0.21, 0.35, 0.52]

    moments = [clock.place(number * 9000, RATE, arrival) for number, arrival in enumerate(arrivals)]

    steps = [later.pts_s - earlier.pts_s for earlier, later in itertools.pairwise(moments)]
    assert steps == pytest.approx([0.1] * 4, abs=0.11 * MAX_CORRECTION)
    assert moments[0].captured_at == 1000.0


def test_place_follows_over_the_wrap_of_32_bits() -> None:
    clock = StreamClock()

    first = clock.place(2**32 - 4500, RATE, 10.0)
    second = clock.place(4500, RATE, 10.1)

    assert second.pts_s - first.pts_s == pytest.approx(0.1, abs=1e-4)
    assert not second.is_jump


def test_place_works_off_drift_of_a_poor_crystal() -> None:
    clock = StreamClock(wall_offset_s=0.0)
    drifting = 1.0003

    for number in range(36_000):  # an hour at 10 pictures a second
        moment = clock.place(int(number * 9000 * drifting) % 2**32, RATE, number * 0.1)

    assert moment.captured_at == pytest.approx(3599.9, abs=0.05)


@pytest.mark.parametrize("jump_s", [3600.0, -3600.0, 5.0])
def test_place_ignores_jump_of_camera_clock(jump_s: float) -> None:
    clock = StreamClock(wall_offset_s=0.0)
    clock.place(0, RATE, 50.0)

    moment = clock.place(int((0.1 + jump_s) * RATE) % 2**32, RATE, 50.1)

    assert moment.is_jump
    assert moment.captured_at == pytest.approx(50.1)
    assert moment.pts_s == pytest.approx(0.1)


def test_place_continues_time_line_after_reconnection() -> None:
    clock = StreamClock(first_pts_s=42.0)

    assert clock.place(7, RATE, 100.0).pts_s == 42.0


@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.floats(0, 10)), min_size=2, max_size=50))
def test_place_never_runs_ahead_of_arrival_by_more_than_a_second(steps: list[tuple[int, float]]) -> None:
    clock, arrival = StreamClock(wall_offset_s=0.0), 0.0

    for ticks, pause in steps:
        arrival += pause
        moment = clock.place(ticks, RATE, arrival)
        assert abs(moment.captured_at - arrival) <= 1.01
