"""The decoder pool with real child processes."""

import asyncio
import io
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from PIL import Image

from cameras.streams.analysers import load_analyser
from cameras.streams.decoding import DecoderPool, LaneSpec, Penalties, PoolRules
from cameras.streams.health import Condition
from cameras.streams.jobs import Job, JobKind
from cameras.streams.nal import join_annex_b
from cameras.streams.redaction import MASK
from cameras.streams.results import DecoderResult, Failure, Finding, KeyPicture
from cameras.streams.simulator.clips import load_clip
from cameras.streams.units import AccessUnit, Role

STEP_S = 0.04
_T = TypeVar("_T", bound=DecoderResult)
HERE = "tests.cameras.streams.analysers"


class Footage:
    """A clip as the access units of one camera, again and again, with running times."""

    def __init__(self, clip: Path, code: str = "C-001") -> None:
        self._clip = load_clip(clip)
        self._code = code
        self._count = 0
        self._started_at = time.time()

    def next(self, *, data: bytes | None = None, after_gap: bool = False) -> AccessUnit:
        picture = self._clip.pictures[self._count % len(self._clip.pictures)]
        at = self._started_at + self._count * STEP_S
        self._count += 1
        sets = self._clip.parameter_sets if picture.is_key else ()
        body = join_annex_b([*sets, *picture.nals]) if data is None else data
        codec = self._clip.codec
        return AccessUnit(
            self._code, Role.MAIN, body, 0.0, 0.0, at, picture.is_key, codec, self._count, after_gap
        )

    def next_key(self, *, data: bytes | None = None) -> AccessUnit:
        while not (unit := self.next(data=data)).is_key:
            pass
        return unit


class Basket:
    """Results as they come, by kind."""

    def __init__(self) -> None:
        self.results: list[DecoderResult] = []

    def of(self, kind: type[_T]) -> list[_T]:
        return [result for result in self.results if isinstance(result, kind)]


async def until(holds: Callable[[], object], within_s: float = 10.0) -> float:
    started_s = time.monotonic()
    async with asyncio.timeout(within_s):
        while not holds():
            await asyncio.sleep(0.01)
    return time.monotonic() - started_s


def _decoders() -> list[int]:
    """Decoder processes of this one, the waiting spare among them."""
    children = map(int, Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())
    return [child for child in children if b"streams.decoder" in Path(f"/proc/{child}/cmdline").read_bytes()]


def _open_sockets() -> int:
    return sum(descriptor.is_socket() for descriptor in Path("/proc/self/fd").iterdir())


def reaches(size: Callable[[], int], count: int) -> Callable[[], bool]:
    return lambda: size() >= count


@pytest.fixture
def basket() -> Basket:
    return Basket()


@pytest.fixture
def pool(basket: Basket) -> DecoderPool:
    return DecoderPool(basket.results.append, rules=PoolRules(workers=1, has_spare=False))


@pytest.mark.parametrize("name", ["clip", "h265_clip"])
async def test_key_picture_becomes_thumbnail_and_brightness(
    name: str, pool: DecoderPool, basket: Basket, request: pytest.FixtureRequest
) -> None:
    footage = Footage(request.getfixturevalue(name))
    async with pool:
        unit = footage.next_key()
        pool.offer(unit)
        await until(lambda: basket.results)

    (found,) = basket.of(KeyPicture)
    assert (found.code, found.captured_at, found.size) == ("C-001", unit.captured_at, (320, 180))
    assert Image.open(io.BytesIO(found.thumbnail)).size == (184, 104)
    assert found.still is None
    assert 60 < found.luma_mean < 180
    assert found.conditions == frozenset()


async def test_watched_camera_also_gets_a_still(clip: Path, pool: DecoderPool, basket: Basket) -> None:
    footage = Footage(clip)
    async with pool:
        pool.watch("C-001", time.monotonic() + 60)
        pool.offer(footage.next_key())
        await until(lambda: basket.results)

    still = basket.of(KeyPicture)[0].still
    assert still is not None
    assert Image.open(io.BytesIO(still)).size == (640, 360)


