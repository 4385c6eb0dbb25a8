"""Shapes of the API that turns cameras."""

from rest_framework import serializers

ACTIONS = ("TAKE", "MOVE", "STOP", "PRESET", "HOME", "RELEASE")


class PtzCommandSerializer(serializers.Serializer[object]):
    """One command; speeds are shares of the camera's own full speed: to the right, up, nearer.

    MOVE lasts 1.5 s and is repeated for as long as it is meant.
    """

    action = serializers.ChoiceField(choices=ACTIONS)
    pan = serializers.FloatField(min_value=-1, max_value=1, default=0)
    tilt = serializers.FloatField(min_value=-1, max_value=1, default=0)
    zoom = serializers.FloatField(min_value=-1, max_value=1, default=0)
    preset = serializers.CharField(max_length=64, allow_blank=True, default="")


class PresetSerializer(serializers.Serializer[object]):
    """A view that the camera remembers."""

    token = serializers.CharField()
    name = serializers.CharField(allow_blank=True)


class PtzStateSerializer(serializers.Serializer[object]):
    """Who turns a camera. `presets` only in the answer to TAKE."""

    can_turn = serializers.BooleanField()
    holder = serializers.CharField(allow_blank=True)
    is_mine = serializers.BooleanField()
    ends_at = serializers.DateTimeField(allow_null=True)
    presets = PresetSerializer(many=True, required=False)
