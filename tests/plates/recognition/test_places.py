"""Where letters stand, the reader's first guide."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plates.recognition.synthesis import random_spec
from plates.recognition.text import PlateClass
from plates.recognition.training.places import letter_places

ONE_LINE = [kind for kind in PlateClass if kind not in (PlateClass.UNKNOWN, PlateClass.MOTORCYCLE)]


@given(st.integers(0, 2**32 - 1), st.sampled_from(ONE_LINE))
def test_letter_places_go_from_left_to_right_on_the_plate(seed: int, kind: PlateClass) -> None:
    text = random_spec(np.random.default_rng(seed), plate_class=kind).text

    places = letter_places(text, kind)

    assert len(places) == len(text)
    assert places == sorted(places)
    assert all(0 < place < 1 for place in places)


def test_letter_places_of_a_car_leave_a_gap_before_the_number() -> None:
    places = letter_places("1กข1234", PlateClass.CAR)

    steps = np.diff(places)
    assert steps[2] == pytest.approx(max(steps))
    assert places[0] + places[-1] == pytest.approx(1.0)


def test_letter_places_of_a_truck_leave_room_for_the_hyphen() -> None:
    steps = np.diff(letter_places("701234", PlateClass.TRUCK))

    assert steps[1] > steps[0]
    assert steps[2:] == pytest.approx(steps[0])


def test_letter_places_of_a_truck_code_are_at_the_right() -> None:
    assert letter_places("63", PlateClass.TRUCK) == pytest.approx([0.805, 0.845])


def test_letter_places_of_a_motorcycle_are_centred_line_by_line() -> None:
    for line in ("กธว", "139"):
        places = letter_places(line, PlateClass.MOTORCYCLE)

        assert places[1] == pytest.approx(0.5)


def test_letter_places_put_marks_over_their_letter() -> None:
    places = letter_places("ดี9", PlateClass.WORD)

    assert places[1] - places[0] < places[2] - places[1]
