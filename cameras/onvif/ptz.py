"""Turning a camera: one person at a time, stopped when that person is not heard of, home when left alone.

A lease is a row, taken under its lock; it ends by itself 30 s after its holder's last command. Commands go
to the camera after the transaction that allowed them. A movement must be renewed by its operator: the camera
is told to stop by itself after `MOVE_S`, and `tend` stops it as well, for cameras that do not listen to that.
"""

import asyncio
import datetime as dt
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from cameras.models import Camera, Kind
from cameras.onvif.device.client import Device
from cameras.onvif.device.errors import DeviceError
from cameras.onvif.device.facts import Preset, Velocity
from cameras.onvif.links import keep_session, speak
from cameras.onvif.models import PtzLease
from cameras.onvif.words import trouble_words
from ccoc.lib.errors import Refused
from events.services import Actor, Target, record

logger = logging.getLogger(__name__)
T = TypeVar("T")
LEASE = dt.timedelta(seconds=30)
MOVE_S = 1.5  # three of the panel's renewals
_STOP_AGAIN = dt.timedelta(seconds=2)
_GIVE_UP = dt.timedelta(minutes=5)
TENDER = Actor.system("PTZ tender")


class LeaseHeld(Refused):
    """Somebody else turns this camera now."""

    def __init__(self, holder: str) -> None:
        words = _("%(holder)s turns this camera now. It is free 30 seconds after the last movement.")
        super().__init__("ptz_held", words % {"holder": holder})


class CannotTurn(Refused):
    """The camera has nothing to turn it by."""

    def __init__(self) -> None:
        super().__init__("cannot_turn", _("This camera cannot be turned from here."))


class NotDone(Refused):
    """The camera did not do it; the words say what to do."""

    def __init__(self, error: DeviceError) -> None:
        super().__init__("ptz_not_done", trouble_words(error))


@dataclass(frozen=True, slots=True)
class Held:
    """How a camera's lease stands for whoever asks."""

    holder: str
    is_mine: bool
    ends_at: dt.datetime | None


def can_turn(camera: Camera) -> bool:
    """Whether a camera may be turned from here; needs `onvif` fetched."""
    device = getattr(camera, "onvif", None)
    return (
        camera.is_read
        and camera.kind in (Kind.PTZ, Kind.DOME)
        and camera.credential_id is not None
        and device is not None
        and device.can_turn
    )


def state(*, camera: Camera, actor: Actor, at: dt.datetime) -> Held:
    """Who turns the camera now."""
    lease = PtzLease.objects.filter(camera=camera).first()
    if lease is None or not _is_held(lease, at):
        return Held("", is_mine=False, ends_at=None)
    return Held(lease.holder_label, lease.holder == _key(actor), lease.ends_at)


def take(*, camera: Camera, actor: Actor, at: dt.datetime) -> list[Preset]:
    """Become, or stay, the one who turns it; the camera's presets. Raises LeaseHeld, NotDone."""
    _require(camera)
    with transaction.atomic():
        _hold(camera, actor, at)
    return _do(camera, lambda device: device.presets(camera.onvif.profile_token))


def release(*, camera: Camera, actor: Actor, at: dt.datetime) -> None:
    """Give the camera back, stopped; whoever does not hold it changes nothing."""
    with transaction.atomic():
        lease = PtzLease.objects.select_for_update().filter(camera=camera, holder=_key(actor)).first()
        if lease is None:
            return
        was_moving = lease.moving_until is not None
        _end(lease)
        _record(camera, actor, "cameras.ptz_released", at)
    if was_moving:
        _do(camera, lambda device: device.stop(camera.onvif.profile_token))


def move(*, camera: Camera, actor: Actor, velocity: Velocity, at: dt.datetime) -> None:
    """Turn on for `MOVE_S`; call again to go on. Takes the lease where it is free."""
    _require(camera)
    with transaction.atomic():
        lease = _hold(camera, actor, at)
        if lease.moving_until is None:  # a renewal is no new deed
            _record(camera, actor, "cameras.ptz_moved", at, **_plain(velocity))
        lease.moving_until = at + dt.timedelta(seconds=MOVE_S)
        lease.home_at = _home_at(camera, at)
        lease.save(update_fields=["moving_until", "home_at"])
    _do(camera, lambda device: device.move(camera.onvif.profile_token, velocity, MOVE_S))


def stop(*, camera: Camera, actor: Actor, at: dt.datetime) -> None:
    """End the movement."""
    _require(camera)
    with transaction.atomic():
        lease = _hold(camera, actor, at)
        lease.moving_until = at + _STOP_AGAIN  # the tender stops it where we cannot
        lease.save(update_fields=["moving_until"])
    _do(camera, lambda device: device.stop(camera.onvif.profile_token))
    PtzLease.objects.filter(camera=camera, moving_until=lease.moving_until).update(moving_until=None)


