"""The page of live cameras as a person uses it: layouts, choice, enlarging, by keys and on a phone."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.sight import cut_texts
from tests.browser.wall import WallServer
from tests.wall import builders

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]
TILES = ".tile:not([hidden])"


def open_page(context: BrowserContext, server: WallServer, search: str = "", role: str = "OPERATOR") -> Page:
    for number in range(1, 13):
        site, owner = ("ถนนสิงหวัฒน์", "เทศบาล") if number < 6 else ("ถนนพุทธบูชา", "อบจ.")
        builders.make_camera(f"C-{number:03}", site=site, owner=owner)
    context.add_cookies([server.sign_in(builders.make_person(role))])  # type: ignore[list-item] # three of its keys
    page = context.new_page()
    page.goto(f"{server.url}/cameras/live{search}")
    page.locator(TILES).first.wait_for()
    return page


def test_keys_choose_a_layout_a_tile_and_its_enlargement(
    context: BrowserContext, wall_server: WallServer
) -> None:
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    page = open_page(context, wall_server)
    expect(page.locator(TILES)).to_have_count(4)

    page.keyboard.press("2")
    expect(page.locator(TILES)).to_have_count(9)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator(TILES)).to_have_count(1)
    expect(page.locator('[data-part="detail-name"]')).to_contain_text("C-002")
    expect(page).to_have_url(re.compile(r"layout=9&big=C-002"))
    page.keyboard.press("Escape")
    page.keyboard.press("t")

    expect(page.locator(f"{TILES} .tile-code")).to_have_text(["C-010", "C-011", "C-012"])
    page.keyboard.press("5")
    expect(page.locator(".sheet-group h2").first).to_have_text("ถนนพุทธบูชา 7")
    assert (cut_texts(page, "main"), errors) == ([], [])


def test_choice_is_kept_in_the_address_and_a_phone_shows_one_tile_under_another(
    context: BrowserContext, wall_server: WallServer
) -> None:
    page = open_page(context, wall_server, "?layout=16")

    page.locator('[data-by="owner"]').click()
    page.locator('[data-of="อบจ."]').click()
    expect(page.locator(TILES)).to_have_count(7)
    page.locator('[data-part="search"]').fill("C-001")
    page.locator(".choice-row", has_text="C-001").click()
    expect(page.locator(TILES)).to_have_count(1)
    page.reload()

    expect(page.locator(f"{TILES} .tile-code")).to_have_text(["C-001"])
    expect(page).to_have_url(re.compile("layout=16&cameras=C-001"))
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{wall_server.url}/cameras/live")
    expect(page.locator(TILES)).to_have_count(4)
    left = "(nodes) => nodes.map((node) => node.getBoundingClientRect().left)"
    assert len(set(page.locator(TILES).evaluate_all(left))) == 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert cut_texts(page, "main") == []
