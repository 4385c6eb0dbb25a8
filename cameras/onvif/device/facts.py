"""What an ONVIF device tells about itself, in our words, each text cut to what the register holds."""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

_SUB_PIXELS: Final = 640 * 360  # the small picture that walls and motion want
_TEXT: Final = 60


@dataclass(frozen=True, slots=True)
class Target:
    """A device to speak to."""

    host: str
    port: int
    username: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Information:
    """Who made the device."""

    make: str
    model: str
    firmware: str
    serial: str


@dataclass(frozen=True, slots=True)
class Profile:
    """One of the pictures that a device offers; sizes in pixels, 0 where it does not say."""

    token: str
    name: str
    source: str
    codec: str
    width: int
    height: int
    can_turn: bool


@dataclass(frozen=True, slots=True)
class Stream:
    """An RTSP address without user or password; `path` keeps its query."""

    port: int
    path: str


@dataclass(frozen=True, slots=True)
class Preset:
    """A view that the camera remembers."""

    token: str
    name: str


@dataclass(frozen=True, slots=True)
class Session:
    """What need not be asked again: ports and paths of services, and the device's clock minus ours (s)."""

    services: dict[str, tuple[int, str]]
    clock_ahead_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Velocity:
    """-1 to 1 each: to the right, up, nearer."""

    pan: float = 0.0
    tilt: float = 0.0
    zoom: float = 0.0


class Happening(StrEnum):
    """Kinds of event that we act on."""

    MOTION = "MOTION"
    TAMPER = "TAMPER"
    INPUT = "INPUT"


@dataclass(frozen=True, slots=True)
class DeviceEvent:
    """Something happened, began or ended. `at` is by the device's clock, None where it is no time.

    `is_first` marks the state that a device tells when one begins to listen: it may be hours old.
    """

    kind: Happening
    is_on: bool
    source: str
    is_first: bool
    at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Pulled:
    """The events of one look, and how many others there were that we know nothing to do with."""

    events: tuple[DeviceEvent, ...]
    others: int


def cut(value: object, length: int = _TEXT) -> str:
    """Printable text of at most so many characters; empty for what is none."""
    text = value if isinstance(value, str) else ""
    return "".join(letter for letter in text if letter.isprintable()).strip()[:length]


def choose_profiles(profiles: Sequence[Profile]) -> tuple[Profile, Profile | None]:
    """The full picture and the small one of the first video source, told by their sizes.

    `profiles` is not empty. A device with one size has no small picture.
    """
    own = [profile for profile in profiles if profile.source == profiles[0].source]
    main = max(own, key=_pixels)
    smaller = [profile for profile in own if 0 < _pixels(profile) < _pixels(main)]
    return main, min(smaller, key=lambda profile: abs(math.log(_pixels(profile) / _SUB_PIXELS)), default=None)


def _pixels(profile: Profile) -> int:
    return profile.width * profile.height
