"""The beam search, the grammar on top of it, and the province line."""

import math
import time
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plates.recognition import decoding
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
from plates.recognition.decoding import (
    likely_class,
    line_candidates,
    province_line_scores,
    text_candidates,
)
from plates.recognition.text import PlateClass
from tests.plates.recognition import plain_decoding

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


def blank_line() -> np.ndarray:
    """Return a line of 44 columns that says nothing."""
    return columns([{}] * 44, len(TEXT))


def padded(text: str) -> np.ndarray:
    """Return a line of 44 columns that says a text."""
    said = spelled(text)
    return np.vstack([said, columns([{}] * (44 - len(said)), len(TEXT))])


def test_line_candidates_read_the_code_of_a_truck_apart_from_its_number() -> None:
    candidates, (code, chance) = line_candidates(np.vstack([padded("701234"), padded("63")]), EVEN)

    assert (candidates[0].text, code) == ("701234", "63")
    assert chance == pytest.approx(0.98, abs=0.02)


def test_line_candidates_join_the_lines_of_a_motorcycle() -> None:
    candidates, code = line_candidates(np.vstack([padded("1กข"), padded("635")]), EVEN)

    assert (candidates[0].text, code) == ("1กข635", ("", 0.0))


@pytest.mark.parametrize("text", ["1กข1234", "701234", "ท120034", "รวย9"])
def test_line_candidates_of_one_line_are_its_texts(text: str) -> None:
    candidates, code = line_candidates(np.vstack([padded(text), blank_line()]), EVEN)

    assert (candidates[0].text, code) == (text, ("", 0.0))


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


def peaky(rng: np.random.Generator, shape: tuple[int, int], letters: int, noise: float) -> np.ndarray:
    """Return columns as a network gives them: mostly blank, peaks of letters that share with a rival."""
    scores = rng.normal(0, noise, (*shape, letters + 1))
    scores[:, :, BLANK] += 9
    for row in scores:
        for place in rng.integers(0, shape[1], 9):
            main, rival = rng.integers(1, letters + 1, 2)
            row[place, main] += rng.uniform(6, 18)
            row[place, rival] += rng.uniform(2, 14)
            row[min(place + 1, shape[1] - 1), main] += rng.uniform(0, 12)
    high = scores.max(axis=-1, keepdims=True)
    scores -= high + np.log(np.exp(scores - high).sum(axis=-1, keepdims=True))
    return np.asarray(scores, np.float32)


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.3, 1.0, 2.5]))
@settings(max_examples=150, deadline=None)
def test_text_candidates_say_what_the_plain_search_says(seed: int, noise: float) -> None:
    rng = np.random.default_rng(seed)
    scores = peaky(rng, (1, 88), len(TEXT), noise)[0]
    classes = np.log(rng.dirichlet(np.full(len(CLASSES), 0.2)) + 1e-9).astype(np.float32)

    found, wanted = text_candidates(scores, classes), plain_decoding.text_candidates(scores, classes)

    assert [item.score for item in found] == pytest.approx([item.score for item in wanted], abs=1e-5)
    assert {item.text: item.is_possible for item in found} == {item.text: item.is_possible for item in wanted}


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.3, 1.0, 2.5]), st.integers(1, 5))
@settings(max_examples=60, deadline=None)
def test_province_line_scores_say_what_the_plain_sum_says(seed: int, noise: float, count: int) -> None:
    scores = peaky(np.random.default_rng(seed), (count, 44), len(PROVINCE_TEXT), noise)

    found, wanted = province_line_scores(scores), plain_decoding.province_line_scores(scores)

    assert found.shape == (count, NO_PROVINCE + 1)
    assert np.allclose(found, wanted, rtol=0, atol=1e-9)


def test_province_line_scores_do_not_change_what_they_are_given() -> None:
    scores = peaky(np.random.default_rng(3), (2, 44), len(PROVINCE_TEXT), 1.0)
    before = scores.copy()

    province_line_scores(scores)

    assert np.array_equal(scores, before)


def test_decoding_takes_less_time_than_the_plain_way() -> None:
    rng = np.random.default_rng(4)
    texts, lines = peaky(rng, (16, 88), len(TEXT), 1.0), peaky(rng, (16, 44), len(PROVINCE_TEXT), 1.0)

    took = {
        module: min(_processor_s(module, texts, lines) for _ in range(5))
        for module in (decoding, plain_decoding)
    }

    assert took[decoding] < took[plain_decoding]


def _processor_s(module: ModuleType, texts: np.ndarray, lines: np.ndarray) -> float:
    began = time.process_time()
    for text in texts:
        module.text_candidates(text, EVEN)
    module.province_line_scores(lines)
    return time.process_time() - began
