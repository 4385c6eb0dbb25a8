"""Shapes of the alerts API; the values come from `alerts.payloads`, the one representation."""

from rest_framework import serializers

from alerts.workflow import SHELF_MINUTES, Kind, Outcome, Priority, ShelveReason, State


class EscalationSerializer(serializers.Serializer[dict[str, object]]):
    level = serializers.IntegerField()
    next_at = serializers.DateTimeField(allow_null=True)


class ShelfSerializer(serializers.Serializer[dict[str, object]]):
    until = serializers.DateTimeField()
    by = serializers.CharField()
    reason = serializers.ChoiceField(ShelveReason.choices)


class AlertSourceSerializer(serializers.Serializer[dict[str, object]]):
    type = serializers.CharField()
    id = serializers.CharField()


class AlertSerializer(serializers.Serializer[dict[str, object]]):
    """Describes `AlertPayload` in the OpenAPI document."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(Kind.choices)
    priority = serializers.ChoiceField(Priority.choices)
    state = serializers.ChoiceField(State.choices)
    subject = serializers.CharField()
    place = serializers.CharField()
    raised_at = serializers.DateTimeField()
    last_at = serializers.DateTimeField()
    count = serializers.IntegerField()
    taken_at = serializers.DateTimeField(allow_null=True)
    taken_by = serializers.CharField()
    escalation = EscalationSerializer()
    shelved = ShelfSerializer(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    outcome = serializers.CharField()
    lat = serializers.FloatField(allow_null=True)
    lon = serializers.FloatField(allow_null=True)
    incident_id = serializers.IntegerField(allow_null=True)
    details = serializers.DictField()

    def get_fields(self) -> dict[str, serializers.Field]:  # type: ignore[type-arg] # as DRF's stub has it
        # `source` is an argument of every serializer field, so a class attribute of that name is taken.
        return {**super().get_fields(), "source": AlertSourceSerializer()}


class AcknowledgedSerializer(AlertSerializer):
    """An alert after acknowledging; `is_first` false means that somebody else was quicker."""

    is_first = serializers.BooleanField()


class CloseSerializer(serializers.Serializer[dict[str, str]]):
    """What an operator says when closing an alert."""

    outcome = serializers.ChoiceField(Outcome.choices)
    note = serializers.CharField(max_length=500, allow_blank=True, default="")


class ShelveSerializer(serializers.Serializer[dict[str, object]]):
    """For how long an alert is put out of the way, and why."""

    minutes = serializers.ChoiceField(SHELF_MINUTES, default=SHELF_MINUTES[0])
    reason = serializers.ChoiceField(ShelveReason.choices)


class AlertFilterSerializer(serializers.Serializer[dict[str, str]]):
    """What a list of alerts can be narrowed by."""

    state = serializers.ChoiceField(State.choices, required=False)
    kind = serializers.ChoiceField(Kind.choices, required=False)
    q = serializers.CharField(required=False, max_length=60)
    since = serializers.DateTimeField(required=False)
