"""Settings of the recordings that would do harm."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

SHORTEST_S, LONGEST_S = 5, 300


@register()
def check_recording(**_kwargs: Any) -> list[CheckMessage]:  # noqa: ANN401 - Django's signature
    """Files of a sensible length, and a floor above the reserve: shedding must come before standing still."""
    found: list[CheckMessage] = []
    if not SHORTEST_S <= settings.RECORDING_SEGMENT_S <= LONGEST_S:
        found.append(Error("RECORDING_SEGMENT_S is not between 5 and 300.", id="recording.E001"))
    if settings.RECORDING_FLOOR_BYTES < settings.RECORDING_RESERVE_BYTES:
        found.append(Error("RECORDING_FLOOR_BYTES is below RECORDING_RESERVE_BYTES.", id="recording.E002"))
    return found
