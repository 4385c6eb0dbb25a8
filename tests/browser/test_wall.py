"""The wall as a person sees it: a real browser on a real server, database and socket."""

import datetime as dt
import re
import time
from io import BytesIO

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import BrowserContext, Request, expect
from pytest_django import Settings

from alerts.models import Alert
from cameras import pictures
from cameras.models import CameraHealth, SawNothing
from ccoc.lib.geo import Point
from incidents.models import Incident, Unit
from tests.browser.conftest import OpenWall
from tests.browser.sight import cut_texts, overdrawn_words
from tests.browser.wall import WallServer
from tests.wall import builders

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]


def test_wall_shows_a_hit_as_soon_as_it_is_raised(open_wall: OpenWall) -> None:
    page = open_wall(builders.make_person("OPERATOR"))
    expect(page.locator(".rail-empty")).to_be_visible()

    alert = builders.raise_hit()

    expect(page.locator(f'.alert[data-id="{alert.pk}"]')).to_be_visible()
    expect(page.locator(".card .plate-number")).to_have_text("กข 1234")
    expect(page.locator(".card .plate-province")).to_have_text("พิษณุโลก")
    expect(page.locator(".send")).to_contain_text("ยืนยันอีก 2 ข้อ")


def test_wall_shows_an_sos_as_the_one_red_block_until_somebody_answers(open_wall: OpenWall) -> None:
    page = open_wall(builders.make_person("OPERATOR"))

    alert = builders.press(builders.make_point())

    found = page.locator(f'.alert[data-id="{alert.pk}"]')
    expect(found).to_have_class(re.compile("is-p1 is-waiting"))
    expect(found).to_have_css("background-color", "rgb(179, 0, 27)")
    page.keyboard.press("Space")
    expect(found).to_have_class(re.compile("is-p1 is-taken"))
    expect(found).not_to_have_css("background-color", "rgb(179, 0, 27)")


def test_space_answers_on_every_screen_and_in_the_database(
    open_wall: OpenWall, context: BrowserContext, wall_server: WallServer
) -> None:
    person = builders.make_person("OPERATOR")
    alert = builders.press(builders.make_point())
    first = open_wall(person)
    second = context.new_page()
    second.goto(f"{wall_server.url}/wall/")
    second.locator(".alert.is-waiting").wait_for()

    first.keyboard.press("Space")

    expect(second.locator(".alert.is-taken")).to_be_visible()
    alert.refresh_from_db()
    assert (alert.state, alert.taken_by) == ("TAKEN", str(person))


def test_keys_lead_an_sos_from_answer_to_end(open_wall: OpenWall) -> None:
    unit = builders.make_unit("จยย. 34")
    alert = builders.press(builders.make_point())
    page = open_wall(builders.make_person("OPERATOR"))
    card = page.locator(".card.is-selected")

    for key, step in [
        ("Space", "เห็นอะไรในภาพ"),
        ("1", "ส่ง จยย. 34"),
        ("Enter", "จยย. 34 ถึงจุดเหตุ"),
        ("a", "ปิดเหตุ"),
    ]:
        page.keyboard.press(key)
        expect(card.locator(".step.is-now .step-title")).to_have_text(step)
    page.keyboard.press("1")
    expect(card.locator(".card-note")).to_contain_text("จะบันทึกใน 5 วินาที")

    expect(page.locator(".alert.is-closed")).to_be_visible()
    alert.refresh_from_db()
    assert (alert.state, alert.outcome) == ("CLOSED", "REAL")
    assert Incident.objects.get().state == "CLOSED"
    assert Unit.objects.get(pk=unit.pk).state == "FREE"


def test_hit_is_sent_only_after_both_confirmations(open_wall: OpenWall) -> None:
    builders.make_unit("จยย. 34")
    builders.raise_hit()
    page = open_wall(builders.make_person("OPERATOR"))
    page.locator(".send").wait_for()

    page.keyboard.press("p")
    page.keyboard.press("Enter")
    expect(page.locator(".send")).to_contain_text("ยืนยันอีก 1 ข้อ")
    assert not Incident.objects.exists()
    page.keyboard.press("v")
    expect(page.locator(".send.is-ready")).to_contain_text("จยย. 34")
    page.keyboard.press("Enter")

    expect(page.locator(".step.is-done .step-title").nth(1)).to_have_text("ส่ง จยย. 34")
    assert Incident.objects.get().confirmed == ["PROVINCE", "VEHICLE"]


