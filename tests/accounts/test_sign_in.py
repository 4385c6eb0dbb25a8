"""Signing in: who gets in, who does not, and what either is told."""

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from events.models import AuditEntry
from tests.accounts.conftest import PASSWORD

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer  # what the stubs call it

pytestmark = pytest.mark.django_db

MakeUser = Callable[..., User]


def sign_in(client: Client, password: str = PASSWORD, username: str = "napa", to: str = "") -> "Answer":
    body = {"username": username, "password": password, "next": to}
    return client.post(reverse("accounts:sign-in"), body)


def test_sign_in_with_the_right_password_opens_the_portal_and_is_recorded(
    client: Client, with_password: MakeUser
) -> None:
    person = with_password("OPERATOR")

    response = sign_in(client)

    assert response["Location"] == "/"
    assert client.session["_auth_user_id"] == str(person.pk)
    assert AuditEntry.objects.get().verb == "accounts.signed_in"


@pytest.mark.parametrize("username", ["napa", "nobody"])
def test_sign_in_refused_says_the_same_for_wrong_password_and_unknown_name(
    client: Client, with_password: MakeUser, username: str
) -> None:
    with_password("OPERATOR")

    response = sign_in(client, password="wrong", username=username)

    assert response.status_code == 200
    assert "ชื่อผู้ใช้กับรหัสผ่านไม่ตรงกัน" in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_sign_in_by_somebody_who_was_let_go_is_refused(client: Client, with_password: MakeUser) -> None:
    person = with_password("OPERATOR")
    User.objects.filter(pk=person.pk).update(is_active=False)

    sign_in(client)

    assert "_auth_user_id" not in client.session


def test_sign_in_rejected_five_times_is_locked_and_says_until_when(
    client: Client, with_password: MakeUser
) -> None:
    with_password("OPERATOR")

    for _attempt in range(settings.AXES_FAILURE_LIMIT):
        response = sign_in(client, password="wrong")
    locked = sign_in(client)

    until = AccessAttempt.objects.get().attempt_time + dt.timedelta(minutes=15, seconds=59)
    assert response.status_code == locked.status_code == 429
    assert f"{timezone.localtime(until):%H:%M}" in locked.content.decode()
    assert "_auth_user_id" not in client.session


def test_sign_in_after_the_lock_has_ended_works(client: Client, with_password: MakeUser) -> None:
    with_password("OPERATOR")
    for _attempt in range(settings.AXES_FAILURE_LIMIT):
        sign_in(client, password="wrong")
    AccessAttempt.objects.update(attempt_time=timezone.now() - dt.timedelta(minutes=16))

    sign_in(client)

    assert "_auth_user_id" in client.session


@pytest.mark.parametrize(
    "to", ["//evil.example", "https://evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_sign_in_never_leads_to_another_site(client: Client, with_password: MakeUser, to: str) -> None:
    with_password("OPERATOR")

    response = sign_in(client, to=to)

    assert response["Location"] == "/"


def test_sign_in_leads_back_to_the_page_that_was_asked_for(client: Client, with_password: MakeUser) -> None:
    with_password("SUPERVISOR")
    asked = client.get("/audit/?actor=napa")

    page = client.get(asked["Location"])
    response = sign_in(client, to=page.context["next"])

    assert response["Location"] == "/audit/?actor=napa"


def test_sign_in_changes_the_session_key(client: Client, with_password: MakeUser) -> None:
    with_password("OPERATOR")
    client.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32

    sign_in(client)

    assert client.cookies[settings.SESSION_COOKIE_NAME].value != "a" * 32


def test_sign_in_with_a_one_time_password_leads_to_choosing_an_own(
    client: Client, with_password: MakeUser
) -> None:
    person = with_password("SUPERVISOR")
    User.objects.filter(pk=person.pk).update(has_temporary_password=True)
    sign_in(client)

    held = client.get("/people/")
    program = client.get("/api/v1/events")
    new = "คำใหม่ ห้า คำ ไม่เหมือนเดิม"
    client.post("/me/password/", {"old": PASSWORD, "new": new, "again": new})
    opened = client.get("/people/")

    assert held["Location"] == "/me/password/"
    assert program.status_code == 403
    assert opened.status_code == 200


def test_sign_out_ends_the_session_and_is_recorded(client: Client, operator: User) -> None:
    client.force_login(operator)

    response = client.post(reverse("accounts:sign-out"))

    assert response["Location"] == reverse("accounts:sign-in")
    assert "_auth_user_id" not in client.session
    assert AuditEntry.objects.get().verb == "accounts.signed_out"


def test_sign_out_by_get_does_nothing(client: Client, operator: User) -> None:
    client.force_login(operator)

    response = client.get(reverse("accounts:sign-out"))

    assert response.status_code == 405
    assert "_auth_user_id" in client.session


def test_sign_in_page_is_not_kept_and_shows_no_password_again(client: Client) -> None:
    response = sign_in(client, password="my-secret-word")

    assert "no-store" in response["Cache-Control"]
    assert "my-secret-word" not in response.content.decode()


def test_password_change_with_faults_names_each_and_changes_nothing(
    client: Client, with_password: MakeUser
) -> None:
    person = with_password("OPERATOR")
    client.force_login(person)

    response = client.post("/me/password/", {"old": "wrong", "new": "short", "again": "other"})

    person.refresh_from_db()
    assert set(response.context["form"].errors) == {"old", "new"}
    assert person.check_password(PASSWORD)


def test_password_change_keeps_this_session_and_ends_the_others(
    client: Client, with_password: MakeUser
) -> None:
    person = with_password("OPERATOR")
    other = Client()
    other.force_login(person)
    client.force_login(person)

    client.post("/me/password/", {"old": PASSWORD, "new": "ต้นไม้ ดาว ปลา สี่", "again": "ต้นไม้ ดาว ปลา สี่"})

    assert client.get("/me/").status_code == 200
    assert other.get("/me/").status_code == 302


def test_sign_out_everywhere_ends_the_others_only(client: Client, operator: User) -> None:
    other = Client()
    other.force_login(operator)
    client.force_login(operator)

    client.post("/me/sign-out-everywhere/")

    assert client.get("/me/").status_code == 200
    assert other.get("/me/").status_code == 302
