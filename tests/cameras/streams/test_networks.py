import pytest

from cameras.streams.errors import AddressRefused, Unreachable
from cameras.streams.networks import AllowedNetworks, parse_address, resolve

CAMERAS = AllowedNetworks.parse(["10.20.0.0/16", "fd00:20::/32"])


@pytest.mark.parametrize(
    ("url", "host", "port", "path"),
    [
        ("rtsp://10.20.1.5/stream1", "10.20.1.5", 554, "/stream1"),
        ("rtsp://10.20.1.5:8554", "10.20.1.5", 8554, "/"),
        (
            "rtsp://cam.local/cam/realmonitor?channel=1&subtype=0",
            "cam.local",
            554,
            "/cam/realmonitor?channel=1&subtype=0",
        ),
        ("RTSP://10.20.1.5/A", "10.20.1.5", 554, "/A"),
        ("rtsp://[fd00:20::5]:554/x", "fd00:20::5", 554, "/x"),
    ],
)
def test_parse_address_splits_camera_url(url: str, host: str, port: int, path: str) -> None:
    address = parse_address(url)

    assert (address.host, address.port, address.path) == (host, port, path)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "/etc/passwd",
        "http://10.20.1.5/",
        "rtsps://10.20.1.5/",
        "concat:a|b",
        "rtsp://admin:secret@10.20.1.5/",
        "rtsp://admin@10.20.1.5/",
        "rtsp://@10.20.1.5/",
        "rtsp:///nohost",
        "rtsp://10.20.1.5:99999/",
        "rtsp://[broken/",
        "rtsp://10.20.1.5/a\r\nTEARDOWN x",
        "rtsp://10.20.1.5/a b",
        "",
    ],
)
def test_parse_address_refuses_what_is_no_camera(url: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        parse_address(url)

    assert "secret" not in str(refused.value)


def test_address_url_brackets_ipv6() -> None:
    assert parse_address("rtsp://[fd00:20::5]/x").url == "rtsp://[fd00:20::5]:554/x"


@pytest.mark.parametrize(
    ("address", "is_allowed"),
    [
        ("10.20.255.1", True),
        ("::ffff:10.20.0.1", True),
        ("fd00:20::9", True),
        ("10.21.0.1", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("::ffff:127.0.0.1", False),
        ("not an address", False),
    ],
)
def test_allows_only_camera_networks(address: str, is_allowed: bool) -> None:
    assert CAMERAS.allows(address) is is_allowed


def test_parse_networks_rejects_malformed() -> None:
    with pytest.raises(ValueError, match="does not appear"):
        AllowedNetworks.parse(["10.20.0.0/99"])


async def test_resolve_gives_allowed_numeric_address() -> None:
    loopback = AllowedNetworks.parse(["127.0.0.0/8"])

    assert await resolve(parse_address("rtsp://127.0.0.1/x"), loopback) == "127.0.0.1"


async def test_resolve_refuses_address_outside() -> None:
    with pytest.raises(AddressRefused):
        await resolve(parse_address("rtsp://127.0.0.1/x"), CAMERAS)


async def test_resolve_reports_unknown_name_as_unreachable() -> None:
    with pytest.raises(Unreachable):
        await resolve(parse_address("rtsp://" + "x" * 70 + ".invalid/x"), CAMERAS)
