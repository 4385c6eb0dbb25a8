"""What can go wrong with an ONVIF device, one type a cause.

Messages are constants: an address, a user name or a password never enters one. `reason` is the stable code
that pages turn into a sentence which says what to do.
"""

from typing import ClassVar


class DeviceError(Exception):
    """A device could not be used."""

    reason: ClassVar[str] = "DEVICE_ERROR"


class Unreachable(DeviceError):
    """No connection, or no whole answer in time."""

    reason = "UNREACHABLE"


class NotOnvif(DeviceError):
    """Something answers at this port, but not in ONVIF's way."""

    reason = "NOT_ONVIF"


class AuthRefused(DeviceError):
    """The device refused our user and password."""

    reason = "AUTH_REFUSED"


class ClockOff(DeviceError):
    """The device refused us and its clock is so far off that this may be why (WS-Security is dated)."""

    reason = "CLOCK_OFF"


class BadAnswer(DeviceError):
    """An answer too large, cut short, hostile, or not of the published shape."""

    reason = "BAD_ANSWER"


class ForeignAddress(DeviceError):
    """The device names another machine for one of its services or streams; we never follow it there."""

    reason = "FOREIGN_ADDRESS"


class AddressRefused(DeviceError):
    """The address lies outside the camera networks."""

    reason = "ADDRESS_REFUSED"


class Unsupported(DeviceError):
    """The device does not offer what was asked of it."""

    reason = "UNSUPPORTED"


class NoMedia(DeviceError):
    """The device has no video profile that we can use."""

    reason = "NO_MEDIA"


class DeviceFault(DeviceError):
    """The device answered with a fault of its own."""

    reason = "FAULT"
