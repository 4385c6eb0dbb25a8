"""Drawn plates: every class, the same for the same spec, and hard on what cannot be."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plates.recognition.provinces import PROVINCES
from plates.recognition.synthesis import PlateSpec, draw_plate, random_spec
from plates.recognition.synthesis.degrade import degrade, jittered_corners, warp_out
from plates.recognition.synthesis.faces import FACES, text_mask, truck_digit_mask
from plates.recognition.synthesis.film import filmed
from plates.recognition.synthesis.scenes import backdrop, plate_corners, set_plate
from plates.recognition.synthesis.spec import SIZES_MM
from plates.recognition.text import CONSONANTS, PlateClass, is_possible

KINDS = [kind for kind in PlateClass if kind is not PlateClass.UNKNOWN]


@pytest.mark.parametrize("kind", KINDS)
def test_draw_plate_has_the_size_of_its_class(kind: PlateClass) -> None:
    spec = random_spec(np.random.default_rng(1), plate_class=kind)

    picture = draw_plate(spec)

    width, height = SIZES_MM[kind]
    assert picture.shape == (height, width, 3)
    assert picture.dtype == np.uint8


@pytest.mark.parametrize("kind", KINDS)
def test_draw_plate_is_the_same_for_the_same_spec(kind: PlateClass) -> None:
    spec = random_spec(np.random.default_rng(2), plate_class=kind)

    assert np.array_equal(draw_plate(spec), draw_plate(spec))


def test_draw_plate_differs_by_seed_text_and_province() -> None:
    spec = PlateSpec("กข1234", "PLK")
    plain = draw_plate(spec)

    others = [replace(spec, seed=1), replace(spec, text="กข1235"), replace(spec, province="PCT")]
    assert not any(np.array_equal(plain, draw_plate(other)) for other in others)


def test_draw_plate_scales() -> None:
    small = draw_plate(PlateSpec("กข1234", "PLK", px_per_mm=0.5))

    assert small.shape == (75, 170, 3)


def test_draw_plate_without_province_leaves_the_line_blank() -> None:
    spec = PlateSpec("กข1234", None)

    line = draw_plate(spec)[108:142, 60:280]

    assert line.min() > 150


def test_draw_plate_of_a_truck_has_the_code_that_it_is_told() -> None:
    own = PlateSpec("701234", "PLK", PlateClass.TRUCK)
    other = replace(own, truck_code="86")

    changed = (draw_plate(own) != draw_plate(other)).any(axis=2)

    assert (own.code, other.code, PlateSpec("กข1", "PLK", truck_code="86").code) == ("63", "86", "")
    assert changed[:45, 300:380].any()
    assert not changed[60:].any()


def test_filmed_plates_keep_their_shape_and_look_worse() -> None:
    plates = [draw_plate(PlateSpec(f"กข{number}", "PLK")) for number in (1234, 98)]

    seen = filmed(plates, np.random.default_rng(5))

    for plate, picture in zip(plates, seen, strict=True):
        height, width = picture.shape[:2]
        assert 50 <= width <= 150
        assert width / height == pytest.approx(340 / 150, rel=0.05)
        clean = cv2.resize(plate, (width, height), interpolation=cv2.INTER_AREA)
        assert 1 < abs(picture.astype(int) - clean.astype(int)).mean() < 40


def test_filmed_plates_of_one_seed_are_the_same() -> None:
    plates = [draw_plate(PlateSpec("กข1234", "PLK"))] * 2

    once, again = (filmed(plates, np.random.default_rng(6)) for _ in range(2))

    assert all(np.array_equal(a, b) for a, b in zip(once, again, strict=True))


def test_draw_plate_uses_the_colours_of_the_class() -> None:
    taxi = draw_plate(PlateSpec("ทข1234", "BKK", PlateClass.TAXI))

    blue, _, red = np.median(taxi.reshape(-1, 3), axis=0)
    assert red > 200
    assert blue < 80


@pytest.mark.parametrize("code", list(PROVINCES))
def test_draw_plate_takes_every_province(code: str) -> None:
    with_name = draw_plate(PlateSpec("กข1234", code))
    without = draw_plate(PlateSpec("กข1234", None))

    assert not np.array_equal(with_name, without)


def test_plate_spec_refuses_a_text_that_no_plate_can_say() -> None:
    with pytest.raises(ValueError, match="no CAR plate"):
        PlateSpec("กข0123", "PLK")


def test_plate_spec_refuses_an_unknown_province() -> None:
    with pytest.raises(ValueError, match="no province code"):
        PlateSpec("กข1234", "XXX")


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=200, deadline=None)
def test_random_spec_is_always_possible(seed: int) -> None:
    spec = random_spec(np.random.default_rng(seed))

    assert is_possible(spec.text, spec.plate_class)
    assert spec.province in PROVINCES or spec.plate_class is PlateClass.DIPLOMATIC


@pytest.mark.parametrize("face", FACES)
def test_text_mask_has_ink_for_every_letter(face: str) -> None:
    masks = [text_mask(face, letter)[0] for letter in CONSONANTS]

    assert all(mask.max() == 255 for mask in masks)
    assert len({mask.tobytes() for mask in masks}) == len(CONSONANTS)


def test_truck_digits_are_ten_different_shapes() -> None:
    masks = {truck_digit_mask(digit, 40, 90, 10).tobytes() for digit in "0123456789"}

    assert len(masks) == 10


def test_degrade_repeats_with_the_same_seed_and_keeps_the_shape() -> None:
    plate = draw_plate(PlateSpec("กข1234", "PLK"))

    one, other = (degrade(plate, np.random.default_rng(3), 1.0) for _ in range(2))

    assert np.array_equal(one, other)
    assert one.shape == plate.shape


@given(st.integers(0, 2**32 - 1), st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_degrade_takes_every_strength(seed: int, strength: float) -> None:
    rng = np.random.default_rng(seed)
    plate = draw_plate(PlateSpec("กข1234", "PLK"))

    corners = jittered_corners(rng, 340, 150, strength)
    seen = degrade(warp_out(plate, corners, (176, 72), rng), rng, strength)

    assert seen.shape == (72, 176, 3)
    assert seen.dtype == np.uint8


def test_set_plate_changes_only_the_plate_s_place() -> None:
    street = backdrop(np.random.default_rng(4), 320, 200)
    before = street.copy()
    corners = plate_corners(np.random.default_rng(5), (160, 100), 80, 340 / 150)

    set_plate(street, draw_plate(PlateSpec("กข1234", "PLK")), corners, 1.0)

    low, high = corners.min(axis=0) - 3, corners.max(axis=0) + 3
    outside = np.ones(street.shape[:2], bool)
    outside[int(low[1]) : int(high[1]) + 1, int(low[0]) : int(high[0]) + 1] = False
    assert np.array_equal(street[outside], before[outside])
    assert not np.array_equal(street, before)


def test_set_plate_partly_outside_is_cut_without_an_error() -> None:
    street = backdrop(np.random.default_rng(4), 320, 200)

    for centre in ((0, 0), (320, 200), (-500, -500), (900, 100)):
        corners = plate_corners(np.random.default_rng(5), centre, 80, 2.0)
        set_plate(street, draw_plate(PlateSpec("กข1234", "PLK")), corners, 1.0)

    assert street.shape == (200, 320, 3)
