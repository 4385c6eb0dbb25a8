from cameras.streams.health import Condition
from cameras.streams.quality import QualityMeter
from cameras.streams.units import ReadCounters


def run(meter: QualityMeter, counters: ReadCounters, *, seconds: int, rate: int) -> frozenset[Condition]:
    found: frozenset[Condition] = frozenset()
    for _ in range(seconds):
        counters.units += rate
        found = meter.judge(counters)
    return found


def test_judge_finds_nothing_in_a_steady_stream() -> None:
    assert run(QualityMeter(), ReadCounters(), seconds=60, rate=12) == frozenset()


def test_judge_finds_slow_against_own_past() -> None:
    meter, counters = QualityMeter(), ReadCounters()
    run(meter, counters, seconds=60, rate=12)

    assert run(meter, counters, seconds=6, rate=5) == {Condition.SLOW}
    assert run(meter, counters, seconds=6, rate=12) == frozenset()


def test_judge_accepts_a_camera_that_is_always_slow() -> None:
    assert run(QualityMeter(), ReadCounters(), seconds=60, rate=1) == frozenset()


def test_judge_remembers_gaps_for_ten_seconds() -> None:
    meter, counters = QualityMeter(), ReadCounters()
    run(meter, counters, seconds=5, rate=10)

    counters.gaps += 1

    assert run(meter, counters, seconds=5, rate=10) == {Condition.GAPS}
    assert run(meter, counters, seconds=10, rate=10) == frozenset()


def test_judge_finds_wrong_camera_clock() -> None:
    meter, counters = QualityMeter(), ReadCounters(camera_clock_skew_s=-3.0)

    assert run(meter, counters, seconds=9, rate=10) == frozenset()
    assert run(meter, counters, seconds=1, rate=10) == {Condition.CLOCK_SKEW}
    counters.camera_clock_skew_s = 1.8
    assert run(meter, counters, seconds=5, rate=10) == {Condition.CLOCK_SKEW}
    counters.camera_clock_skew_s = 1.2
    assert run(meter, counters, seconds=1, rate=10) == frozenset()


def test_judge_lets_a_camera_without_a_clock_be() -> None:
    uptime_only = ReadCounters(camera_clock_skew_s=-1.8e9)

    assert run(QualityMeter(), uptime_only, seconds=30, rate=10) == frozenset()


def test_restart_begins_a_new_window() -> None:
    meter, counters = QualityMeter(), ReadCounters()
    run(meter, counters, seconds=60, rate=12)
    counters.gaps += 5

    meter.restart()

    assert run(meter, counters, seconds=3, rate=12) == frozenset()
