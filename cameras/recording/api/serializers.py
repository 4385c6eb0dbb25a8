"""Shapes of the recordings' API."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from cameras.recording.models import Mode

LONGEST = dt.timedelta(hours=26)  # a day with its edges: an answer of some 1,600 segments
MOST_CAMERAS = 4  # that a person can follow at once


class SpanSerializer(serializers.Serializer[dict[str, Any]]):
    """One camera's span of time: `?camera=C-001&from=…&to=…`, ISO 8601 with a zone, 26 hours at most."""

    camera = serializers.CharField(max_length=32)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """`from` is a word of Python's, so it cannot be written as a field of the class."""
        span = {"from": serializers.DateTimeField(), "to": serializers.DateTimeField()}
        return {**super().get_fields(), **span}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not dt.timedelta() < attrs["to"] - attrs["from"] <= LONGEST:
            raise serializers.ValidationError(_("Ask for 26 hours at most, the end after the beginning."))
        return attrs


class SegmentSerializer(serializers.Serializer[object]):
    """One file of film; `begin` on our clock, `mode` as the camera's rule said then."""

    id = serializers.IntegerField()
    begin = serializers.DateTimeField()
    duration_s = serializers.FloatField()
    bytes = serializers.IntegerField()
    url = serializers.CharField()
    codec = serializers.CharField()
    mode = serializers.ChoiceField(choices=Mode.choices)
    motion = serializers.BooleanField()
    held = serializers.BooleanField()


class GapSerializer(serializers.Serializer[object]):
    """Nothing can be played here; `reason` is a code, empty where it is not known (yet)."""

    begin = serializers.DateTimeField()
    end = serializers.DateTimeField()
    reason = serializers.CharField(allow_blank=True)


class MarkSerializer(serializers.Serializer[object]):
    """Something that happened, by kind, in words."""

    at = serializers.DateTimeField()
    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment] # a field may be called as a field's own label


class RecordingsSerializer(serializers.Serializer[object]):
    """What one camera recorded; `marks` come within a viewing only, `viewing` says whether it is open."""

    camera = serializers.CharField()
    viewing = serializers.BooleanField()
    segments = SegmentSerializer(many=True)
    gaps = GapSerializer(many=True)
    marks = MarkSerializer(many=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        span = {"from": serializers.DateTimeField(), "to": serializers.DateTimeField()}
        return {**super().get_fields(), **span}


class ViewingSerializer(serializers.Serializer[dict[str, Any]]):
    """Why somebody looks at which cameras' recordings of one day in Thailand."""

    cameras = serializers.ListField(
        child=serializers.CharField(max_length=32), min_length=1, max_length=MOST_CAMERAS
    )
    day = serializers.DateField()
    reason = serializers.CharField(max_length=500)


class ViewingAnswerSerializer(serializers.Serializer[object]):
    """Until when the reason holds."""

    until = serializers.DateTimeField()


class TakenPictureSerializer(serializers.Serializer[dict[str, Any]]):
    """A picture that is taken away: of which camera and which moment of its film."""

    camera = serializers.CharField(max_length=32)
    at = serializers.DateTimeField()
