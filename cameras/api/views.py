"""The cameras' API: a list by code, and one camera's newest still."""

import datetime as dt

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, permission_classes
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Requires
from accounts.principals import principal_of
from cameras import pictures
from cameras.api.serializers import (
    CameraFilterSerializer,
    CameraSerializer,
    CameraStatesSerializer,
    LiveTicketSerializer,
    SinceSerializer,
)
from cameras.live import TICKET_S, issue_ticket
from cameras.models import Camera
from cameras.payloads import camera_payload, health_of, state_of
from cameras.pictures import newest_picture
from cameras.watching import mark_watched
from ccoc.lib.instants import iso


class ByCode(CursorPagination):
    """By code, 50 a page."""

    ordering = "code"


@extend_schema(parameters=[CameraFilterSerializer], responses=CameraSerializer(many=True))
@api_view(["GET"])
@permission_classes([Requires("cameras.view")])
def list_cameras(request: Request) -> Response:
    """Cameras in the register by code; `?q=ตลาด&condition=down&owner=…` narrows."""
    asked = CameraFilterSerializer(data=request.query_params)
    asked.is_valid(raise_exception=True)
    wanted = asked.validated_data
    found = Camera.objects.visible_to(principal_of(request._request)).registered().with_health()
    found = found.matching(wanted.get("q", "")).owned_by(wanted.get("owner", ""))
    pages = ByCode()
    page = pages.paginate_queryset(found.in_condition(wanted.get("condition", "")), request) or []
    return pages.get_paginated_response([camera_payload(camera) for camera in page])


@extend_schema(responses=CameraStatesSerializer)
@api_view(["GET"])
@permission_classes([Requires("cameras.view")])
def list_states(request: Request) -> Response:
    """How every camera is doing, in one query: what a page of many pictures asks for every few seconds."""
    at = timezone.now()
    cameras = list(Camera.objects.visible_to(principal_of(request._request)).registered().with_health())
    ages = pictures.ages((camera.code for camera in cameras), now=at.timestamp())
    states = {
        camera.code: {"health": state_of(camera, health_of(camera)), "age_s": ages[camera.code]}
        for camera in cameras
    }
    return Response({"at": iso(at), "cameras": states})


@extend_schema(
    parameters=[SinceSerializer], responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}
)
@api_view(["GET"])
@permission_classes([Requires("cameras.still")])
def show_sheet(request: Request) -> HttpResponse:
    """Thumbnails written since `since`, packed as `cameras.pictures.sheet_pack` says."""
    return newest_sheet(request)


@extend_schema(responses={(200, "image/jpeg"): OpenApiTypes.BINARY, 204: None})
@api_view(["GET"])
@permission_classes([Requires("cameras.still")])
def show_still(request: Request, code: str) -> HttpResponse:
    """The newest still, 640x360 JPEG with its time in `X-Captured-At`; asking keeps it fresh for 10 s.

    Before the first still is made it is the newest thumbnail; 204 while there is neither.
    """
    camera = get_object_or_404(Camera.objects.visible_to(principal_of(request._request)), code=code)
    mark_watched(camera.code)
    picture = newest_picture(camera.code)
    if picture is None:
        return HttpResponse(status=204)
    captured_at = dt.datetime.fromtimestamp(picture.captured_ms / 1000, dt.UTC)
    headers = {"X-Captured-At": iso(captured_at), "Cache-Control": "no-store"}
    return HttpResponse(picture.jpeg, content_type="image/jpeg", headers=headers)


@extend_schema(request=None, responses=LiveTicketSerializer)
@api_view(["POST"])
@permission_classes([Requires("cameras.live")])
def open_live(request: Request, code: str) -> Response:
    """A ticket for the socket `/ws/live/<code>`, good for a minute and for whoever asked only."""
    principal = principal_of(request._request)
    camera = get_object_or_404(Camera.objects.visible_to(principal).read(), code=code)
    ticket = issue_ticket(principal=principal, code=camera.code)
    return Response({"ticket": ticket, "expires_in_s": TICKET_S})


def newest_sheet(request: Request) -> HttpResponse:
    """The contact sheet of all cameras since the moment that `request` names."""
    asked = SinceSerializer(data=request.query_params)
    asked.is_valid(raise_exception=True)
    at = timezone.now()
    seen = Camera.objects.visible_to(principal_of(request._request)).registered()
    codes = seen.by_code().values_list("code", flat=True)
    pack = pictures.sheet_pack(codes, asked.validated_data["since"], at=iso(at), now=at.timestamp())
    return HttpResponse(pack, content_type="application/octet-stream")
