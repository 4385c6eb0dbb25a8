"""Signed webhooks after the Standard Webhooks specification 1.0.0 (standardwebhooks.com), symmetric scheme.

The signature is HMAC-SHA256 over `id.timestamp.body` on the raw bytes; the header may carry several,
separated by spaces, while a sender changes its key. A secret is `whsec_` and base64 of 24 to 64 bytes.
"""

import base64
import binascii
import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

PREFIX = "whsec_"
TOLERANCE = dt.timedelta(minutes=5)
MAX_SIGNATURES = 8  # a sender that changes keys sends two
MAX_HEADER = 1024
_KEY_BYTES = 32


class NotSigned(Exception):
    """No signature of the message is by this secret, or the headers are not whole."""


@dataclass(frozen=True)
class Envelope:
    """What the verified headers say. `sent_at` is the sender's clock."""

    message_id: str
    sent_at: dt.datetime

    def is_fresh(self, at: dt.datetime) -> bool:
        """Whether the sender's clock was within five minutes of `at`."""
        return abs(at - self.sent_at) <= TOLERANCE


def make_secret() -> str:
    """A new random secret."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode("ascii")


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """One entry of the `webhook-signature` header."""
    content = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(_key(secret), content, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode("ascii")


def verify(secret: str, headers: Mapping[str, str], body: bytes) -> Envelope:
    """Check the three `webhook-…` headers (names in lower case) against the raw body.

    Only the signature is checked here: whether an old message still counts is the receiver's rule, by
    `Envelope.is_fresh`. Raises NotSigned.
    """
    message_id = headers.get("webhook-id", "")
    stamp = headers.get("webhook-timestamp", "")
    offered = headers.get("webhook-signature", "")
    if not message_id or len(message_id) > MAX_HEADER or len(offered) > MAX_HEADER:
        raise NotSigned
    sent_at = _moment(stamp)
    expected = sign(secret, message_id, int(stamp), body).encode()
    # Every entry is compared, so that the time taken does not tell which one came near.
    matches = [hmac.compare_digest(expected, entry.encode()) for entry in offered.split()[:MAX_SIGNATURES]]
    if not any(matches):
        raise NotSigned
    return Envelope(message_id, sent_at)


def _moment(stamp: str) -> dt.datetime:
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 11):
        raise NotSigned
    try:
        return dt.datetime.fromtimestamp(int(stamp), tz=dt.UTC)
    except (ValueError, OverflowError, OSError):
        raise NotSigned from None


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("a webhook secret is whsec_ and base64") from None
