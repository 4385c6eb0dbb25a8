"""The wall's page and its own API: who may come, what they get, and that nothing points outside."""

import datetime as dt
import json
import re
import struct
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import WallDevice
from accounts.tokens import COOKIE, digest
from cameras import pictures
from tests.wall import builders

JSON_SCRIPT = re.compile(r'<script id="(wall-\w+)" type="application/json">(.*?)</script>', re.DOTALL)


@pytest.fixture
def desk(client: Client, db: None) -> Client:
    client.force_login(builders.make_person("OPERATOR"))
    return client


@pytest.fixture
def screen(client: Client, db: None) -> Client:
    WallDevice.objects.create(
        name="จอใหญ่", token_hash=digest("token"), created_at=timezone.now(), paired_at=timezone.now()
    )
    client.cookies[COOKIE] = "token"
    return client


def handed_over(page: str) -> dict[str, dict[str, object]]:
    return {name: json.loads(text) for name, text in JSON_SCRIPT.findall(page)}


@pytest.mark.django_db
def test_wall_sends_a_stranger_to_sign_in(client: Client) -> None:
    answer = client.get("/wall/")

    assert answer.status_code == 302
    assert "/sign-in/" in answer["Location"]


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["VOLUNTEER", "CAMERA_ADMIN", "AUDITOR"])
def test_wall_is_closed_to_people_without_the_watch(client: Client, role: str) -> None:
    client.force_login(builders.make_person(role))

    assert client.get("/wall/").status_code == 403
    assert client.get("/api/v1/wall/snapshot").status_code == 403


@pytest.mark.django_db
def test_wall_hands_its_modules_their_words_and_rights(desk: Client) -> None:
    page = desk.get("/wall/").content.decode()

    given = handed_over(page)
    assert given["wall-config"]["can"] == ["alerts.ack", "alerts.close", "cameras.learn", "incidents.work"]
    assert given["wall-strings"]["province.PLK"] == "พิษณุโลก"
    assert '<html lang="th">' in page


@pytest.mark.django_db
def test_wall_lets_a_paired_screen_see_and_silence_only(screen: Client) -> None:
    given = handed_over(screen.get("/wall/").content.decode())

    assert given["wall-config"]["can"] == ["alerts.ack"]


@pytest.mark.django_db
def test_wall_speaks_english_after_the_switch(desk: Client) -> None:
    desk.post("/i18n/language", {"language": "en", "next": "/wall/"})

    page = desk.get("/wall/").content.decode()

    assert '<html lang="en">' in page
    assert handed_over(page)["wall-strings"]["act.ack"] == "Acknowledge"


@pytest.mark.django_db
def test_wall_has_no_inline_code_no_inline_style_and_no_foreign_address(desk: Client) -> None:
    answer = desk.get("/wall/")

    page = answer.content.decode()
    assert not re.search(r"\sstyle=|\son\w+=|<style", page)
    assert all('type="' in tag for tag in re.findall(r"<script[^>]*>", page))
    assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", page)
    assert "'unsafe" not in answer["Content-Security-Policy"]


@pytest.mark.django_db
def test_snapshot_refuses_a_stranger_without_sending_them_away(client: Client) -> None:
    assert client.get("/api/v1/wall/snapshot").status_code in {401, 403}


@pytest.mark.django_db
def test_snapshot_is_open_to_a_paired_screen(screen: Client) -> None:
    builders.make_camera("C-001")

    assert list(screen.get("/api/v1/wall/snapshot").json()["cameras"]) == ["C-001"]


@pytest.mark.django_db
def test_sheet_packs_what_was_written_since(desk: Client, tmp_path: Path, settings: Settings) -> None:
    settings.PICTURE_ROOT = tmp_path
    for code in ("C-001", "C-002"):
        builders.make_camera(code)
    pictures.write(pictures.THUMBS, "C-001", b"jpeg", captured_at=timezone.now().timestamp())

    body = desk.get("/api/v1/wall/sheet").content
    later = int((timezone.now() + dt.timedelta(seconds=1)).timestamp() * 1000)
    nothing_new = desk.get(f"/api/v1/wall/sheet?since={later}").content

    (length,) = struct.unpack(">I", body[:4])
    head = json.loads(body[4 : 4 + length])
    assert [tile["code"] for tile in head["tiles"]] == ["C-001"]
    assert body[4 + length :] == b"jpeg"
    assert head["ages"]["C-002"] is None
    assert json.loads(nothing_new[4:])["tiles"] == []


@pytest.mark.django_db
@pytest.mark.parametrize("since", ["-1", "now"])
def test_sheet_refuses_a_time_that_is_none(desk: Client, since: str) -> None:
    assert desk.get(f"/api/v1/wall/sheet?since={since}").status_code == 400


@pytest.mark.django_db
def test_views_rank_the_camera_that_faces_the_place_first(
    desk: Client, tmp_path: Path, settings: Settings
) -> None:
    settings.PICTURE_ROOT = tmp_path
    builders.make_camera("C-001", azimuth_deg=225.0)
    builders.make_camera("C-002", azimuth_deg=53.0)
    builders.make_camera("C-003", lat=None, lon=None, azimuth_deg=None)

    views = desk.get("/api/v1/wall/views?lat=16.8195&lon=100.2655").json()["views"]

    assert [(view["code"], view["rank"], view["reason"]) for view in views] == [
        ("C-002", 1, "FACING"),
        ("C-001", 2, "FAR"),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", "?lat=16", "?lat=91&lon=100", "?lat=x&lon=100"])
def test_views_refuse_what_is_no_place(desk: Client, query: str) -> None:
    assert desk.get(f"/api/v1/wall/views{query}").status_code == 400
