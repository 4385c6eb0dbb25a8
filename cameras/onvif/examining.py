"""Trying a device step by step, as the person who adds it would: reach it, sign in, see its pictures."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import NoReturn

from django.utils.translation import gettext as _

from cameras.models import CredentialProfile
from cameras.onvif.device.client import CLOCK_TOLERANCE_S, Device
from cameras.onvif.device.errors import DeviceError, NotOnvif
from cameras.onvif.device.facts import Information, Profile, Stream, choose_profiles
from cameras.onvif.first_picture import first_picture
from cameras.onvif.links import allowed_networks, target_of
from cameras.onvif.words import trouble_words
from cameras.streams.errors import StreamError
from cameras.streams.networks import CameraAddress
from cameras.streams.units import StreamSource

OK, WARN, FAIL = "OK", "WARN", "FAIL"
ALL_WITHIN_S = 40.0


@dataclass(frozen=True, slots=True)
class Step:
    """One thing tried: its name, how it went, and what was found or what to do."""

    name: str
    outcome: str
    words: str


@dataclass(slots=True)
class Examination:
    """What was found of a device, as far as the steps went. `picture` is a JPEG."""

    host: str
    port: int
    steps: list[Step] = field(default_factory=list)
    information: Information | None = None
    main: Profile | None = None
    stream: Stream | None = None
    sub: Stream | None = None
    services: dict[str, tuple[int, str]] = field(default_factory=dict)
    clock_ahead_s: float = 0.0
    picture: bytes = b""

    @property
    def can_turn(self) -> bool:
        return self.main is not None and self.main.can_turn and "ptz" in self.services

    @property
    def can_be_added(self) -> bool:
        """Whether enough is known to fill the form."""
        return self.stream is not None

    def note(self, name: str, outcome: str, words: str) -> None:
        self.steps.append(Step(name, outcome, words))


def examine(host: str, port: int, profile: CredentialProfile | None) -> Examination:
    """Try each step until one fails; never raises for what a device does."""
    found = Examination(host, port)
    asyncio.run(_examine(found, profile))
    return found


async def _examine(found: Examination, profile: CredentialProfile | None) -> None:
    device = Device(target_of(found.host, found.port, profile), allowed_networks())
    try:
        async with asyncio.timeout(ALL_WITHIN_S):
            await _reach(found, device)
            await _sign_in(found, device)
            await _profiles(found, device)
            await _picture(found, profile)
    except TimeoutError:
        found.note(_("Time"), FAIL, _("The camera answers too slowly to be added now. Try again."))
    except _Ended:
        pass


class _Ended(Exception):
    """A step failed and the next ones make no sense."""


async def _reach(found: Examination, device: Device) -> None:
    try:
        ahead_s = await device.ask_clock()
    except NotOnvif as error:
        found.note(_("Network"), OK, _("The address answers."))
        _end(found, _("ONVIF"), error)
    except DeviceError as error:
        _end(found, _("Network"), error)
    found.note(_("Network"), OK, _("The address answers."))
    if abs(ahead_s) <= CLOCK_TOLERANCE_S:
        found.note(_("ONVIF"), OK, _("The device speaks ONVIF and its clock is right."))
    else:
        words = _("It speaks ONVIF, but its clock is off by %(minutes)d minutes. Give it an NTP server.")
        found.note(_("ONVIF"), WARN, words % {"minutes": max(1, round(abs(ahead_s) / 60))})


async def _sign_in(found: Examination, device: Device) -> None:
    try:
        session = await device.connect()
        found.information = await device.information()
    except DeviceError as error:
        _end(found, _("Password"), error)
    found.services, found.clock_ahead_s = session.services, session.clock_ahead_s
    told = found.information
    found.note(_("Password"), OK, f"{told.make} {told.model}".strip() or _("The camera let us in."))


async def _profiles(found: Examination, device: Device) -> None:
    try:
        main, small = choose_profiles(await device.profiles())
        found.main, found.stream = main, await device.stream(main.token)
        if small is not None:
            with contextlib.suppress(DeviceError):  # the full picture alone is enough to go on
                found.sub = await device.stream(small.token)
    except DeviceError as error:
        _end(found, _("Pictures"), error)
    if found.sub is not None and small is not None and found.sub.port == found.stream.port:
        words = _("Full picture %(main)s, small picture %(sub)s")
        found.note(_("Pictures"), OK, words % {"main": _size(main), "sub": _size(small)})
    else:
        found.sub = None
        words = _("Full picture %(main)s. There is no small one; the wall will show the full one.")
        found.note(_("Pictures"), WARN, words % {"main": _size(main)})


async def _picture(found: Examination, profile: CredentialProfile | None) -> None:
    """Open the video as ingest will, and show its first key picture."""
    assert found.stream is not None  # noqa: S101 - the step before ended otherwise
    target = target_of(found.host, found.port, profile)
    url = CameraAddress(found.host, found.stream.port, found.stream.path).url
    source = StreamSource(code="new camera", url=url, username=target.username, password=target.password)
    try:
        found.picture = await first_picture(source, allowed_networks())
    except StreamError as error:
        found.note(_("Video"), FAIL, trouble_words(error))
    else:
        found.note(_("Video"), OK, _("The video opens. This is its picture now."))


def _end(found: Examination, name: str, error: DeviceError) -> NoReturn:
    found.note(name, FAIL, trouble_words(error))
    raise _Ended


def _size(profile: Profile) -> str:
    return f"{profile.width}×{profile.height} {profile.codec}"
