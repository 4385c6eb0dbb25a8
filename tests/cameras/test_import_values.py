"""Cells one by one: what is read, what is refused, what is offered."""

import datetime as dt
from collections.abc import Callable, Mapping

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from cameras.importing import values
from cameras.importing.values import BadCell
from ccoc.lib.dates_th import BUDDHIST_OFFSET


def bad(read: Callable[[str], object], text: str) -> BadCell:
    with translation.override("en"), pytest.raises(BadCell) as caught:
        read(text)
    assert caught.value.message
    return caught.value


@pytest.mark.parametrize(
    ("text", "value"),
    [("135", 135), ("๑๓๕", 135), ("135°", 135), ("40 ม.", 40), ("-5.5", -5.5), ("1,200", 1200)],
)
def test_number_reads(text: str, value: float) -> None:
    assert values.number(text) == value


@pytest.mark.parametrize("text", ["", "เหนือ", "12 ไร่", "1e5", "nan", "inf", "--5"])
def test_number_refuses(text: str) -> None:
    assert bad(values.number, text).code == "not_a_number"


@pytest.mark.parametrize(
    ("text", "offer"),
    [
        ("เหนือ", "0"),
        ("ทิศใต้", "180"),
        ("ตะวันออกเฉียงเหนือ", "45"),
        ("NW", "315"),
        ("ด้านตะวันตก", "270"),
        ("North", "0"),
    ],
)
def test_azimuth_offers_the_number_of_a_wind(text: str, offer: str) -> None:
    error = bad(values.azimuth, text)

    assert error.fix == {"azimuth_deg": offer}
    assert offer in error.message


@pytest.mark.parametrize(
    ("text", "fix"),
    [("360", {"azimuth_deg": "0"}), ("-90", {"azimuth_deg": "270"}), ("หน้าร้าน", {}), ("9999", {})],
)
def test_azimuth_refuses_what_is_no_direction(text: str, fix: Mapping[str, str]) -> None:
    assert bad(values.azimuth, text).fix == fix


@pytest.mark.parametrize(
    ("text", "fix"), [("780", {"fov_deg": "78"}), ("5", {}), ("200", {"fov_deg": "20"}), ("9000", {})]
)
def test_field_of_view_out_of_range_offers_a_slip_of_the_point(text: str, fix: Mapping[str, str]) -> None:
    assert bad(values.field_of_view, text).fix == fix


@pytest.mark.parametrize("text", ["10", "78.5", "180", "360"])
def test_field_of_view_reads(text: str) -> None:
    assert values.field_of_view(text) == float(text)


@pytest.mark.parametrize(
    ("text", "offer"),
    [
        ("31/2/2570", "28/2/2570"),
        ("30/2/2571", "29/2/2571"),
        ("๓๑/๔/๒๕๗๐", "30/4/2570"),
        ("31-6-2027", "30/6/2027"),
    ],
)
def test_date_that_does_not_exist_offers_the_last_of_its_month(text: str, offer: str) -> None:
    error = bad(values.date, text)

    assert error.code == "no_such_day"
    assert error.fix == {"warranty_until": offer}


@pytest.mark.parametrize("text", ["เดือนหน้า", "2570", "32/1/2570", "1/13/2570", "0/1/2570", "1/1/9999999"])
def test_date_refuses_what_is_no_date(text: str) -> None:
    assert bad(values.date, text).fix == {}


@given(st.dates(dt.date(1901, 1, 1), dt.date(2200, 12, 31)))
def test_date_reads_both_eras_to_the_same_day(day: dt.date) -> None:
    buddhist = f"{day.day}/{day.month}/{day.year + BUDDHIST_OFFSET}"

    assert values.date(buddhist) == values.date(day.isoformat()) == day


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", '=HYPERLINK("http://x")'])
def test_refuse_formula_refuses(text: str) -> None:
    error = bad(lambda cell: values.refuse_formula("name", cell), text)

    assert error.code == "formula"
    assert not error.fix["name"].startswith(values.FORMULA_SIGNS)


@pytest.mark.parametrize("text", ["-5", "+66", "-", "ตลาด = ใหม่", "16.8"])
def test_refuse_formula_lets_numbers_and_words_pass(text: str) -> None:
    values.refuse_formula("name", text)


@pytest.mark.parametrize(
    ("text", "fix"),
    [("C 001", {"code": "C-001"}), ("../x", {"code": "x"}), ("!!", {}), ("C/1", {"code": "C-1"})],
)
def test_code_offers_a_tidy_one(text: str, fix: Mapping[str, str]) -> None:
    assert bad(values.code, text).fix == fix


def test_address_with_credentials_offers_it_without_and_shows_neither() -> None:
    error = bad(values.address, "rtsp://•••@127.0.0.1/live")

    assert error.code == "credentials_in_address"
    assert error.fix == {"stream_url": "rtsp://127.0.0.1/live"}


@pytest.mark.parametrize("text", ["file:///etc/passwd", "http://127.0.0.1/", "rtsp://8.8.8.8/x", "ftp://a"])
def test_address_that_no_camera_has_is_refused(text: str) -> None:
    assert bad(values.address, text).fix == {}


@pytest.mark.parametrize(
    ("text", "value"), [("PTZ", "PTZ"), ("โดม", "DOME"), ("Bullet", "FIXED"), ("อ่านป้าย", "LPR")]
)
def test_kind_reads(text: str, value: str) -> None:
    assert values.kind(text) == value


def test_kind_unknown_offers_the_choices() -> None:
    assert bad(values.kind, "ลูกบอล").options == ("FIXED", "PTZ", "DOME", "LPR")


@pytest.mark.parametrize(
    ("text", "value"), [("ใช่", True), ("yes", True), ("✓", True), ("ไม่", False), ("0", False)]
)
def test_yes_or_no_reads(text: str, value: object) -> None:
    assert values.yes_or_no(text) is value


@given(st.text(max_size=40))
def test_every_reader_reads_or_says_what_is_wrong(text: str) -> None:
    readers = (
        values.code, values.number, values.position, values.azimuth, values.field_of_view, values.range_m,
        values.date, values.kind, values.status, values.yes_or_no, values.address, values.sub_path,
    )  # fmt: skip
    for read in readers:
        assert outcome(read, text)


def outcome(read: Callable[[str], object], text: str) -> str:
    """What a person gets: a value, or words about what is wrong."""
    try:
        return repr(read(text))
    except BadCell as error:
        return error.message


@given(st.floats(0, 359.9).map(lambda angle: round(angle, 1)))
def test_tidy_number_reads_back(angle: float) -> None:
    assert values.azimuth(values.tidy_number(angle)) == angle
