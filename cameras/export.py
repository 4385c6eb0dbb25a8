"""The register as a table, in the columns that the import reads; addresses without passwords, as stored."""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import cast

from openpyxl import Workbook

from cameras.addresses import stream_url
from cameras.importing.columns import COLUMNS
from cameras.importing.values import FORMULA_SIGNS, tidy_number
from cameras.models import Camera, CredentialProfile
from ccoc.lib import dates_th

BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads Thai as Latin
EXPORTED = tuple(column for column in COLUMNS if column.name != "position")


class _Echo:
    """A file that gives each written line back."""

    def write(self, line: str) -> str:
        return line


def headers() -> list[str]:
    """Thai headers, which our own import knows again."""
    return [column.headers[0] for column in EXPORTED]


def row_of(camera: Camera) -> list[str]:
    """One camera as text; needs `credential` fetched."""
    return [_text(_value(camera, column.name)) for column in EXPORTED]


def guarded(text: str) -> str:
    """Text that no spreadsheet takes for a formula; negative numbers stay numbers."""
    if not text.startswith(FORMULA_SIGNS) or _is_number(text):
        return text
    return f"'{text}"


def csv_lines(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A CSV file line by line, for streaming."""
    writer = csv.writer(_Echo())
    yield BYTE_ORDER_MARK + cast(str, writer.writerow(head))
    for row in rows:
        yield cast(str, writer.writerow([guarded(cell) for cell in row]))


def xlsx_bytes(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """An XLSX file. Every cell is text, so that nothing is run and no code loses its zeros."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("cameras")
    sheet.append(list(head))
    for row in rows:
        sheet.append([guarded(cell) for cell in row])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _value(camera: Camera, name: str) -> object:
    if name == "stream_url":
        return stream_url(camera.stream_host, camera.stream_port, camera.stream_path)
    return getattr(camera, name)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ใช่" if value else "ไม่"
    if isinstance(value, float):
        return tidy_number(value)
    if isinstance(value, dt.date):
        return f"{value.day}/{value.month}/{value.year + dates_th.BUDDHIST_OFFSET}"
    return value.name if isinstance(value, CredentialProfile) else str(value)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
