"""The door of signed webhooks: who and what is let in, and that strangers learn nothing."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from ccoc.lib import signed_hooks
from ccoc.lib.signed_hooks import Door, Rejected, verified
from ccoc.lib.standard_webhooks import make_secret, sign

DOOR = Door({"application/json"}, max_body=16)
STAMP = 1_790_000_000
BODY = b'{"v": 1}'


@dataclass
class Knock:
    """A request as a door sees it."""

    sent: bytes = BODY
    method: str | None = "POST"
    content_type: str | None = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    asked: int = 0

    def read(self, size: int, /) -> bytes:
        self.asked = size
        return io.BytesIO(self.sent).read(size)


def signed(secret: str) -> Knock:
    signature = sign(secret, "msg_1", STAMP, BODY)
    stamped = {"webhook-id": "msg_1", "webhook-timestamp": str(STAMP), "webhook-signature": signature}
    return Knock(headers=stamped)


def answer_to(call: Callable[[], object]) -> tuple[int, str]:
    with pytest.raises(Rejected) as caught:
        call()
    return caught.value.status, caught.value.code


def test_body_gives_the_raw_bytes_up_to_the_limit() -> None:
    assert DOOR.body(Knock(b"x" * 16)) == b"x" * 16


@pytest.mark.parametrize(
    ("knock", "answer"),
    [
        (Knock(method="GET"), (405, "method_not_allowed")),
        (Knock(method=None), (405, "method_not_allowed")),
        (Knock(content_type="text/plain"), (415, "wrong_type")),
        (Knock(content_type=None), (415, "wrong_type")),
        (Knock(b"x" * 17), (413, "too_large")),
    ],
)
def test_body_of_another_kind_is_rejected(knock: Knock, answer: tuple[int, str]) -> None:
    assert answer_to(lambda: DOOR.body(knock)) == answer


def test_body_too_large_is_read_no_further_than_one_byte_over() -> None:
    knock = Knock(b"x" * 10_000)

    answer_to(lambda: DOOR.body(knock))

    assert knock.asked == 17


def test_verified_gives_the_envelope_of_the_right_secret() -> None:
    secret = make_secret()

    assert verified(signed(secret), BODY, secret).message_id == "msg_1"


def test_verified_answers_strangers_as_it_answers_a_wrong_key() -> None:
    wrong = answer_to(lambda: verified(signed(make_secret()), BODY, make_secret()))
    unknown = answer_to(lambda: verified(signed(make_secret()), BODY, None))
    bare = answer_to(lambda: verified(Knock(), BODY, make_secret()))

    assert wrong == unknown == bare == (401, "not_signed")


def test_verified_does_the_same_work_for_strangers(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bytes] = []
    monkeypatch.setattr(signed_hooks, "verify", lambda _key, _headers, body: seen.append(body))

    answer_to(lambda: verified(signed(make_secret()), BODY, None))

    assert seen == [BODY]


def test_nobodys_secret_opens_nothing() -> None:
    knock = signed(signed_hooks._NOBODYS_SECRET)

    assert answer_to(lambda: verified(knock, BODY, None)) == (401, "not_signed")
