"""The station's signature: Ed25519 keys and the statement that a pack carries beside its manifest."""

import hashlib
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from cameras.evidence.verify import HEAD

Sign = Callable[[bytes], bytes]
"""Signs a message: 64 bytes."""


def make_private() -> bytes:
    """A new private key, 32 bytes; the caller seals it."""
    return Ed25519PrivateKey.generate().private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())


def public_of(private: bytes) -> bytes:
    """Its public part, 32 bytes."""
    key = Ed25519PrivateKey.from_private_bytes(private).public_key()
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def pem_of(public: bytes) -> bytes:
    """The public key as `public-key.pem` holds it (SubjectPublicKeyInfo, RFC 8410)."""
    key = Ed25519PublicKey.from_public_bytes(public)
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def fingerprint_of(public: bytes) -> str:
    """SHA-256 of the public key, hex: what people compare."""
    return hashlib.sha256(public).hexdigest()


def signer(private: bytes) -> Sign:
    return Ed25519PrivateKey.from_private_bytes(private).sign


def statement(manifest: bytes, fingerprint: str) -> bytes:
    """The lines that are signed: digests of the manifest and of the key."""
    digest = hashlib.sha256(manifest).hexdigest()
    return f"{HEAD}\nmanifest-sha256: {digest}\nkey-sha256: {fingerprint}\n".encode()


def signature_file(statement_bytes: bytes, signature: bytes) -> bytes:
    """`manifest.sig`: the statement and its signature, readable by eye."""
    return statement_bytes + f"signature: {signature.hex()}\n".encode()
