"""The alerts API: a list, one alert, and what an operator may do to it."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, permission_classes
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from accounts.access import Requires
from accounts.principals import principal_of
from alerts import services
from alerts.api.serializers import (
    AcknowledgedSerializer,
    AlertFilterSerializer,
    AlertSerializer,
    CloseSerializer,
    ShelveSerializer,
)
from alerts.models import Alert
from alerts.payloads import alert_payload
from alerts.querysets import AlertQuerySet
from events.services import Actor


class Newest(CursorPagination):
    """Newest first, 50 a page; a cursor does not shift while alerts come in."""

    ordering = ("-raised_at", "-id")


@extend_schema(parameters=[AlertFilterSerializer], responses=AlertSerializer(many=True))
@api_view(["GET"])
@permission_classes([Requires("alerts.view")])
def list_alerts(request: Request) -> Response:
    """Alerts, newest first; `?state=WAITING&kind=SOS` narrows, `?q=กข 1234&since=…` finds."""
    wanted = AlertFilterSerializer(data=request.query_params)
    wanted.is_valid(raise_exception=True)
    pages = Newest()
    page = pages.paginate_queryset(_found(**wanted.validated_data), request) or []
    return pages.get_paginated_response([alert_payload(alert) for alert in page])


@extend_schema(responses=AlertSerializer)
@api_view(["GET"])
@permission_classes([Requires("alerts.view")])
def show_alert(request: Request, pk: int) -> Response:
    """One alert."""
    return Response(alert_payload(get_object_or_404(Alert, pk=pk)))


@extend_schema(request=None, responses=AcknowledgedSerializer)
@api_view(["POST"])
@permission_classes([Requires("alerts.ack")])
def acknowledge(request: Request, pk: int) -> Response:
    """Take it; every wall falls silent. The second to ask gets the same alert with `is_first` false."""
    done = services.acknowledge(alert=get_object_or_404(Alert, pk=pk), by=_actor(request), at=timezone.now())
    return Response({**alert_payload(done.alert), "is_first": done.is_first})


@extend_schema(request=None, responses=AlertSerializer)
@api_view(["POST"])
@permission_classes([Requires("alerts.ack")])
def undo(request: Request, pk: int) -> Response:
    """Give it back within 60 s."""
    alert = services.undo_acknowledge(
        alert=get_object_or_404(Alert, pk=pk), by=_actor(request), at=timezone.now()
    )
    return Response(alert_payload(alert))


@extend_schema(request=ShelveSerializer, responses=AlertSerializer)
@api_view(["POST"])
@permission_classes([Requires("alerts.close")])
def shelve(request: Request, pk: int) -> Response:
    """Put it out of the way for 15 or 60 minutes; refused for an SOS and whatever is critical."""
    return _moved(services.shelve, request, pk, ShelveSerializer)


@extend_schema(request=None, responses=AlertSerializer)
@api_view(["POST"])
@permission_classes([Requires("alerts.close")])
def unshelve(request: Request, pk: int) -> Response:
    """Bring it back before its time."""
    alert = services.unshelve(alert=get_object_or_404(Alert, pk=pk), by=_actor(request), at=timezone.now())
    return Response(alert_payload(alert))


@extend_schema(request=CloseSerializer, responses=AlertSerializer)
@api_view(["POST"])
@permission_classes([Requires("alerts.close")])
def close(request: Request, pk: int) -> Response:
    """Close it with what it turned out to be."""
    return _moved(services.close_alert, request, pk, CloseSerializer)


def _moved(move: Callable[..., Alert], request: Request, pk: int, shape: type[Serializer[Any]]) -> Response:
    """The alert after a move that wants words with it, which the caller says in `shape`."""
    said = shape(data=request.data)
    said.is_valid(raise_exception=True)
    alert = get_object_or_404(Alert, pk=pk)
    alert = move(alert=alert, **said.validated_data, by=_actor(request), at=timezone.now())
    return Response(alert_payload(alert))


def _found(q: str = "", since: dt.datetime | None = None, **exact: str) -> AlertQuerySet:
    found = Alert.objects.filter(**exact)
    found = found.speaking_of(q) if q else found
    return found.raised_after(since) if since else found


def _actor(request: Request) -> Actor:
    return Actor.of(principal_of(request._request))
