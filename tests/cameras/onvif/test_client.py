"""Our client against a device whose every word is held to the published schema, and against hostile ones."""

import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator

import pytest

from cameras.onvif.device.client import Device, Waits
from cameras.onvif.device.discovery import Found, discover, read_match
from cameras.onvif.device.errors import (
    AddressRefused,
    AuthRefused,
    BadAnswer,
    ClockOff,
    DeviceError,
    DeviceFault,
    ForeignAddress,
    NoMedia,
    NotOnvif,
    Unreachable,
    Unsupported,
)
from cameras.onvif.device.facts import (
    DeviceEvent,
    Happening,
    Preset,
    Stream,
    Target,
    Velocity,
    choose_profiles,
)
from cameras.streams.networks import AllowedNetworks
from tests.cameras.onvif.device import (
    JPEG,
    LAUGHS,
    OnvifDevice,
    View,
    answering_probes,
    digital_input,
    motion,
    probe_match,
    running,
    tamper,
)

LOOPBACK = AllowedNetworks.parse(["127.0.0.0/8"])


@pytest.fixture
def camera() -> Iterator[OnvifDevice]:
    with running() as device:
        yield device


def client_of(camera: OnvifDevice, password: str | None = None, *, answer_s: float = 20.0) -> Device:
    target = Target("127.0.0.1", camera.port, "admin", password or camera.password)
    return Device(target, LOOPBACK, waits=Waits(answer_s=answer_s))


async def connected(camera: OnvifDevice) -> Device:
    device = client_of(camera)
    await device.connect()
    return device


async def test_information_tells_make_model_and_serial(camera: OnvifDevice) -> None:
    told = await (await connected(camera)).information()

    assert (told.make, told.model, told.serial) == ("Doktor", "DX-9", "SN-0042")


async def test_connect_falls_back_to_the_older_question(camera: OnvifDevice) -> None:
    camera.faults.add("unsupported:GetServices")

    session = await client_of(camera).connect()

    assert session.services == {"media": (camera.port, "/onvif/media"), "ptz": (camera.port, "/onvif/ptz")}


async def test_profiles_are_told_apart_by_size(camera: OnvifDevice) -> None:
    camera.views.append(View("p_tiny", 320, 180, "/tiny"))
    camera.views.append(View("other_channel", 3840, 2160, "/4k", source="v1"))
    device = await connected(camera)

    main, sub = choose_profiles(await device.profiles())

    assert (main.token, main.width, sub and sub.token) == ("p_main", 1280, "p_sub")
    assert await device.stream("p_main") == Stream(554, "/main")


async def test_snapshot_is_fetched_with_a_digest(camera: OnvifDevice) -> None:
    assert await (await connected(camera)).snapshot("p_main") == JPEG


async def test_connect_answers_the_digest_of_http(camera: OnvifDevice) -> None:
    camera.http_digest = True

    assert (await (await connected(camera)).information()).make == "Doktor"


async def test_connect_follows_a_clock_that_is_off(camera: OnvifDevice) -> None:
    camera.skew_s = -7200

    device = await connected(camera)

    assert device.session.clock_ahead_s == pytest.approx(-7200, abs=30)
    assert (await device.information()).model == "DX-9"


async def test_camera_is_turned_stopped_and_sent_home(camera: OnvifDevice) -> None:
    device = await connected(camera)

    await device.move("p_main", Velocity(pan=0.5, zoom=-1), 1.5)
    await device.stop("p_main")
    await device.go_to_preset("p_main", "2")
    await device.go_home("p_main")

    assert camera.operations()[-4:] == ["ContinuousMove", "Stop", "GotoPreset", "GotoHomePosition"]
    move = camera.did[-4][1]
    assert (move["PanTilt.x"], move["Zoom.x"], move["Timeout"]) == ("0.5", "-1", "PT1.5S")
    assert await device.presets("p_main") == [Preset("1", "ประตูหน้า"), Preset("2", "สี่แยก")]


