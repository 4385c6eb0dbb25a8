"""Cells of a table of reads: how Thai offices and makers of readers write them."""

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cameras.importing.values import BadCell
from plates.interop import cells
from plates.interop.columns import COLUMNS, guess_mapping, missing

EVENING = dt.datetime(2026, 11, 23, 12, 45, 3, tzinfo=dt.UTC)  # 19:45:03 in Thailand


@pytest.mark.parametrize(
    "text",
    [
        "23/11/2569 19:45:03", "23/11/2026 19:45:03", "๒๓/๑๑/๒๕๖๙ ๑๙:๔๕:๐๓", "23-11-2569 19.45.03 น.",
        "23 พ.ย. 2569 19:45:03", "23 พ.ย. 2569 เวลา 19:45:03 น.", "2026-11-23 19:45:03",
        "2569-11-23T19:45:03", "2026-11-23T19:45:03+07:00", "2026-11-23T12:45:03Z",
        "2026-11-23 12:45:03 +0000", "2026/11/23 19:45:03", "23/11/2026, 7:45:03 PM", "20261123194503",
        "25691123194503", "1795437903", "1795437903000",
    ],
)  # fmt: skip
def test_moment_of_either_era_and_any_habit_is_the_same(text: str) -> None:
    assert cells.moment(text) == EVENING


def test_moment_keeps_parts_of_a_second_and_does_without_seconds() -> None:
    assert cells.moment("23/11/2569 19:45:03,120").microsecond == 120_000
    assert cells.moment("23/11/2569 19:45") == EVENING.replace(second=0)
    assert cells.moment("23/11/2569 12:05 AM") == dt.datetime(2026, 11, 22, 17, 5, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "text",
    [
        "soon", "23/11/2569", "19:45:03", "11/23/2026 19:45:03", "31/02/2569 10:00", "23/11/69 19:45",
        "23/11/2569 25:00", "23/11/2569 13:00 PM", "23/11/2569 19:45+99:00", "1/1/0001 00:00", "9" * 400,
    ],
)  # fmt: skip
def test_moment_that_cannot_be_or_could_be_two_is_refused(text: str) -> None:
    with pytest.raises(BadCell):
        cells.moment(text)


@given(st.text(max_size=60))
def test_moment_of_any_text_reads_or_refuses(text: str) -> None:
    try:
        found = cells.moment(text)
    except BadCell:
        return
    assert found.tzinfo is dt.UTC


@given(st.integers(0, 4_000_000_000_000_000))
def test_moment_of_a_spreadsheet_cell_comes_back_to_the_millisecond(micros: int) -> None:
    at = dt.datetime(1990, 1, 1, tzinfo=cells.BANGKOK) + dt.timedelta(microseconds=micros)

    assert abs(cells.moment(cells.cell_time(at)) - at) <= dt.timedelta(milliseconds=1)


@pytest.mark.parametrize("clock", ["19:45:03", "1899-12-30 19:45:03"])
def test_date_and_clock_of_two_cells(clock: str) -> None:
    assert cells.date_and_clock("2569-11-23 00:00:00", clock) == EVENING
    assert cells.date_and_clock("23/11/2569", clock) == EVENING


@pytest.mark.parametrize(
    ("text", "plate", "province"),
    [
        ("1กข-1234", "1กข1234", None), ("๑กข ๑๒๓๔", "1กข1234", None),
        ("1กข 1234 พิษณุโลก", "1กข1234", "PLK"), ("70-1234 กรุงเทพมหานคร", "701234", "BKK"),
    ],
)  # fmt: skip
def test_plate_by_the_one_normaliser_with_its_province_beside(
    text: str, plate: str, province: str | None
) -> None:
    assert (cells.plate(text), cells.province_within(text)) == (plate, province)


@pytest.mark.parametrize("text", ["-", "พิษณุโลก", "<b>", "ก" * 61, "\u202e"])
def test_plate_that_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(BadCell):
        cells.plate(text)


@pytest.mark.parametrize("text", ["0.97", "97", "97%", "97 %", "๙๗", "0,97"])
def test_confidence_as_a_share_or_per_cent(text: str) -> None:
    assert cells.confidence(text) == pytest.approx(0.97)


def test_confidence_of_one_per_cent_is_not_certainty() -> None:
    assert cells.confidence("1%") == pytest.approx(0.01)


@pytest.mark.parametrize("text", ["sure", "nan", "inf", "-1", "101", "1e999", "%"])
def test_confidence_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadCell):
        cells.confidence(text)


def test_words_of_the_road_and_of_makers_are_ours() -> None:
    assert [cells.vehicle_class(word).value for word in ("กระบะ", "SEDAN", "truck", "CAR", "ยานอวกาศ")] == [
        "PICKUP", "CAR", "TRUCK", "CAR", "UNKNOWN",
    ]  # fmt: skip
    assert [cells.heading(word) for word in ("Approach", "leave", "AWAY", "north")] == [
        "TOWARDS", "AWAY", "AWAY", "UNKNOWN",
    ]  # fmt: skip


def test_key_of_any_length_and_script_fits_the_database() -> None:
    assert cells.key("evt-1.2:3") == "evt-1.2:3"
    assert {len(cells.key(text)) for text in ("เหตุที่ ๗", "x" * 500, "a b")} == {64}
    assert re.fullmatch(r"[0-9a-f]{64}", cells.digest("C-001", 1))


@pytest.mark.parametrize(
    ("headers", "columns"),
    [
        (["ป้ายทะเบียน", "จังหวัด", "วันเวลา", "กล้อง"], ["text", "province", "seen_at", "camera"]),
        (["Plate No.", "Capture Time", "Confidence (%)"], ["text", "seen_at", "text_confidence"]),
        (["วันที่", "เวลา", "หมวด", "เลข"], ["date", "clock", "series", "number"]),
        (["Time", "Plate"], ["seen_at", "text"]),
        (["Date", "Plate"], ["seen_at", "text"]),
        (["Event_ID", "LICENSE PLATE", "UTC-Time", "?"], ["key", "text", "seen_at", ""]),
    ],
)
def test_guess_mapping_knows_thai_and_english_tables(headers: list[str], columns: list[str]) -> None:
    assert guess_mapping(headers) == columns
    assert missing(columns) == []


def test_guess_mapping_knows_every_header_that_it_names() -> None:
    alone = {"date", "clock"}

    for column in COLUMNS:
        for header in (*column.headers, column.name):
            assert guess_mapping([header]) == ["seen_at" if column.name in alone else column.name], header


def test_missing_names_what_no_read_is_without() -> None:
    assert missing(["province", "clock"]) == ["text", "seen_at"]
