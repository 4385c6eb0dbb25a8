"""How ONVIF's errors, verbs and fields read."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.verbs import VERBS
from cameras.onvif.device.errors import DeviceError
from cameras.streams.errors import StreamError

TROUBLE: Final[Mapping[str, Promise]] = {
    "UNREACHABLE": _("Nothing answers at this address. Check power, cable, address and port."),
    "NOT_ONVIF": _("Something answers, but not as ONVIF. Try port 8000 or 8080, or switch ONVIF on."),
    "AUTH_REFUSED": _("The camera refused user or password. ONVIF often has users of its own."),
    "CLOCK_OFF": _("The camera refused us and its clock is off. Set its clock, then try again."),
    "BAD_ANSWER": _("The camera's answer cannot be understood. Update its firmware, or add it by hand."),
    "FOREIGN_ADDRESS": _("The camera names another machine. Set its network address right in the camera."),
    "ADDRESS_REFUSED": _("This address is not in a camera network."),
    "UNSUPPORTED": _("The camera does not offer this."),
    "NO_MEDIA": _("The camera has no video profile. Make one in its own pages."),
    "FAULT": _("The camera reports a fault of its own. Restart it, then try again."),
}  # fmt: skip
STREAM_TROUBLE: Final[Mapping[str, Promise]] = {
    "AUTH_FAILED": _("The video asks for another password than ONVIF. Choose the right one."),
    "NOT_FOUND": _("The camera knows no video at the address it gave itself."),
    "UNREACHABLE": _("The video port does not answer. Check RTSP in the camera and the firewall."),
    "SESSION_LIMIT": _("The camera serves its video to as many as it can. End another viewer."),
    "ADDRESS_REFUSED": _("This address is not in a camera network."),
    "STALLED": _("The video was opened, but no picture came within the time."),
}
_OTHER = _("The video could not be read. Choose H.264 or H.265 in the camera.")


def trouble_words(error: DeviceError | StreamError) -> str:
    """A sentence that says what to do; it repeats no address and no password."""
    if isinstance(error, StreamError):
        return str(STREAM_TROUBLE.get(error.reason, _OTHER))
    return str(TROUBLE.get(error.reason, TROUBLE["BAD_ANSWER"]))


def tell() -> None:
    """Called once, when Django is ready."""
    VERBS.update(
        {
            "cameras.ptz_taken": _("Turning of a camera taken"),
            "cameras.ptz_released": _("Turning of a camera given back"),
            "cameras.ptz_moved": _("Camera turned"),
            "cameras.ptz_preset": _("Camera turned to a preset"),
            "cameras.ptz_home": _("Camera sent home"),
            "cameras.ptz_stopped": _("Camera stopped because its operator was not heard of"),
            "cameras.onvif_connected": _("Camera connected by ONVIF"),
            "cameras.onvif_disconnected": _("Camera connected by ONVIF no more"),
        }
    )
