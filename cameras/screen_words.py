"""Words that the modules of live and playback pages ask for by key; the page hands them over.

`{names}` are filled in by `static/wall/i18n.js`. Months come from where the pages' dates come from.
"""

from calendar import month_abbr
from collections.abc import Mapping
from typing import Final

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from ccoc.lib import dates_th

AGES: Final[Mapping[str, Promise]] = {
    "age.seconds": pgettext_lazy("wall", "{n}\u00a0s"),
    "age.minutes": pgettext_lazy("wall", "{n}\u00a0min"),
    "age.hours": pgettext_lazy("wall", "{n}\u00a0h"),
    "age.days": pgettext_lazy("wall", "{n}\u00a0d"),
}
LIVE: Final[Mapping[str, Promise]] = {
    "live.now": _("live {lag}\u00a0s"),
    "live.still": _("still {age}"),
    "live.none": _("No picture yet"),
    "live.stale": _("Picture {age} old"),
    "live.dead": _("Camera out"),
    "live.dead-age": _("Camera out, picture {age} old"),
    "live.count": _("{first}–{last} of {n} cameras"),
    "live.one": _("1 camera"),
    "live.empty": _("No camera is in this choice now."),
    "live.no-match": _("No camera fits. Try fewer letters."),
    "live.lost": _("No answer from the server for {age}. Pictures may be old; the page tries again."),
    "live.nameless": _("Not given"),
    "live.picked": _("Picked by hand · {n}"),
    "live.sheet-age": _("{n} live, {m} old or out"),
    "live.street": _("Street"),
    "live.owner": _("Owner"),
    "live.state": _("State"),
    "live.kind": _("Kind"),
    "mood.live": _("Picture comes in"),
    "mood.late": _("Picture stands still"),
    "mood.dead": _("Camera out"),
    "mood.unknown": _("Not known"),
}  # fmt: skip


def page_words(*tables: Mapping[str, Promise]) -> dict[str, str]:
    """These tables and the words of dates and ages, in the language of the running request."""
    is_thai = get_language() == "th"
    months = dates_th.MONTHS if is_thai else month_abbr[1:]
    words = {f"month.{number}": name for number, name in enumerate(months, 1)}
    # A script's week begins on Sunday, Python's on Monday.
    words |= {f"weekday.{(number + 1) % 7}": str(name) for number, name in WEEKDAYS_ABBR.items()}
    return words | {key: str(text) for table in (AGES, *tables) for key, text in table.items()}