def test_hit_of_the_past_never_looks_like_now(open_wall: OpenWall) -> None:
    seen_at = dt.datetime(2026, 5, 3, 7, 5, tzinfo=dt.UTC)
    builders.raise_hit(seen_at=seen_at, reader="ด่านวังทอง")
    builders.raise_hit("ขค5678", seen_at=seen_at, reader="ด่านวังทอง")

    page = open_wall(builders.make_person("OPERATOR"))

    expect(page.locator(".card-past").first).to_contain_text("3 พ.ค. 2569 เวลา 14:05")
    expect(page.locator(".card-title").first).to_have_text("พบในอดีต ไม่ใช่ตอนนี้")
    expect(page.locator(".facts").first).to_contain_text("ด่านวังทอง")
    expect(page.locator(".alert.is-past .alert-age").first).to_contain_text("3 พ.ค.")
    assert cut_texts(page) == []


def test_x_and_a_numeral_teach_the_ranking_and_u_takes_it_back(open_wall: OpenWall) -> None:
    builders.make_camera("C-001")
    alert = builders.press(builders.make_point())
    page = open_wall(builders.make_person("OPERATOR"))
    miss = page.locator('[data-miss="C-001"]')
    expect(miss).to_contain_text("มองไม่เห็นเหตุ")

    page.keyboard.press("x")
    expect(page.locator(".tiles-note")).to_contain_text("กด 1–4")
    page.keyboard.press("1")

    expect(miss).to_have_attribute("aria-pressed", "true")
    assert cut_texts(page) == []
    assert SawNothing.objects.standing().get().alert_id == alert.pk
    page.keyboard.press("u")
    expect(miss).to_contain_text("มองไม่เห็นเหตุ")
    assert not SawNothing.objects.standing().exists()


def test_undo_takes_a_closing_verdict_back(open_wall: OpenWall) -> None:
    alert = builders.raise_hit()
    page = open_wall(builders.make_person("OPERATOR"))

    page.keyboard.press("2")
    expect(page.locator(".card-note")).to_be_visible()
    page.keyboard.press("u")
    expect(page.locator(".card-note")).to_be_hidden()

    page.wait_for_timeout(5500)
    alert.refresh_from_db()
    assert alert.state == "WAITING"


def test_wall_heals_after_the_server_died_and_misses_nothing(
    open_wall: OpenWall, wall_server: WallServer
) -> None:
    page = open_wall(builders.make_person("OPERATOR"))
    page.evaluate("window.notReloaded = true")

    wall_server.kill()
    expect(page.locator(".chip.is-late").first).to_be_visible()
    expect(page.locator(".band-title")).to_contain_text("จอขาดการเชื่อมต่อ")
    expect(page.locator('[data-part="chip-sos"] .chip-value')).to_have_text("ไม่ทราบ")
    missed = [builders.raise_hit(f"กข{number}") for number in range(1001, 1004)]
    wall_server.start()

    expect(page.locator(".band.is-back")).to_contain_text("3 รายการ")
    for alert in missed:
        expect(page.locator(f'.alert[data-id="{alert.pk}"]')).to_be_visible()
    expect(page.locator(".band")).to_be_hidden()
    assert page.locator(".alert").count() == len(missed)
    assert page.evaluate("window.notReloaded") is True


def test_heartbeat_is_moved_by_the_server_alone(open_wall: OpenWall, wall_server: WallServer) -> None:
    page = open_wall(builders.make_person("OPERATOR"))
    lit = "[...document.querySelectorAll('.heart-bar')].findIndex((bar) => bar.classList.contains('is-lit'))"
    page.locator(".heart-bar.is-lit").wait_for()

    page.wait_for_function(f"() => (window.seen ??= new Set()).add({lit}).size >= 3")
    wall_server.kill()
    page.wait_for_timeout(1200)
    stopped_at = page.evaluate(lit)
    page.wait_for_timeout(2200)

    assert page.evaluate(lit) == stopped_at


