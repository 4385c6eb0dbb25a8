"""Errors answer programs in JSON and people with a page that says what to do."""

import logging

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory

from accounts.models import User
from ccoc import errors
from ccoc.context import may, station_name

pytestmark = pytest.mark.django_db


def test_not_found_for_people_is_a_page(client: Client) -> None:
    response = client.get("/nothing/here")

    assert response.status_code == 404
    assert "ไม่มีอะไรที่ที่อยู่นี้" in response.content.decode()


@pytest.mark.parametrize("address", ["/api/v1/nothing", "/hooks/nothing"])
def test_not_found_for_programs_is_json(client: Client, address: str) -> None:
    response = client.get(address)

    assert response.status_code == 404
    assert response.json()["error"]["code"] == "not_found"


def test_forbidden_for_people_names_them_and_offers_a_way_out(client: Client, operator: User) -> None:
    client.force_login(operator)

    response = client.get("/audit/")

    assert response.status_code == 403
    assert str(operator) in response.content.decode()
    assert "/sign-out/" in response.content.decode()


@pytest.mark.parametrize(
    ("address", "kind"), [("/wall/", "text/html"), ("/api/v1/events", "application/json")]
)
def test_broken_gives_a_number_that_the_log_has_too(
    address: str, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, logger="ccoc.errors"):
        response = errors.broken(RequestFactory().get(address))

    number = caplog.records[0].getMessage().split()[-1]
    assert response.status_code == 500
    assert response["Content-Type"].startswith(kind)
    assert number in response.content.decode()


def test_broken_needs_neither_session_nor_user() -> None:
    assert errors.broken(HttpRequest()).status_code == 500


def test_may_asks_for_the_capability(operator: User) -> None:
    request = RequestFactory().get("/")
    request.user = operator

    assert may(request)["alerts"]["ack"] is True
    assert may(request)["people"]["edit"] is False


def test_station_name_comes_from_the_station_file() -> None:
    assert station_name()


def test_admin_sign_in_leads_to_the_portals_own(client: Client) -> None:
    response = client.get("/admin/", follow=True)

    assert response.redirect_chain[-1][0] == "/sign-in/?next=/admin/"


def test_language_switch_goes_back_to_the_page(client: Client) -> None:
    response = client.post("/i18n/language", {"language": "en", "next": "/sign-in/"})
    page = client.get("/sign-in/").content.decode()

    assert response["Location"] == "/sign-in/"
    assert '<html lang="en">' in page
    assert "User name" in page
