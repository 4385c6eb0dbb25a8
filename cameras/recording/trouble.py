"""What is wrong with the place of the recordings, in one sentence, until it is well again."""

import datetime as dt

from django.utils.translation import gettext as _

from alerts.services import Source, close_if_open, raise_alert
from alerts.workflow import Kind, Outcome, Priority
from events.services import Actor

ACTOR = Actor.system("recorder")
_DISK = "recordings:disk:"


def tell_trouble(*, host: str, at: dt.datetime) -> None:
    """The disk of this host takes nothing: one alert, however many cameras it costs."""
    raise_alert(
        kind=Kind.SYSTEM,
        priority=Priority.URGENT,
        dedupe_key=f"{_DISK}{host}",
        subject=_("Nothing is being recorded on %(host)s: its disk is full") % {"host": host},
        source=Source("disk", host),
        actor=ACTOR,
        at=at,
    )


def tell_well(*, host: str, at: dt.datetime) -> None:
    """It takes everything again."""
    close_if_open(dedupe_key=f"{_DISK}{host}", outcome=Outcome.RESTORED, by=ACTOR, at=at)
