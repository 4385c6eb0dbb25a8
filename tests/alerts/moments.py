"""Moments and people that the tests of alerts share."""

import datetime as dt
from collections.abc import Callable

from alerts.models import Alert
from events.services import Actor

RaiseAlert = Callable[..., Alert]
AT = dt.datetime(2026, 11, 23, 14, 47, 0, tzinfo=dt.UTC)
SOURCE = Actor.source("SOS-01")
OFFICER = Actor("USER", "7", "ด.ต.มานพ")
SECOND = Actor("USER", "8", "ร.ต.อ.หญิง ศศิธร")


def later(seconds: float) -> dt.datetime:
    return AT + dt.timedelta(seconds=seconds)