async def test_pictures_between_keys_are_ignored_without_a_lane(clip: Path, pool: DecoderPool) -> None:
    footage = Footage(clip)
    async with pool:
        pool.offer(footage.next_key())
        pool.offer(footage.next())
        await until(lambda: pool.counters.done)
        await asyncio.sleep(0.1)

        assert pool.counters.done == 1


async def test_motion_is_told_of_a_moving_scene(clip: Path, pool: DecoderPool, basket: Basket) -> None:
    footage = Footage(clip)
    first, second = footage.next_key(), footage.next_key()
    async with pool:
        for count, unit in enumerate([first] * 8 + [second], 1):
            pool.offer(unit)
            await until(reaches(lambda: len(basket.results), count))

    assert [found.is_moving for found in basket.of(KeyPicture)] == [False] * 8 + [True]


async def test_frozen_camera_is_told(clip: Path, pool: DecoderPool, basket: Basket) -> None:
    unit = Footage(clip).next_key()
    async with pool:
        for count in range(1, 13):
            pool.offer(unit._replace(captured_at=unit.captured_at + 2 * count))
            await until(reaches(lambda: len(basket.results), count))

    assert basket.of(KeyPicture)[-1].conditions == {"FROZEN"}


async def test_lane_sees_five_pictures_a_second_in_order(
    clip: Path, pool: DecoderPool, basket: Basket
) -> None:
    footage = Footage(clip)
    async with pool:
        pool.open_lane("C-001", LaneSpec(f"{HERE}:Counting", is_gated=False))
        for count in range(1, 51):
            pool.offer(footage.next())
            await until(reaches(lambda: pool.counters.done, count))

    findings = basket.of(Finding)
    assert [found.result.body["count"] for found in findings] == list(range(1, len(findings) + 1))
    assert len(findings) == pytest.approx(50 * STEP_S * 5, abs=1)
    assert findings[0].result.body["shape"] == [180, 320, 3]
    assert dict(findings[0].result.pictures) == {"first": b"jpeg one", "second": b"jpeg two"}


async def test_gated_lane_is_quiet_without_motion(clip: Path, pool: DecoderPool, basket: Basket) -> None:
    footage = Footage(clip)
    still = footage.next_key()
    async with pool:
        pool.open_lane("C-001", LaneSpec(f"{HERE}:Counting"))
        for count in range(1, 21):
            pool.offer(still._replace(captured_at=still.captured_at + count))
            await until(reaches(lambda: len(basket.of(KeyPicture)), count))
        assert basket.of(Finding) == []
        for _ in range(40):
            pool.offer(footage.next()._replace(captured_at=still.captured_at + 20 + footage._count * STEP_S))
            await asyncio.sleep(0.005)
        await until(lambda: basket.of(Finding))


async def test_lane_waits_for_a_key_picture_after_a_loss(
    clip: Path, pool: DecoderPool, basket: Basket
) -> None:
    footage = Footage(clip)
    async with pool:
        pool.open_lane("C-001", LaneSpec(f"{HERE}:Counting", is_gated=False))
        pool.offer(footage.next_key())
        await until(lambda: basket.of(Finding))
        for _ in range(4):
            pool.offer(footage.next(after_gap=True)._replace(captured_at=time.time() + 100))
        await until(lambda: pool.counters.done >= 6)
        assert len(basket.of(Finding)) == 1

        pool.offer(footage.next_key()._replace(captured_at=time.time() + 200))
        await until(lambda: len(basket.of(Finding)) == 2)


async def test_closed_lane_begins_anew_when_opened_again(
    clip: Path, pool: DecoderPool, basket: Basket
) -> None:
    footage = Footage(clip)
    async with pool:
        for _ in range(2):
            pool.open_lane("C-001", LaneSpec(f"{HERE}:Counting", is_gated=False))
            before = len(basket.of(Finding))
            pool.offer(footage.next_key())
            await until(reaches(lambda: len(basket.of(Finding)), before + 1))
            pool.close_lane("C-001")
            pool.close_lane("C-001")

    assert [found.result.body["count"] for found in basket.of(Finding)] == [1, 1]


