"""Cars that drive through a painted street, and what the evaluation makes of them."""

import numpy as np
import pytest

from plates.recognition import evaluate_whole
from plates.recognition.evaluate_whole import drawn_plates, judge_passes
from plates.recognition.lane import LaneAnalyser
from plates.recognition.moving import SIZE, film, passes, rides
from plates.recognition.reader import Reader
from plates.recognition.synthesis import PlateSpec, draw_plate

PLATES = [(draw_plate(spec), spec.text, spec.province) for spec in (
    PlateSpec("8กน4571", "BKK", seed=2), PlateSpec("ฮอ9999", "PLK", seed=3),
)]  # fmt: skip


def test_rides_grow_from_width_to_width_side_by_side() -> None:
    left, right = rides(PLATES, (50.0, 100.0), np.random.default_rng(1))

    first, last = np.ptp(left.corners(0.0)[:, 0]), np.ptp(left.corners(1.0)[:, 0])
    assert last / first == pytest.approx(2.0, rel=0.01)
    assert left.corners(0.5)[:, 0].max() < right.corners(0.5)[:, 0].min()
    assert left.corners(0.0)[:, 1].mean() < left.corners(1.0)[:, 1].mean()


def test_a_lane_tells_each_car_of_a_film_once() -> None:
    rng = np.random.default_rng(2)

    pictures = film(rides(PLATES, (80.0, 140.0), rng), rng)
    told = passes(LaneAnalyser(), pictures)

    assert {picture.shape for picture in pictures} == {(SIZE[1], SIZE[0], 3)}
    assert sorted(result.body["text"] for result in told) == ["8กน4571", "ฮอ9999"]


def test_a_car_that_no_pass_names_is_a_wrong_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluate_whole, "TRACKS", 2)
    mislabelled = [(picture, "กข1", province) for picture, _, province in PLATES[:1]] + PLATES[1:]

    wrong, right = judge_passes(Reader(), iter(mislabelled), (80.0, 140.0))

    assert (wrong.is_text_right, wrong.is_wrongly_accepted) == (False, True)
    assert (right.is_text_right, right.is_province_right, right.is_wrongly_accepted) == (True, True, False)


def test_drawn_plates_go_through_all_classes() -> None:
    plates = drawn_plates()

    texts = [next(plates)[1] for _ in range(26)]

    assert sum(text.startswith("ท") and text[1:].isdigit() for text in texts) == 2
    assert sum(len(text) == 6 and text.isdigit() for text in texts) == 2
