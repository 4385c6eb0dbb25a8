"""How a simulated camera asks for a user and password, and checks the answer."""

import hmac

from cameras.streams.authentication import Challenge, basic_header, digest_response, parse_parameters
from cameras.streams.messages import Message
from cameras.streams.simulator.config import CameraConfig

_REALM = "simulated camera"


def challenge_headers(config: CameraConfig, nonce: str) -> tuple[tuple[str, str], ...]:
    """WWW-Authenticate headers of a refused request."""
    if config.auth == "basic":
        return (("WWW-Authenticate", f'Basic realm="{_REALM}"'),)
    if config.auth == "sha256":
        value = f'Digest realm="{_REALM}", nonce="{nonce}", qop="auth", algorithm=SHA-256'
        return (("WWW-Authenticate", value),)
    value = f'Digest realm="{_REALM}", nonce="{nonce}"'
    return (("WWW-Authenticate", value), ("WWW-Authenticate", f'Basic realm="{_REALM}"'))


def is_authorized(config: CameraConfig, nonce: str, request: Message) -> bool:
    """Whether a request carries what the camera's challenge asked for."""
    if not config.username:
        return True
    given = request.get("authorization")
    if given.startswith("Basic "):
        is_offered = config.auth != "sha256"
        return is_offered and _same(given, basic_header(config.username, config.password))
    if config.auth == "basic" or not given.startswith("Digest "):
        return False
    return _is_digest_right(config, nonce, request, parse_parameters(given[len("Digest ") :]))


def _is_digest_right(config: CameraConfig, nonce: str, request: Message, given: dict[str, str]) -> bool:
    is_strong = config.auth == "sha256"
    challenge = Challenge("SHA-256" if is_strong else "MD5", _REALM, nonce, has_qop=is_strong)
    expected = digest_response(
        challenge,
        config.username,
        config.password,
        request.start[0],
        given.get("uri", ""),
        given.get("nc", ""),
        given.get("cnonce", ""),
    )
    is_current = given.get("nonce") == nonce and given.get("username") == config.username
    return is_current and _same(given.get("response", ""), expected)


def _same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())
