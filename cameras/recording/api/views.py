"""What was recorded, the film itself in pieces, and the reason for looking."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Requires
from accounts.principals import principal_of
from cameras.models import Camera
from cameras.recording.api.ranges import Unsatisfiable, asked_piece, read_piece
from cameras.recording.api.serializers import (
    RecordingsSerializer,
    SpanSerializer,
    TakenPictureSerializer,
    ViewingAnswerSerializer,
    ViewingSerializer,
)
from cameras.recording.marks import Look, marks_of
from cameras.recording.models import Segment
from cameras.recording.viewings import is_open, open_viewing, record_snapshot, require_open
from ccoc.lib.errors import Refused
from ccoc.lib.instants import iso
from events.services import Actor

_MEDIA = "video/mp4"
# Film is personal: nothing on the way to the player may keep it.
_HEADERS = {"Accept-Ranges": "bytes", "Cache-Control": "private, no-store"}


class FilmGone(Refused):
    """The row is there, the file is not."""

    def __init__(self) -> None:
        super().__init__("film_gone", _("This piece of film is no longer there. Choose another moment."))


@extend_schema(parameters=[SpanSerializer], responses=RecordingsSerializer)
@api_view(["GET"])
@permission_classes([Requires("recordings.view")])
def list_recordings(request: Request) -> Response:
    """One camera's segments, gaps and marks in a span of time."""
    asked = _checked(SpanSerializer(data=request.query_params))
    begin, end = asked["from"], asked["to"]
    camera = get_object_or_404(
        Camera.objects.visible_to(principal_of(request._request)), code=asked["camera"]
    )
    covering = Segment.objects.covering([camera.pk], begin, end).with_held()
    look = Look(camera.code, begin, end, principal_of(request._request))
    seen = is_open(_session(request), camera.code, begin, now=timezone.now())
    return Response(
        {
            "camera": camera.code,
            "from": iso(begin),
            "to": iso(end),
            "viewing": seen,
            "segments": [_segment(segment) for segment in covering],
            "gaps": [
                {"begin": iso(gap.begin), "end": iso(gap.end), "reason": gap.reason}
                for gap in Segment.objects.gaps(camera.pk, begin, end)
            ],
            "marks": marks_of(look) if seen else [],
        }
    )


@extend_schema(request=ViewingSerializer, responses={201: ViewingAnswerSerializer})
@api_view(["POST"])
@permission_classes([Requires("recordings.view")])
def open_recordings(request: Request) -> Response:
    """Say why; for two hours these cameras' recordings of that day can then be looked at."""
    asked = _checked(ViewingSerializer(data=request.data))
    seen = Camera.objects.visible_to(principal_of(request._request))
    cameras = [get_object_or_404(seen, code=code) for code in dict.fromkeys(asked["cameras"])]
    until = open_viewing(
        session=_session(request),
        actor=_actor(request),
        cameras=cameras,
        day=asked["day"],
        reason=asked["reason"],
        at=timezone.now(),
    )
    return Response({"until": iso(until)}, status=status.HTTP_201_CREATED)


@extend_schema(request=TakenPictureSerializer, responses={204: None})
@api_view(["POST"])
@permission_classes([Requires("recordings.view")])
def note_snapshot(request: Request) -> Response:
    """Write down that a picture is taken away; the picture itself is made in the browser."""
    asked = _checked(TakenPictureSerializer(data=request.data))
    camera = get_object_or_404(
        Camera.objects.visible_to(principal_of(request._request)), code=asked["camera"]
    )
    record_snapshot(
        session=_session(request),
        actor=_actor(request),
        camera=camera,
        film_at=asked["at"],
        at=timezone.now(),
    )
    return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(
    parameters=[OpenApiParameter("Range", str, OpenApiParameter.HEADER)],
    responses={(200, _MEDIA): OpenApiTypes.BINARY, (206, _MEDIA): OpenApiTypes.BINARY, 416: None},
)
@api_view(["GET"])
@permission_classes([Requires("recordings.view")])
def show_media(request: Request, pk: int) -> HttpResponse:
    """The film of one segment, whole or the piece that is asked for; 2 MiB at most in one piece."""
    segment = get_object_or_404(Segment.objects.unshed().select_related("camera"), pk=pk)
    require_open(_session(request), segment, now=timezone.now())
    path = Path(settings.RECORDING_ROOT) / segment.path
    try:
        piece = asked_piece(request.headers.get("Range", ""), segment.bytes)
        body = path.read_bytes() if piece is None else read_piece(path, piece)
    except Unsatisfiable:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{segment.bytes}"})
    except FileNotFoundError as error:
        raise FilmGone from error
    if piece is None:
        return HttpResponse(body, content_type=_MEDIA, headers=_HEADERS)
    place = {"Content-Range": f"bytes {piece.first}-{piece.last}/{segment.bytes}"}
    return HttpResponse(body, content_type=_MEDIA, status=206, headers=_HEADERS | place)


def _segment(segment: Segment) -> dict[str, object]:
    return {
        "id": segment.pk,
        "begin": iso(segment.started_at),
        "duration_s": segment.duration_s,
        "bytes": segment.bytes,
        "url": reverse("recording-api:media", args=[segment.pk]),
        "codec": segment.codec,
        "mode": segment.mode,
        "motion": segment.has_motion,
        "held": segment.is_held,  # type: ignore[attr-defined] # annotated by `with_held`
    }


def _checked(serializer: "serializers.Serializer[dict[str, Any]]") -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    valid: dict[str, Any] = serializer.validated_data
    return valid


def _session(request: Request) -> Any:  # noqa: ANN401 - Django's session has no public type
    return request._request.session


def _actor(request: Request) -> Actor:
    return Actor.of(principal_of(request._request))
