from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cameras.streams.authentication import (
    Authenticator,
    Challenge,
    digest_response,
    parse_challenge,
    parse_parameters,
)
from cameras.streams.errors import AuthFailed
from cameras.streams.messages import Message
from cameras.streams.simulator.config import CameraConfig
from cameras.streams.simulator.guard import challenge_headers, is_authorized

URI = "rtsp://10.20.0.1:554/C-001"


def test_digest_response_matches_rfc_7616_example() -> None:
    # RFC 7616, section 3.9.1
    nonce, cnonce = (
        "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
        "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    )
    user, password, uri = "Mufasa", "Circle of Life", "/dir/index.html"

    def answer(algorithm: str) -> str:
        challenge = Challenge(algorithm, "http-auth@example.org", nonce, has_qop=True)
        return digest_response(challenge, user, password, "GET", uri, "00000001", cnonce)

    assert answer("MD5") == "8ca523f5e9506fed4657c9700eebdbec"
    assert answer("SHA-256") == "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"


def test_authenticator_is_silent_before_challenge() -> None:
    assert Authenticator("admin", "secret").header("DESCRIBE", URI) is None


def test_authenticator_prefers_strongest_offer() -> None:
    authenticator = Authenticator("admin", "secret")

    authenticator.accept(
        ['Basic realm="x"', 'Digest realm="x", nonce="n"', 'Digest realm="x", nonce="n", algorithm=SHA-256']
    )

    assert "algorithm=SHA-256" in (authenticator.header("DESCRIBE", URI) or "")


@pytest.mark.parametrize(
    "offers", [[], ["Negotiate"], ['Digest realm="x"'], ['Digest nonce="n", algorithm=X']]
)
def test_authenticator_gives_up_on_unknown_offers(offers: list[str]) -> None:
    with pytest.raises(AuthFailed):
        Authenticator("admin", "secret").accept(offers)


def test_authenticator_gives_up_without_user() -> None:
    with pytest.raises(AuthFailed):
        Authenticator("", "").accept(['Basic realm="x"'])


def test_authenticator_repr_hides_password() -> None:
    assert "secret" not in repr(Authenticator("admin", "secret"))


def test_parse_parameters_reads_quotes_and_escapes() -> None:
    found = parse_parameters(r'realm="a \"b\", c", nonce=abc, opaque=""')

    assert found == {"realm": 'a "b", c', "nonce": "abc", "opaque": ""}


def test_parse_challenge_keeps_opaque_and_qop() -> None:
    found = parse_challenge('Digest realm="r", nonce="n", opaque="o", qop="auth-int, auth"')

    assert found == Challenge("MD5", "r", "n", "o", True)


@given(
    user=st.text(
        st.characters(
            codec="utf-8", exclude_characters=":\r\n\x85\u2028\u2029", exclude_categories=("Cc", "Cs")
        ),
        min_size=1,
    ),
    password=st.text(st.characters(codec="utf-8", exclude_categories=["Cs"])),
    scheme=st.sampled_from(["basic", "digest", "sha256"]),
)
def test_camera_accepts_right_password_and_no_other(user: str, password: str, scheme: str) -> None:
    config = CameraConfig("/C-001", Path(__file__), username=user, password=password, auth=scheme)

    def is_accepted(given_password: str) -> bool:
        authenticator = Authenticator(user, given_password)
        authenticator.accept([value for _, value in challenge_headers(config, "nonce")])
        header = authenticator.header("DESCRIBE", URI) or ""
        return is_authorized(
            config, "nonce", Message(("DESCRIBE", URI, "RTSP/1.0"), (("authorization", header),))
        )

    assert is_accepted(password)
    assert not is_accepted(password + "x")


def test_camera_refuses_basic_where_only_sha256_is_offered() -> None:
    config = CameraConfig("/C-001", Path(__file__), username="a", password="b", auth="sha256")
    request = Message(("DESCRIBE", URI, "RTSP/1.0"), (("authorization", "Basic YTpi"),))

    assert not is_authorized(config, "nonce", request)
