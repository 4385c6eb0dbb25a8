"""Shapes of the wall's own answers and questions, for checking input and for the OpenAPI document."""

from rest_framework import serializers

from alerts.api.serializers import AlertSerializer


class SpotQuerySerializer(serializers.Serializer[dict[str, float]]):
    """A place on the ground, WGS 84 degrees."""

    lat = serializers.FloatField(min_value=-90, max_value=90)
    lon = serializers.FloatField(min_value=-180, max_value=180)


class ViewSerializer(serializers.Serializer[dict[str, object]]):
    """One camera that sees a place, best first from rank 1."""

    code = serializers.CharField()
    name = serializers.CharField()
    rank = serializers.IntegerField()
    reason = serializers.ChoiceField(["FACING", "OBLIQUE", "FAR"])
    distance_m = serializers.FloatField()
    off_axis_deg = serializers.FloatField(allow_null=True)
    health = serializers.CharField()
    age_s = serializers.FloatField(allow_null=True)
    because = serializers.CharField(allow_blank=True)


class ViewsSerializer(serializers.Serializer[dict[str, object]]):
    views = ViewSerializer(many=True)


class SnapshotSerializer(serializers.Serializer[dict[str, object]]):
    """Everything a wall shows; the objects are those of the rooms' own events."""

    seq = serializers.IntegerField()
    at = serializers.DateTimeField()
    station = serializers.DictField()
    promises = serializers.DictField(child=serializers.IntegerField())
    shift = serializers.DictField()
    cameras = serializers.DictField(child=serializers.DictField())
    sos = serializers.DictField(child=serializers.DictField())
    units = serializers.DictField(child=serializers.DictField())
    alerts = serializers.DictField(child=AlertSerializer())
    incidents = serializers.DictField(child=serializers.DictField())
    raised = serializers.DictField(child=serializers.DateTimeField())
