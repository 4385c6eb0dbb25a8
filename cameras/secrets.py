"""Camera passwords at rest: sealed by Fernet, opened only by the worker that signs in to a camera."""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unreadable(Exception):
    """A sealed password does not open: the key that sealed it is gone."""


def seal(secret: str) -> str:
    """Text that only `unseal` with the same key can read; an empty secret stays empty."""
    return (
        _box(settings.CAMERA_SECRET_KEY, settings.SECRET_KEY).encrypt(secret.encode()).decode()
        if secret
        else ""
    )


def unseal(sealed: str) -> str:
    """The secret; raises Unreadable when it was sealed by another key."""
    if not sealed:
        return ""
    try:
        return _box(settings.CAMERA_SECRET_KEY, settings.SECRET_KEY).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Unreadable("a camera password was sealed by another key") from None


@lru_cache(maxsize=4)
def _box(own_key: str, portal_key: str) -> Fernet:
    """With a key of its own a station may change SECRET_KEY without entering every password again."""
    if own_key:
        return Fernet(own_key)
    derived = HKDF(SHA256(), 32, salt=None, info=b"ccoc camera passwords").derive(portal_key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
