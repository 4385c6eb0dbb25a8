"""What a camera or a person may bring: nothing crashes, nothing is made up."""

import os
import sys

import cv2
import numpy as np
import pytest

from bench import fuzz_plates
from plates.recognition.detector import Detector
from plates.recognition.pictures import BadPicture
from plates.recognition.reader import Reader
from plates.recognition.synthesis import PlateSpec, draw_plate
from plates.recognition.synthesis.scenes import set_plate
from tests.plates.recognition.streets import Drive, street


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector(longest_side=1280)


def test_hundreds_of_damaged_inputs_crash_nothing() -> None:
    tried = fuzz_plates.run(400, seed=7)

    assert tried.crashes == []
    assert sum(tried.ends.values()) == 400
    assert {kind for end in tried.ends for kind in end.split()[:1]} == set(fuzz_plates.SHARES)


def test_ours_alone_shows_our_errors_and_no_words_of_libraries(capfd: pytest.CaptureFixture[str]) -> None:
    with fuzz_plates.ours_alone():
        os.write(2, b"libpng error")
        sys.stderr.write("an error of ours\n")
    os.write(2, b"after")

    assert capfd.readouterr().err == "an error of ours\nafter"


def test_damaged_changes_bytes_and_is_repeatable() -> None:
    data = bytes(range(256))

    one, again = (fuzz_plates.damaged(data, np.random.default_rng(3)) for _ in range(2))

    assert one == again != data


def test_a_street_without_plates_gives_none(detector: Detector) -> None:
    assert detector.find(street()) == []


def test_forty_plates_in_a_picture_are_found_and_none_is_made_up(detector: Detector, reader: Reader) -> None:
    places = [(90 + 110 * column, 60 + 105 * row, 80) for row in range(5) for column in range(8)]
    specs = [PlateSpec(f"กข{number + 100}", "PLK") for number in range(len(places))]
    picture = street()
    for spec, place in zip(specs, places, strict=True):
        set_plate(picture, draw_plate(spec), Drive(spec, place, place).corners(0), 0.95)

    found = detector.find(picture)
    readings = reader.read_many([(picture, plate.corners) for plate in found])

    assert 10 <= len(found) <= 64
    truth = {spec.text for spec in specs}
    assert all(reading.text in truth for reading in readings if reading.accepted)


@pytest.mark.parametrize(
    "words", ["WXY 1234", "B AB 1234", "沪A 12345", "HELLO", "+66 81 234 5678", "=====", ""]
)
def test_a_plate_from_abroad_is_never_accepted(reader: Reader, words: str) -> None:
    picture = np.full((110, 250, 3), 235, np.uint8)
    cv2.putText(picture, words.encode("ascii", "replace").decode(), (8, 70), 0, 1.3, (20, 20, 20), 4)

    assert reader.read(picture).accepted is False


@pytest.mark.parametrize("value", [0, 128, 255])
def test_a_picture_of_one_colour_says_nothing_that_is_accepted(reader: Reader, value: int) -> None:
    assert reader.read(np.full((60, 140, 3), value, np.uint8)).accepted is False


@pytest.mark.parametrize(
    "corners",
    [
        [[0, 0], [0, 0], [0, 0], [0, 0]],
        [[10, 10], [90, 10], [10, 10], [90, 10]],
        [[-1e6, -1e6], [1e6, -1e6], [1e6, 1e6], [-1e6, 1e6]],
        [[float("nan"), 0], [90, 0], [90, 40], [0, 40]],
        [[float("inf"), 0], [90, 0], [90, 40], [0, 40]],
    ],
)
def test_corners_that_make_no_plate_are_refused_or_read_as_nothing(
    reader: Reader, corners: list[list[float]]
) -> None:
    plate = draw_plate(PlateSpec("กข1234", "PLK"))

    try:
        reading = reader.read(plate, np.array(corners, np.float32))
    except BadPicture:
        return
    assert reading.accepted is False


def test_a_picture_of_one_pixel_is_read_as_nothing(reader: Reader, detector: Detector) -> None:
    pixel = np.zeros((1, 1, 3), np.uint8)

    assert reader.read(pixel).accepted is False
    assert detector.find(pixel) == []
