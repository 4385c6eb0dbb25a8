"""The detector on drawn streets, and on what is no picture of one."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from plates.recognition.detector import Detector, Found, overlap
from plates.recognition.pictures import BadPicture
from plates.recognition.synthesis import PlateSpec
from plates.recognition.text import PlateClass
from tests.plates.recognition.streets import Drive, street, with_drives

CAR = PlateSpec("1กข1234", "PLK")
SHARED = Detector()


def still(spec: PlateSpec, x: float, y: float, width: float) -> Drive:
    """A plate that stands."""
    return Drive(spec, (x, y, width), (x, y, width))


@pytest.mark.parametrize("width", [50, 70, 100, 150, 220])
def test_find_finds_a_drawn_plate_and_its_corners(width: int) -> None:
    drive = still(CAR, 470, 330, width)

    found = SHARED.find(with_drives([drive], 0))

    assert found
    truth = Found(drive.corners(0), 1.0)
    assert overlap(found[0], truth) > 0.6
    assert float(np.abs(found[0].corners - truth.corners).mean()) < 0.12 * width


def test_find_with_near_finds_a_plate_that_fills_the_picture() -> None:
    street_with_car = with_drives([still(CAR, 480, 300, 300)], 0)
    photo = np.ascontiguousarray(street_with_car[200:400, 280:680])

    [found] = Detector(near=True).find(cv2.resize(photo, None, fx=2, fy=2))

    there = (still(CAR, 480, 300, 300).corners(0) - [280, 200]) * 2
    truth = Found(there.astype(np.float32), 1.0)
    assert overlap(found, truth) > 0.6


@pytest.mark.parametrize(
    "spec",
    [
        PlateSpec("701234", "PLK", PlateClass.TRUCK),
        PlateSpec("กขค123", "PLK", PlateClass.MOTORCYCLE),
        PlateSpec("ก0123", "PLK", PlateClass.TEMPORARY),
        PlateSpec("ทข55", "BKK", PlateClass.TAXI),
        PlateSpec("รวย9", "BKK", PlateClass.WORD),
    ],
    ids=lambda spec: spec.plate_class.value,
)
def test_find_finds_plates_of_other_classes(spec: PlateSpec) -> None:
    drive = still(spec, 480, 330, 90)

    found = SHARED.find(with_drives([drive], 0))

    assert any(overlap(item, Found(drive.corners(0), 1.0)) > 0.5 for item in found)


@pytest.mark.parametrize("x", [50, 910])
def test_find_looks_again_at_a_plate_beside_the_edge_of_the_picture(x: float) -> None:
    drive = still(CAR, x, 330, 60)

    found = SHARED.find(with_drives([drive], 0))

    assert any(overlap(item, Found(drive.corners(0), 1.0)) > 0.5 for item in found)


def test_find_finds_several_plates_once_each() -> None:
    drives = [still(CAR, 200, 330, 90), still(CAR, 480, 360, 110), still(CAR, 780, 330, 80)]

    found = SHARED.find(with_drives(drives, 0))

    for drive in drives:
        truth = Found(drive.corners(0), 1.0)
        assert sum(overlap(item, truth) > 0.5 for item in found) == 1


def test_find_in_an_empty_street_finds_nothing_sure() -> None:
    assert all(item.confidence < 0.7 for item in SHARED.find(street()))


def test_find_gives_corners_in_the_picture_s_own_pixels() -> None:
    drive = still(CAR, 480, 330, 110)
    small = with_drives([drive], 0)
    large = cv2.resize(small, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)

    found = SHARED.find(large)

    assert any(overlap(item, Found(drive.corners(0) * 2, 1.0)) > 0.5 for item in found)


def test_find_takes_grey_and_16_bit() -> None:
    picture = with_drives([still(CAR, 480, 330, 110)], 0)

    assert SHARED.find(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY))
    assert SHARED.find(picture.astype(np.uint16) * 257)


@pytest.mark.parametrize("shape", [(1, 1, 3), (2, 400, 3), (7, 7, 3)])
def test_find_in_a_picture_too_small_for_a_plate_is_empty(shape: tuple[int, ...]) -> None:
    assert SHARED.find(np.zeros(shape, np.uint8)) == []


@pytest.mark.parametrize(
    "array", [np.zeros((0, 5, 3), np.uint8), np.zeros((5, 5, 7), np.uint8), np.zeros((64, 64, 3), np.float64)]
)
def test_find_in_what_is_no_picture_is_a_typed_error(array: np.ndarray) -> None:
    with pytest.raises(BadPicture):
        SHARED.find(array)


@given(arrays.arrays(np.uint8, st.tuples(st.integers(1, 90), st.integers(1, 120), st.just(3))))
@settings(max_examples=60, deadline=None)
def test_find_in_any_pixels_gives_finite_plausible_plates(picture: np.ndarray) -> None:
    for item in SHARED.find(picture):
        assert np.isfinite(item.corners).all()
        assert 0 < item.confidence <= 1
        assert item.width >= 8


def test_found_tells_width_and_centre() -> None:
    item = Found(np.array([[10, 10], [50, 10], [50, 30], [10, 30]], np.float32), 0.9)

    assert item.width == 40
    assert item.centre.tolist() == [30, 20]


def test_overlap_is_one_with_itself_and_nothing_apart() -> None:
    one = Found(np.array([[0, 0], [10, 0], [10, 10], [0, 10]], np.float32), 1.0)
    other = Found(one.corners + 100, 1.0)

    assert overlap(one, one) == pytest.approx(1.0)
    assert overlap(one, other) == 0.0