def test_language_switch_turns_the_page_to_english_and_back(open_wall: OpenWall) -> None:
    builders.raise_hit()
    page = open_wall(builders.make_person("OPERATOR"))

    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator(".card-title")).to_have_text("Listed plate seen")
    expect(page.locator('[data-part="date"]')).to_contain_text(str(timezone.localtime().year))
    page.get_by_role("button", name="ไทย").click()

    expect(page.locator(".card-title")).to_have_text("ป้ายเฝ้าระวังตรง")
    expect(page.locator('[data-part="date"]')).to_contain_text(str(timezone.localtime().year + 543))


def test_wall_asks_nothing_of_the_outside_and_breaks_no_policy(
    open_wall: OpenWall, context: BrowserContext, wall_server: WallServer
) -> None:
    builders.make_camera("C-001")
    builders.press(builders.make_point())
    asked: list[str] = []
    complaints: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    context.on("request", note)
    context.on("console", lambda said: complaints.append(said.text) if "Policy" in said.text else None)
    page = open_wall(builders.make_person("OPERATOR"))
    page.locator(".pin-alert").wait_for()
    page.wait_for_timeout(1500)

    assert asked
    assert [url for url in asked if not url.startswith((wall_server.url, "blob:"))] == []
    assert complaints == []


def test_contact_sheet_draws_each_camera_in_its_cell(
    open_wall: OpenWall, wall_server: WallServer, settings: Settings
) -> None:
    settings.PICTURE_ROOT = wall_server.folder / "pictures"
    for code in ("C-001", "C-002"):
        builders.make_camera(code, in_zone=True, stream_host="10.0.0.5", stream_path="/1")
    CameraHealth.objects.update(health="LIVE")
    red = BytesIO()
    Image.new("RGB", pictures.THUMB_SIZE, (220, 20, 20)).save(red, "JPEG")
    pictures.write(pictures.THUMBS, "C-001", red.getvalue(), captured_at=time.time() + 60)
    page = open_wall(builders.make_person("OPERATOR"))
    is_red = """() => {
        const canvas = document.querySelector('.sheet-canvas');
        const [x, y] = [canvas.width * 0.02, canvas.height * 0.04];
        const [red, green, blue] = canvas.getContext('2d').getImageData(x, y, 1, 1).data;
        return red > 180 && green < 80 && blue < 80;
    }"""

    page.wait_for_function(is_red)