def go_to_preset(*, camera: Camera, actor: Actor, preset: str, at: dt.datetime) -> None:
    """Turn to a view that the camera remembers."""
    _require(camera)
    with transaction.atomic():
        lease = _hold(camera, actor, at)
        lease.moving_until, lease.home_at = None, _home_at(camera, at)
        lease.save(update_fields=["moving_until", "home_at"])
        _record(camera, actor, "cameras.ptz_preset", at, preset=preset)
    _do(camera, lambda device: device.go_to_preset(camera.onvif.profile_token, preset))


def go_home(*, camera: Camera, actor: Actor, at: dt.datetime) -> None:
    """Turn to where it looks when nobody needs it elsewhere."""
    _require(camera)
    with transaction.atomic():
        lease = _hold(camera, actor, at)
        lease.moving_until = lease.home_at = None
        lease.save(update_fields=["moving_until", "home_at"])
        _record(camera, actor, "cameras.ptz_home", at)
    _do(camera, lambda device: device.go_home(camera.onvif.profile_token))


def tend(*, at: dt.datetime) -> None:
    """Stop what nobody holds on to, and send home what was left alone. Safe to run twice or side by side."""
    _tend_moves(at)
    _tend_homes(at)


def _tend_moves(at: dt.datetime) -> None:
    """Each stop is claimed by moving its time, so that it is tried again until the camera took it."""
    for camera_id, due in PtzLease.objects.overdue_moves(at).values_list("pk", "moving_until"):
        claimed = at + _STOP_AGAIN if due and at - due < _GIVE_UP else None
        same = PtzLease.objects.filter(pk=camera_id, moving_until=due)
        if same.update(moving_until=claimed):
            camera = _fetched(camera_id)
            if _tried(camera, Device.stop):
                PtzLease.objects.filter(pk=camera_id, moving_until=claimed).update(moving_until=None)
                _note(camera, "cameras.ptz_stopped", at)


def _tend_homes(at: dt.datetime) -> None:
    for camera_id, due in PtzLease.objects.due_home(at).values_list("pk", "home_at"):
        is_hopeless = due is not None and at - due > _GIVE_UP
        again = None if is_hopeless else at + LEASE
        if PtzLease.objects.filter(pk=camera_id, home_at=due).update(home_at=again):
            camera = _fetched(camera_id)
            if _tried(camera, Device.go_home):
                PtzLease.objects.filter(pk=camera_id, home_at=again).update(home_at=None)
                _note(camera, "cameras.ptz_home", at)


def _hold(camera: Camera, actor: Actor, at: dt.datetime) -> PtzLease:
    """The lease in the actor's hands for 30 s more, locked; raises LeaseHeld."""
    PtzLease.objects.bulk_create([PtzLease(camera=camera)], ignore_conflicts=True)
    lease: PtzLease = PtzLease.objects.select_for_update().get(camera=camera)
    is_mine = _is_held(lease, at) and lease.holder == _key(actor)
    if _is_held(lease, at) and not is_mine:
        raise LeaseHeld(lease.holder_label)
    if not is_mine:
        _record(camera, actor, "cameras.ptz_taken", at)
    lease.holder, lease.holder_label, lease.ends_at = _key(actor), actor.label[:200], at + LEASE
    lease.save(update_fields=["holder", "holder_label", "ends_at"])
    return lease


def _end(lease: PtzLease) -> None:
    lease.holder, lease.holder_label, lease.ends_at, lease.moving_until = "", "", None, None
    lease.save(update_fields=["holder", "holder_label", "ends_at", "moving_until"])


def _is_held(lease: PtzLease, at: dt.datetime) -> bool:
    return bool(lease.holder) and lease.ends_at is not None and lease.ends_at > at


def _require(camera: Camera) -> None:
    if not can_turn(camera):
        raise CannotTurn


def _do(camera: Camera, ask: Callable[[Device], Awaitable[T]]) -> T:
    try:
        done, session = asyncio.run(speak(camera, ask))
    except DeviceError as error:
        raise NotDone(error) from error
    keep_session(camera, session)
    return done


def _tried(camera: Camera, ask: Callable[[Device, str], Awaitable[None]]) -> bool:
    try:
        _do(camera, lambda device: ask(device, camera.onvif.profile_token))
    except NotDone as error:
        logger.warning("camera %s could not be tended: %s", camera.pk, error.code)
        return False
    return True


def _fetched(camera_id: int) -> Camera:
    return Camera.objects.select_related("onvif", "credential").get(pk=camera_id)


def _home_at(camera: Camera, at: dt.datetime) -> dt.datetime | None:
    wait_s = camera.onvif.home_after_s
    return at + dt.timedelta(seconds=wait_s) if wait_s else None


def _key(actor: Actor) -> str:
    return f"{actor.kind}:{actor.id}"


def _plain(velocity: Velocity) -> dict[str, float]:
    return {"pan": velocity.pan, "tilt": velocity.tilt, "zoom": velocity.zoom}


def _note(camera: Camera, verb: str, at: dt.datetime) -> None:
    with transaction.atomic():
        _record(camera, TENDER, verb, at)


def _record(camera: Camera, actor: Actor, verb: str, at: dt.datetime, **changes: object) -> None:
    target = Target("camera", camera.code, str(camera))
    record(actor=actor, verb=verb, target=target, changes=changes, at=at)
