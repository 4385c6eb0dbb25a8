"""The page of live cameras and the two answers that keep it fresh."""

import json
import re
import struct
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import User
from cameras import pictures
from cameras.models import CameraHealth
from cameras.screen_words import AGES, LIVE
from tests.cameras.conftest import MakeCamera

MODULES = Path(settings.BASE_DIR) / "static" / "cameras" / "live"
KEY = re.compile(r"""["'`](live\.[a-z-]+)["'`]""")


@pytest.fixture
def seat(client: Client, operator: User) -> Client:
    client.force_login(operator)
    return client


def test_page_hands_its_modules_every_camera_and_their_words(seat: Client, make_camera: MakeCamera) -> None:
    make_camera("C-001", site="ถนนสิงหวัฒน์")

    page = seat.get("/cameras/live").content.decode()

    config, words = (json.loads(text) for text in re.findall(r'application/json">(.*?)</script>', page))
    assert [(camera["code"], camera["site"]) for camera in config["cameras"]] == [("C-001", "ถนนสิงหวัฒน์")]
    assert (words["month.11"], words["weekday.1"], words["live.dead"]) == ("พ.ย.", "จ.", "กล้องดับ")


def test_page_knows_every_word_that_its_modules_ask_for_and_no_other() -> None:
    asked = {key for path in MODULES.glob("*.js") for key in KEY.findall(path.read_text("utf-8"))}

    assert asked == {key for key in LIVE if key.startswith("live.")}
    assert set(AGES) == {"age.seconds", "age.minutes", "age.hours", "age.days"}


def test_states_tell_of_all_cameras_in_as_many_queries_as_of_two(
    seat: Client,
    make_camera: MakeCamera,
    django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    for _number in range(20):
        make_camera()
    CameraHealth.objects.update(health="LIVE")
    pictures.write(pictures.THUMBS, "C-002", b"jpeg", captured_at=timezone.now().timestamp() - 7)

    with django_assert_max_num_queries(3):
        states = seat.get("/api/v1/cameras/states").json()["cameras"]

    assert len(states) == 20
    assert states["C-001"] == {"health": "LIVE", "age_s": None}
    assert 7 <= states["C-002"]["age_s"] < 60


def test_sheet_is_the_walls_for_those_who_keep_the_register(
    client: Client, make_user: Callable[..., User], make_camera: MakeCamera
) -> None:
    client.force_login(make_user("CAMERA_ADMIN"))
    make_camera("C-001")
    pictures.write(pictures.THUMBS, "C-001", b"jpeg", captured_at=timezone.now().timestamp())

    body = client.get("/api/v1/cameras/sheet").content

    (length,) = struct.unpack(">I", body[:4])
    assert [tile["code"] for tile in json.loads(body[4 : 4 + length])["tiles"]] == ["C-001"]
    assert body[4 + length :] == b"jpeg"
    assert client.get("/api/v1/cameras/sheet?since=now").status_code == 400
