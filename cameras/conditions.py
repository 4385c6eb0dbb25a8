"""What is wrong with a camera, in one sentence that a person understands."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cameras.streams.health import Condition

# The first that holds is told: what makes a picture useless before what makes it worse.
SENTENCES: dict[Condition, Promise] = {
    Condition.UNDECODABLE: _("The camera sends data that is no picture."),
    Condition.FROZEN: _("The picture stands still although the camera goes on sending."),
    Condition.DARK: _("The picture is dark although it is day, or far darker than this camera's nights."),
    Condition.COVERED: _("Something covers or fogs the lens."),
    Condition.MOVED: _("The camera looks elsewhere than before."),
    Condition.BLURRED: _("The picture is much less sharp than this camera's usual one."),
    Condition.CLOCK_SKEW: _("The camera's own clock is wrong."),
    Condition.GAPS: _("Parts of the stream are lost on the way."),
    Condition.SLOW: _("Fewer pictures come than usual."),
}

DOWN: dict[str, Promise] = {
    "STALLED": _("The camera is connected but sends nothing."),
    "AUTH_FAILED": _("The camera refuses our user name or password."),
    "UNREACHABLE": _("The camera does not answer."),
    "BACKOFF": _("The connection breaks again and again."),
}


def sentence_of(health: str, reason: str) -> Promise | str:
    """Why a camera is not well; empty for one that is, or that nobody reads."""
    if health in DOWN:
        return DOWN[health]
    conditions = reason.split()
    return next((words for condition, words in SENTENCES.items() if condition in conditions), "")
