"""The incidents API: what the wall and the desk ask and command."""

from collections.abc import Callable
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from accounts.access import Requires
from accounts.principals import principal_of
from alerts.models import Alert
from ccoc.lib.geo import Point
from ccoc.lib.instants import iso
from events.services import Actor
from incidents import services
from incidents.api.serializers import (
    ArriveSerializer,
    CloseIncidentSerializer,
    DispatchSerializer,
    IncidentDetailSerializer,
    IncidentFilterSerializer,
    IncidentSerializer,
    NoteSerializer,
    OpenSerializer,
    SosPointSerializer,
    UnitSerializer,
)
from incidents.models import Incident, IncidentStep, SosPoint, Unit
from incidents.payloads import incident_payload, sos_payload, unit_payload

VIEW = Requires("incidents.view")
WORK = Requires("incidents.work")


class NewestIncidents(CursorPagination):
    """Newest first, 50 a page."""

    ordering = ("-opened_at", "-id")


class Incidents(APIView):
    """All incidents, and the door for a new one."""

    def get_permissions(self) -> list[Any]:
        return [VIEW() if self.request.method == "GET" else WORK()]

    permission_classes = [VIEW]

    @extend_schema(parameters=[IncidentFilterSerializer], responses=IncidentSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Incidents, newest first; `?state=OPEN&kind=SOS` narrows."""
        wanted = _valid(IncidentFilterSerializer(data=request.query_params))
        pages = NewestIncidents()
        found = Incident.objects.filter(**wanted).with_units()
        page = pages.paginate_queryset(found, request) or []
        return pages.get_paginated_response([incident_payload(incident) for incident in page])

    @extend_schema(request=OpenSerializer, responses=IncidentSerializer)
    def post(self, request: Request) -> Response:
        """Open one from an alert, or by hand. The same alert again gives the same incident."""
        said = _valid(OpenSerializer(data=request.data))
        incident = _open(said, Actor.of(principal_of(request._request)))
        return Response(incident_payload(incident), status=status.HTTP_201_CREATED)


class IncidentDetail(APIView):
    """One incident with its log."""

    permission_classes = [VIEW]

    @extend_schema(responses=IncidentDetailSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """The incident and its log, oldest line first."""
        incident = get_object_or_404(Incident.objects.with_units(), pk=pk)
        steps = [_step(step) for step in incident.steps.order_by("id")]
        return Response({**incident_payload(incident), "steps": steps})


class Command(APIView):
    """A command on one incident: reads the body, calls one service, answers with the incident."""

    permission_classes = [WORK]
    serializer: type[BaseSerializer[Any]]
    carry_out: Callable[..., Incident]

    def post(self, request: Request, pk: int) -> Response:
        incident = get_object_or_404(Incident, pk=pk)
        said = _valid(self.serializer(data=request.data))
        if "unit" in said:
            said["unit"] = get_object_or_404(Unit, code=said["unit"])
        by = Actor.of(principal_of(request._request))
        self.carry_out(incident=incident, by=by, at=timezone.now(), **said)
        return Response(incident_payload(Incident.objects.with_units().get(pk=pk)))


@extend_schema(request=DispatchSerializer, responses=IncidentSerializer)
class DispatchUnit(Command):
    """Send a unit; a watchlist hit needs `confirmed: ["PROVINCE", "VEHICLE"]` first."""

    serializer = DispatchSerializer
    carry_out = staticmethod(services.dispatch_unit)


@extend_schema(request=ArriveSerializer, responses=IncidentSerializer)
class Arrive(Command):
    """Note that a unit is on the spot."""

    serializer = ArriveSerializer
    carry_out = staticmethod(services.arrive)


@extend_schema(request=NoteSerializer, responses=IncidentSerializer)
class AddNote(Command):
    """Append a line to the log."""

    serializer = NoteSerializer
    carry_out = staticmethod(services.add_note)


@extend_schema(request=CloseIncidentSerializer, responses=IncidentSerializer)
class Close(Command):
    """Close with an outcome; its units are free again and its alert is closed."""

    serializer = CloseIncidentSerializer
    carry_out = staticmethod(services.close_incident)


class Units(APIView):
    """All units."""

    permission_classes = [VIEW]

    @extend_schema(responses=UnitSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Units by code, with where they were last."""
        return Response([unit_payload(unit) for unit in Unit.objects.by_code()])


class SosPoints(APIView):
    """All SOS points in use."""

    permission_classes = [Requires("sos.view")]

    @extend_schema(responses=SosPointSerializer(many=True))
    def get(self, request: Request) -> Response:
        """SOS points by code, with when they were last heard."""
        return Response([sos_payload(point) for point in SosPoint.objects.in_use().by_code()])


def _open(said: dict[str, Any], by: Actor) -> Incident:
    if "alert_id" in said:
        alert = get_object_or_404(Alert, pk=said["alert_id"])
        return services.open_incident(alert=alert, by=by, at=timezone.now())
    lat, lon = said.pop("lat"), said.pop("lon")
    new = services.NewIncident(**said, point=None if lat is None else Point(lat, lon))
    return services.open_incident_by_hand(new=new, by=by, at=timezone.now())


def _step(step: IncidentStep) -> dict[str, object]:
    return {"at": iso(step.at), "kind": step.kind, "by": step.by, "unit": step.unit, "text": step.text}


def _valid(serializer: BaseSerializer[Any]) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)
