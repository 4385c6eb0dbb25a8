"""The beam search, the grammar on top of it, and the province line."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plates.recognition.alphabet import (
    BLANK,
    CLASSES,
    NO_PROVINCE,
    PROVINCE_CODES,
    PROVINCE_TEXT,
    TEXT,
    encode_skeleton,
    encode_text,
)
from plates.recognition.decoding import likely_class, province_line_scores, text_candidates
from plates.recognition.text import PlateClass

EVEN = np.full(len(CLASSES), -math.log(len(CLASSES)), np.float32)


def columns(path: list[dict[int, float]], letters: int) -> np.ndarray:
    """Return log probabilities of columns from {letter: chance}; the rest goes to the blank."""
    table = np.full((len(path), letters + 1), 1e-7)
    for row, chances in zip(table, path, strict=True):
        for letter, chance in chances.items():
            row[letter] = chance
        row[BLANK] = max(1 - sum(chances.values()), 1e-7)
    return np.asarray(np.log(table / table.sum(axis=1, keepdims=True)), np.float32)


def spelled(text: str, chance: float = 0.99) -> np.ndarray:
    """Return columns that say a text, a blank between letters."""
    path: list[dict[int, float]] = []
    for letter in encode_text(text):
        path += [{letter: chance}, {}]
    return columns(path, len(TEXT))


@pytest.mark.parametrize("text", ["1กข1234", "701234", "กขค99", "ก0123", "มั่งมี9", "กก11"])
def test_text_candidates_spell_out_clear_columns(text: str) -> None:
    best = text_candidates(spelled(text), EVEN)[0]

    assert (best.text, best.is_possible) == (text, True)


def test_text_candidates_fold_a_letter_seen_over_several_columns() -> None:
    letter = encode_text("ก")[0]
    rest = spelled("ข12")

    best = text_candidates(np.vstack([columns([{letter: 0.99}] * 4, len(TEXT)), rest]), EVEN)[0]

    assert best.text == "กข12"


def test_text_candidates_prefer_what_a_plate_can_say() -> None:
    nought, eight = encode_text("08")
    doubtful = columns([{nought: 0.6, eight: 0.39}, {}], len(TEXT))

    candidates = text_candidates(np.vstack([spelled("กข"), doubtful, spelled("123")]), EVEN)

    assert candidates[0].text == "กข8123"
    assert any(item.text == "กข0123" and not item.is_possible for item in candidates)


def test_text_candidates_use_the_class_to_decide() -> None:
    seven, thai = encode_text("7ก")
    doubtful = columns([{seven: 0.5, thai: 0.49}, {}], len(TEXT))
    truck = np.full(len(CLASSES), -8.0, np.float32)
    truck[CLASSES.index(PlateClass.TRUCK)] = -0.01
    temporary = np.full(len(CLASSES), -8.0, np.float32)
    temporary[CLASSES.index(PlateClass.TEMPORARY)] = -0.01

    line = np.vstack([doubtful, spelled("1234")])
    six = np.vstack([doubtful, spelled("01234")])

    assert text_candidates(line, temporary)[0].text == "ก1234"
    assert text_candidates(six, truck)[0].text == "701234"


def test_text_candidates_of_blank_columns_are_empty_text_only() -> None:
    candidates = text_candidates(columns([{}] * 5, len(TEXT)), EVEN)

    assert [item.text for item in candidates] == [""]


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=100, deadline=None)
def test_text_candidates_of_noise_have_chances_that_sum_to_one_at_most(seed: int) -> None:
    scores = np.random.default_rng(seed).normal(0, 3, (12, len(TEXT) + 1))
    scores -= np.log(np.exp(scores).sum(axis=1, keepdims=True))

    candidates = text_candidates(scores.astype(np.float32), EVEN)

    assert sum(math.exp(item.score) for item in candidates) <= 1.0001
    assert candidates == sorted(candidates, key=lambda item: -item.score)


def test_likely_class_takes_the_best_that_can_say_the_text() -> None:
    classes = np.full(len(CLASSES), -5.0)
    classes[CLASSES.index(PlateClass.TRUCK)] = -0.1
    classes[CLASSES.index(PlateClass.TAXI)] = -1.0

    assert likely_class("701234", classes) is PlateClass.TRUCK
    assert likely_class("ทข123", classes) is PlateClass.TAXI
    assert likely_class("???", classes) is PlateClass.UNKNOWN


@pytest.mark.parametrize("index", range(len(PROVINCE_CODES)))
def test_province_line_scores_know_each_name(index: int) -> None:
    path: list[dict[int, float]] = []
    for letter in encode_skeleton(index):
        path += [{letter: 0.95}, {}]
    path += [{}] * (44 - len(path))

    scores = province_line_scores(columns(path, len(PROVINCE_TEXT))[None])[0]

    assert int(scores.argmax()) == index


def test_province_line_scores_of_a_blank_line_say_that_there_is_none() -> None:
    scores = province_line_scores(columns([{}] * 44, len(PROVINCE_TEXT))[None])[0]

    assert int(scores.argmax()) == NO_PROVINCE


def test_province_line_scores_forgive_one_wrong_letter() -> None:
    index = PROVINCE_CODES.index("PLK")
    letters = encode_skeleton(index)
    path: list[dict[int, float]] = []
    for place, letter in enumerate(letters):
        path += [{letter: 0.9 if place != 2 else 0.05}, {}]

    scores = province_line_scores(columns(path, len(PROVINCE_TEXT))[None])[0]

    assert int(scores[:-1].argmax()) == index
