"""Fixtures of the tests of this room."""

import datetime as dt
from pathlib import Path

import pytest
from pytest_django import Settings

from cameras.models import Camera
from plates import partitions
from plates.models import WatchlistEntry
from plates.services import add_entry, approve_entry
from plates.workflow import KEEP_READS
from tests.plates.moments import AT, FIRST, SECOND, AddEntry, entry_fields


@pytest.fixture(autouse=True)
def picture_root(tmp_path: Path, settings: Settings) -> Path:
    settings.PICTURE_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def weeks(db: None) -> None:
    """Partitions round the moment of the tests, whatever the calendar of this machine says."""
    partitions.keep_up(at=AT, keep=KEEP_READS)


@pytest.fixture
def on_list(db: None) -> AddEntry:
    """An approved entry: `on_list(province="BKK")`."""

    def add(*, at: dt.datetime = AT - dt.timedelta(minutes=5), **more: object) -> WatchlistEntry:
        entry = add_entry(fields=entry_fields(**more), by=FIRST, at=at)
        return approve_entry(entry=entry, by=SECOND, at=at)

    return add


@pytest.fixture
def camera(db: None) -> Camera:
    return Camera.objects.create(
        code="C-001", name="หน้าตลาดสด", lat=16.82, lon=100.26, created_at=AT, updated_at=AT
    )
