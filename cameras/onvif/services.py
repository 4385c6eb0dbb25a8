"""Cameras of the register get their ONVIF side here."""

import datetime as dt
from typing import Any, TypedDict

from django.db import transaction

from cameras.models import Camera
from cameras.onvif.models import OnvifDevice
from cameras.services import CameraValues, register_camera
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
        record(
            actor=actor,
            verb="cameras.onvif_connected",
            target=Target("camera", camera.code, str(camera)),
            changes={"port": found["port"], "can_turn": found["can_turn"], "listens": listens},
            at=at,
        )
    return camera
