"""What the reader is shown: changed pictures with targets that still hold."""

import numpy as np
import pytest

from plates.recognition.alphabet import CLASSES, INPUT_HEIGHT, INPUT_WIDTH, NO_PROVINCE, TEXT
from plates.recognition.synthesis.sampling import random_text
from plates.recognition.text import PlateClass, is_possible
from plates.recognition.training.reader_data import Example, Showing, changed, drawn_examples, weights_of


@pytest.fixture(scope="module")
def drawn() -> list[Example]:
    return drawn_examples(60, 4)


def test_changed_keeps_the_text_and_the_input_size(drawn: list[Example]) -> None:
    for example in drawn:
        shown = changed(example, np.random.default_rng(1), 0.8, is_cut=False)

        assert shown.picture.shape == (INPUT_HEIGHT, INPUT_WIDTH, 3)
        assert "".join(TEXT[index - 1] for line in shown.lines for index in line) == example.text
        assert shown.province == example.province


def test_changed_forgets_the_province_of_a_cut_plate(drawn: list[Example]) -> None:
    example = next(item for item in drawn if item.classes == (PlateClass.CAR,))

    shown = changed(example, np.random.default_rng(1), 0.2, is_cut=True)

    assert shown.province == NO_PROVINCE
    assert shown.skeleton == []


def test_changed_allows_only_the_classes_of_the_label(drawn: list[Example]) -> None:
    example = drawn[0]

    shown = changed(example, np.random.default_rng(1), 0.2, is_cut=False)

    assert {kind for kind, is_allowed in zip(CLASSES, shown.classes, strict=True) if is_allowed} == set(
        example.classes
    )


def test_weights_count_a_plate_once_however_many_crops_it_has() -> None:
    blank = np.zeros((20, 40, 3), np.uint8)
    once = Example(blank, "กข1234", 1, (PlateClass.CAR,))
    often = [Example(blank, "คง5678", 1, (PlateClass.CAR,))] * 4

    weights = weights_of([once, *often])

    assert weights[0] == pytest.approx(weights[1:].sum())


def test_showing_of_one_seed_is_the_same(drawn: list[Example]) -> None:
    once = Showing(drawn, drawn, seed=3, cut_share=0.1).batch(6, strength=0.5, drawn_share=0.5)
    again = Showing(drawn, drawn, seed=3, cut_share=0.1).batch(6, strength=0.5, drawn_share=0.5)

    assert all(np.array_equal(a.picture, b.picture) for a, b in zip(once, again, strict=True))


def test_random_words_are_words_that_a_plate_can_say() -> None:
    rng = np.random.default_rng(2)
    words = {random_text(rng, PlateClass.WORD) for _ in range(300)}

    assert all(is_possible(word, PlateClass.WORD) for word in words)
    assert len({word.rstrip("0123456789") for word in words}) > 100
