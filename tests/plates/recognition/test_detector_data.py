"""What the detector is shown: marks that lie where the plates are."""

import numpy as np
import pytest

from plates.recognition.detector import CORNER_SCALE, STRIDE
from plates.recognition.pictures import Picture
from plates.recognition.synthesis import draw_plate, random_spec
from plates.recognition.training.detector_data import Scene, Window, Windows, meets, targets

SIDE = (256, 448)


def street(width: float) -> Scene:
    """A noisy scene with the box of one plate, `width` pixels wide."""
    picture = np.random.default_rng(1).integers(60, 120, (300, 500, 3), dtype=np.uint8)
    return Scene(picture, np.array([[100.0, 100.0, 100.0 + width, 100.0 + width * 0.44]]))


@pytest.fixture(scope="module")
def plates() -> list[Picture]:
    rng = np.random.default_rng(3)
    return [draw_plate(random_spec(rng)) for _ in range(6)]


def windows(plates: list[Picture], seed: int, count: int) -> list[Window]:
    made = iter(Windows([street(80), street(300)], plates, SIDE, seed))
    return [next(made) for _ in range(count)]


def test_windows_of_one_seed_are_the_same(plates: list[Picture]) -> None:
    once, again = windows(plates, 5, 4), windows(plates, 5, 4)

    assert all(np.array_equal(a.picture, b.picture) for a, b in zip(once, again, strict=True))


def test_windows_have_the_asked_size_and_plates_inside(plates: list[Picture]) -> None:
    for window in windows(plates, 6, 30):
        assert window.picture.shape == (*SIDE, 3)
        assert window.picture.dtype == np.uint8
        for quad in window.corners:
            assert quad.min() >= 0
            assert (quad.max(axis=0) <= [SIDE[1], SIDE[0]]).all()


def test_windows_never_lay_one_plate_over_another(plates: list[Picture]) -> None:
    for window in windows(plates, 7, 30):
        boxes = [np.concatenate([quad.min(axis=0), quad.max(axis=0)]) for quad in window.corners]
        pairs = [(a, b) for index, a in enumerate(boxes) for b in boxes[index + 1 :]]
        assert not any(meets(a, b) for a, b in pairs)


def test_windows_hold_plates_near_and_far(plates: list[Picture]) -> None:
    widths = [np.ptp(quad[:, 0]) for window in windows(plates, 8, 80) for quad in window.corners]

    assert min(widths) < 30
    assert max(widths) > 120


def test_targets_mark_the_cell_of_a_plates_centre() -> None:
    quad = np.array([[96, 64], [160, 64], [160, 92], [96, 92]], np.float32)
    window = Window(np.zeros((*SIDE, 3), np.uint8), corners=[quad])

    heat, corners, weight = targets(window)

    row, column = divmod(int(heat.argmax()), heat.shape[1])
    assert (row, column) == (78 // STRIDE, 128 // STRIDE)
    middle = (np.array([column, row]) + 0.5) * STRIDE
    assert np.allclose(corners[:, row, column].reshape(4, 2) * CORNER_SCALE + middle, quad)
    assert weight[row, column] > 0


def test_targets_leave_corners_of_a_plain_box_open() -> None:
    window = Window(np.zeros((*SIDE, 3), np.uint8), boxes=[np.array([40.0, 40.0, 120.0, 80.0])])

    heat, _, weight = targets(window)

    assert heat.max() == 1.0
    assert weight.max() == 0.0


def test_targets_judge_nothing_where_a_plate_is_too_far() -> None:
    window = Window(np.zeros((*SIDE, 3), np.uint8), unjudged=[np.array([200.0, 100.0, 208.0, 104.0])])

    heat, _, _ = targets(window)

    assert heat[100 // STRIDE, 200 // STRIDE] == -1
    assert (heat[:5] == 0).all()
