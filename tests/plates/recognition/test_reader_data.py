"""What the reader is shown: changed pictures with targets that still hold."""

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from plates.recognition.alphabet import CLASSES, INPUT_HEIGHT, INPUT_WIDTH, NO_PROVINCE, TEXT
from plates.recognition.corrections import VARIABLE, held_back
from plates.recognition.synthesis.sampling import random_text
from plates.recognition.text import PlateClass, is_possible
from plates.recognition.training.reader_data import (
    Example,
    Showing,
    changed,
    drawn_examples,
    filmed_examples,
    own_examples,
    weights_of,
)


@pytest.fixture(scope="module")
def drawn() -> list[Example]:
    return drawn_examples(60, 4)


def test_changed_keeps_the_text_and_the_input_size(drawn: list[Example]) -> None:
    for example in drawn:
        shown = changed(example, np.random.default_rng(1), 0.8, is_cut=False)

        assert shown.picture.shape == (INPUT_HEIGHT, INPUT_WIDTH, 3)
        first, second = ("".join(TEXT[index - 1] for index in line) for line in shown.lines)
        wanted = (example.text, example.truck_code) if example.truck_code else (example.text, "")
        assert (first, second) == wanted or (first + second, example.truck_code) == (example.text, "")
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


def test_changed_asks_for_no_truck_code_that_is_not_known(drawn: list[Example]) -> None:
    truck = next(item for item in drawn if item.classes == (PlateClass.TRUCK,))

    shown = changed(replace(truck, truck_code=None), np.random.default_rng(1), 0.2, is_cut=False)

    assert not shown.is_second_known


def test_filmed_examples_keep_what_is_to_be_learnt(drawn: list[Example]) -> None:
    filmed = filmed_examples(drawn, 0.5, 2)

    truth = {(item.text, item.province, item.truck_code) for item in drawn}
    assert len(filmed) == len(drawn) // 2
    assert {(item.text, item.province, item.truck_code) for item in filmed} <= truth
    assert all(item.picture.shape[1] <= 150 for item in filmed)


@pytest.mark.parametrize(
    ("kind", "text", "classes"),
    [
        ("truck", "701234", (PlateClass.TRUCK,)),
        ("car", "ก0123", (PlateClass.TEMPORARY,)),
        ("car", "ท120034", (PlateClass.DIPLOMATIC,)),
        ("motorcycle", "กขค12", (PlateClass.MOTORCYCLE,)),
    ],
)
def test_own_examples_tell_the_class_that_their_label_allows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, text: str, classes: tuple[PlateClass, ...]
) -> None:
    row = {"file": "a.png", "text": text, "province": "พิษณุโลก", "kind": kind}
    with zipfile.ZipFile(tmp_path / "own.zip", "w") as pack:
        pack.writestr("index.jsonl", json.dumps(row))
        pack.writestr("a.png", cv2.imencode(".png", np.full((40, 90, 3), 200, np.uint8))[1].tobytes())
    monkeypatch.setenv(VARIABLE, str(tmp_path / "own.zip"))

    [example] = own_examples(is_held_back=held_back(text))

    assert (example.text, example.classes) == (text, classes)
    assert example.truck_code == ("63" if kind == "truck" else "")
    assert own_examples(is_held_back=not held_back(text)) == []


def test_held_back_is_about_one_plate_in_five() -> None:
    share = np.mean([held_back(f"กข{number}") for number in range(1, 2000)])

    assert 0.15 < share < 0.25


def test_showing_of_one_seed_is_the_same(drawn: list[Example]) -> None:
    once = Showing(drawn, drawn, seed=3, cut_share=0.1).batch(6, strength=0.5, drawn_share=0.5)
    again = Showing(drawn, drawn, seed=3, cut_share=0.1).batch(6, strength=0.5, drawn_share=0.5)

    assert all(np.array_equal(a.picture, b.picture) for a, b in zip(once, again, strict=True))


def test_random_words_are_words_that_a_plate_can_say() -> None:
    rng = np.random.default_rng(2)
    words = {random_text(rng, PlateClass.WORD) for _ in range(300)}

    assert all(is_possible(word, PlateClass.WORD) for word in words)
    assert len({word.rstrip("0123456789") for word in words}) > 100
