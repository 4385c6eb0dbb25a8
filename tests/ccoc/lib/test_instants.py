"""Moments as JSON writes them."""

import datetime as dt
from zoneinfo import ZoneInfo

from ccoc.lib.instants import iso


def test_iso_is_utc_with_z_whatever_zone_it_came_from() -> None:
    at = dt.datetime(2026, 11, 23, 21, 47, 12, 5, tzinfo=ZoneInfo("Asia/Bangkok"))

    assert iso(at) == "2026-11-23T14:47:12.000005Z"


def test_iso_of_none_is_none() -> None:
    assert iso(None) is None
