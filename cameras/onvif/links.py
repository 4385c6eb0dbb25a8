"""From a row of the register to a device to speak to. Nothing here runs inside a transaction."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from django.conf import settings

from cameras.models import Camera, CredentialProfile
from cameras.onvif.device.client import Device
from cameras.onvif.device.errors import AuthRefused, BadAnswer, ClockOff, DeviceError, NotOnvif, Unsupported
from cameras.onvif.device.facts import Session, Target
from cameras.onvif.models import OnvifDevice
from cameras.secrets import Unreadable, unseal
from cameras.streams.networks import AllowedNetworks

T = TypeVar("T")
_PERHAPS_STALE = (AuthRefused, BadAnswer, ClockOff, NotOnvif, Unsupported)


def allowed_networks() -> AllowedNetworks:
    """Where cameras may live."""
    return AllowedNetworks.parse(settings.CAMERA_NETWORKS)


def target_of(host: str, port: int, profile: CredentialProfile | None) -> Target:
    """A device with its password; one that no longer opens leaves us to be refused, which is then told."""
    if profile is None:
        return Target(host, port)
    try:
        return Target(host, port, profile.username, unseal(profile.sealed_secret))
    except Unreadable:
        return Target(host, port, profile.username)


async def speak(camera: Camera, ask: Callable[[Device], Awaitable[T]]) -> tuple[T, Session | None]:
    """Do something with a camera; the session where it is new and should be kept (`keep_session`).

    Needs `onvif` and `credential` fetched. What was known of the device is used first; where it refuses, it
    may have changed since, and is asked anew once. Raises DeviceError.
    """
    known = camera.onvif
    services = {name: (place[0], place[1]) for name, place in known.services.items()}
    session = Session(services, known.clock_ahead_s)
    target = target_of(camera.stream_host, known.port, camera.credential)
    device = Device(target, allowed_networks(), session=session)
    if known.services:
        try:
            return await ask(device), None
        except DeviceError as error:
            if not isinstance(error, _PERHAPS_STALE):
                raise
    session = await device.connect()
    return await ask(device), session


def keep_session(camera: Camera, session: Session | None) -> None:
    """Remember what need not be asked again."""
    if session is not None:
        OnvifDevice.objects.filter(camera=camera).update(
            services={name: list(place) for name, place in session.services.items()},
            clock_ahead_s=session.clock_ahead_s,
        )
