"""Cameras of the register get their ONVIF side here."""

import datetime as dt
from typing import Any, TypedDict

from django.db import transaction

from alerts.services import close_if_open
from alerts.workflow import Outcome
from cameras.models import Camera
from cameras.onvif.listening import tamper_key
from cameras.onvif.models import OnvifDevice, PtzLease
from cameras.services import CameraValues, change_camera, register_camera
from events.services import Actor, Target, record


class Found(TypedDict):
    """What is kept of an examined device; see `OnvifDevice`."""

    port: int
    serial: str
    firmware: str
    profile_token: str
    can_turn: bool
    services: dict[str, Any]
    clock_ahead_s: float


def add_camera(
    *, actor: Actor, at: dt.datetime, code: str, values: CameraValues, found: Found, listens: bool
) -> Camera:
    """Register a camera and connect it in one step. Raises what `register_camera` raises."""
    with transaction.atomic():
        camera = register_camera(actor=actor, at=at, code=code, **values)
        OnvifDevice.objects.create(camera=camera, listens=listens, **found)
        _record_connected(camera, actor, found, listens, at)
    return camera


def connect_camera(
    *, actor: Actor, at: dt.datetime, camera_id: int, values: CameraValues, found: Found, listens: bool
) -> None:
    """Connect a known camera, or connect it anew, and set `values` in the register in the same step.

    Raises what `change_camera` raises. What the former device told is heard of no more.
    """
    with transaction.atomic():
        change_camera(camera_id=camera_id, actor=actor, at=at, **values)
        camera = Camera.objects.get(pk=camera_id)
        fresh = {"subscription": None, "subscribed_until": None, "next_pull_at": None}
        OnvifDevice.objects.update_or_create(
            camera=camera, defaults={**found, **fresh, "listens": listens, "failures": 0, "trouble": ""}
        )
        if not listens:
            close_if_open(dedupe_key=tamper_key(camera), outcome=Outcome.HANDLED, by=actor, at=at)
        _record_connected(camera, actor, found, listens, at)


def disconnect_camera(*, actor: Actor, at: dt.datetime, camera_id: int) -> bool:
    """Forget a camera's ONVIF side; whether there was one.

    A movement ends by the camera's own timer, its subscription by its own time; what it told of tampering
    could never be taken back, so that alert is closed.
    """
    with transaction.atomic():
        camera = Camera.objects.select_for_update().get(pk=camera_id)
        gone, _kinds = OnvifDevice.objects.filter(camera=camera).delete()
        if not gone:
            return False
        PtzLease.objects.filter(camera=camera).delete()
        close_if_open(dedupe_key=tamper_key(camera), outcome=Outcome.HANDLED, by=actor, at=at)
        target = Target("camera", camera.code, str(camera))
        record(actor=actor, verb="cameras.onvif_disconnected", target=target, at=at)
    return True


def _record_connected(camera: Camera, actor: Actor, found: Found, listens: bool, at: dt.datetime) -> None:
    record(
        actor=actor,
        verb="cameras.onvif_connected",
        target=Target("camera", camera.code, str(camera)),
        changes={"port": found["port"], "can_turn": found["can_turn"], "listens": listens},
        at=at,
    )
