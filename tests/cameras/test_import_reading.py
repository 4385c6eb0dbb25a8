"""Files as they come from people's desks."""

import codecs
import datetime as dt
import io
import zipfile

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from cameras.importing.columns import COLUMNS, HEADINGS
from cameras.importing.reading import HIDDEN, MAX_BYTES, Table, UnreadableFile, read_table

CSV = "รหัสกล้อง,ชื่อที่ตั้ง,ละติจูด,ลองจิจูด\nC-001,หน้าตลาดสด,16.8271,100.2518\n"


def xlsx(*rows: tuple[object, ...]) -> bytes:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(list(row))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def refused(data: bytes) -> str:
    with translation.override("en"), pytest.raises(UnreadableFile) as caught:
        read_table(data)
    assert caught.value.message
    return caught.value.code


@pytest.mark.parametrize(
    "data",
    [
        CSV.encode(),
        codecs.BOM_UTF8 + CSV.encode(),
        CSV.encode("cp874"),
        CSV.encode("utf-16"),
        CSV.replace(",", ";").encode(),
        CSV.replace(",", "\t").encode("cp874"),
        CSV.replace("\n", "\r\n").encode(),
    ],
    ids=["utf-8", "bom", "tis-620", "utf-16", "semicolon", "tab tis-620", "crlf"],
)
def test_read_table_reads_csv_of_any_program(data: bytes) -> None:
    table = read_table(data)

    assert table.headers == ("รหัสกล้อง", "ชื่อที่ตั้ง", "ละติจูด", "ลองจิจูด")
    assert table.rows[0].cells == ("C-001", "หน้าตลาดสด", "16.8271", "100.2518")
    assert table.rows[0].number == 2


def test_read_table_reads_xlsx_with_dates_numbers_and_formulas() -> None:
    data = xlsx(
        ("รหัส", "ประกันถึง", "มุมกว้าง", "ทิศ"),
        ("C-001", dt.datetime(2028, 3, 31), 78, "=1+1"),  # noqa: DTZ001 - a spreadsheet date has no zone
        (None, None, None, None),
        ("C-002", "31/3/2571", 78.5, 135.0),
    )

    table = read_table(data)

    assert [row.number for row in table.rows] == [2, 4]
    assert table.rows[0].cells == ("C-001", "2028-03-31", "78", "=1+1")
    assert table.rows[1].cells == ("C-002", "31/3/2571", "78.5", "135")


def test_read_table_skips_a_title_above_the_header() -> None:
    table = read_table("บัญชีกล้อง พ.ศ. 2569,,\n,,\nรหัส,ชื่อ,ทิศ\nC-1,ตลาด,0\n".encode())

    assert table.headers == ("รหัส", "ชื่อ", "ทิศ")
    assert table.rows[0].number == 4


def test_read_table_pads_short_rows_and_cuts_long_ones() -> None:
    table = read_table(b"code,name,owner\nC-1\nC-2,a,b,c,d\n")

    assert [row.cells for row in table.rows] == [("C-1", "", ""), ("C-2", "a", "b")]


@pytest.mark.parametrize("header", ["รหัสผ่าน", "Password", "RTSP pwd"])
def test_read_table_drops_the_cells_of_a_password_column(header: str) -> None:
    table = read_table(f"code,name,{header}\nC-1,ตลาด,s3cret!\n".encode())

    assert "s3cret!" not in repr(table)


@pytest.mark.parametrize("address", ["rtsp://admin:s3cret!@10.0.0.1/1", "rtsp://a%20b:s3cret!@h@10.0.0.1/1"])
def test_read_table_blanks_user_and_password_of_addresses(address: str) -> None:
    table = read_table(f"code,name,rtsp\nC-1,ตลาด,{address}\n".encode())

    assert table.rows[0].cells[2] == f"rtsp://{HIDDEN}@10.0.0.1/1"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"x" * (MAX_BYTES + 1), "too_large"),
        (b"\xd0\xcf\x11\xe0old", "old_excel"),
        (b"", "no_header"),
        (b"one column only\n1\n2\n", "no_header"),
        (b"code,name\n", "no_rows"),
        (b"PK\x03\x04 is no workbook", "bad_xlsx"),
        (b"\xff\xfe\x00", "bad_encoding"),
        (bytes(range(256)) * 4, "bad_encoding"),
        (b"a,b\n" + b"1,2\n" * 5001, "too_long"),
        (",".join(f"c{n}" for n in range(61)).encode() + b"\n1,2\n", "too_wide"),
    ],
)
def test_read_table_refuses_what_is_no_table(data: bytes, code: str) -> None:
    assert refused(data) == code


def test_read_table_refuses_a_zip_bomb() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (61 * 2**20))
    data = buffer.getvalue()

    assert len(data) < 100_000
    assert refused(data) == "zip_bomb"


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_read_table_of_any_bytes_reads_or_refuses(data: bytes) -> None:
    try:
        table = read_table(data)
    except UnreadableFile:
        return
    assert isinstance(table, Table)
    assert all(len(row.cells) == len(table.headers) for row in table.rows)


def test_guess_mapping_knows_thai_and_english_headers() -> None:
    headers = ["รหัสกล้อง", "Lat.", "LONGITUDE", "ทิศ (องศา)", "ประกันถึง", "RTSP_URL", "อื่น ๆ", "รหัส"]

    assert HEADINGS.guess(headers) == [
        "code", "lat", "lon", "azimuth_deg", "warranty_until", "stream_url", "", "",
    ]  # fmt: skip


def test_guess_mapping_knows_every_header_it_names() -> None:
    for column in COLUMNS:
        for header in column.headers:
            assert HEADINGS.guess([header]) == [column.name]


def test_clean_mapping_leaves_out_unknown_and_repeated_columns() -> None:
    assert HEADINGS.clean(["code", "nonsense", "code"], 4) == ["code", "", "", ""]
