"""The normaliser and the grammar of plates."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plates.recognition.text import (
    CAR_LAYOUT,
    PlateClass,
    has_suspect_letter,
    is_possible,
    normalise,
    places,
    possible_classes,
    spaced,
)

THAI = st.text(alphabet=st.characters(min_codepoint=0x0E01, max_codepoint=0x0E5B), max_size=12)
ANY = st.text(max_size=24)


@pytest.mark.parametrize(
    ("raw", "written"),
    [
        ("1กข 1234", "1กข1234"),
        ("๑กข ๑๒๓๔", "1กข1234"),
        ("70-1234", "701234"),
        ("ก-0123", "ก0123"),
        (" ขค.9 ", "ขค9"),
        ("กข\u200b12", "กข12"),
        ("กข\u00a012", "กข12"),
        ("นํ้าใจ9", "นํ้าใจ9"),
        ("กําไร9", "กำไร9"),
        ("", ""),
    ],
)
def test_normalise_gives_the_written_form(raw: str, written: str) -> None:
    assert normalise(raw) == written


@given(ANY | THAI)
def test_normalise_twice_changes_nothing(raw: str) -> None:
    once = normalise(raw)

    assert normalise(once) == once


@given(ANY | THAI)
def test_normalise_leaves_nfc_without_spaces_hyphens_dots_or_thai_digits(raw: str) -> None:
    written = normalise(raw)

    assert unicodedata.is_normalized("NFC", written)
    assert not any(char.isspace() or char in "-.–—" or "๐" <= char <= "๙" for char in written)


@given(st.text(alphabet="กขคงจ0123456789", max_size=8), st.text(alphabet=" -.\u00a0", max_size=4))
def test_normalise_ignores_separators_anywhere(text: str, separator: str) -> None:
    middle = len(text) // 2

    assert normalise(text[:middle] + separator + text[middle:]) == normalise(text)


@pytest.mark.parametrize("text", ["กข1", "กข9999", "1กข1234", "9ฮฮ1"])
def test_is_possible_takes_car_texts(text: str) -> None:
    assert all(is_possible(text, kind) for kind in CAR_LAYOUT)


@pytest.mark.parametrize("text", ["", "กข", "กข0123", "0กข1", "ก1", "กข12345", "12กข1", "กข1ก", "ABC123"])
def test_is_possible_refuses_what_no_car_can_say(text: str) -> None:
    assert not any(is_possible(text, kind) for kind in CAR_LAYOUT)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("701234", PlateClass.TRUCK),
        ("100000", PlateClass.TRUCK),
        ("กขค1", PlateClass.MOTORCYCLE),
        ("1กข123", PlateClass.MOTORCYCLE),
        ("1กขค123", PlateClass.MOTORCYCLE),
        ("ก0123", PlateClass.TEMPORARY),
        ("ท120034", PlateClass.DIPLOMATIC),
        ("ท1230045", PlateClass.DIPLOMATIC),
        ("รวย9", PlateClass.WORD),
        ("มั่งมี99", PlateClass.WORD),
        ("เฮง1", PlateClass.WORD),
        ("ใจดี8", PlateClass.WORD),
        ("กำไร9", PlateClass.WORD),
    ],
)
def test_is_possible_takes_the_text_of_its_class(text: str, kind: PlateClass) -> None:
    assert is_possible(text, kind)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("0กขค1", PlateClass.MOTORCYCLE),
        ("012345", PlateClass.TRUCK),
        ("70123", PlateClass.TRUCK),
        ("ก123", PlateClass.TEMPORARY),
        ("่าก1", PlateClass.WORD),
        ("รุ่งเรือง9999", PlateClass.WORD),
        ("ดี9", PlateClass.WORD),
        ("รวย", PlateClass.WORD),
    ],
)
def test_is_possible_refuses_what_the_class_cannot_say(text: str, kind: PlateClass) -> None:
    assert not is_possible(text, kind)


def test_is_possible_for_unknown_takes_what_any_class_can_say() -> None:
    assert is_possible("701234", PlateClass.UNKNOWN)
    assert not is_possible("7012345", PlateClass.UNKNOWN)


def test_possible_classes_of_a_car_text_are_all_of_that_layout() -> None:
    assert possible_classes("กข1234") >= CAR_LAYOUT
    assert PlateClass.TRUCK not in possible_classes("กข1234")


def test_possible_classes_of_nonsense_are_none() -> None:
    assert possible_classes("---") == frozenset()


@given(THAI)
def test_possible_classes_never_hold_unknown(text: str) -> None:
    assert PlateClass.UNKNOWN not in possible_classes(text)


def test_has_suspect_letter_flags_and_does_not_refuse() -> None:
    assert has_suspect_letter("ฃก1")
    assert is_possible("ฃก1", PlateClass.CAR)
    assert not has_suspect_letter("ขก1")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("1กข1234", "1กข 1234"),
        ("701234", "70-1234"),
        ("ก0123", "ก-0123"),
        ("กขค9", "กขค 9"),
        ("", ""),
        ("ท120034", "ท 12-0034"),
    ],
)
def test_spaced_writes_as_people_do(text: str, written: str) -> None:
    assert spaced(text) == written


@given(st.sampled_from(["1กข1234", "701234", "ก0123", "รวย9", "กขค12", "ท120034"]))
def test_spaced_is_undone_by_normalise(text: str) -> None:
    assert normalise(spaced(text)) == text


def test_places_does_not_count_marks() -> None:
    assert places("มั่งมี99") == 5