async def test_pull_reads_motion_tamper_and_inputs(camera: OnvifDevice) -> None:
    device = await connected(camera)
    subscription = await device.subscribe()
    camera.news += [
        motion(True),
        tamper(True, first=True),
        digital_input(False),
        motion(True).replace("Cell", "X"),
    ]

    pulled = await device.pull(subscription)

    assert [(event.kind, event.is_on, event.is_first) for event in pulled.events] == [
        (Happening.MOTION, True, False),
        (Happening.TAMPER, True, True),
        (Happening.INPUT, False, False),
    ]
    assert pulled.others == 1
    await device.renew(subscription)
    await device.unsubscribe(subscription)


async def test_event_keeps_source_and_time(camera: OnvifDevice) -> None:
    device = await connected(camera)
    camera.news.append(digital_input(True))

    [event] = (await device.pull(await device.subscribe())).events

    assert isinstance(event, DeviceEvent)
    assert (event.source, event.at and event.at.isoformat()) == ("in1", "2026-11-23T12:00:00+00:00")


async def information(device: Device) -> object:
    return await device.information()


async def profiles(device: Device) -> object:
    return await device.profiles()


async def stream(device: Device) -> object:
    return await device.stream("p_main")


async def snapshot(device: Device) -> object:
    return await device.snapshot("p_main")


