"""Tables of reads row by row: what is new, double, doubtful or wrong, and in which cell."""

import datetime as dt
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from cameras.importing.reading import Row, UnreadableFile
from plates.interop.columns import guess_mapping
from plates.interop.tables import MAX_ROWS, CheckedRow, Preview, Verdict, check_rows, mark_known
from plates.services.imports import read_reads
from tests.plates.moments import AT

HEADERS = ["ป้ายทะเบียน", "จังหวัด", "วันเวลา", "กล้อง", "ความมั่นใจ", "รหัสรายการ"]
GOOD = ["1กข 1234", "พิษณุโลก", "23/11/2569 19:45:03", "C-001", "97%", "e-1"]


def checked(*rows: list[str], headers: list[str] = HEADERS) -> Preview:
    """The rows as a spreadsheet would number them, under a title and the headers."""
    numbered = [Row(number, tuple(cells)) for number, cells in enumerate(rows, start=3)]
    mapping = guess_mapping(headers)
    return check_rows(numbered, mapping, cameras={"C-001", "C-002"}, home="C-002", at=AT)


def changed(**cells: str) -> list[str]:
    names = ("text", "province", "seen_at", "camera", "confidence", "key")
    return [cells.get(name, cell) for name, cell in zip(names, GOOD, strict=True)]


def only(preview: Preview) -> CheckedRow:
    [row] = preview.rows
    return row


def test_check_rows_reads_a_good_row_in_our_words() -> None:
    row = only(checked(GOOD))

    assert (row.verdict, row.camera, row.problems, row.doubts) == (Verdict.NEW, "C-001", (), ())
    assert row.read is not None
    assert (row.read.text, row.read.province, row.read.external_id) == ("1กข1234", "PLK", "e-1")
    assert (row.read.text_confidence, row.read.province_confidence) == (0.97, 0.97)
    assert row.read.seen_at == dt.datetime(2026, 11, 23, 12, 45, 3, tzinfo=dt.UTC)


def test_check_rows_stands_a_row_without_a_camera_at_the_readers_own() -> None:
    assert only(checked(changed(camera=""))).camera == "C-002"


@pytest.mark.parametrize(
    ("change", "cell"),
    [
        ({"text": ""}, "A3"), ({"text": "-"}, "A3"), ({"text": "ก" * 61}, "A3"),
        ({"text": '=HYPERLINK("http://x")'}, "A3"), ({"text": "@SUM(1)"}, "A3"), ({"text": "+1กข1234"}, "A3"),
        ({"province": "=1+1"}, "B3"), ({"seen_at": ""}, "C3"), ({"seen_at": "yesterday"}, "C3"),
        ({"seen_at": "11/23/2026 10:00"}, "C3"), ({"seen_at": "23/11/2569 23:00"}, "C3"),
        ({"seen_at": "1/10/2569 10:00"}, "C3"), ({"camera": "C-404"}, "D3"), ({"confidence": "sure"}, "E3"),
    ],
)  # fmt: skip
def test_check_rows_names_the_exact_cell_that_is_wrong(change: dict[str, str], cell: str) -> None:
    row = only(checked(changed(**change)))

    assert (row.verdict, row.read) == (Verdict.BAD, None)
    assert [(problem.cell, bool(problem.message)) for problem in row.problems] == [(cell, True)]


def test_check_rows_takes_a_doubtful_row_and_says_what_it_doubts() -> None:
    row = only(checked(changed(text="WXY 1234", province="Johor")))

    assert row.verdict is Verdict.NEW
    assert row.read is not None
    assert (row.read.text, row.read.province, row.read.province_confidence) == ("WXY1234", None, 0.0)
    assert [doubt.cell for doubt in row.doubts] == ["B3", "A3"]


def test_check_rows_joins_letters_with_number_and_date_with_clock() -> None:
    headers = ["หมวด", "เลข", "วันที่", "เวลา"]

    row = only(checked(["๑กข", "๑๒๓๔", "23 พ.ย. 2569", "19:45:03"], headers=headers))

    assert row.read is not None
    assert (row.read.text, row.read.seen_at.hour) == ("1กข1234", 12)


@pytest.mark.parametrize(
    ("cells", "cell"),
    [
        (["", "", "23/11/2569", "19:45"], "B3"),
        (["กข", "1", "", "19:45"], "C3"),
        (["กข", "1", "x", "19:45"], "C3"),
    ],
)
def test_check_rows_of_joined_cells_names_one_of_them(cells: list[str], cell: str) -> None:
    row = only(checked(cells, headers=["หมวด", "เลข", "วันที่", "เวลา"]))

    assert [problem.cell for problem in row.problems] == [cell]


def test_check_rows_finds_a_pass_told_twice_by_its_key_or_by_what_it_says() -> None:
    preview = checked(GOOD, changed(text="ฮฮ 9"), changed(key=""), changed(key="", confidence="50"))

    assert [(row.verdict, row.same_as) for row in preview.rows] == [
        (Verdict.NEW, 0), (Verdict.DOUBLE, 3), (Verdict.NEW, 0), (Verdict.DOUBLE, 5),
    ]  # fmt: skip


def test_mark_known_sets_aside_what_was_told_before() -> None:
    preview = mark_known(checked(GOOD, changed(key="e-2"), changed(text="")), {"e-1"})

    assert preview.counts == {"new": 1, "known": 1, "double": 0, "bad": 1}
    assert preview.span is not None


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=30), min_size=6, max_size=6))
def test_check_rows_of_any_text_judges(cells: list[str]) -> None:
    row = only(checked(cells))

    assert (row.verdict is Verdict.BAD) == (row.read is None)
    assert row.read is None or 0 < len(row.read.text) <= 20


def table_csv(encoding: str, newline: str = "\r\n", comma: str = ",") -> bytes:
    return newline.join(comma.join(cells) for cells in (HEADERS, GOOD)).encode(encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp874", "tis-620"])
def test_read_reads_of_any_thai_encoding_is_the_same(encoding: str) -> None:
    table = read_reads(table_csv(encoding))

    assert (list(table.headers), list(table.rows[0].cells)) == (HEADERS, GOOD)


def test_read_reads_of_a_spreadsheet_keeps_the_time_of_its_date_cells() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Plate No.", "Capture Time"])
    sheet.append(["1กข 1234", dt.datetime(2026, 11, 23, 19, 45, 3)])  # noqa: DTZ001 - a spreadsheet has no zone
    file = io.BytesIO()
    book.save(file)

    table = read_reads(file.getvalue())

    assert table.rows[0].cells == ("1กข 1234", "2026-11-23 19:45:03")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"plate,time\n" + b"x,y\n" * (MAX_ROWS + 1), "too_long"),
        (b"plate,time\n" + b"x,y\n" * 1_000_000, "too_long"),
        (b"plate,time\n" + b"\n" * 1_000_000, "no_rows"),
        (b"plate,time\nab\x00c,1\n", "bad_encoding"),
        (b"\x81\x8d\x8f,\x90\n\x9d,1\n", "bad_encoding"),
        (b"x" * (6 * 2**20), "too_large"),
        (b"PK\x03\x04nothing", "bad_xlsx"),
        (b"", "no_header"),
    ],
    ids=["rows", "a million rows", "a million empty", "NUL", "no letters", "bytes", "zip", "empty"],
)
def test_read_reads_refuses_what_is_no_table(data: bytes, code: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_reads(data)

    assert caught.value.code == code
