"""Turning a camera over the API."""

import datetime as dt
from dataclasses import asdict
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Requires
from accounts.principals import principal_of
from cameras.models import Camera
from cameras.onvif import ptz
from cameras.onvif.api.serializers import PtzCommandSerializer, PtzStateSerializer
from cameras.onvif.device.facts import Preset, Velocity
from ccoc.lib.instants import iso
from events.services import Actor


@extend_schema(methods=["GET"], responses=PtzStateSerializer)
@extend_schema(methods=["POST"], request=PtzCommandSerializer, responses=PtzStateSerializer)
@api_view(["GET", "POST"])
@permission_classes([Requires("cameras.ptz")])
def turn(request: Request, code: str) -> Response:
    """Who turns the camera (GET), or a command to it (POST)."""
    principal = principal_of(request._request)
    known = Camera.objects.visible_to(principal).registered().select_related("onvif", "credential")
    camera = get_object_or_404(known, code=code)
    actor, at = Actor.of(principal), timezone.now()
    if request.method == "GET":
        return Response(_state(camera, actor, at))
    said = PtzCommandSerializer(data=request.data)
    said.is_valid(raise_exception=True)
    presets = _obey(camera, actor, said.validated_data, at)
    return Response(_state(camera, actor, at) | ({} if presets is None else {"presets": presets}))


def _obey(camera: Camera, actor: Actor, said: dict[str, Any], at: dt.datetime) -> list[dict[str, str]] | None:
    """Do one command; presets where it was TAKE."""
    match said["action"]:
        case "TAKE":
            return [_preset(preset) for preset in ptz.take(camera=camera, actor=actor, at=at)]
        case "MOVE":
            velocity = Velocity(said["pan"], said["tilt"], said["zoom"])
            ptz.move(camera=camera, actor=actor, velocity=velocity, at=at)
        case "PRESET":
            ptz.go_to_preset(camera=camera, actor=actor, preset=said["preset"], at=at)
        case "HOME":
            ptz.go_home(camera=camera, actor=actor, at=at)
        case "STOP":
            ptz.stop(camera=camera, actor=actor, at=at)
        case "RELEASE":
            ptz.release(camera=camera, actor=actor, at=at)
        case _:
            raise Http404
    return None


def _preset(preset: Preset) -> dict[str, str]:
    found: dict[str, str] = asdict(preset)
    return found


def _state(camera: Camera, actor: Actor, at: dt.datetime) -> dict[str, object]:
    held = ptz.state(camera=camera, actor=actor, at=at)
    return {
        "can_turn": ptz.can_turn(camera),
        "holder": held.holder,
        "is_mine": held.is_mine,
        "ends_at": iso(held.ends_at) if held.ends_at else None,
    }
