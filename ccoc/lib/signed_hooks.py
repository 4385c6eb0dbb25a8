"""The door of a signed webhook: what is let in before anybody reads it, the same for every room.

Whoever does not hold a sender's key learns nothing: a sender that nobody knows is verified against nobody's
secret, so that the answer and the work before it are those of a wrong signature.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from ccoc.lib.standard_webhooks import Envelope, NotSigned, make_secret, verify

_HEADERS: Final = ("webhook-id", "webhook-timestamp", "webhook-signature")
_NOBODYS_SECRET: Final = make_secret()


class Incoming(Protocol):
    """What a door needs of a request; Django's fits."""

    @property
    def method(self) -> str | None: ...
    @property
    def content_type(self) -> str | None: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    def read(self, size: int, /) -> bytes: ...


class Rejected(Exception):
    """An early answer: the HTTP status and a stable word for programs.

    `reason` and `part` are for our own eyes: the true reason where the sender must not learn it, and the part
    of a message that is to blame.
    """

    def __init__(self, status: int, code: str, *, reason: str = "", part: str = "") -> None:
        super().__init__(code)
        self.status, self.code, self.part = status, code, part
        self.reason = reason or code


@dataclass(frozen=True, slots=True)
class Door:
    """What may come in: content types, and bytes of a body."""

    content_types: Collection[str]
    max_body: int

    def body(self, request: Incoming) -> bytes:
        """The raw body. Raises Rejected: 405 method_not_allowed, 415 wrong_type, 413 too_large."""
        if request.method != "POST":
            raise Rejected(405, "method_not_allowed")
        if request.content_type not in self.content_types:
            raise Rejected(415, "wrong_type")
        body = request.read(self.max_body + 1)
        if len(body) > self.max_body:
            raise Rejected(413, "too_large")
        return body


def verified(request: Incoming, body: bytes, secret: str | None) -> Envelope:
    """The envelope of a message signed with `secret`; None: a sender that nobody knows.

    Raises Rejected (401 not_signed). Whether an old message still counts is the room's own rule.
    """
    headers = {name: request.headers.get(name, "") for name in _HEADERS}
    try:
        envelope = verify(_NOBODYS_SECRET if secret is None else secret, headers, body)
    except NotSigned:
        raise Rejected(401, "not_signed") from None
    if secret is None:  # cannot be: nobody holds that secret
        raise Rejected(401, "not_signed")
    return envelope
