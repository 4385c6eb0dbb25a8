"""Fixtures that every room's tests share."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import User

CommitEvents = Callable[[], None]


@pytest.fixture(autouse=True, scope="session")
def static_root() -> None:
    """The static file server warns of a missing folder, and a fresh checkout has none."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


@pytest.fixture
def midday() -> Iterator[None]:
    """Today at noon in Thailand, and on from there: no midnight comes between two lines of a test."""
    with time_machine.travel(timezone.localtime().replace(hour=12)):
        yield


@pytest.fixture
def number_events(db: None) -> CommitEvents:
    """Run the commit-time triggers now, for tests inside a transaction that never commits."""

    def number() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    return number


@pytest.fixture
def make_user(db: None) -> Callable[..., User]:
    """Factory of people: `make_user("OPERATOR")`."""

    def make(*roles: str, username: str = "") -> User:
        name = username or f"user{User.objects.count() + 1}"
        user: User = User.objects.create_user(
            name, password=None, display_name=f"คนที่ {name}", roles=list(roles)
        )
        return user

    return make


@pytest.fixture
def operator(make_user: Callable[..., User]) -> User:
    return make_user("OPERATOR", username="operator")
