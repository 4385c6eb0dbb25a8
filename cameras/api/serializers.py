"""Shapes of the cameras' API."""

from rest_framework import serializers

from cameras.models import Health, Kind
from cameras.querysets import CONDITIONS


class CameraFilterSerializer(serializers.Serializer[object]):
    """What a list may be narrowed by."""

    q = serializers.CharField(required=False, allow_blank=True, max_length=80)
    condition = serializers.ChoiceField(choices=list(CONDITIONS), required=False)
    owner = serializers.CharField(required=False, allow_blank=True, max_length=80)


class SinceSerializer(serializers.Serializer[dict[str, int]]):
    """Thumbnails newer than this, unix milliseconds; 0 asks for all."""

    since = serializers.IntegerField(min_value=0, default=0)


class CameraStateSerializer(serializers.Serializer[object]):
    """How a camera is doing now."""

    health = serializers.ChoiceField(choices=Health.choices)
    age_s = serializers.FloatField(allow_null=True)


class CameraStatesSerializer(serializers.Serializer[object]):
    """All cameras by code, as of `at`."""

    at = serializers.DateTimeField()
    cameras = serializers.DictField(child=CameraStateSerializer())


class LiveTicketSerializer(serializers.Serializer[object]):
    """The first message on the socket of a live view."""

    ticket = serializers.CharField()
    expires_in_s = serializers.IntegerField()


class CameraSerializer(serializers.Serializer[object]):
    """`cameras.payloads.CameraPayload`."""

    code = serializers.CharField()
    name = serializers.CharField()
    lat = serializers.FloatField(allow_null=True)
    lon = serializers.FloatField(allow_null=True)
    azimuth_deg = serializers.FloatField(allow_null=True)
    fov_deg = serializers.FloatField()
    range_m = serializers.FloatField()
    kind = serializers.ChoiceField(choices=Kind.choices)
    in_zone = serializers.BooleanField()
    reads_plates = serializers.BooleanField()
    health = serializers.ChoiceField(choices=Health.choices)
    health_since = serializers.DateTimeField(allow_null=True)
