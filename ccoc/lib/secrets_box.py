"""Secrets that lie in a database: sealed with a key that lies elsewhere."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Unreadable(Exception):
    """The sealed text was changed, or sealed by another key."""


class SecretsBox:
    """Seals and opens text with Fernet (AES-128-CBC and HMAC-SHA256).

    The key is derived from `key` by HKDF with `purpose`, so that boxes of two purposes made from one
    portal key do not open each other's secrets.
    """

    def __init__(self, key: str, purpose: str) -> None:
        derived = HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(key.encode())
        self._fernet = Fernet(base64.urlsafe_b64encode(derived))

    def seal(self, secret: str) -> str:
        """ASCII text that only `open` of a box with the same key and purpose can read."""
        return self._fernet.encrypt(secret.encode()).decode("ascii")

    def open(self, sealed: str) -> str:
        """The secret. Raises Unreadable."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise Unreadable("sealed by another key, or changed") from None
