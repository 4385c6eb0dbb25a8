"""What cameras tell by themselves: motion, tampering, contacts. Short looks at pull points, by turns.

The subscription lives in the camera and its address in the row, so that any worker can make the next look
and none has to stay. A camera that fails is asked less and less often.
"""

import asyncio
import datetime as dt
import logging
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from alerts.services import Source, close_if_open, raise_alert
from alerts.workflow import Kind as AlertKind
from alerts.workflow import Outcome, Priority
from cameras.models import Camera
from cameras.onvif.device.client import SUBSCRIBED_S, Device
from cameras.onvif.device.errors import DeviceError
from cameras.onvif.device.facts import DeviceEvent, Happening, Pulled, Session
from cameras.onvif.links import keep_session, speak
from cameras.onvif.models import OnvifDevice
from cameras.recording.services import demand
from ccoc.lib.geo import Point
from events.services import Actor

logger = logging.getLogger(__name__)
EVERY = dt.timedelta(seconds=5)
BATCH, AT_ONCE = 64, 16
CLAIM = dt.timedelta(seconds=60)  # longer than a look may take
FIRST_WAIT_S, LONGEST_WAIT_S = 10.0, 600.0
RENEW_BEFORE = dt.timedelta(seconds=SUBSCRIBED_S / 3)
RECORD_FOR = dt.timedelta(seconds=10)
_NOTHING = Pulled((), 0)
LISTENER = Actor.system("ONVIF events")


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a camera gave; `error` where it gave nothing."""

    camera: Camera
    pulled: Pulled = _NOTHING
    subscription: tuple[int, str] | None = None
    is_renewed: bool = False
    session: Session | None = None
    error: DeviceError | None = None


def listen(*, at: dt.datetime) -> int:
    """Look at every camera that is due, at most 64 of them; how many were."""
    cameras = _claimed(at)
    for look in asyncio.run(_look_at(cameras, at)) if cameras else []:
        _keep(look, at)
        _act(look, at)
    return len(cameras)


def _claimed(at: dt.datetime) -> list[Camera]:
    with transaction.atomic():
        due = OnvifDevice.objects.due_to_pull(at).order_by("next_pull_at", "pk")
        ids = list(due.select_for_update(of=("self",), skip_locked=True).values_list("pk", flat=True)[:BATCH])
        OnvifDevice.objects.filter(pk__in=ids).update(next_pull_at=at + CLAIM)
    return list(Camera.objects.filter(pk__in=ids).select_related("onvif", "credential").by_code())


async def _look_at(cameras: Sequence[Camera], at: dt.datetime) -> list[Look]:
    few = asyncio.Semaphore(AT_ONCE)

    async def look(camera: Camera) -> Look:
        async with few:
            try:
                found, session = await speak(camera, lambda device: _pull(camera, device, at))
            except DeviceError as error:
                return Look(camera, error=error)
            pulled, subscription, is_renewed = found
            return Look(camera, pulled, subscription, is_renewed, session)

    return list(await asyncio.gather(*map(look, cameras)))


async def _pull(camera: Camera, device: Device, at: dt.datetime) -> tuple[Pulled, tuple[int, str], bool]:
    """Events since the last look. A subscription that the camera forgot is made anew."""
    known, until = camera.onvif.subscription, camera.onvif.subscribed_until
    if known and until and until > at:
        place = (int(known[0]), str(known[1]))
        try:
            pulled = await device.pull(place)
            if until - at > RENEW_BEFORE:
                return pulled, place, False
            await device.renew(place)
        except DeviceError:
            logger.info("camera %s forgot our subscription", camera.pk)
        else:
            return pulled, place, True
    place = await device.subscribe()
    return await device.pull(place), place, True


def _keep(look: Look, at: dt.datetime) -> None:
    """Counts, the subscription, and when to look next."""
    row = OnvifDevice.objects.filter(camera=look.camera)
    keep_session(look.camera, look.session)
    if look.error is not None:
        failures = look.camera.onvif.failures + 1
        later = at + dt.timedelta(seconds=_wait_s(failures))
        row.update(failures=min(failures, 99), trouble=look.error.reason, next_pull_at=later)
        return
    row.update(
        failures=0, trouble="", next_pull_at=at + EVERY, subscription=look.subscription, heard=_counts(look)
    )
    if look.is_renewed:
        row.update(subscribed_until=at + dt.timedelta(seconds=SUBSCRIBED_S))


def _wait_s(failures: int) -> float:
    """Half to all of a doubling wait, so that cameras which failed together do not come back together."""
    longest_s: float = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(failures - 1, 8))
    return longest_s * random.uniform(0.5, 1.0)  # noqa: S311 - spreads work, guards nothing


def _counts(look: Look) -> dict[str, int]:
    """All events so far by kind, those without a use for us as OTHER."""
    counts = Counter(look.camera.onvif.heard)
    counts.update(event.kind.value for event in look.pulled.events)
    counts["OTHER"] += look.pulled.others
    return dict(counts)


def _act(look: Look, at: dt.datetime) -> None:
    """Record motion; tell people of tampering and contacts, once each."""
    newest = {(event.kind, event.source): event for event in look.pulled.events}
    for event in newest.values():
        if event.kind is Happening.TAMPER:
            _tell_tampering(look.camera, event, at)
    for event in {(e.kind, e.source): e for e in look.pulled.events if e.is_on and not e.is_first}.values():
        if event.kind is Happening.MOTION:
            demand(camera_ids=[look.camera.pk], until=at + RECORD_FOR, reason="MOTION")
        elif event.kind is Happening.INPUT:
            _tell_input(look.camera, event, at)


def tamper_key(camera: Camera) -> str:
    """The alert in which a camera's own word of tampering is told."""
    return f"tamper:{camera.code}"


def _tell_tampering(camera: Camera, event: DeviceEvent, at: dt.datetime) -> None:
    key = tamper_key(camera)
    if event.is_on:
        words = _("Camera %(camera)s says that it was covered or moved") % {"camera": camera.code}
        _raise(camera, key, words, Priority.LOOK, event, at)
    else:
        close_if_open(dedupe_key=key, outcome=Outcome.RESTORED, by=LISTENER, at=at)


def _tell_input(camera: Camera, event: DeviceEvent, at: dt.datetime) -> None:
    words = _("Contact %(contact)s at camera %(camera)s was closed")
    words %= {"contact": event.source or "–", "camera": camera.code}
    _raise(camera, f"input:{camera.code}:{event.source}"[:80], words, Priority.URGENT, event, at)


def _raise(
    camera: Camera, key: str, words: str, priority: Priority, event: DeviceEvent, at: dt.datetime
) -> None:
    raise_alert(
        kind=AlertKind.CAMERA,
        priority=priority,
        dedupe_key=key,
        subject=words,
        place=camera.name,
        point=None if camera.lat is None or camera.lon is None else Point(camera.lat, camera.lon),
        source=Source("camera", camera.code),
        details={"camera": camera.code, "event": event.kind.value, "contact": event.source},
        actor=LISTENER,
        at=at,
    )
