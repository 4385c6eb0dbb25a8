"""Shapes of what people type about incidents, units and SOS points; the rules are in the services."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from alerts.workflow import Priority
from incidents.models import CODE, UNIT_CODE
from incidents.workflow import Confirmation, IncidentKind, UnitKind


class PlaceForm(forms.Form):
    """A place in words and, where it is known, on the map."""

    place = forms.CharField(label=_("Where"), max_length=200, required=False)
    lat = forms.FloatField(label=_("Latitude"), min_value=-90, max_value=90, required=False)
    lon = forms.FloatField(label=_("Longitude"), min_value=-180, max_value=180, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        is_half = (cleaned.get("lat") is None) != (cleaned.get("lon") is None)
        if is_half and not {"lat", "lon"} & self.errors.keys():
            self.add_error("lon", _("Give latitude and longitude together, or neither."))
        return cleaned


class NewIncidentForm(PlaceForm):
    """An incident that no alert announced."""

    kind = forms.ChoiceField(label=_("What happened"), choices=IncidentKind.choices)
    priority = forms.TypedChoiceField(
        label=_("Priority"), choices=Priority.choices, coerce=int, initial=Priority.URGENT
    )
    subject = forms.CharField(
        label=_("In a few words"), max_length=200, widget=forms.TextInput(attrs={"autofocus": True})
    )
    field_order = ["subject", "kind", "priority", "place", "lat", "lon"]


class DispatchForm(forms.Form):
    """Which unit to send, and what was seen in the picture."""

    unit = forms.ChoiceField(label=_("Unit"))
    confirmed = forms.MultipleChoiceField(
        label=_("Seen with your own eyes"),
        choices=Confirmation.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, units: list[tuple[str, str]], **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["unit"]).choices = units


class NoteForm(forms.Form):
    """A line for the log."""

    text = forms.CharField(label=_("Note"), max_length=500)


class CloseForm(forms.Form):
    """What came of it."""

    outcome = forms.CharField(label=_("Outcome"), max_length=200)
    note = forms.CharField(label=_("Note"), max_length=500, required=False)


class SosPointForm(PlaceForm):
    """What is entered about an SOS point."""

    code = forms.CharField(
        label=_("Code"), max_length=20, validators=[CODE], help_text=_("As on the pillar, such as SOS-01.")
    )
    name = forms.CharField(label=_("Name"), max_length=80)
    field_order = ["code", "name", "place", "lat", "lon"]


class MinutesForm(forms.Form):
    """How long presses count as tests."""

    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=120, initial=15)


class UnitForm(forms.Form):
    """What is entered about a unit."""

    code = forms.CharField(label=_("Code"), max_length=20, validators=[UNIT_CODE])
    name = forms.CharField(label=_("Name"), max_length=80)
    kind = forms.ChoiceField(label=_("Kind"), choices=UnitKind.choices)
