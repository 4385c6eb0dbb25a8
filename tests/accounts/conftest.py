"""Fixtures of the accounts room."""

from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import User

PASSWORD = "สี่คำ ที่ไม่ เกี่ยวกัน 4"


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    """Guess counters outlive a test's transaction."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def with_password(make_user: Callable[..., User]) -> Callable[..., User]:
    """Factory of people who can type a password."""

    def make(*roles: str, username: str = "napa") -> User:
        person = make_user(*roles, username=username)
        person.set_password(PASSWORD)
        person.save()
        return person

    return make


@pytest.fixture
def supervisor(make_user: Callable[..., User]) -> User:
    return make_user("SUPERVISOR", username="boss")


@pytest.fixture
def boss(supervisor: User) -> Client:
    """A supervisor's browser."""
    client = Client()
    client.force_login(supervisor)
    return client
