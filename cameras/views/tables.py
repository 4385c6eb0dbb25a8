"""Steps that every import of a table shares: match columns, and give the wrong rows back to be mended."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from django.http import HttpRequest, StreamingHttpResponse

from cameras import export
from cameras.importing.reading import is_secret_header

_SAMPLE = 3  # rows that show what a column holds


class Draft(Protocol):
    """A table that waits: `rows` are `[number, cells]`, `mapping` the name of each column ("" is none)."""

    headers: Sequence[str]
    rows: Sequence[tuple[int, Sequence[str]]]
    mapping: Sequence[str]


def chosen_columns(request: HttpRequest, draft: Draft) -> list[str]:
    """The person's matching, column by column."""
    return [request.POST.get(f"column-{index}", "") for index in range(len(draft.headers))]


def column_rows(draft: Draft) -> list[dict[str, Any]]:
    """Each column with its matching and a few of its cells, for the page."""
    samples = [cells for _number, cells in draft.rows[:_SAMPLE]]
    return [
        {
            "index": index,
            "header": header,
            "chosen": draft.mapping[index],
            "samples": [cells[index] for cells in samples if cells[index]],
            "is_secret": is_secret_header(header),
        }
        for index, header in enumerate(draft.headers)
    ]


def sheet_to_mend(draft: Draft, complaints: Mapping[int, str], file_name: str) -> StreamingHttpResponse:
    """The rows with these numbers in the file's own columns, with what is wrong in the last one."""
    rows = ([*cells, complaints[number]] for number, cells in draft.rows if number in complaints)
    heads = [export.guarded(header) for header in draft.headers]
    lines = export.csv_lines([*heads, "ปัญหา / problem"], rows)
    headers = {"Content-Disposition": f'attachment; filename="{file_name}"'}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)
