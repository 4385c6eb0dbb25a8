"""Our signing against the reference library's, both ways."""

import base64
import datetime as dt

import pytest
from standardwebhooks.webhooks import Webhook

from ccoc.lib.standard_webhooks import MAX_SIGNATURES, NotSigned, make_secret, sign, verify

AT = dt.datetime(2026, 11, 23, 14, 47, 0, tzinfo=dt.UTC)
STAMP = int(AT.timestamp())
BODY = '{"v": 1, "ป้าย": "กข 1234"}'.encode()


@pytest.fixture
def secret() -> str:
    return make_secret()


def headers(secret: str, body: bytes = BODY, stamp: int = STAMP) -> dict[str, str]:
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(stamp),
        "webhook-signature": sign(secret, "msg_1", stamp, body),
    }


def test_sign_is_what_the_reference_library_signs(secret: str) -> None:
    reference = Webhook(secret).sign("msg_1", AT, BODY.decode())

    assert sign(secret, "msg_1", STAMP, BODY) == reference


def test_verify_takes_what_the_reference_library_signs(secret: str) -> None:
    signature = Webhook(secret).sign("msg_2", AT, BODY.decode())
    given = {"webhook-id": "msg_2", "webhook-timestamp": str(STAMP), "webhook-signature": signature}

    envelope = verify(secret, given, BODY)

    assert (envelope.message_id, envelope.sent_at) == ("msg_2", AT)


def test_reference_library_takes_what_we_sign(secret: str) -> None:
    now = int(dt.datetime.now(dt.UTC).timestamp())  # noqa: TID251 - the reference reads the machine's clock

    assert Webhook(secret).verify(BODY, headers(secret, stamp=now)) == {"v": 1, "ป้าย": "กข 1234"}


def test_verify_takes_any_of_several_signatures(secret: str) -> None:
    given = headers(secret)
    given["webhook-signature"] = f"{sign(make_secret(), 'msg_1', STAMP, BODY)} {given['webhook-signature']}"

    assert verify(secret, given, BODY).message_id == "msg_1"


def test_verify_looks_at_no_more_than_a_few_signatures(secret: str) -> None:
    given = headers(secret)
    given["webhook-signature"] = "v1,AAAA " * MAX_SIGNATURES + given["webhook-signature"]

    with pytest.raises(NotSigned):
        verify(secret, given, BODY)


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook-id": ""},
        {"webhook-id": "msg_2"},
        {"webhook-id": "x" * 5000},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "-5"},
        {"webhook-timestamp": "١٢٣"},
        {"webhook-timestamp": "1e9"},
        {"webhook-timestamp": "9" * 400},
        {"webhook-timestamp": str(STAMP + 1)},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1,ป้าย"},
        {"webhook-signature": "v2,AAAA"},
        {"webhook-signature": "A" * 5000},
    ],
)
def test_verify_refuses_headers_that_are_not_whole(secret: str, changed: dict[str, str]) -> None:
    with pytest.raises(NotSigned):
        verify(secret, {**headers(secret), **changed}, BODY)


def test_verify_refuses_another_body_or_secret(secret: str) -> None:
    with pytest.raises(NotSigned):
        verify(secret, headers(secret), BODY + b" ")
    with pytest.raises(NotSigned):
        verify(make_secret(), headers(secret), BODY)


def test_verify_refuses_no_headers(secret: str) -> None:
    with pytest.raises(NotSigned):
        verify(secret, {}, BODY)


@pytest.mark.parametrize(("seconds", "is_fresh"), [(300, True), (-300, True), (301, False), (-301, False)])
def test_is_fresh_within_five_minutes_either_way(secret: str, seconds: int, is_fresh: bool) -> None:
    envelope = verify(secret, headers(secret), BODY)

    assert envelope.is_fresh(AT + dt.timedelta(seconds=seconds)) is is_fresh


def test_make_secret_is_long_and_never_the_same(secret: str) -> None:
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
    assert make_secret() != secret


def test_a_secret_that_is_none_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="whsec_"):
        sign("whsec_%%%", "msg_1", STAMP, BODY)
