"""Adding a camera step by step, against a real device and a real RTSP server."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from cameras.models import Camera, CredentialProfile
from cameras.onvif.models import OnvifDevice
from cameras.streams.simulator.config import CameraConfig
from events.models import AuditEntry
from tests.cameras.onvif.device import OnvifDevice as Device
from tests.cameras.onvif.device import answering_probes
from tests.cameras.simulated import simulating

MakeCamera = Callable[..., Camera]


@pytest.fixture
def office(client: Client, make_user: Callable[..., User]) -> Client:
    client.force_login(make_user("CAMERA_ADMIN"), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def video(device: Device, street_clip: Path) -> Iterator[None]:
    """The device's RTSP side; its password is ONVIF's."""
    views = [
        CameraConfig(view.path, street_clip, username=device.username, password=device.password)
        for view in device.views
    ]
    with simulating(views) as simulator:
        device.rtsp_port = simulator.port
        yield


def tried(office: Client, device: Device, profile: CredentialProfile | None) -> str:
    """The page after trying the device."""
    typed = {"host": "127.0.0.1", "port": device.port, "credential": profile.pk if profile else ""}
    response = office.post("/cameras/add/guided", typed)
    assert response.status_code == 200
    return response.content.decode()


def fields_of(page: str) -> dict[str, str]:
    """What the browser would send back of the filled form."""
    found = dict(re.findall(r'<input[^>]* name="(\w+)" value="([^"]*)"', page))
    for name, options in re.findall(r'<select name="(\w+)"(.*?)</select>', page, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found


def test_camera_is_tried_filled_and_added(
    office: Client, device: Device, profile: CredentialProfile, video: None
) -> None:
    page = tried(office, device, profile)

    assert "data:image/jpeg;base64," in page
    assert "1280×720 H264" in page
    assert device.password not in page
    sent = fields_of(page) | {"code": "C-500", "name": "สี่แยกอินโดจีน", "listens": "on"}
    saved = office.post("/cameras/add/save", sent)

    assert saved.status_code == 302, saved.content.decode()
    camera = Camera.objects.select_related("onvif").get(code="C-500")
    assert (camera.make, camera.model, camera.asset_no, camera.kind) == ("Doktor", "DX-9", "SN-0042", "PTZ")
    assert (camera.stream_path, camera.sub_path, camera.stream_port) == ("/main", "/sub", device.rtsp_port)
    assert (camera.status, camera.credential) == ("ACTIVE", profile)
    assert (camera.onvif.port, camera.onvif.can_turn, camera.onvif.listens) == (device.port, True, True)
    assert AuditEntry.objects.filter(verb="cameras.onvif_connected", target_id="C-500").count() == 1


def test_video_that_does_not_open_leaves_the_camera_planned(
    office: Client, device: Device, profile: CredentialProfile, unused_tcp_port: int
) -> None:
    device.rtsp_port = unused_tcp_port

    page = tried(office, device, profile)

    assert "พอร์ตวิดีโอไม่ตอบ" in page
    assert fields_of(page)["status"] == "PLANNED"


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda device: setattr(device, "password", "other"), "กล้องไม่รับชื่อผู้ใช้หรือรหัสผ่าน"),
        (lambda device: device.overrides.update(GetSystemDateAndTime=b"<html/>"), "ไม่ใช่ ONVIF"),
        (lambda device: device.faults.add("no-media"), "ไม่มีโปรไฟล์วิดีโอ"),
        (lambda device: device.faults.add("foreign-stream"), "เครื่องอื่น"),
    ],
)
def test_step_that_fails_says_what_to_do(
    office: Client,
    device: Device,
    profile: CredentialProfile,
    spoil: Callable[[Device], object],
    words: str,
) -> None:
    spoil(device)

    page = tried(office, device, profile)

    assert words in page
    assert "/cameras/add/save" not in page


def test_clock_that_is_off_is_a_warning(office: Client, device: Device, profile: CredentialProfile) -> None:
    device.skew_s = 7200
    device.faults.add("no-media")

    assert "120 นาที" in tried(office, device, profile)


def test_address_outside_the_networks_is_refused_before_anything_is_sent(office: Client) -> None:
    page = office.post("/cameras/add/guided", {"host": "8.8.8.8", "port": 80}).content.decode()

    assert "127.0.0.0/8" in page


def test_save_refuses_what_we_did_not_sign(office: Client) -> None:
    page = office.post("/cameras/add/save", {"device": "made up", "code": "C-1", "name": "x"})

    assert "ลองกล้องอีกครั้ง" in page.content.decode()
    assert not Camera.objects.exists()


def test_save_tells_that_a_code_is_taken(
    office: Client, device: Device, profile: CredentialProfile, video: None, make_camera: MakeCamera
) -> None:
    make_camera("C-500")
    sent = fields_of(tried(office, device, profile)) | {"code": "C-500", "name": "x"}

    page = office.post("/cameras/add/save", sent)

    assert page.status_code == 200
    assert not OnvifDevice.objects.exists()


def test_search_lists_devices_and_marks_known_ones(
    office: Client,
    device: Device,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    make_camera: MakeCamera,
) -> None:
    settings.CAMERA_INTERFACE = "127.0.0.1"
    with answering_probes(device) as port:
        monkeypatch.setattr("cameras.onvif.views.SEARCH_TO", ("127.0.0.1", port))
        monkeypatch.setattr("cameras.onvif.views.SEARCH_S", 0.5)
        new = office.post("/cameras/add/search").content.decode()
        make_camera("C-017")
        known = office.post("/cameras/add/search").content.decode()

    assert f"host=127.0.0.1&amp;port={device.port}" in new
    assert "Dome 7 north" in new
    assert "C-017" in known
    assert f"port={device.port}" not in known
