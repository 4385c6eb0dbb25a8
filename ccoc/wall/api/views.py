"""The wall's own questions: everything at once, all thumbnails at once, which cameras see a place."""

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Requires
from cameras import pictures
from cameras.api.serializers import SinceSerializer
from cameras.api.views import newest_sheet
from cameras.facts import facts_at
from cameras.sight import rank_views
from ccoc.lib.geo import Point
from ccoc.wall.api.serializers import (
    SnapshotSerializer,
    SpotQuerySerializer,
    ViewsSerializer,
)
from ccoc.wall.snapshot import camera_payloads, snapshot

VIEWS = 4  # pictures on the right of the wall


@extend_schema(responses=SnapshotSerializer)
@api_view(["GET"])
@permission_classes([Requires("wall.view")])
def show_snapshot(request: Request) -> Response:
    """What events after `seq` are applied to."""
    return Response(snapshot(timezone.now()))


@extend_schema(
    parameters=[SinceSerializer],
    responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
)
@api_view(["GET"])
@permission_classes([Requires("wall.view")])
def show_sheet(request: Request) -> HttpResponse:
    """Thumbnails written since `since`, packed as `cameras.pictures.sheet_pack` says."""
    return newest_sheet(request)


@extend_schema(parameters=[SpotQuerySerializer], responses=ViewsSerializer)
@api_view(["GET"])
@permission_classes([Requires("wall.view")])
def show_views(request: Request) -> Response:
    """The four cameras that see a place best, each with its reason."""
    asked = SpotQuerySerializer(data=request.query_params)
    asked.is_valid(raise_exception=True)
    cameras = camera_payloads()
    ages = pictures.ages((camera["code"] for camera in cameras), now=timezone.now().timestamp())
    spot = asked.validated_data
    facts = facts_at(Point(spot["lat"], spot["lon"]), at=timezone.now())
    views = rank_views(cameras, **spot, limit=VIEWS, ages=ages, facts=facts)
    return Response({"views": views})
