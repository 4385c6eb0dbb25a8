"""Words that the panel which turns a camera asks for by key; see `cameras.screen_words`."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PTZ: Final[Mapping[str, Promise]] = {
    "ptz.title": _("Turn the camera"),
    "ptz.up": _("Up"),
    "ptz.down": _("Down"),
    "ptz.left": _("Left"),
    "ptz.right": _("Right"),
    "ptz.nearer": _("Nearer"),
    "ptz.wider": _("Wider"),
    "ptz.home": _("Home"),
    "ptz.release": _("Give back"),
    "ptz.free": _("Nobody turns it now. Hold a direction to turn it."),
    "ptz.mine": _("You turn it. It is free {n} s after your last movement."),
    "ptz.held": _("{name} turns it now."),
    "ptz.lost": _("The server does not answer. The camera stops by itself."),
    "ptz.keys": _("Arrows turn · + − zoom · H home · 1–9 presets"),
}
