"""The station file: read once, read again when edited, and not missed when it is not there."""

import json
import os
from pathlib import Path

import pytest
from django.conf import settings as portal_settings
from pytest_django import Settings

from ccoc.wall.station import NOWHERE, station

GROUND = {
    "name": "สภ.ทดสอบ",
    "zone": [[16.8, 100.2]],
    "communities": [],
    "places": [],
    "lines": [],
    "cameras": ["for the demo only"],
}


@pytest.fixture
def file(tmp_path: Path, settings: Settings) -> Path:
    settings.STATION_FILE = tmp_path / "station.json"
    return tmp_path / "station.json"


def test_station_is_bare_where_there_is_no_file(file: Path) -> None:
    assert station() == NOWHERE


def test_station_gives_the_map_and_nothing_else_of_the_file(file: Path) -> None:
    file.write_text(json.dumps(GROUND), "utf-8")

    assert station()["name"] == "สภ.ทดสอบ"
    assert set(station()) == set(NOWHERE)


def test_station_is_read_again_after_an_edit(file: Path) -> None:
    file.write_text(json.dumps(GROUND), "utf-8")
    station()
    file.write_text(json.dumps({**GROUND, "name": "สภ.ใหม่"}), "utf-8")
    os.utime(file, ns=(1, 1))

    assert station()["name"] == "สภ.ใหม่"


@pytest.mark.skipif(not Path(portal_settings.STATION_FILE).exists(), reason="no station file here")
def test_station_of_this_checkout_has_a_zone_with_names_in_it() -> None:
    ground = station()

    assert len(ground["zone"]) >= 3
    assert ground["communities"]
    assert all({"name", "lat", "lon", "to_be_confirmed"} <= set(spot) for spot in ground["communities"])
