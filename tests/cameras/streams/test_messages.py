import pytest
from hypothesis import given
from hypothesis import strategies as st

from cameras.streams.errors import BadStream
from cameras.streams.messages import MAX_BODY_BYTES, MAX_HEAD_BYTES, encode, parse_head, take_message


def test_take_message_cuts_head_and_body() -> None:
    data = encode(("RTSP/1.0", "200", "OK"), [("CSeq", "3")], b"body") + b"rest"

    taken = take_message(data)

    assert taken is not None
    assert taken.message.status == 200
    assert taken.message.body == b"body"
    assert data[taken.size :] == b"rest"


def test_take_message_waits_for_missing_part() -> None:
    data = encode(("RTSP/1.0", "200", "OK"), [("CSeq", "3")], b"body")

    assert all(take_message(data[:end]) is None for end in range(len(data)))


def test_message_keeps_every_value_of_repeated_header() -> None:
    head = parse_head(b"RTSP/1.0 401 Unauthorized\r\nWWW-Authenticate: Digest a\r\nwww-authenticate: Basic b")

    assert head.all("www-authenticate") == ["Digest a", "Basic b"]
    assert head.get("missing") == ""


def test_request_has_no_status() -> None:
    assert parse_head(b"OPTIONS rtsp://x RTSP/1.0\r\nCSeq: 1").status == 0


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"RTSP/1.0 abc\r\n\r\n",
        b"RTSP/1.0 \xb2\r\n\r\n",
        b"garbage\r\n\r\n",
        b"x" * (MAX_HEAD_BYTES + 1),
        b"RTSP/1.0 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"RTSP/1.0 200 OK\r\nContent-Length: 1e9\r\n\r\n",
        b"RTSP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % (MAX_BODY_BYTES + 1),
    ],
)
def test_take_message_refuses_nonsense_and_excess(data: bytes) -> None:
    with pytest.raises(BadStream):
        take_message(data)


@given(st.binary(max_size=500), st.integers(0, 20))
def test_take_message_never_raises_anything_else(data: bytes, start: int) -> None:
    try:
        take_message(data + b"\r\n\r\n", start)
    except BadStream:
        return
