import pytest
from hypothesis import given
from hypothesis import strategies as st

from cameras.streams.ring import Ring, RingLimits
from cameras.streams.units import AccessUnit, Codec, Role


def unit(number: int, *, size: int = 100, is_key: bool = False, at: float | None = None) -> AccessUnit:
    arrival = number * 0.1 if at is None else at
    return AccessUnit(
        "C-001", Role.MAIN, bytes(size), arrival, arrival, arrival, is_key, Codec.H264, number, False
    )


def test_ring_keeps_the_last_seconds() -> None:
    ring = Ring(RingLimits(seconds=1.0))

    for number in range(50):
        ring.append(unit(number))

    assert len(ring) == 11
    assert ring.size_bytes == 1100


def test_ring_keeps_bytes_bounded_under_a_flood() -> None:
    ring = Ring(RingLimits(seconds=1e9, bytes=1000))

    for number in range(100):
        ring.append(unit(number))

    assert ring.size_bytes == 1000


def test_ring_refuses_unit_larger_than_itself() -> None:
    ring = Ring(RingLimits(bytes=1000))

    ring.append(unit(0, size=2000))

    assert (len(ring), ring.size_bytes) == (0, 0)


def test_snapshot_begins_at_oldest_key_picture() -> None:
    ring = Ring(RingLimits())
    for number in range(8):
        ring.append(unit(number, is_key=number in (2, 5)))

    assert [kept.number for kept in ring.snapshot()] == [2, 3, 4, 5, 6, 7]
    assert [kept.number for kept in ring.last_group()] == [5, 6, 7]


@pytest.mark.parametrize("count", [0, 3])
def test_snapshot_without_key_picture_is_empty(count: int) -> None:
    ring = Ring(RingLimits())
    for number in range(count):
        ring.append(unit(number))

    assert ring.snapshot() == ()
    assert ring.last_group() == ()


@given(st.lists(st.tuples(st.integers(0, 400), st.floats(0, 5), st.booleans()), max_size=60))
def test_ring_is_bounded_whatever_comes(pieces: list[tuple[int, float, bool]]) -> None:
    ring, at = Ring(RingLimits(seconds=10.0, bytes=1000)), 0.0

    for number, (size, pause, is_key) in enumerate(pieces):
        at += pause
        ring.append(unit(number, size=size, is_key=is_key, at=at))
        kept = ring.snapshot()
        assert ring.size_bytes <= 1000
        assert not kept or (kept[0].is_key and kept[0].arrival_s >= at - 10.0)
