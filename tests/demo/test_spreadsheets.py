"""The clerk's spreadsheets, judged by the importer: nothing wrong in the one, twelve rows in the other."""

import csv
import datetime as dt
import io

import pytest
from pytest_django import Settings

from accounts.models import User
from cameras.importing.checking import Preview, Verdict
from cameras.importing.drafts import preview_draft, start_draft
from ccoc.demo import fleet
from ccoc.demo.seeding import seed
from ccoc.demo.spreadsheets import FAULTS, HEADERS, cells_of, faulty_sheet, good_sheet

AT = dt.datetime(2026, 11, 23, 3, 0, tzinfo=dt.UTC)


def previewed(text: str, by: User) -> Preview:
    return preview_draft(start_draft(by=by, file_name="cameras.csv", data=text.encode(), at=AT))


def test_good_sheet_opens_rightly_in_a_thai_spreadsheet_program() -> None:
    text = good_sheet(fleet.cameras())

    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))

    assert text.startswith("\ufeff")
    assert tuple(rows[0]) == HEADERS
    assert len(rows) == 184


def test_cells_of_writes_buddhist_years() -> None:
    row = fleet.cameras()[0]

    cells = dict(zip(HEADERS, cells_of(row, 8554), strict=True))

    assert cells["ประกันถึง"] == f"28/02/{row.warranty_until.year + 543}"
    assert cells["ที่อยู่กล้อง"] == "rtsp://127.0.0.1:8554/C-001"


def test_faulty_sheet_differs_in_twelve_rows_only() -> None:
    good, faulty = good_sheet(fleet.cameras()).splitlines(), faulty_sheet(fleet.cameras()).splitlines()

    different = [line for line, pair in enumerate(zip(good, faulty, strict=True), 1) if pair[0] != pair[1]]

    assert different == sorted(FAULTS)
    assert len(FAULTS) == 12


@pytest.fixture(autouse=True)
def local_cameras(settings: Settings) -> None:
    """A demo's cameras are on this machine."""
    settings.CAMERA_NETWORKS = ["127.0.0.0/8"]


def test_sheets_change_nothing_in_a_seeded_register_but_the_twelve_faulty_rows(operator: User) -> None:
    seed(rtsp_port=8554, at=AT)

    good = previewed(good_sheet(fleet.cameras()), operator)
    faulty = previewed(faulty_sheet(fleet.cameras()), operator)

    assert [problem.message for problem in good.problems] == []
    assert [row.changes for row in good.of(Verdict.CHANGED)] == []
    assert len(good.of(Verdict.SAME)) == 183
    assert sorted(row.number for row in faulty.of(Verdict.BAD)) == sorted(FAULTS)
    assert len(faulty.of(Verdict.SAME)) == 171


def test_good_sheet_fills_an_empty_register_but_for_owners_nobody_knows(operator: User) -> None:
    found = previewed(good_sheet(fleet.cameras()), operator)

    assert {problem.found for problem in found.problems} == {"วัด", "โรงเรียน"}
    assert len(found.of(Verdict.NEW)) > 120
