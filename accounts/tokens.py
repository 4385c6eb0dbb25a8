"""Wall screens' tokens and pairing codes; only their hashes are stored."""

import hashlib
import secrets

COOKIE = "ccoc_wall"
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # no look-alikes; typed with a remote control
CODE_LENGTH = 8


def new_token() -> str:
    return secrets.token_urlsafe(32)


def new_code() -> str:
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def digest(secret: str) -> str:
    """SHA-256 in hex; enough for random secrets of 256 and 40 bits that live for good and 10 minutes."""
    return hashlib.sha256(secret.encode()).hexdigest()
