"""The reader on plates drawn a moment ago, and on what is no plate."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from plates.recognition.pictures import BadPicture
from plates.recognition.provinces import PROVINCES
from plates.recognition.reader import Evidence, Reader
from plates.recognition.synthesis import PlateSpec, draw_plate, random_spec
from plates.recognition.text import PlateClass, is_possible

KINDS = [kind for kind in PlateClass if kind is not PlateClass.UNKNOWN]
CLEAN_EACH = 16
TRUCK = PlateSpec("701234", "PLK", PlateClass.TRUCK, seed=3)
LEAST_RIGHT = {PlateClass.WORD: 0.35, PlateClass.MOTORCYCLE: 0.6, PlateClass.SERVICE: 0.6}
"""Classes that only drawn plates could teach read worse: the model card says so."""


@pytest.fixture(scope="module")
def reader() -> Reader:
    """One session for all tests of this module."""
    return Reader()


@pytest.mark.parametrize("kind", KINDS)
def test_read_reads_freshly_drawn_plates_of_each_class(reader: Reader, kind: PlateClass) -> None:
    rng = np.random.default_rng(20260101)
    specs = [random_spec(rng, plate_class=kind) for _ in range(CLEAN_EACH)]

    readings = reader.read_many([(draw_plate(spec), None) for spec in specs])

    right = sum(reading.text == spec.text for reading, spec in zip(readings, specs, strict=True))
    assert right >= LEAST_RIGHT.get(kind, 0.75) * CLEAN_EACH


@pytest.mark.parametrize("kind", [PlateClass.CAR, PlateClass.TRUCK, PlateClass.MOTORCYCLE])
def test_read_tells_the_province(reader: Reader, kind: PlateClass) -> None:
    rng = np.random.default_rng(20260102)
    specs = [random_spec(rng, plate_class=kind) for _ in range(24)]

    readings = reader.read_many([(draw_plate(spec), None) for spec in specs])

    right = sum(reading.province == spec.province for reading, spec in zip(readings, specs, strict=True))
    assert right >= 20


@pytest.mark.parametrize(
    "kind",
    [PlateClass.TAXI, PlateClass.SERVICE, PlateClass.TRUCK, PlateClass.MOTORCYCLE, PlateClass.TEMPORARY],
)
def test_read_tells_the_class_by_colour_and_layout(reader: Reader, kind: PlateClass) -> None:
    rng = np.random.default_rng(20260103)
    specs = [random_spec(rng, plate_class=kind) for _ in range(CLEAN_EACH)]

    readings = reader.read_many([(draw_plate(spec), None) for spec in specs])

    assert sum(reading.plate_class is kind for reading in readings) >= 0.8 * CLEAN_EACH


def test_read_inside_corners_equals_reading_the_plate_itself(reader: Reader) -> None:
    plate = draw_plate(PlateSpec("1กข1234", "PLK"))
    street = np.full((400, 700, 3), 90, np.uint8)
    street[120:270, 200:540] = plate
    corners = np.array([[200, 120], [540, 120], [540, 270], [200, 270]], np.float32)

    inside, alone = reader.read(street, corners), reader.read(plate)

    assert (inside.text, inside.province) == (alone.text, alone.province) == ("1กข1234", "PLK")


def test_read_leaves_the_province_unknown_when_it_is_cut_off(reader: Reader) -> None:
    rng = np.random.default_rng(20260104)
    plates = [draw_plate(random_spec(rng, plate_class=PlateClass.CAR))[:92] for _ in range(20)]

    readings = reader.read_many([(plate, None) for plate in plates])

    assert sum(reading.province is None for reading in readings) >= 17
    assert not any(reading.accepted and reading.province is None for reading in readings)


def test_read_many_gives_what_read_gives_in_order(reader: Reader) -> None:
    rng = np.random.default_rng(20260105)
    plates = [draw_plate(random_spec(rng)) for _ in range(20)]

    together = reader.read_many([(plate, None) for plate in plates])

    assert [item.text for item in together] == [reader.read(plate).text for plate in plates]


def test_read_many_of_nothing_is_nothing(reader: Reader) -> None:
    assert reader.read_many([]) == []


def test_conclude_over_pictures_of_one_plate_is_surer_than_one_bad_picture(reader: Reader) -> None:
    plate = draw_plate(PlateSpec("8กน4571", "BKK", seed=4))
    rng = np.random.default_rng(1)
    bad = [
        np.clip(cv2.GaussianBlur(plate, (0, 0), 3.0) + rng.normal(0, 20, plate.shape), 0, 255).astype(
            np.uint8
        )
        for _ in range(8)
    ]

    evidence = reader.look([(picture, None) for picture in bad])
    together = reader.conclude(evidence)

    single = [reader.conclude([item]).text_confidence for item in evidence]
    assert together.text == "8กน4571"
    assert together.text_confidence >= float(np.median(single)) - 0.02


def test_conclude_with_weights_follows_the_heavier_picture(reader: Reader) -> None:
    pictures = [draw_plate(PlateSpec(text, "PLK")) for text in ("กข1111", "ฮอ9999")]
    evidence = reader.look([(picture, None) for picture in pictures])

    assert reader.conclude(evidence, [1.0, 0.05]).text == "กข1111"
    assert reader.conclude(evidence, [0.05, 1.0]).text == "ฮอ9999"


def with_code(evidence: Evidence, code: str, chance: float = 0.9) -> Evidence:
    """Return what a picture says, with another truck code seen on it."""
    return replace(evidence, truck_code=(code, chance))


def test_conclude_keeps_a_truck_whose_code_is_that_of_its_province(reader: Reader) -> None:
    [evidence] = reader.look([(draw_plate(TRUCK), None)])

    reading = reader.conclude([with_code(evidence, "63")])

    assert (reading.province, reading.truck_code, reading.accepted) == ("PLK", "63", True)


def test_conclude_doubts_a_truck_whose_code_is_that_of_another_province(reader: Reader) -> None:
    [evidence] = reader.look([(draw_plate(TRUCK), None)])
    sure = reader.conclude([with_code(evidence, "63")])

    reading = reader.conclude([with_code(evidence, "64")])

    assert (reading.text, reading.province, reading.truck_code) == (sure.text, "PLK", "64")
    assert not reading.accepted
    assert reading.province_confidence < sure.province_confidence


def test_conclude_heeds_no_truck_code_that_few_pictures_show(reader: Reader) -> None:
    [evidence] = reader.look([(draw_plate(TRUCK), None)])

    reading = reader.conclude(
        [with_code(evidence, "63"), with_code(evidence, "63"), with_code(evidence, "64")]
    )

    assert (reading.truck_code, reading.accepted) == ("63", True)


def test_conclude_heeds_no_truck_code_on_a_car(reader: Reader) -> None:
    [evidence] = reader.look([(draw_plate(PlateSpec("1กข1234", "PLK")), None)])

    assert reader.conclude([with_code(evidence, "64")]).truck_code == ""


def test_conclude_without_evidence_reads_nothing(reader: Reader) -> None:
    reading = reader.conclude([])

    assert (reading.text, reading.accepted, reading.plate_class) == ("", False, PlateClass.UNKNOWN)


@pytest.mark.parametrize("tone", [0, 127, 255])
def test_read_of_a_plain_picture_is_never_accepted(reader: Reader, tone: int) -> None:
    assert not reader.read(np.full((150, 340, 3), tone, np.uint8)).accepted


@given(arrays.arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 60), st.sampled_from([1, 3, 4]))))
@settings(max_examples=150, deadline=None)
def test_read_of_any_pixels_never_accepts_what_no_plate_can_say(picture: np.ndarray) -> None:
    reading = SHARED.read(picture)

    assert 0.0 <= reading.text_confidence <= 1.0
    assert 0.0 <= reading.province_confidence <= 1.0
    assert reading.province is None or reading.province in PROVINCES
    assert not reading.accepted or is_possible(reading.text, reading.plate_class)


SHARED = Reader()


def test_read_takes_grey_16_bit_and_alpha(reader: Reader) -> None:
    plate = draw_plate(PlateSpec("1กข1234", "PLK"))
    grey = cv2.cvtColor(plate, cv2.COLOR_BGR2GRAY)
    wide = plate.astype(np.uint16) * 257
    alpha = np.dstack([plate, np.full(plate.shape[:2], 255, np.uint8)])

    texts = {reader.read(picture).text for picture in (plate, grey, wide, alpha)}

    assert texts == {"1กข1234"}


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((0, 0, 3), np.uint8),
        np.zeros((10, 0, 3), np.uint8),
        np.zeros((5, 5, 5), np.uint8),
        np.zeros((2, 2, 2, 2), np.uint8),
        np.zeros(7, np.uint8),
        np.zeros((4, 4, 3), np.float32),
        np.zeros((4, 4, 3), bool),
    ],
)
def test_read_of_what_is_no_picture_is_a_typed_error(reader: Reader, array: np.ndarray) -> None:
    with pytest.raises(BadPicture):
        reader.read(array)


def test_read_refuses_a_picture_too_large_to_be_honest(reader: Reader) -> None:
    huge = np.broadcast_to(np.zeros((1, 1, 3), np.uint8), (20_000, 20_000, 3))

    with pytest.raises(BadPicture, match="more than"):
        reader.read(huge)


def test_read_far_plates_has_less_confidence_than_near_ones(reader: Reader) -> None:
    rng = np.random.default_rng(6)
    specs = [random_spec(rng, plate_class=PlateClass.CAR) for _ in range(12)]

    near = reader.read_many([(draw_plate(spec), None) for spec in specs])
    far = reader.read_many([(draw_plate(replace(spec, px_per_mm=0.07)), None) for spec in specs])

    mean = [float(np.mean([item.text_confidence for item in side])) for side in (near, far)]
    assert mean[0] > mean[1]
