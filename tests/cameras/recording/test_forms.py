"""What a camera records, set on its page of the register."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from cameras.models import Camera
from cameras.recording.models import Rule
from cameras.recording.services import set_rule
from tests.cameras.recording.rows import make_segment
from tests.cameras.recording.test_services import SUPERVISOR
from tests.cameras.test_pages import admin, form_values, office, text_of

__all__ = ["admin", "office"]
MakeCamera = Callable[..., Camera]


def rule_of(camera: Camera) -> tuple[str, int]:
    rule = Rule.objects.get(camera=camera)
    return rule.mode, rule.keep_days


def test_page_sets_what_a_camera_records(office: Client, make_camera: MakeCamera) -> None:
    camera = make_camera("C-017")
    values = form_values(camera) | {"recording-mode": "CONTINUOUS", "recording-keep_days": "90"}

    page = text_of(office.post("/cameras/C-017/", values, follow=True))

    assert rule_of(camera) == ("CONTINUOUS", 90)
    assert "90" in page


@pytest.mark.parametrize("sent", [{}, {"recording-mode": "OFF", "recording-keep_days": "30"}])
def test_page_untouched_makes_no_rule(office: Client, make_camera: MakeCamera, sent: dict[str, str]) -> None:
    camera = make_camera("C-017")

    office.post("/cameras/C-017/", form_values(camera) | sent)

    assert not Rule.objects.exists()
    camera.refresh_from_db()
    assert camera.revision == 0


@pytest.mark.parametrize(("name", "text"), [("mode", "SOMETIMES"), ("keep_days", "0"), ("keep_days", "9999")])
def test_page_refuses_a_rule_out_of_bounds(
    office: Client, make_camera: MakeCamera, name: str, text: str
) -> None:
    camera = make_camera("C-017")
    set_rule(actor=SUPERVISOR, camera=camera, mode="EVENT", keep_days=30, at=timezone.now())
    values = form_values(camera) | {"recording-mode": "EVENT", "recording-keep_days": "30"}

    answer = office.post("/cameras/C-017/", values | {f"recording-{name}": text})

    assert answer.status_code == 200
    assert rule_of(camera) == ("EVENT", 30)


def test_page_tells_how_much_a_camera_records(office: Client, make_camera: MakeCamera) -> None:
    camera = make_camera("C-017")
    make_segment(camera, timezone.now(), bytes=1_000_000)

    page = text_of(office.get("/cameras/C-017/"))

    assert "1.4 GB" in page
    assert User.objects.exists()