Fault = tuple[Callable[[OnvifDevice], object], Callable[[Device], Awaitable[object]], type[DeviceError]]
FAULTS: dict[str, Fault] = {
    "fault": (lambda d: d.faults.add("fault:GetDeviceInformation"), information, DeviceFault),
    "unsupported": (lambda d: d.faults.add("unsupported:GetSnapshotUri"), snapshot, Unsupported),
    "truncated": (lambda d: d.faults.add("truncated"), information, BadAnswer),
    "huge": (lambda d: d.faults.add("huge"), information, BadAnswer),
    "redirect": (lambda d: d.faults.add("redirect"), information, NotOnvif),
    "laughs": (lambda d: d.overrides.update(GetDeviceInformation=LAUGHS), information, BadAnswer),
    "laughs in UTF-16": (
        lambda d: d.overrides.update(GetDeviceInformation=LAUGHS.decode().encode("utf-16")),
        information,
        BadAnswer,
    ),
    "many elements": (
        lambda d: d.overrides.update(GetProfiles=b"<a>" + b"<b/>" * 30_000 + b"</a>"),
        profiles,
        BadAnswer,
    ),
    "deep": (lambda d: d.overrides.update(GetProfiles=b"<a>" * 100_000), profiles, NotOnvif),
    "html": (
        lambda d: d.overrides.update(GetProfiles=b"<html>hello</html>"),
        profiles,
        NotOnvif,
    ),
    "no media": (lambda d: d.faults.add("no-media"), profiles, NoMedia),
    "no profiles": (lambda d: d.views.clear(), profiles, NoMedia),
    "stream elsewhere": (lambda d: d.faults.add("foreign-stream"), stream, ForeignAddress),
    "services elsewhere": (lambda d: setattr(d, "named_host", "10.9.9.9"), profiles, ForeignAddress),
    "stream of another scheme": (lambda d: setattr(d, "user_info", "h/../x@"), stream, DeviceError),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_hostile_answer_ends_as_its_own_error(camera: OnvifDevice, name: str) -> None:
    spoil, ask, expected = FAULTS[name]
    spoil(camera)
    device = client_of(camera)

    with pytest.raises(expected):
        await _connect_and(device, ask)


async def _connect_and(device: Device, ask: Callable[[Device], Awaitable[object]]) -> None:
    await device.connect()
    await ask(device)


async def test_wrong_types_are_no_crash(camera: OnvifDevice) -> None:
    camera.overrides["GetProfiles"] = (
        b'<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body>'
        b'<m:GetProfilesResponse xmlns:m="http://www.onvif.org/ver10/media/wsdl" '
        b'xmlns:tt="http://www.onvif.org/ver10/schema"><m:Profiles token="a"><tt:VideoEncoderConfiguration>'
        b"<tt:Resolution><tt:Width>many</tt:Width><tt:Height>-3</tt:Height></tt:Resolution>"
        b"</tt:VideoEncoderConfiguration></m:Profiles></m:GetProfilesResponse></e:Body></e:Envelope>"
    )
    device = await connected(camera)

    [profile] = await device.profiles()

    assert (profile.width, profile.height) == (0, 0)


async def test_wrong_password_is_refused(camera: OnvifDevice) -> None:
    with pytest.raises(AuthRefused):
        await client_of(camera, "wrong").connect()


async def test_refusal_beside_a_wrong_clock_is_told_as_the_clocks(camera: OnvifDevice) -> None:
    camera.skew_s, camera.told_skew_s = 90_000, -90_000

    with pytest.raises(ClockOff):
        await client_of(camera).connect()


async def test_slow_answer_ends_in_time(camera: OnvifDevice) -> None:
    camera.faults.add("slow")
    device = client_of(camera, answer_s=0.3)

    with pytest.raises(Unreachable):
        await device.connect()


async def test_closed_port_is_unreachable(unused_tcp_port: int) -> None:
    device = Device(Target("127.0.0.1", unused_tcp_port), LOOPBACK)

    with pytest.raises(Unreachable):
        await device.connect()


async def test_address_outside_the_networks_is_never_connected() -> None:
    device = Device(Target("127.0.0.1", 80), AllowedNetworks.parse(["10.0.0.0/8"]))

    with pytest.raises(AddressRefused):
        await device.connect()


@pytest.mark.parametrize(
    ("user_info", "path", "stored"),
    [
        ("admin:p%40ss-1@", "/live", "/live"),
        ("", "/live?user=admin&amp;password=p%40ss-1&amp;ch=1", "/live?ch=1"),
        ("", "/live?ch=1&amp;x=%2f", "/live?ch=1&x=%2f"),
    ],
)
async def test_stream_keeps_no_password(camera: OnvifDevice, user_info: str, path: str, stored: str) -> None:
    camera.user_info = user_info
    camera.views[1].path = path

    assert await (await connected(camera)).stream("p_main") == Stream(554, stored)


async def test_stream_with_the_password_in_its_path_is_refused(camera: OnvifDevice) -> None:
    camera.views[1].path = "/admin/p%40ss-1/live"
    device = await connected(camera)

    with pytest.raises(BadAnswer):
        await device.stream("p_main")


async def test_discover_finds_what_answers(camera: OnvifDevice) -> None:
    with answering_probes(camera) as port:
        found = await discover(
            LOOPBACK, interface="127.0.0.1", group=("127.0.0.1", port), enough=1, wait_s=20
        )

    assert found == [Found("127.0.0.1", camera.port, "Dome 7 north", "DX-9")]


async def test_discover_hears_only_camera_networks(camera: OnvifDevice) -> None:
    with answering_probes(camera) as port:
        found = await discover(
            AllowedNetworks.parse(["10.0.0.0/8"]),
            interface="127.0.0.1",
            group=("127.0.0.1", port),
            wait_s=0.2,
        )

    assert found == []


def test_read_match_refuses_a_device_that_speaks_of_another() -> None:
    assert read_match(probe_match("http://10.1.1.1").encode(), "10.2.2.2") is None
    assert read_match(LAUGHS, "10.2.2.2") is None


def test_importing_the_client_loads_no_schema_library() -> None:
    code = (
        "import sys; from cameras.onvif.device import client, discovery; "
        "sys.exit(any(name in sys.modules for name in ('zeep', 'lxml', 'onvif', 'aiohttp', 'django')))"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
