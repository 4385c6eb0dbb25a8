"""Speaking to one ONVIF device: who it is, what it shows, where it looks, what happens there.

Order of a session: resolve and check the address, ask the clock (without password: it says whether this is
ONVIF at all, and dates our password's digest), ask for the services, then whatever is wanted. Every address
that the device names must be its own (see `addresses`).
"""

import datetime as dt
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from cameras.onvif.device import events, soap
from cameras.onvif.device.addresses import own_part
from cameras.onvif.device.errors import (
    AuthRefused,
    BadAnswer,
    ClockOff,
    DeviceError,
    DeviceFault,
    NoMedia,
    NotOnvif,
    Unreachable,
    Unsupported,
)
from cameras.onvif.device.facts import (
    Information,
    Preset,
    Profile,
    Pulled,
    Session,
    Stream,
    Target,
    Velocity,
    cut,
)
from cameras.onvif.device.http import Answer, Ask, Place, exchange, find_place
from cameras.streams.authentication import Authenticator
from cameras.streams.errors import AuthFailed
from cameras.streams.networks import AllowedNetworks

DEVICE_PATH: Final = "/onvif/device_service"  # ONVIF core specification, 5.1
MAX_ANSWER_BYTES: Final = 1_000_000
MAX_PICTURE_BYTES: Final = 4_000_000
MAX_PROFILES, MAX_PRESETS = 64, 300
CLOCK_TOLERANCE_S: Final = 60.0  # beyond it a refusal may be the clock's fault
SUBSCRIBED_S: Final = 600
_NAMESPACES: Final = {
    "http://www.onvif.org/ver10/media/wsdl": "media",
    "http://www.onvif.org/ver20/ptz/wsdl": "ptz",
    "http://www.onvif.org/ver10/events/wsdl": "events",
}


@dataclass(frozen=True, slots=True)
class Waits:
    """How long a device may take, in seconds."""

    answer_s: float = 5.0
    picture_s: float = 8.0