async def test_garbage_is_told_and_does_no_harm(clip: Path, pool: DecoderPool, basket: Basket) -> None:
    footage = Footage(clip)
    async with pool:
        for garbage in (b"", b"\x00", os.urandom(2000), b"\x00\x00\x00\x01\x65" + os.urandom(5000)):
            before = len(basket.results)
            pool.offer(footage.next_key(data=garbage))
            await until(reaches(lambda: len(basket.results), before + 1))
        pool.offer(footage.next_key())
        await until(lambda: basket.of(KeyPicture))

    assert [failure.is_undecodable for failure in basket.of(Failure)] == [True] * 4
    assert (pool.counters.failed, pool.counters.restarts) == (4, 0)


async def test_sigsegv_of_a_child_is_healed_by_the_spare(clip: Path, basket: Basket) -> None:
    footage = Footage(clip)
    async with DecoderPool(basket.results.append, rules=PoolRules(workers=1)) as pool:
        pool.offer(footage.next_key())
        await until(lambda: basket.results)
        (victim,) = pool.process_ids
        await asyncio.sleep(0.5)  # the spare does its imports

        os.kill(victim, signal.SIGSEGV)
        await until(lambda: pool.process_ids not in ([], [victim]))
        pool.offer(footage.next_key())
        took_s = await until(lambda: len(basket.results) == 2)
        heir = pool.process_ids

    assert pool.counters.restarts == 1
    assert heir != [victim]
    assert took_s < 3.0  # under one second on a quiet machine: bench/cameras.py holds it to that


async def test_spare_that_died_waiting_is_replaced_and_its_socket_closed(clip: Path, basket: Basket) -> None:
    footage = Footage(clip)
    async with DecoderPool(basket.results.append, rules=PoolRules(workers=1)) as pool:
        pool.offer(footage.next_key())
        await until(lambda: basket.results)
        (victim,) = pool.process_ids
        sockets = _open_sockets()

        for process_id in _decoders():
            os.kill(process_id, signal.SIGSEGV)
        await until(lambda: pool.process_ids not in ([], [victim]))
        pool.offer(footage.next_key())
        await until(lambda: len(basket.results) == 2)

        assert _open_sockets() == sockets


async def test_analyser_that_crashes_is_rested_and_others_go_on(
    clip: Path, basket: Basket, capfd: pytest.CaptureFixture[str]
) -> None:
    rules = PoolRules(workers=1, strikes=2)
    bad, good = Footage(clip, "C-BAD"), Footage(clip, "C-GOOD")
    async with DecoderPool(basket.results.append, rules=rules) as pool:
        pool.open_lane("C-BAD", LaneSpec(f"{HERE}:Crashing", is_gated=False))
        while not pool.counters.rested:
            pool.offer(bad.next_key())
            await asyncio.sleep(0.05)
        pool.offer(good.next_key())
        await until(lambda: any(found.code == "C-GOOD" for found in basket.of(KeyPicture)))

    assert pool.counters.restarts == 2
    assert pool.counters.lost >= 2


async def test_analyser_that_raises_costs_its_picture_only(
    clip: Path, pool: DecoderPool, basket: Basket, capfd: pytest.CaptureFixture[str]
) -> None:
    footage = Footage(clip)
    async with pool:
        pool.open_lane("C-001", LaneSpec(f"{HERE}:Failing", is_gated=False))
        for count in (2, 4):
            pool.offer(footage.next_key()._replace(captured_at=float(count)))
            await until(reaches(lambda: len(basket.results), count))

    assert [failure.what for failure in basket.of(Failure)] == ["KeyError"] * 2
    assert pool.counters.restarts == 0
    assert capfd.readouterr().err.count("KeyError") == 1


