"""Thai dates in both eras."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccoc.lib.dates_th import format_date, format_datetime, parse_date

DATES = st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2399, 12, 31))


@given(DATES)
def test_parse_date_of_formatted_date_gives_it_back(date: dt.date) -> None:
    assert parse_date(format_date(date)) == date


@given(DATES)
def test_parse_date_reads_both_eras_alike(date: dt.date) -> None:
    thai = parse_date(f"{date.day}/{date.month}/{date.year + 543}")

    assert thai == parse_date(f"{date.day}/{date.month}/{date.year:04}") == date


def test_parse_date_on_a_leap_day_of_the_buddhist_year() -> None:
    assert parse_date("29/02/2567") == dt.date(2024, 2, 29)


def test_parse_date_with_thai_digits() -> None:
    assert parse_date("๒๓/๑๑/๒๕๖๙") == dt.date(2026, 11, 23)


@pytest.mark.parametrize("text", ["", "31/2/2570", "เมื่อวาน", "1/13/2569", "2569", "1 foo 2569"])
def test_parse_date_of_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - datetime words its own messages
        parse_date(text)


def test_format_datetime_in_the_given_zone() -> None:
    bangkok = dt.timezone(dt.timedelta(hours=7))

    assert format_datetime(dt.datetime(2026, 11, 23, 21, 47, tzinfo=bangkok)) == "23 พ.ย. 2569 21:47"