class Device:
    """One device. `connect` first, or give the session of an earlier one."""

    def __init__(
        self,
        target: Target,
        allowed: AllowedNetworks,
        *,
        session: Session | None = None,
        waits: Waits | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._target = target
        self._allowed = allowed
        self._waits = waits or Waits()
        self._now = now
        self._place: Place | None = None
        self.session = session or Session({})

    async def connect(self) -> Session:
        """Ask the clock and the services; raises DeviceError. The session may be kept."""
        ahead_s = await self.ask_clock()
        self.session = Session({}, ahead_s)
        self.session = Session(await self._ask_services(), ahead_s)
        return self.session

    async def ask_clock(self) -> float:
        """How far the device's clock is ahead of ours, in seconds; needs no password.

        Raises NotOnvif where something else answers.
        """
        try:
            reply = await self._send("device", "GetSystemDateAndTime", None, {}, has_token=False)
        except DeviceFault:
            return 0.0  # it speaks SOAP, and keeps its time to itself
        except AuthRefused:
            return 0.0  # against the specification, but some ask for the password here as well
        told = _clock(reply.value)
        return told - self._now() if told is not None else 0.0

    async def information(self) -> Information:
        """Make, model, firmware and serial number."""
        told = (await self._call("device", "GetDeviceInformation")).value
        return Information(
            make=cut(_of(told, "Manufacturer")),
            model=cut(_of(told, "Model")),
            firmware=cut(_of(told, "FirmwareVersion")),
            serial=cut(_of(told, "SerialNumber")),
        )

    async def profiles(self) -> list[Profile]:
        """The video profiles; raises NoMedia where there is none with a picture."""
        if "media" not in self.session.services:
            raise NoMedia("device has no media service")
        told = _items((await self._call("media", "GetProfiles")).value)
        found = [_profile(item) for item in told[:MAX_PROFILES] if _of(item, "VideoEncoderConfiguration")]
        if not found:
            raise NoMedia("device has no profile with a picture")
        return found

    async def stream(self, profile: str) -> Stream:
        """Where a profile's pictures come from over RTSP."""
        setup = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}
        reply = await self._call("media", "GetStreamUri", StreamSetup=setup, ProfileToken=profile)
        place = await self._where()
        return Stream(*own_part(place, _of(reply.value, "Uri"), "rtsp", self._target.password))

    async def snapshot(self, profile: str) -> bytes:
        """A picture now, as JPEG; raises Unsupported where the device offers none."""
        reply = await self._call("media", "GetSnapshotUri", ProfileToken=profile)
        place = await self._where()
        port, path = own_part(place, _of(reply.value, "Uri"), "http", self._target.password)
        wait_s = self._waits.picture_s
        answer = await self._asked(
            place.at_port(port), Ask("GET", path), limit=MAX_PICTURE_BYTES, timeout_s=wait_s
        )
        if answer.status != 200 or not answer.body.startswith(b"\xff\xd8"):
            raise Unsupported("device gives no picture")
        return answer.body

    async def presets(self, profile: str) -> list[Preset]:
        """The views that the camera remembers."""
        told = _items((await self._call("ptz", "GetPresets", ProfileToken=profile)).value)
        found = (Preset(cut(_of(item, "token"), 64), cut(_of(item, "Name"))) for item in told[:MAX_PRESETS])
        return [preset for preset in found if preset.token]

    async def move(self, profile: str, velocity: Velocity, for_s: float) -> None:
        """Turn until `stop`, or by the camera's own timer for at most `for_s` seconds."""
        await self._call(
            "ptz",
            "ContinuousMove",
            ProfileToken=profile,
            Velocity={
                "PanTilt": {"x": velocity.pan, "y": velocity.tilt},
                "Zoom": {"x": velocity.zoom},
            },
            Timeout=dt.timedelta(seconds=for_s),
        )

    async def stop(self, profile: str) -> None:
        """End every movement."""
        await self._call("ptz", "Stop", ProfileToken=profile, PanTilt=True, Zoom=True)

    async def go_to_preset(self, profile: str, preset: str) -> None:
        """Turn to a view that the camera remembers."""
        await self._call("ptz", "GotoPreset", ProfileToken=profile, PresetToken=preset)

    async def go_home(self, profile: str) -> None:
        """Turn to where the camera looks when nobody needs it elsewhere."""
        await self._call("ptz", "GotoHomePosition", ProfileToken=profile)

    async def subscribe(self) -> tuple[int, str]:
        """Begin to listen for ten minutes; port and path of the subscription."""
        if "events" not in self.session.services:
            raise Unsupported("device has no event service")
        reply = await self._call(
            "events", "CreatePullPointSubscription", InitialTerminationTime=f"PT{SUBSCRIBED_S}S"
        )
        address = _of(_of(_of(reply.value, "SubscriptionReference"), "Address"), "_value_1")
        return own_part(await self._where(), address, "http", self._target.password)

    async def pull(self, subscription: tuple[int, str], most: int = 100) -> Pulled:
        """What happened since the last look; waits a second at most."""
        reply = await self._call(
            "pullpoint", "PullMessages", subscription, Timeout=dt.timedelta(seconds=1), MessageLimit=most
        )
        return events.read(reply.element, most)

    async def renew(self, subscription: tuple[int, str]) -> None:
        """Listen ten minutes more."""
        await self._call("subscription", "Renew", subscription, TerminationTime=f"PT{SUBSCRIBED_S}S")

    async def unsubscribe(self, subscription: tuple[int, str]) -> None:
        """Listen no more."""
        await self._call("subscription", "Unsubscribe", subscription)

    async def _ask_services(self) -> dict[str, tuple[int, str]]:
        """Port and path by our name of the service; the older question where the newer is unknown."""
        try:
            told = _items(
                (await self._call("device", "GetServices", IncludeCapability=False)).value, "Service"
            )
            named = [(_of(item, "Namespace"), _of(item, "XAddr")) for item in told]
        except (Unsupported, DeviceFault):
            named = _capabilities((await self._call("device", "GetCapabilities", Category="All")).value)
        place = await self._where()
        return {
            _NAMESPACES[space]: own_part(place, address, "http", self._target.password)
            for space, address in named
            if space in _NAMESPACES
        }

    async def _call(
        self, service: str, operation: str, at: tuple[int, str] | None = None, **values: object
    ) -> soap.Reply:
        """Ask with password; a refusal beside a clock that is far off is told as the clock's."""
        try:
            return await self._send(service, operation, at, values)
        except AuthRefused:
            if abs(self.session.clock_ahead_s) > CLOCK_TOLERANCE_S:
                raise ClockOff("device refused us, and its clock is off") from None
            raise

    async def _send(
        self,
        service: str,
        operation: str,
        at: tuple[int, str] | None,
        values: Mapping[str, object],
        *,
        has_token: bool = True,
    ) -> soap.Reply:
        port, path = at or self._address(service)
        place = (await self._where()).at_port(port)
        body = soap.encode(
            service, operation, f"http://{place.host}:{port}{path}", self._token(has_token), **values
        )
        ask = Ask("POST", path, {"Content-Type": "application/soap+xml; charset=utf-8"}, body)
        answer = await self._asked(place, ask, limit=MAX_ANSWER_BYTES, timeout_s=self._waits.answer_s)
        _check_status(answer)
        return soap.decode(service, operation, answer.body)

    async def _asked(self, place: Place, ask: Ask, *, limit: int, timeout_s: float) -> Answer:
        """Ask, and again with a Digest where HTTP itself wants the password; never Basic, which shows it."""
        answer = await exchange(place, ask, limit=limit, timeout_s=timeout_s)
        offers = [offer for offer in answer.all("www-authenticate") if offer.lower().startswith("digest")]
        if answer.status != 401 or not offers:
            return answer
        guard = Authenticator(self._target.username, self._target.password)
        try:
            guard.accept(offers)
        except AuthFailed:
            return answer
        header = guard.header(ask.method, ask.path) or ""
        again = replace(ask, headers={**ask.headers, "Authorization": header})
        return await exchange(place, again, limit=limit, timeout_s=timeout_s)

    def _address(self, service: str) -> tuple[int, str]:
        if service == "device":
            return self._target.port, DEVICE_PATH
        if service not in self.session.services:
            raise Unsupported("device does not offer this service")
        return self.session.services[service]

    def _token(self, has_token: bool) -> soap.Security | None:
        if not has_token or not self._target.username:
            return None
        created = dt.datetime.fromtimestamp(self._now() + self.session.clock_ahead_s, dt.UTC)
        return soap.Security(self._target.username, self._target.password, created)

    async def _where(self) -> Place:
        if self._place is None:
            wait_s = self._waits.answer_s
            self._place = await find_place(self._target.host, self._target.port, self._allowed, wait_s)
        return self._place


