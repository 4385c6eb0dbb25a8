"""Every word that the playback page's modules ask for; see `cameras.screen_words`."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PLAYBACK: Final[Mapping[str, Promise]] = {
    "play.play": _("Play"),
    "play.pause": _("Pause"),
    "play.speed": _("{n}x"),
    "play.backwards": _("backwards {n}x"),
    "play.loading": _("Film is on its way"),
    "play.jumped": _("Went past {age} without film: {reason}"),
    "play.end": _("No more film this day"),
    "play.none": _("These cameras recorded nothing on {day}. Choose another day."),
    "play.no-film": _("No film here: {reason}"),
    "play.no-film-yet": _("No film here: still being recorded, or the reason is not known"),
    "play.codec": _("This browser cannot play this film. Take it as evidence."),
    "play.gone": _("This piece of film is no longer there. Choose another moment."),
    "play.unreachable": _("The server does not answer. The film goes on by itself when it is back."),
    "play.full": _("Four cameras at most. Take one away first."),
    "play.unknown-camera": _("There is no camera {code}."),
    "play.bad-time": _("Write a time such as 21:40, or a day and a time such as 23/11/2569 21:40."),
    "play.remove": _("Take camera {code} away"),
    "play.snapshot-saved": _("Picture saved. It is in the audit log."),
    "play.snapshot-line": _("From a recording. Not evidence without its pack."),
    "play.no-picture": _("There is no picture to save here."),
    "play.span": _("Marked {begin} to {end} · {age}"),
    "play.span-half": _("Marked {time}. Mark the other end too."),
    "play.no-mark": _("No mark further on this day."),
    "play.position": _("{time}, {speed}"),
    "mark.ALERT": _("Alert"),
    "mark.READ": _("Plate"),
}
