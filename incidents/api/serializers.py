"""Shapes of the incidents API; the values come from `incidents.payloads`, the one representation."""

from django.utils.translation import gettext as _
from rest_framework import serializers

from alerts.workflow import Priority
from incidents.workflow import Confirmation, IncidentKind, IncidentState, StepKind, UnitKind, UnitState

Payload = dict[str, object]


class SosPointSerializer(serializers.Serializer[Payload]):
    """Describes `SosPointPayload`."""

    code = serializers.CharField()
    name = serializers.CharField()
    lat = serializers.FloatField(allow_null=True)
    lon = serializers.FloatField(allow_null=True)
    state = serializers.ChoiceField(["OK", "DEAF", "PRESSED", "UNKNOWN"])
    heard_at = serializers.DateTimeField(allow_null=True)


class UnitSerializer(serializers.Serializer[Payload]):
    """Describes `UnitPayload`."""

    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(UnitKind.choices)
    lat = serializers.FloatField(allow_null=True)
    lon = serializers.FloatField(allow_null=True)
    position_at = serializers.DateTimeField(allow_null=True)
    state = serializers.ChoiceField(UnitState.choices)


class IncidentSerializer(serializers.Serializer[Payload]):
    """Describes `IncidentPayload`."""

    id = serializers.IntegerField()
    number = serializers.CharField()
    kind = serializers.ChoiceField(IncidentKind.choices)
    priority = serializers.ChoiceField(Priority.choices)
    state = serializers.ChoiceField(IncidentState.choices)
    subject = serializers.CharField()
    place = serializers.CharField()
    lat = serializers.FloatField(allow_null=True)
    lon = serializers.FloatField(allow_null=True)
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    outcome = serializers.CharField()
    alert_id = serializers.IntegerField(allow_null=True)
    units = serializers.ListField(child=serializers.CharField())


class StepSerializer(serializers.Serializer[Payload]):
    """One line of an incident's log."""

    at = serializers.DateTimeField()
    kind = serializers.ChoiceField(StepKind.choices)
    by = serializers.CharField()
    unit = serializers.CharField()
    text = serializers.CharField()


class IncidentDetailSerializer(IncidentSerializer):
    """An incident with its log, oldest line first."""

    steps = StepSerializer(many=True)


class OpenSerializer(serializers.Serializer[Payload]):
    """An incident from an alert (`alert_id` alone), or by hand (`kind`, `priority`, `subject` and place)."""

    alert_id = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    kind = serializers.ChoiceField(IncidentKind.choices, required=False)
    priority = serializers.ChoiceField(Priority.choices, required=False)
    subject = serializers.CharField(max_length=200, required=False)
    place = serializers.CharField(max_length=200, allow_blank=True, default="")
    lat = serializers.FloatField(min_value=-90, max_value=90, allow_null=True, default=None)
    lon = serializers.FloatField(min_value=-180, max_value=180, allow_null=True, default=None)

    def validate(self, attrs: Payload) -> Payload:
        is_by_hand = all(attrs.get(name) for name in ("kind", "priority", "subject"))
        if ("alert_id" in attrs) == is_by_hand:
            raise serializers.ValidationError(
                _("Give an alert, or a kind, a priority and a subject; not both.")
            )
        if (attrs["lat"] is None) != (attrs["lon"] is None):
            raise serializers.ValidationError(_("Give latitude and longitude together."))
        return attrs


class DispatchSerializer(serializers.Serializer[Payload]):
    """Which unit to send, and what the operator has seen in the picture."""

    unit = serializers.CharField(max_length=20)
    confirmed = serializers.MultipleChoiceField(choices=Confirmation.choices, default=set)


class ArriveSerializer(serializers.Serializer[Payload]):
    """Which unit is on the spot."""

    unit = serializers.CharField(max_length=20)


class NoteSerializer(serializers.Serializer[Payload]):
    """A line for the log."""

    text = serializers.CharField(max_length=500)


class CloseIncidentSerializer(serializers.Serializer[Payload]):
    """What came of it: a verdict code of the alert, or free words."""

    outcome = serializers.CharField(max_length=200)
    note = serializers.CharField(max_length=500, allow_blank=True, default="")


class IncidentFilterSerializer(serializers.Serializer[Payload]):
    """What a list of incidents can be narrowed by."""

    state = serializers.ChoiceField(IncidentState.choices, required=False)
    kind = serializers.ChoiceField(IncidentKind.choices, required=False)