def _check_status(answer: Answer) -> None:
    """Faults come with 400 or 500 and are read as such; other statuses say enough by themselves."""
    if answer.status in (401, 403):
        raise AuthRefused("device refused the user or password")
    if answer.status in (200, 400, 500) and answer.body:
        return
    if answer.status in (502, 503, 504):
        raise Unreachable("device is busy")
    raise NotOnvif("no ONVIF service at this address")


def _profile(item: object) -> Profile:
    encoder = _of(item, "VideoEncoderConfiguration")
    size = _of(encoder, "Resolution")
    token = cut(_of(item, "token"), 64)
    if not token:
        raise BadAnswer("profile has no token")
    return Profile(
        token=token,
        name=cut(_of(item, "Name")),
        source=cut(_of(_of(item, "VideoSourceConfiguration"), "SourceToken"), 64),
        codec=cut(_of(encoder, "Encoding"), 16),
        width=_count(_of(size, "Width")),
        height=_count(_of(size, "Height")),
        can_turn=_of(item, "PTZConfiguration") is not None,
    )


def _capabilities(told: object) -> list[tuple[str, object]]:
    names = {"Media": "media", "PTZ": "ptz", "Events": "events"}
    spaces = {service: space for space, service in _NAMESPACES.items()}
    return [
        (spaces[service], _of(_of(told, name), "XAddr")) for name, service in names.items() if _of(told, name)
    ]


def _clock(told: object) -> float | None:
    """The device's time as unix seconds; None where it is no date."""
    moment = _of(told, "UTCDateTime")
    date, clock = _of(moment, "Date"), _of(moment, "Time")
    numbers = [_of(date, name) for name in ("Year", "Month", "Day")]
    numbers += [_of(clock, name) for name in ("Hour", "Minute", "Second")]
    try:
        year, month, day, hour, minute, second = numbers
        return dt.datetime(year, month, day, hour, minute, second, tzinfo=dt.UTC).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None


def _items(told: object, name: str = "") -> list[object]:
    """A list of the answer; zeep gives the only element of an answer by itself."""
    found = _of(told, name) if name and not isinstance(told, list) else told
    return list(found) if isinstance(found, Iterable) and not isinstance(found, str) else []


def _of(value: Any, name: str) -> Any:  # noqa: ANN401 - zeep ships no types
    return None if value is None else getattr(value, name, None)


def _count(value: object) -> int:
    return value if isinstance(value, int) and 0 < value < 65536 else 0


__all__ = ["Device", "DeviceError", "Waits"]