def test_nothing_on_the_wall_is_cut_off(open_wall: OpenWall) -> None:
    builders.make_unit("จยย. 34")
    builders.press(builders.make_point())
    builders.raise_hit()
    page = open_wall(builders.make_person("OPERATOR"))
    page.locator(".card").nth(1).wait_for()
    page.keyboard.press("Space")
    page.locator(".choices").wait_for()

    over = page.evaluate(
        "[...document.querySelectorAll("
        "'.strip, .card, .steps, .checks, .legend, .gauge, .choices, .verdicts')]"
        ".filter((box) => box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1)"
        ".map((box) => box.className)"
    )

    assert over == []
    assert cut_texts(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("language", ["ไทย", "English"])
def test_long_names_are_shown_whole_in_rail_cards_tiles_and_map(open_wall: OpenWall, language: str) -> None:
    name = "แยกตลาดบ้านคลอง ขาเข้าเมือง"
    for number in range(4):
        builders.make_camera(f"C-00{number + 1}", name=name, stream_host="10.0.0.5", stream_path="/1")
    for number, code in enumerate(["จยย. 34", "จยย. 36", "รถ 21", "เดินเท้า 5"]):
        builders.make_unit(code, point=Point(16.8195 + number / 4000, 100.2655 - number / 4000))
    builders.press(builders.make_point())
    for text in ("กข1234", "ฒก7741"):
        builders.raise_hit(text, name=name, requester="พ.ต.ท.วีระ (สาธิต) งานสืบสวน")
    page = open_wall(builders.make_person("OPERATOR"))
    if language == "English":
        page.get_by_role("button", name=language).click()
        page.locator('body[data-link="live"]').wait_for()
    page.locator(".tile-name").nth(3).wait_for()
    page.locator(".pin-rank").nth(3).wait_for()

    for key in ("m", "Space", "Tab", "Space"):
        page.keyboard.press(key)
    page.locator(".alert.is-taken").nth(1).wait_for()

    assert cut_texts(page) == []
    assert overdrawn_words(page) == []
    assert page.locator(".fact-value", has_text="99.6%").count() > 0


def test_camera_without_a_picture_says_so_and_troubles_no_console(
    open_wall: OpenWall, context: BrowserContext
) -> None:
    builders.make_camera("C-001", in_zone=True, stream_host="10.0.0.5", stream_path="/1")
    CameraHealth.objects.update(health="LIVE")
    complaints: list[str] = []
    context.on(
        "console",
        lambda said: complaints.append(str(said.location)) if said.type == "error" else None,
    )
    asked: list[int] = []
    context.on("response", lambda answer: asked.append(answer.status) if "/still" in answer.url else None)
    page = open_wall(builders.make_person("OPERATOR"))

    expect(page.locator(".tile-banner").first).to_have_text("ยังไม่ได้ภาพ")
    page.wait_for_event("response", lambda answer: "/still" in answer.url)

    assert set(asked) == {204}
    assert complaints == []


def test_flood_stands_on_the_rail_in_six_rows_that_keys_open_and_shelve(open_wall: OpenWall) -> None:
    calls = [builders.press(builders.make_point(code)) for code in ("SOS-01", "SOS-02")]
    for number in range(14):
        builders.raise_fault(number, place="ตลาด" if number < 3 else "")
    for number in range(3):
        builders.raise_fault(number, kind="SYSTEM")
        builders.raise_hit(f"กข{number + 1}", camera=f"C-00{number}")
    page = open_wall(builders.make_person("OPERATOR"))
    rows = page.locator(".alert:not([hidden])")

    expect(page.locator('[data-section="flood"]')).to_be_visible()
    expect(page.locator(".alert.is-group")).to_have_count(3)
    expect(rows).to_have_count(5)
    for index, call in enumerate(calls):
        expect(rows.nth(index)).to_have_attribute("data-lead", str(call.pk))
    assert cut_texts(page) == []

    page.keyboard.press("g")
    expect(page.locator(".alert.is-group.is-selected")).to_have_count(1)
    page.keyboard.press("g")
    expect(page.locator(".alert.is-member.is-selected")).to_have_count(1)
    page.keyboard.press("z")
    page.locator(".card-note.is-shelf").wait_for()
    page.keyboard.press("1")
    expect(page.locator('[data-part="gauge-shelved"]')).to_have_text("1")
    assert Alert.objects.get(state="SHELVED").shelve_reason == "REPAIR"


def test_new_incident_is_typed_and_then_found_by_its_number(open_wall: OpenWall) -> None:
    page = open_wall(builders.make_person("OPERATOR"))

    page.keyboard.press("n")
    page.keyboard.press("1")
    page.keyboard.type("หน้าวัด")
    page.keyboard.press("Enter")
    page.keyboard.type("ชายสองคน")
    page.keyboard.press("Enter")

    expect(page.locator('[data-part="new-case"]')).to_be_hidden()
    expect(page.locator(".card-title")).to_have_text("ทะเลาะวิวาท ชายสองคน")
    made = Incident.objects.get()
    assert (made.kind, made.place, made.alert_id) == ("QUARREL", "หน้าวัด", None)
    page.keyboard.press("Escape")
    expect(page.locator(".card")).to_have_count(0)
    page.keyboard.press("/")
    page.keyboard.type(made.number)
    expect(page.locator(".found-title").first).to_have_text(made.number)
    page.keyboard.press("Enter")
    expect(page.locator(".card-title")).to_have_text("ทะเลาะวิวาท ชายสองคน")
