"""Camera addresses as people type them."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from cameras.addresses import BadAddress, stream_parts, stream_url


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("rtsp://admin:1234@127.0.0.1/live", "credentials_in_address"),
        ("rtsp://admin@127.0.0.1/live", "credentials_in_address"),
        ("rtsp://us%65r:p%40ss@127.0.0.1/live", "credentials_in_address"),
        ("http://admin:1234@127.0.0.1/", "credentials_in_address"),
        ("file:///etc/passwd", "not_rtsp"),
        ("http://127.0.0.1/live", "not_rtsp"),
        ("concat:a|b", "not_rtsp"),
        ("/etc/passwd", "not_rtsp"),
        ("", "not_rtsp"),
        ("rtsp://", "malformed_address"),
        ("rtsp://127.0.0.1:99999/x", "malformed_address"),
        ("rtsp://127.0.0.1/a b", "malformed_address"),
        ("rtsp://[::1/x", "malformed_address"),
        ("rtsp://8.8.8.8/live", "outside_networks"),
        ("rtsp://169.254.169.254/latest", "outside_networks"),
        ("rtsp://[::ffff:8.8.8.8]/live", "outside_networks"),
    ],
)
def test_stream_parts_refuses(text: str, code: str) -> None:
    with translation.override("en"), pytest.raises(BadAddress) as caught:
        stream_parts(text)

    assert caught.value.code == code
    assert caught.value.message
    assert "1234" not in caught.value.message


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("rtsp://127.0.0.1/live", ("127.0.0.1", 554, "/live")),
        (" rtsp://127.0.0.9:8554/C-001?sub=1 ", ("127.0.0.9", 8554, "/C-001?sub=1")),
        ("rtsp://camera-7.station/ch1", ("camera-7.station", 554, "/ch1")),
        ("rtsp://127.0.0.1/a@b", ("127.0.0.1", 554, "/a@b")),
    ],
)
def test_stream_parts_reads(text: str, parts: tuple[str, int, str]) -> None:
    found = stream_parts(text)

    assert (found["stream_host"], found["stream_port"], found["stream_path"]) == parts


def test_stream_parts_follows_the_setting(settings: Settings) -> None:
    settings.CAMERA_NETWORKS = ["10.20.0.0/16"]

    assert stream_parts("rtsp://10.20.3.4/x")["stream_host"] == "10.20.3.4"
    with pytest.raises(BadAddress, match=r"10\.20\.0\.0/16"):
        stream_parts("rtsp://127.0.0.1/x")


@given(
    octet=st.integers(0, 255),
    port=st.integers(1, 65535),
    name=st.from_regex(r"[a-zA-Z0-9._-]{0,20}", fullmatch=True),
)
def test_stream_url_is_the_inverse_of_stream_parts(octet: int, port: int, name: str) -> None:
    path = "/" + name.strip()
    url = f"rtsp://127.0.0.{octet}:{port}{path}"

    parts = stream_parts(url)

    assert stream_url(parts["stream_host"], parts["stream_port"], parts["stream_path"]) == url


def test_stream_url_of_no_address_is_empty() -> None:
    assert stream_url("", 554, "") == ""


@given(st.text(max_size=60))
def test_stream_parts_of_anything_either_reads_or_refuses(text: str) -> None:
    try:
        found = stream_parts(text)
    except BadAddress:
        return
    assert found["stream_host"]
