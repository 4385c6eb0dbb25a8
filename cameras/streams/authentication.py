"""Basic and Digest authentication of RTSP (RFC 7617, RFC 7616 and the older RFC 2069 form of cameras)."""

import base64
import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from cameras.streams.errors import AuthFailed

_PARAMETER = re.compile(r'([A-Za-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]*))')
_STRENGTH = {"SHA-256": 3, "MD5": 2, "BASIC": 1}


@dataclass(frozen=True, slots=True)
class Challenge:
    """One WWW-Authenticate offer; `algorithm` is SHA-256, MD5 or BASIC."""

    algorithm: str
    realm: str = ""
    nonce: str = ""
    opaque: str = ""
    has_qop: bool = False


@dataclass(slots=True)
class Authenticator:
    """Answers the challenge of one connection; silent until the camera has asked."""

    username: str
    password: str = field(repr=False)
    _challenge: Challenge | None = None
    _count: int = 0

    def accept(self, offers: Iterable[str]) -> None:
        """Choose the strongest offer; raises AuthFailed where we know none of them or have no user."""
        challenges = [found for offer in offers if (found := parse_challenge(offer)) is not None]
        if not challenges:
            raise AuthFailed("camera offers no authentication that we know")
        if not self.username and not self.password:
            raise AuthFailed("camera asks for a user and password")
        self._challenge = max(challenges, key=lambda found: _STRENGTH[found.algorithm])
        self._count = 0

    def header(self, method: str, uri: str) -> str | None:
        """Value of the Authorization header, None before any challenge."""
        if self._challenge is None:
            return None
        if self._challenge.algorithm == "BASIC":
            return basic_header(self.username, self.password)
        self._count += 1
        return self._digest(self._challenge, method, uri)

    def _digest(self, challenge: Challenge, method: str, uri: str) -> str:
        cnonce, count = secrets.token_hex(8), f"{self._count:08x}"
        response = digest_response(challenge, self.username, self.password, method, uri, count, cnonce)
        values = {"username": self.username, "realm": challenge.realm, "nonce": challenge.nonce, "uri": uri}
        text = ", ".join(f'{name}="{_quoted(value)}"' for name, value in values.items())
        text += f', response="{response}"'
        if challenge.opaque:
            text += f', opaque="{_quoted(challenge.opaque)}"'
        if challenge.algorithm != "MD5":
            text += f", algorithm={challenge.algorithm}"
        if challenge.has_qop:
            text += f', qop=auth, nc={count}, cnonce="{cnonce}"'
        return f"Digest {text}"


def parse_challenge(offer: str) -> Challenge | None:
    """A WWW-Authenticate value; None for schemes and algorithms that we do not speak."""
    scheme, _, rest = offer.strip().partition(" ")
    values = parse_parameters(rest)
    if scheme.lower() == "basic":
        return Challenge("BASIC", values.get("realm", ""))
    algorithm = values.get("algorithm", "MD5").upper()
    if scheme.lower() != "digest" or algorithm not in _STRENGTH or not values.get("nonce"):
        return None
    qop = [word.strip().lower() for word in values.get("qop", "").split(",")]
    return Challenge(
        algorithm, values.get("realm", ""), values["nonce"], values.get("opaque", ""), "auth" in qop
    )


def parse_parameters(text: str) -> dict[str, str]:
    """name=value pairs, quoted or not, of an authentication header."""
    found = _PARAMETER.finditer(text)
    return {m[1].lower(): re.sub(r"\\(.)", r"\1", m[2]) if m[2] is not None else m[3] for m in found}


def basic_header(username: str, password: str) -> str:
    """Authorization value of the Basic scheme."""
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


def digest_response(
    challenge: Challenge, username: str, password: str, method: str, uri: str, count: str, cnonce: str
) -> str:
    """The `response` value; without qop it is RFC 2069's, which most cameras still use."""
    digest = _HASHES[challenge.algorithm]
    secret = digest(f"{username}:{challenge.realm}:{password}")
    request = digest(f"{method}:{uri}")
    if not challenge.has_qop:
        return digest(f"{secret}:{challenge.nonce}:{request}")
    return digest(f"{secret}:{challenge.nonce}:{count}:{cnonce}:auth:{request}")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


_HASHES = {"MD5": _md5, "SHA-256": _sha256}


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
