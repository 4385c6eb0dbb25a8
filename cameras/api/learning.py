"""The API of learning: this camera did not show it."""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Requires
from accounts.principals import principal_of
from cameras.learning import saw_nothing, take_back
from cameras.models import Camera
from ccoc.lib.geo import Point
from events.services import Actor


class NothingSeenSerializer(serializers.Serializer[object]):
    """Where somebody looked, and for which alert."""

    lat = serializers.FloatField(min_value=-90, max_value=90)
    lon = serializers.FloatField(min_value=-180, max_value=180)
    alert_id = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=2**63 - 1)


class SaidSerializer(serializers.Serializer[object]):
    """What `undo` needs."""

    id = serializers.IntegerField()


@extend_schema(request=NothingSeenSerializer, responses={201: SaidSerializer})
@api_view(["POST"])
@permission_classes([Requires("cameras.learn")])
def say_nothing_seen(request: Request, code: str) -> Response:
    """Through this camera the place could not be seen: it ranks lower there from now on."""
    camera = get_object_or_404(Camera.objects.visible_to(principal_of(request._request)), code=code)
    asked = NothingSeenSerializer(data=request.data)
    asked.is_valid(raise_exception=True)
    said = saw_nothing(
        camera=camera,
        place=Point(asked.validated_data["lat"], asked.validated_data["lon"]),
        actor=Actor.of(principal_of(request._request)),
        at=timezone.now(),
        alert_id=asked.validated_data.get("alert_id"),
    )
    return Response({"id": said.pk}, status=201)


@extend_schema(request=None, responses={204: None})
@api_view(["POST"])
@permission_classes([Requires("cameras.learn")])
def undo_nothing_seen(request: Request, pk: int) -> Response:
    """Take it back."""
    take_back(said_id=pk, actor=Actor.of(principal_of(request._request)), at=timezone.now())
    return Response(status=204)
