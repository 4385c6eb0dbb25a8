"""A camera added step by step and then turned, in a browser, against a device that speaks ONVIF."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from cameras.models import Camera
from cameras.services import set_credential
from cameras.streams.simulator.config import CameraConfig
from events.services import Actor
from tests.browser.sight import cut_texts
from tests.browser.wall import WallServer
from tests.cameras.onvif.device import OnvifDevice, running
from tests.cameras.simulated import draw_clip, simulating
from tests.wall import builders

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]
LOOK_AT = os.environ.get("CCOC_LOOK_AT")


@pytest.fixture(autouse=True)
def cameras_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """For the server's process, which starts after this."""
    monkeypatch.setenv("CAMERA_NETWORKS", "127.0.0.0/8")


@pytest.fixture
def device(tmp_path: Path) -> Iterator[OnvifDevice]:
    """The device with its video."""
    clip = draw_clip(tmp_path / "clip.mp4")
    with running() as found:
        views = [
            CameraConfig(view.path, clip, username=found.username, password=found.password)
            for view in found.views
        ]
        with simulating(views) as video:
            found.rtsp_port = video.port
            yield found


def test_camera_is_added_from_its_address_and_turned_by_keys(
    context: BrowserContext, wall_server: WallServer, device: OnvifDevice
) -> None:
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    at, name = timezone.now(), "กล้องเทศบาล"
    set_credential(
        actor=Actor.system("test"), at=at, name=name, username=device.username, secret=device.password
    )
    context.add_cookies([wall_server.sign_in(builders.make_person("SUPERVISOR"))])  # type: ignore[list-item] # three of its keys
    page = context.new_page()
    page.goto(f"{wall_server.url}/cameras/add/guided")
    page.get_by_label("ที่อยู่กล้อง").fill("127.0.0.1")
    page.get_by_label("พอร์ต ONVIF").fill(str(device.port))
    page.get_by_label("ชุดรหัสผ่าน").select_option(label=name)
    look(page, "address")

    page.get_by_role("button", name="ลองกล้อง").click()
    expect(page.locator(".tried-picture")).to_be_visible()
    look(page, "found")
    page.locator('[name="code"]').fill("C-007")
    page.locator('[name="name"]').fill("สี่แยกอินโดจีน")
    page.get_by_role("button", name="เพิ่มกล้อง").click()
    page.wait_for_url("**/cameras/C-007/**")
    assert Camera.objects.get(code="C-007").kind == "PTZ"

    page.goto(f"{wall_server.url}/cameras/live?big=C-007")
    expect(page.locator('[data-part="ptz"]')).to_be_visible()
    page.keyboard.down("ArrowLeft")
    device.wait_until(lambda: "ContinuousMove" in device.operations())
    page.keyboard.up("ArrowLeft")
    device.wait_until(lambda: "Stop" in device.operations())
    expect(page.locator(".ptz-presets button")).to_have_text(["1 ประตูหน้า", "2 สี่แยก"])
    look(page, "ptz")
    page.keyboard.press("2")
    device.wait_until(lambda: "GotoPreset" in device.operations())
    page.keyboard.press("h")
    device.wait_until(lambda: "GotoHomePosition" in device.operations())

    assert (cut_texts(page, "main"), errors) == ([], [])


def look(page: Page, name: str) -> None:
    """Keep a picture for whoever wants to see the pages, on both sizes."""
    if LOOK_AT:
        page.screenshot(path=f"{LOOK_AT}/{name}.png")
        page.set_viewport_size({"width": 390, "height": 844})
        page.screenshot(path=f"{LOOK_AT}/{name}-phone.png", full_page=True)
        page.set_viewport_size({"width": 1920, "height": 1080})
