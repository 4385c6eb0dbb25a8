"""Thai first, English by choice."""

import pytest
from django.test import Client


@pytest.mark.django_db
@pytest.mark.parametrize(("cookie", "language"), [(None, "th"), ("en", "en"), ("th", "th"), ("xx", "th")])
def test_page_is_in_the_chosen_language_whatever_the_browser_prefers(
    client: Client, cookie: str | None, language: str
) -> None:
    if cookie:
        client.cookies["django_language"] = cookie

    answer = client.get("/nothing-here", headers={"accept-language": "en-GB,en;q=0.9"})

    assert answer.headers["Content-Language"] == language
