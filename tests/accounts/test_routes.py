"""Every route against every principal, held to the committed table `routes.csv`.

A new route fails here until its rows are in the table; the failure prints the rows to add. They are derived
from the capability that the view declares: read them before you commit them. Outcomes: `allow` (the view
ran), `sign-in` (sent to the sign-in page), `deny` (401 or 403).
"""

import csv
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.access import API, PUBLIC, declared_capability
from accounts.capabilities import CAPABILITIES, WALL_SCREEN, Role
from accounts.models import User, WallDevice
from accounts.tokens import COOKIE, digest

TABLE = Path(__file__).with_name("routes.csv")
PRINCIPALS = ("anonymous", *Role.values, WALL_SCREEN)
WALL_TOKEN = "a-wall-screen-of-the-tests"
ARGUMENTS = {"int": 999_999, "uuid": uuid.UUID(int=7)}  # of things that do not exist
ENDS_SESSION = {"accounts:sign-out", "accounts:sign-out-everywhere"}
UNUSUAL = "PROPFIND"  # a view that limits its methods answers it with 405 and the list


@dataclass(frozen=True)
class Route:
    """One address pattern: its full name, the view behind it, its arguments and their converters."""

    name: str
    view: object
    arguments: tuple[tuple[str, str], ...]

    @property
    def capability(self) -> str | None:
        return declared_capability(self.view)  # type: ignore[arg-type] # any callable view

    @property
    def url(self) -> str:
        values = {name: ARGUMENTS.get(kind, "X-000") for name, kind in self.arguments}
        return reverse(self.name, kwargs=values)


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    name: str
    method: str
    outcomes: tuple[str, ...]

    def __str__(self) -> str:
        return ",".join((self.name, self.method, *self.outcomes))


def routes() -> list[Route]:
    """Every pattern of the portal except the admin's own, which checks staff by itself."""
    return list(_walk(get_resolver().url_patterns, ""))


def _walk(patterns: list[URLPattern | URLResolver], space: str) -> Iterator[Route]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace != "admin":
                inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
                yield from _walk(pattern.url_patterns, inner)
            continue
        kinds = pattern.pattern.converters.items()
        found = tuple(
            (name, type(converter).__name__.removesuffix("Converter").lower()) for name, converter in kinds
        )
        yield Route(f"{space}{pattern.name}", pattern.callback, found)


def table() -> list[Row]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [
            Row(line["name"], line["method"], tuple(line[who] for who in PRINCIPALS))
            for line in csv.DictReader(file)
        ]


def suggested(route: Route, method: str) -> Row:
    """The row that the declared capability calls for."""
    if route.capability == PUBLIC:
        return Row(route.name, method, ("allow",) * len(PRINCIPALS))
    stranger = "deny" if _is_api(route) else "sign-in"
    holders = CAPABILITIES[route.capability or ""]
    outcomes = ("allow" if who in holders else "deny" for who in PRINCIPALS[1:])
    return Row(route.name, method, (stranger, *outcomes))


def _is_api(route: Route) -> bool:
    return hasattr(route.view, "cls") or route.url.startswith(API)


def methods(route: Route, insider: Client) -> set[str]:
    """The methods that the view answers, as it says itself."""
    actions = getattr(route.view, "actions", None)  # of a DRF view set
    if actions:
        return {name.upper() for name in actions} & {"GET", "POST", "PUT", "PATCH", "DELETE"}
    if hasattr(route.view, "cls"):
        return {
            name.upper()
            for name in ("get", "post", "put", "patch", "delete")
            if hasattr(route.view.cls, name)
        }
    answer = insider.generic(UNUSUAL, route.url)
    default = "POST" if answer.status_code == 405 else "GET"
    return {name.strip() for name in answer.headers.get("Allow", default).split(",")} - {"HEAD", "OPTIONS"}


def outcome_of(response: HttpResponseBase) -> str:
    """What the answer means for the one who asked. A fault of ours is no outcome."""
    assert response.status_code < 500, response.status_code
    if response.status_code in (401, 403):
        return "deny"
    is_redirect = response.status_code == 302
    return (
        "sign-in"
        if is_redirect and response.headers["Location"].startswith(reverse("accounts:sign-in") + "?")
        else "allow"
    )


@pytest.fixture
def clients(db: None) -> dict[str, Client]:
    """A client for each principal, keyed as in the table."""
    found = {"anonymous": Client(), WALL_SCREEN: Client()}
    for role in Role.values:
        found[role] = Client()
        found[role].force_login(User.objects.create(username=role.lower(), display_name=role, roles=[role]))
    WallDevice.objects.create(name="wall", token_hash=digest(WALL_TOKEN), created_at=timezone.now())
    found[WALL_SCREEN].cookies[COOKIE] = WALL_TOKEN
    return found


@pytest.fixture
def insider(db: None) -> Client:
    """Somebody who holds every role, to ask a view for its methods."""
    client = Client()
    client.force_login(User.objects.create(username="insider", display_name="i", roles=list(Role.values)))
    return client


def test_every_view_declares_a_capability() -> None:
    silent = [route.name for route in routes() if route.capability is None]

    assert silent == []


def test_every_route_has_a_name_of_its_own() -> None:
    names = [route.name for route in routes()]

    assert [name for name in names if name.endswith("None")] == []
    assert [name for name in sorted(set(names)) if names.count(name) > 1] == []


def test_every_route_and_method_is_in_the_table(insider: Client) -> None:
    known = {(row.name, row.method) for row in table()}
    wanted = [suggested(route, method) for route in routes() for method in sorted(methods(route, insider))]

    missing = [str(row) for row in wanted if (row.name, row.method) not in known]

    assert not missing, "Read these rows, then add them to tests/accounts/routes.csv:\n" + "\n".join(missing)


def test_table_has_no_row_without_a_route(insider: Client) -> None:
    there = {(route.name, method) for route in routes() for method in methods(route, insider)}

    assert [str(row) for row in table() if (row.name, row.method) not in there] == []


def test_table_is_sorted_and_has_each_row_once() -> None:
    keys = [(row.name, row.method) for row in table()]

    assert keys == sorted(set(keys))


@pytest.mark.parametrize("who", PRINCIPALS)
def test_each_row_holds_for(who: str, clients: dict[str, Client]) -> None:
    found = {route.name: route for route in routes()}
    column = PRINCIPALS.index(who)

    wrong = []
    for row in (row for row in table() if row.name in found):  # the others are told by another test
        response = clients[who].generic(row.method, found[row.name].url)
        if outcome_of(response) != row.outcomes[column]:
            wrong.append(
                f"{row.name} {row.method}: {response.status_code}, table says {row.outcomes[column]}"
            )
        if row.name in ENDS_SESSION and who in Role.values:
            clients[who].force_login(User.objects.get(username=who.lower()))

    assert wrong == []


@pytest.mark.parametrize("role", Role.values)
def test_admin_is_closed_to_every_role(role: str, clients: dict[str, Client]) -> None:
    response = clients[role].get(reverse("admin:index"))

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("admin-sign-in"))
