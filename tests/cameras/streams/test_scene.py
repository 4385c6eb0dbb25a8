"""A drawn street, spoilt in every way that spoils a camera, and left alone in every way that does not."""

import datetime as dt
from collections.abc import Callable, Iterable

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from cameras.streams.analysers import Picture
from cameras.streams.health import Condition
from cameras.streams.scene import LEARNT, Confirmed, SceneWatch, Sky, sky_at
from cameras.streams.scene_memory import BadMemory, pack, recall, unpack

DAY = dt.datetime(2026, 11, 23, 3, tzinfo=dt.UTC).timestamp()  # ten in the morning
NIGHT = DAY + 12 * 3600
STEP_S = 2.0
Spoil = Callable[[Picture], Picture]


class Street:
    """Houses, wires and cars at 320 x 180 with sensor noise and a burnt-in clock."""

    def __init__(self, seed: int = 5) -> None:
        self._random = np.random.default_rng(seed)
        self._still = np.full((200, 360), 120, np.uint8)
        for _ in range(70):
            x, y, wide, high = (int(v) for v in self._random.integers((0, 0, 8, 6), (350, 190, 70, 50)))
            shade = int(self._random.integers(30, 220))
            cv2.rectangle(self._still, (x, y), (x + wide, y + high), shade, -1)
        self._number = 0

    def picture(self, spoil: Spoil | None = None, *, light: float = 1.0, clock: bool = True) -> Picture:
        """The next picture; a car drives through it."""
        self._number += 1
        luma = self._still[10:190, 20:340].copy()
        left = self._number * 37 % 300
        cv2.rectangle(luma, (left, 110), (left + 40, 140), 240, -1)
        seen = self._grain(luma * np.float32(light))
        if spoil is not None:
            seen = spoil(seen)
        if clock:
            words = f"2026-11-23 10:{self._number // 60:02}:{self._number % 60:02}"
            cv2.putText(seen, words, (6, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (255,), 1)
        return seen

    def aside(self, x: int, y: int) -> Spoil:
        """Seen by a camera that was turned by so many pixels."""
        turned = self._still[10 + y : 190 + y, 20 + x : 340 + x].astype(np.float32)
        return lambda _seen: self._grain(turned)

    def _grain(self, luma: npt.NDArray[np.float32]) -> Picture:
        return np.asarray(np.clip(luma + self._random.normal(0, 2, luma.shape), 0, 255), np.uint8)


def taught(street: Street, *, at: float = DAY, light: float = 1.0, turns: bool = False) -> SceneWatch:
    watch = SceneWatch(turns=turns)
    for number in range(LEARNT + 5):
        watch.look(street.picture(light=light), at + number * STEP_S)
    return watch


def shown(watch: SceneWatch, pictures: Iterable[Picture], *, at: float = DAY + 100) -> frozenset[Condition]:
    """What is found after the last of the pictures, two seconds apart."""
    found: frozenset[Condition] = frozenset()
    for number, picture in enumerate(pictures):
        found = watch.look(picture, at + number * STEP_S)
    return found


def cap(seen: Picture) -> Picture:
    return np.asarray(np.clip(seen * 0.03 + 14, 0, 255), np.uint8)


def cloth(seen: Picture) -> Picture:
    return np.asarray(np.clip(seen * 0.02 + 110 + np.linspace(0, 30, 320), 0, 255), np.uint8)


def spray(seen: Picture) -> Picture:
    sprayed = seen.copy()
    sprayed[:, :230] = 60
    return sprayed


def defocus(seen: Picture) -> Picture:
    return np.asarray(cv2.GaussianBlur(seen, (0, 0), 2.5), np.uint8)


@pytest.mark.parametrize(
    ("spoil", "pictures", "condition"),
    [(cap, 14, "DARK"), (cloth, 25, "COVERED"), (spray, 25, "COVERED"), (defocus, 35, "BLURRED")],
)
def test_look_names_what_spoils_the_picture_and_its_end(spoil: Spoil, pictures: int, condition: str) -> None:
    street = Street()
    watch = taught(street)

    spoilt = shown(watch, (street.picture(spoil) for _ in range(pictures)))
    mended = shown(watch, (street.picture() for _ in range(15)), at=DAY + 180)

    assert spoilt == {Condition(condition)}
    assert mended == frozenset()


@pytest.mark.parametrize(("x", "y"), [(12, 0), (0, 9), (-18, 8)])
def test_look_notices_a_camera_that_was_turned(x: int, y: int) -> None:
    street = Street()
    watch = taught(street)

    found = shown(watch, (street.picture(street.aside(x, y)) for _ in range(25)))

    assert found == {Condition.MOVED}


def test_look_notices_a_camera_that_looks_at_another_place() -> None:
    watch, other = taught(Street()), Street(seed=9)

    early = shown(watch, (other.picture() for _ in range(60)))  # a lorry stands as long at a red light
    late = shown(watch, (other.picture() for _ in range(100)), at=DAY + 220)

    assert early == frozenset()
    assert late == {Condition.MOVED}


def test_look_lets_a_ptz_turn() -> None:
    street = Street()
    watch = taught(street, turns=True)

    assert shown(watch, (street.picture(street.aside(15, 5)) for _ in range(40))) == frozenset()
    assert shown(watch, (street.picture(cap) for _ in range(14)), at=DAY + 190) == {Condition.DARK}


@pytest.mark.parametrize("has_clock", [False, True])
def test_look_finds_a_picture_that_stands_while_its_clock_goes(has_clock: bool) -> None:
    street = Street()
    watch = taught(street)
    still = street.picture(clock=False)

    found = shown(watch, (street.picture(lambda _seen: still.copy(), clock=has_clock) for _ in range(14)))

    assert found == {Condition.FROZEN}
    assert shown(watch, (street.picture() for _ in range(4)), at=DAY + 140) == frozenset()


@pytest.mark.parametrize("light", [0.6, 1.0, 1.3])
def test_look_is_quiet_in_changing_light(light: float) -> None:
    street = Street()
    watch = taught(street)

    found = {watch.look(street.picture(light=light), DAY + 100 + STEP_S * number) for number in range(150)}

    assert found == {frozenset()}


def test_look_takes_a_passing_lorry_for_a_lorry() -> None:
    street = Street()
    watch = taught(street)

    parts = [spray if number % 20 < 12 else None for number in range(80)]
    found = {watch.look(street.picture(part), DAY + 100 + 2 * number) for number, part in enumerate(parts)}

    assert found == {frozenset()}


def test_look_calls_a_dark_night_no_fault_but_lost_lamps_one() -> None:
    street = Street()
    unlit = (street.picture(cap, clock=False) for _ in range(100))
    lit = taught(street, at=NIGHT, light=0.5)

    assert shown(SceneWatch(), unlit, at=NIGHT) == frozenset()
    assert shown(lit, (street.picture(cap) for _ in range(14)), at=NIGHT + 100) == {Condition.DARK}


def test_look_learns_day_and_night_apart() -> None:
    day, night = Street(seed=1), Street(seed=2)
    watch = taught(day)

    found = {watch.look(night.picture(light=0.4), NIGHT + STEP_S * number) for number in range(200)}

    assert found == {frozenset()}
    assert set(watch.views) == {Sky.DAY, Sky.NIGHT}


def test_memory_is_told_once_learnt_and_survives_a_restart() -> None:
    street = Street()
    watch, told = SceneWatch(), []
    for number in range(LEARNT + 20):
        watch.look(street.picture(), DAY + STEP_S * number)
        told.append(watch.memory(DAY + STEP_S * number))

    (kept,) = [views for views in told if views]
    again = SceneWatch(unpack(pack(kept)))
    assert shown(again, (street.picture() for _ in range(60))) == frozenset()
    turned = (street.picture(street.aside(14, 0)) for _ in range(25))
    assert shown(again, turned, at=DAY + 220) == {Condition.MOVED}


def test_unpack_refuses_what_is_no_memory() -> None:
    whole = pack(taught(Street()).views)

    for data in (b"", b"PK\x03\x04 torn", whole[: len(whole) // 2], bytes(1 << 19)):
        with pytest.raises(BadMemory):
            unpack(data)
    assert recall("/no/such/file") == {}
    assert recall("") == {}


def test_sky_at_knows_the_sun_of_phitsanulok() -> None:
    assert sky_at(DAY) is Sky.DAY
    assert sky_at(NIGHT) is Sky.NIGHT
    assert sky_at(dt.datetime(2026, 11, 22, 23, 30, tzinfo=dt.UTC).timestamp()) is Sky.TWILIGHT


def test_confirmed_needs_time_and_looks_and_begins_anew_after_a_gap() -> None:
    sign = Confirmed(10.0, 5.0)

    assert [sign.see(True, at) for at in (0, 4, 8, 12)] == [False, False, False, True]
    assert [sign.see(False, at) for at in (14, 16)] == [True, True]
    assert sign.see(True, 18)
    assert [sign.see(False, at) for at in (20, 23, 26)] == [True, True, False]
    assert [sign.see(True, at) for at in (30, 34, 300, 304, 312)] == [False] * 4 + [True]
