"""Camera passwords at rest: sealed in a box, opened only by the worker that signs in to a camera."""

from functools import lru_cache

from django.conf import settings

from ccoc.lib.secrets_box import SecretsBox, Unreadable

__all__ = ["Unreadable", "seal", "unseal"]

_PURPOSE = "ccoc camera passwords"


def seal(secret: str) -> str:
    """Text that only `unseal` with the same key can read; an empty secret stays empty."""
    return _box().seal(secret) if secret else ""


def unseal(sealed: str) -> str:
    """The secret; raises Unreadable when it was sealed by another key."""
    return _box().open(sealed) if sealed else ""


def _box() -> SecretsBox:
    """With a key of its own a station may change SECRET_KEY without entering every password again."""
    return _box_of(settings.CAMERA_SECRET_KEY or settings.SECRET_KEY)


@lru_cache(maxsize=4)
def _box_of(key: str) -> SecretsBox:
    return SecretsBox(key, _PURPOSE)
