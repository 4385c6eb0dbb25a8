"""Strict JSON: what two readers could understand differently is refused."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccoc.lib.strict_json import LONGEST_MOMENT, Malformed, moment, name, read_object


def test_read_object_gives_the_fields() -> None:
    assert read_object('{"v": 1, "ป้าย": "กข 1234"}'.encode(), version=1) == {"v": 1, "ป้าย": "กข 1234"}


@pytest.mark.parametrize(
    ("body", "part"),
    [
        (b"", "json"), (b"{", "json"), (b"[]", "json"), (b"null", "json"), (b"\xff\xfe", "json"),
        (b'{"v":1,"v":1}', "json"), (b'{"v":1,"a":{"b":1,"b":2}}', "json"), (b'{"v":1,"a":NaN}', "json"),
        (b'{"v":1,"a":-Infinity}', "json"), (b"[" * 100_000, "json"), (b'\xef\xbb\xbf{"v":1}', "json"),
        (b'{"v":1,"a":' + b"9" * 5000 + b"}", "json"), (b"{}", "v"), (b'{"v":2}', "v"), (b'{"v":true}', "v"),
        (b'{"v":1.0}', "v"), (b'{"v":"1"}', "v"),
    ],
)  # fmt: skip
def test_read_object_of_anything_else_names_the_part(body: bytes, part: str) -> None:
    with pytest.raises(Malformed, match=f"^{part}$"):
        read_object(body, version=1)


def read_or_reason(body: bytes) -> object:
    """The version of a body that is taken, else why it is not."""
    try:
        return read_object(body, version=1)["v"]
    except Malformed as error:
        return str(error)


@given(st.binary(max_size=60))
def test_read_object_of_any_bytes_reads_or_refuses(body: bytes) -> None:
    told = read_or_reason(body)

    assert told in {1, "json", "v"}


@pytest.mark.parametrize("value", ["a", "msg_7.b:c-D", "x" * 64])
def test_name_of_a_machine_is_taken(value: str) -> None:
    assert name({"id": value}, "id") == value


@pytest.mark.parametrize("value", [None, 7, "", "a b", "x" * 65, "a\n", "a\x00", "กข", ["a"]])
def test_name_of_anything_else_names_its_key(value: object) -> None:
    with pytest.raises(Malformed, match=r"^id$"):
        name({"id": value}, "id")


def test_moment_comes_as_utc() -> None:
    assert moment("2026-11-23T19:45:03+07:00", "at") == dt.datetime(2026, 11, 23, 12, 45, 3, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "value",
    [
        *(None, 5, "", "soon", "2026-11-23T10:00:00", "0001-01-01T00:00:00+14:00", "2026-13-01T00:00:00Z"),
        "2026-11-23T19:45:03+07:00" + " " * LONGEST_MOMENT,
    ],
)
def test_moment_of_anything_else_names_its_part(value: object) -> None:
    with pytest.raises(Malformed, match=r"^at$"):
        moment(value, "at")
