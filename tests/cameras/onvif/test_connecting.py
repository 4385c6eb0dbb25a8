"""Connecting a camera that the register knows, against a real device and a real RTSP server."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from cameras.models import Camera, CredentialProfile
from cameras.onvif.listening import listen
from cameras.onvif.models import OnvifDevice
from cameras.streams.simulator.config import CameraConfig
from events.models import AuditEntry
from tests.cameras.onvif.device import OnvifDevice as Device
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


def tried(office: Client, code: str, device: Device, profile: CredentialProfile) -> str:
    """The page after trying the device."""
    typed = {"host": "127.0.0.1", "port": device.port, "credential": profile.pk}
    response = office.post(f"/cameras/{code}/onvif", typed)
    assert response.status_code == 200
    return response.content.decode()


def signed(page: str) -> str:
    """What the browser sends back of the device."""
    found = re.search(r'name="device" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_known_camera_is_compared_and_takes_over_what_was_chosen(
    office: Client, device: Device, profile: CredentialProfile, video: None, make_camera: MakeCamera
) -> None:
    make_camera("C-100", stream_host="127.0.0.1", stream_path="/old", make="Somebody")
    page = tried(office, "C-100", device, profile)
    assert device.password not in page
    assert re.search(r'value="model"[^>]*checked', page)  # the register lacks it
    assert not re.search(r'value="make"[^>]*checked', page)

    sent = {"device": signed(page), "take": ["model", "stream_url"], "listens": "on"}
    office.post("/cameras/C-100/onvif/save", sent)

    camera = Camera.objects.select_related("onvif").get(code="C-100")
    assert (camera.make, camera.model) == ("Somebody", "DX-9")
    assert (camera.stream_path, camera.stream_port) == ("/main", device.rtsp_port)
    assert camera.credential == profile  # needed: we speak with what was tried
    assert (camera.onvif.port, camera.onvif.can_turn, camera.onvif.listens) == (device.port, True, True)
    assert AuditEntry.objects.filter(verb="cameras.onvif_connected", target_id="C-100").count() == 1


def test_camera_of_another_address_needs_the_found_one(
    office: Client, device: Device, profile: CredentialProfile, video: None, make_camera: MakeCamera
) -> None:
    make_camera("C-100", stream_host="127.0.0.9", stream_path="/old")
    page = tried(office, "C-100", device, profile)

    office.post("/cameras/C-100/onvif/save", {"device": signed(page)})

    camera = Camera.objects.select_related("onvif").get(code="C-100")
    assert (camera.stream_host, camera.stream_path) == ("127.0.0.1", "/main")
    assert not camera.onvif.listens
    assert not camera.model  # nothing else was chosen


def test_what_was_found_of_one_camera_connects_no_other(
    office: Client, device: Device, profile: CredentialProfile, video: None, make_camera: MakeCamera
) -> None:
    make_camera("C-100", stream_host="127.0.0.1")
    make_camera("C-101", stream_host="127.0.0.1")
    page = tried(office, "C-100", device, profile)

    office.post("/cameras/C-101/onvif/save", {"device": signed(page)})
    office.post("/cameras/C-101/onvif/save", {"device": "made up"})

    assert not OnvifDevice.objects.exists()


def test_step_that_fails_offers_nothing_to_connect(
    office: Client, device: Device, profile: CredentialProfile, make_camera: MakeCamera
) -> None:
    make_camera("C-100", stream_host="127.0.0.1")
    device.password = "other"

    page = tried(office, "C-100", device, profile)

    assert "กล้องไม่รับชื่อผู้ใช้หรือรหัสผ่าน" in page
    assert "/onvif/save" not in page


def test_disconnected_camera_is_heard_no_more_and_can_be_disconnected_twice(
    office: Client, camera: Camera
) -> None:
    OnvifDevice.objects.filter(camera=camera).update(listens=True)
    assert "เลิกเชื่อม" in office.get("/cameras/C-007/onvif").content.decode()

    office.post("/cameras/C-007/onvif/disconnect")
    office.post("/cameras/C-007/onvif/disconnect")

    assert not OnvifDevice.objects.exists()
    assert listen(at=timezone.now()) == 0
    assert AuditEntry.objects.filter(verb="cameras.onvif_disconnected").count() == 1
