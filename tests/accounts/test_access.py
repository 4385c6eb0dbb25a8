"""What holds on every page: CSRF for both principals, headers, constant query counts, no secrets."""

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.access import Denied, Requires, requires
from accounts.middleware import DenyByDefaultMiddleware
from accounts.models import User, WallDevice
from accounts.services.people import add_person
from accounts.services.screens import add_screen
from accounts.tokens import COOKIE, digest

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer  # what the stubs call it

pytestmark = pytest.mark.django_db

MakeUser = Callable[..., User]
ACK = "/api/v1/alerts/999999/ack"


@pytest.fixture
def strict() -> Client:
    """A browser as strict as a real one."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def wall(strict: Client) -> Client:
    """A paired wall's browser."""
    WallDevice.objects.create(name="wall", token_hash=digest("t"), created_at=timezone.now())
    strict.cookies[COOKIE] = "t"
    return strict


def acknowledge(client: Client, token: str | None) -> "Answer":
    headers = {} if token is None else {"X-CSRFToken": token}
    return client.post(ACK, "{}", content_type="application/json", headers=headers)


def token_of(client: Client, page: str) -> str:
    client.get(page)
    return str(client.cookies["csrftoken"].value)


@pytest.mark.parametrize("token", [None, "x" * 64])
def test_api_command_by_a_person_without_the_token_is_refused(
    strict: Client, operator: User, token: str | None
) -> None:
    strict.force_login(operator)

    response = acknowledge(strict, token)

    assert response.status_code == 403
    assert "CSRF" in json.loads(response.content)["error"]["message"]


def test_api_command_by_a_person_with_the_token_reaches_the_view(strict: Client, operator: User) -> None:
    strict.force_login(operator)
    token = token_of(strict, "/me/")

    assert acknowledge(strict, token).status_code == 404


def test_api_command_by_a_wall_without_the_token_is_refused(wall: Client) -> None:
    assert acknowledge(wall, None).status_code == 403


def test_api_command_by_a_wall_with_the_token_reaches_the_view(wall: Client) -> None:
    token = token_of(wall, "/wall/")

    assert acknowledge(wall, token).status_code == 404


def test_form_without_the_token_gets_a_calm_page(strict: Client) -> None:
    response = strict.post("/sign-in/", {"username": "a", "password": "b"})

    assert response.status_code == 403
    assert "ลองอีกครั้ง" in response.content.decode()


def test_api_refuses_strangers_in_json(client: Client) -> None:
    response = client.get("/api/v1/events")

    assert response.status_code == 403
    assert response.json()["error"]["code"] == "forbidden"


@pytest.mark.parametrize("address", ["/sign-in/", "/people/", "/nothing/here"])
def test_pages_carry_the_security_headers(boss: Client, address: str) -> None:
    headers = boss.get(address, follow=True).headers

    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "address",
    [
        "/sign-in/",
        "/wall/enrol/",
        "/me/",
        "/me/password/",
        "/me/second-factor/",
        "/people/",
        "/people/add/",
        "/screens/",
        "/audit/",
        "/nothing/here",
    ],
)
def test_pages_have_no_inline_script_style_or_handler(boss: Client, address: str) -> None:
    page = boss.get(address).content.decode()

    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", page) == []
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=", page) == []


@pytest.mark.parametrize("address", ["/people/", "/screens/", "/audit/"])
def test_pages_show_no_secret(boss: Client, supervisor: User, address: str) -> None:
    person, password = add_person(
        username="malee", display_name="ม", rank="", roles=[], by=supervisor, at=timezone.now()
    )
    screen, code = add_screen(name="จอ", by=supervisor, at=timezone.now())

    page = boss.get(address).content.decode()

    for secret in (password, person.password, code, code.replace("-", ""), screen.code_hash):
        assert secret not in page


def fill_people(boss: User, count: int) -> None:
    start = User.objects.count()
    for number in range(start, start + count):
        User.objects.create(username=f"p{number}", display_name="ก", roles=["OPERATOR", "AUDITOR"])


def fill_screens(boss: User, count: int) -> None:
    for _one in range(count):
        add_screen(name=f"จอ {WallDevice.objects.count()}", by=boss, at=timezone.now())


def fill_audit(boss: User, count: int) -> None:
    fill_screens(boss, count)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.parametrize(
    ("address", "fill"), [("/people/", fill_people), ("/screens/", fill_screens), ("/audit/", fill_audit)]
)
def test_list_asks_the_database_as_often_for_20_rows_as_for_2(
    boss: Client, supervisor: User, address: str, fill: Callable[[User, int], None]
) -> None:
    fill(supervisor, 2)
    boss.get(address)  # the first request of a process compiles templates
    with CaptureQueriesContext(connection) as few:
        boss.get(address)

    fill(supervisor, 18)
    with CaptureQueriesContext(connection) as many:
        boss.get(address)

    assert len(many) == len(few)
    assert len(many) <= 8


def test_navigation_shows_only_what_the_person_may_open(client: Client, make_user: MakeUser) -> None:
    client.force_login(make_user("AUDITOR"))

    page = client.get("/me/").content.decode()

    assert 'class="nav-link" href="/audit/"' in page
    assert 'class="nav-link" href="/wall/"' not in page


def test_navigation_marks_the_page_one_is_on(boss: Client) -> None:
    page = boss.get("/people/add/").content.decode()

    assert 'href="/people/" aria-current="page"' in page


def test_requires_an_unknown_capability_is_a_fault_of_the_programmer() -> None:
    with pytest.raises(KeyError):
        requires("people.fly")
    with pytest.raises(KeyError):
        Requires("people.fly")


def test_denied_is_the_api_default() -> None:
    request = RequestFactory().get("/api/v1/anything")

    assert Denied().has_permission(request, None) is False  # type: ignore[arg-type] # it looks at neither


def test_view_that_says_nothing_is_refused(operator: User) -> None:
    def silent(request: HttpRequest) -> HttpResponse:
        return HttpResponse("secret")

    gate = DenyByDefaultMiddleware(lambda _request: HttpResponse())
    with pytest.raises(PermissionDenied):
        gate.process_view(HttpRequest(), silent, (), {})