async def test_child_that_hangs_is_replaced(clip: Path, basket: Basket) -> None:
    footage = Footage(clip)
    async with DecoderPool(
        basket.results.append, rules=PoolRules(workers=1, hang_s=0.4, has_spare=False)
    ) as pool:
        pool.open_lane("C-001", LaneSpec(f"{HERE}:Hanging", is_gated=False))
        pool.offer(footage.next_key())

        await until(lambda: pool.counters.restarts)


async def test_lane_that_takes_its_time_holds_up_no_key_picture(clip: Path, basket: Basket) -> None:
    codes = [f"C-{number:03}" for number in range(1, 9)]
    rules = PoolRules(workers=2, hang_s=60.0, has_spare=False)
    async with DecoderPool(basket.results.append, rules=rules) as pool:
        pool.open_lane("C-001", LaneSpec(f"{HERE}:Hanging", is_gated=False))

        for code in codes:
            pool.offer(Footage(clip, code).next_key())
        await until(lambda: len(basket.of(KeyPicture)) == len(codes))

    assert {found.code for found in basket.of(KeyPicture)} == set(codes)


async def test_child_knows_no_secrets_of_its_parent(
    clip: Path, pool: DecoderPool, basket: Basket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    async with pool:
        pool.open_lane("C-001", LaneSpec(f"{HERE}:Telling", is_gated=False))
        pool.offer(Footage(clip).next_key())
        await until(lambda: basket.of(Finding))

    body = basket.of(Finding)[0].result.body
    assert "DATABASE_URL" not in str(body["names"])
    assert body["nice"] == os.nice(0) + 2


async def test_closed_pool_leaves_no_process(clip: Path, pool: DecoderPool) -> None:
    async with pool:
        await until(lambda: pool.process_ids)
        (child,) = pool.process_ids

    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_penalties_forget_old_deaths() -> None:
    penalties = Penalties(PoolRules(strikes=2, rest_s=60.0))
    job = Job(JobKind.KEY, "C-001")

    penalties.blame(job, 0.0)
    penalties.blame(job, 100.0)
    assert not penalties.is_resting(JobKind.KEY, "C-001", 100.0)
    penalties.blame(job, 110.0)

    assert penalties.is_resting(JobKind.KEY, "C-001", 169.0)
    assert not penalties.is_resting(JobKind.LANE, "C-001", 169.0)
    assert not penalties.is_resting(JobKind.KEY, "C-001", 171.0)


@pytest.mark.parametrize("dotted", ["no_colon", "cameras.streams.analysers:Missing", "no.such.module:X"])
def test_load_analyser_refuses_unknown_names(dotted: str) -> None:
    with pytest.raises((ValueError, AttributeError, ImportError)):
        load_analyser(dotted)


async def test_forgotten_camera_begins_with_new_models(clip: Path, pool: DecoderPool, basket: Basket) -> None:
    same = Footage(clip).next_key()
    async with pool:
        while len(basket.results) < 12:  # twenty seconds of equal pictures are a frozen encoder
            pool.offer(same._replace(captured_at=same.captured_at + 2 * len(basket.results)))
            await until(reaches(lambda: len(basket.results), len(basket.results) + 1))
        pool.forget(same.code)
        pool.offer(same)
        await until(reaches(lambda: len(basket.results), 13))

    *_, frozen, anew = basket.of(KeyPicture)
    assert frozen.conditions == frozenset({Condition.FROZEN})
    assert anew.conditions == frozenset()


async def test_child_keeps_passwords_out_of_what_its_analysers_log(
    clip: Path, pool: DecoderPool, basket: Basket, capfd: pytest.CaptureFixture[str]
) -> None:
    footage = Footage(clip)
    pool.open_lane("C-001", LaneSpec(f"{HERE}:Logging", is_gated=False))
    async with pool:
        pool.offer(footage.next_key())
        await until(lambda: basket.of(Finding))

    assert f"cannot open rtsp://{MASK}@10.0.0.5/stream" in capfd.readouterr().err
