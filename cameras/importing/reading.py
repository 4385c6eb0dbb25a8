"""A file from somebody's desk becomes a table of text, or is refused in words.

Nothing that looks like a password survives this step: user and password in an address are blanked, and the
cells of a password column are dropped, before anything is stored.
"""

import codecs
import csv
import datetime as dt
import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from openpyxl import load_workbook

from ccoc.lib.errors import Refused

MAX_BYTES = 5 * 2**20
MAX_ROWS = 5_000
MAX_COLUMNS = 60
MAX_CELL = 500
# A sheet of 5,000 rows unpacks to some 10 MB; a zip bomb to gigabytes.
MAX_UNPACKED = 60 * 2**20
HIDDEN = "•••"
_USERINFO = re.compile(r"(?<=://)[^/\s]*@")
_SECRET_HEADER = re.compile(r"(?<!ชุด)รหัสผ่าน|พาสเวิร์ด|password|passwd|pwd|secret", re.IGNORECASE)
_ZIP_MAGIC = b"PK\x03\x04"
_OLD_EXCEL_MAGIC = b"\xd0\xcf\x11\xe0"


class UnreadableFile(Refused):
    """The file is no table that we can read; the message says what to do about it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table with the number that the spreadsheet program shows beside it."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Headers and the rows that hold anything; every row is as wide as the headers."""

    headers: tuple[str, ...]
    rows: tuple[Row, ...]


def day_text(at: dt.datetime) -> str:
    """A date cell as its day, for tables that tell days only."""
    return at.date().isoformat()


def read_table(
    data: bytes, *, max_rows: int = MAX_ROWS, date_text: Callable[[dt.datetime], str] = day_text
) -> Table:
    """Read CSV (UTF-8, UTF-16, TIS-620) or XLSX, told apart by content. Raises UnreadableFile.

    `date_text` writes the date cells of a spreadsheet; in a CSV they are what they are.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableFile("too_large", _("The file is larger than 5 MB. Send fewer rows at a time."))
    if data.startswith(_OLD_EXCEL_MAGIC):
        raise UnreadableFile("old_excel", _("This is an old Excel file. Save it as .xlsx or CSV."))
    is_xlsx = data.startswith(_ZIP_MAGIC)
    lines = _xlsx_lines(data, max_rows, date_text) if is_xlsx else _csv_lines(data)
    return _table(lines, max_rows)


def _table(lines: Iterable[Sequence[str]], max_rows: int) -> Table:
    """The first line with at least two filled cells is the header: titles above it are skipped."""
    numbered = ((number, [_clean(cell) for cell in line]) for number, line in enumerate(lines, start=1))
    headers = next((line for _number, line in numbered if sum(map(bool, line)) > 1), None)
    if headers is None:
        raise UnreadableFile("no_header", _("No row with column names was found. Put them in the first row."))
    while headers and not headers[-1]:
        headers.pop()
    if len(headers) > MAX_COLUMNS:
        raise UnreadableFile(
            "too_wide", _("The table has more than 60 columns. Keep the ones that are needed.")
        )
    rows = tuple(_rows(numbered, headers, max_rows))
    if not rows:
        raise UnreadableFile("no_rows", _("The table has column names and no rows."))
    return Table(tuple(headers), rows)


def _rows(numbered: Iterable[tuple[int, list[str]]], headers: list[str], max_rows: int) -> Iterator[Row]:
    secret = {index for index, header in enumerate(headers) if _SECRET_HEADER.search(header)}
    count = 0
    for number, line in numbered:
        if not any(line):
            continue
        count += 1
        if count > max_rows:
            message = _("The table has more than %(count)s rows. Send it in parts.")
            raise UnreadableFile("too_long", message % {"count": f"{max_rows:,}"})
        padded = [*line, *[""] * len(headers)][: len(headers)]
        yield Row(number, tuple("" if index in secret else cell for index, cell in enumerate(padded)))


def is_secret_header(header: str) -> bool:
    """Whether the cells under this header were dropped."""
    return bool(_SECRET_HEADER.search(header))


def _clean(text: str) -> str:
    """One line of text in composed form, without what a password could hide in."""
    plain = unicodedata.normalize("NFC", text.replace("\u00a0", " ").replace("\u200b", ""))
    visible = "".join(letter if letter.isprintable() else " " for letter in plain)
    return _USERINFO.sub(f"{HIDDEN}@", " ".join(visible.split()))[:MAX_CELL]


def _csv_lines(data: bytes) -> Iterator[list[str]]:
    """Line by line, so that a file of a million lines costs no more than those that are looked at."""
    text = _decode(data)
    first = text.partition("\n")[0]
    delimiter = max(",;\t|", key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False)
    except csv.Error:
        raise UnreadableFile("bad_csv", _("This file is not a table. Save it as .xlsx or CSV.")) from None


def _decode(data: bytes) -> str:
    """UTF-8 or UTF-16 by its mark, plain UTF-8, else the Thai code page of older programs."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp874")  # cp874 is TIS-620 with the few marks that Windows adds
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise UnreadableFile("bad_encoding", _("The letters of this file cannot be read. Save it as CSV UTF-8."))


def _xlsx_lines(data: bytes, max_rows: int, date_text: Callable[[dt.datetime], str]) -> list[list[str]]:
    """Cells of the first sheet as text. A formula stays text beginning with = and is judged later."""
    broken = UnreadableFile("bad_xlsx", _("This Excel file is damaged. Save it again as .xlsx or CSV."))
    try:
        _refuse_bomb(data)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # the stored size may lie in either direction
        lines = sheet.iter_rows(max_row=max_rows + 50, max_col=MAX_COLUMNS + 1, values_only=True)
        return [[_cell_text(value, date_text) for value in line] for line in lines]
    except UnreadableFile:
        raise
    except Exception as error:
        raise broken from error


def _refuse_bomb(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(member.file_size for member in archive.infolist()) > MAX_UNPACKED:
            raise UnreadableFile(
                "zip_bomb", _("This Excel file unpacks to more than a table can hold. Save it as CSV.")
            )


def _cell_text(value: object, date_text: Callable[[dt.datetime], str]) -> str:
    """Text as a person sees it; whole numbers without .0."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return date_text(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
