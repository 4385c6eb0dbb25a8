"""The 78 names on plates and their numberings."""

import re

import pytest

from plates.recognition.alphabet import PROVINCE_CODES, PROVINCE_SKELETONS, encode_skeleton
from plates.recognition.provinces import (
    BY_CODE,
    CODE_BY_NAME,
    CODE_BY_TRUCK_CODE,
    PROVINCES,
    TABLE,
    belongs,
    searched_with,
)
from plates.recognition.text import normalise


def test_provinces_are_77_and_betong() -> None:
    assert len(PROVINCES) == len(TABLE) == 78
    assert PROVINCES["BTG"] == "เบตง"


def test_provinces_have_names_and_codes_only_once() -> None:
    assert len(set(PROVINCES.values())) == 78
    assert {name: code for code, name in PROVINCES.items()} == CODE_BY_NAME


def test_province_codes_are_three_capitals() -> None:
    assert all(re.fullmatch("[A-Z]{3}", code) for code in PROVINCES)


def test_province_names_are_in_written_form() -> None:
    assert all(normalise(name) == name for name in PROVINCES.values())


def test_province_numbers_are_unique_where_known() -> None:
    numbers = [province.number for province in TABLE if province.number is not None]

    assert len(numbers) == len(set(numbers)) == 77


def test_truck_codes_are_59_and_lead_to_one_province_each() -> None:
    assert len(CODE_BY_TRUCK_CODE) == 59
    assert CODE_BY_TRUCK_CODE["401"] == "NBP"
    assert CODE_BY_TRUCK_CODE["63"] == "PLK"


@pytest.mark.parametrize(
    ("truck_code", "code", "is_theirs"),
    [
        ("63", "PLK", True),
        ("64", "PLK", False),
        ("64", "SNK", False),
        ("44", "SNK", True),
        ("401", "NBP", True),
    ],
)
def test_belongs_tells_whose_truck_code_it_is(truck_code: str, code: str, *, is_theirs: bool) -> None:
    assert belongs(truck_code, code) is is_theirs


@pytest.mark.parametrize(("code", "name", "number"), [("PLK", "พิษณุโลก", 65), ("BKK", "กรุงเทพมหานคร", 10)])
def test_by_code_knows_the_ministry_number(code: str, name: str, number: int) -> None:
    assert (BY_CODE[code].name, BY_CODE[code].number) == (name, number)


def test_betong_is_searched_together_with_yala_and_others_alone() -> None:
    assert searched_with("BTG") == searched_with("YLA") == {"BTG", "YLA"}
    assert searched_with("PLK") == {"PLK"}


def test_skeletons_keep_the_names_apart() -> None:
    assert len(set(PROVINCE_SKELETONS)) == 78


def test_encode_skeleton_never_uses_the_blank() -> None:
    assert all(0 not in encode_skeleton(index) for index in range(len(PROVINCE_CODES)))
