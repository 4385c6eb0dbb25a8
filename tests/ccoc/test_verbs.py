"""The audit log speaks in words, whichever room wrote the line."""

import re

from django.conf import settings

from accounts.verbs import VERBS

ROOMS = ("accounts", "alerts", "cameras", "ccoc", "events", "incidents", "plates")


def test_every_verb_that_is_recorded_has_words() -> None:
    sources = [path for room in ROOMS for path in (settings.BASE_DIR / room).rglob("*.py")]
    recorded = {
        verb for path in sources for verb in re.findall(r'verb="([a-z_.]+)"', path.read_text("utf-8"))
    }

    assert recorded
    assert recorded - set(VERBS) == set()
