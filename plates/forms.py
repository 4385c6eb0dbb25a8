"""Shapes of what people type about plates; the rules are in the services."""

import datetime as dt
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cameras.forms import ThaiDateField
from plates.models import ReadSource
from plates.recognition.provinces import PROVINCES
from plates.services.sources import SourceFields
from plates.workflow import Category, SourceKind, SourceMode, class_choices

ANY = ""
PROVINCE_LIST = "provinces"  # id of the datalist that the page carries


class ProvinceField(forms.CharField):
    """A province by its first two letters, its whole name or its code; empty is any. Cleans to the code."""

    def prepare_value(self, value: object) -> object:
        return PROVINCES.get(str(value), value)

    def to_python(self, value: Any) -> str:  # noqa: ANN401 - Django's signature
        words = (super().to_python(value) or "").strip()
        if not words:
            return ANY
        if words.upper() in PROVINCES:
            return words.upper()
        found = [code for code, name in PROVINCES.items() if name == words]
        found = found or [code for code, name in PROVINCES.items() if name.startswith(words)]
        if len(found) != 1:
            raise ValidationError(_advice(found))
        return found[0]


def _advice(found: list[str]) -> str:
    if not found:
        return str(_("There is no such province. Type its first two letters."))
    names = ", ".join(PROVINCES[code] for code in found[:5])
    return str(_("Several provinces begin so: %(names)s. Type one more letter.")) % {"names": names}


class EntryForm(forms.Form):
    """A plate that is looked for."""

    text = forms.CharField(
        label=_("Letters and number"), max_length=40, widget=forms.TextInput(attrs={"autofocus": True})
    )
    province = ProvinceField(
        label=_("Province"),
        required=False,
        max_length=40,
        help_text=_("First two letters will do. Empty means any province."),
        widget=forms.TextInput(attrs={"list": PROVINCE_LIST}),
    )
    plate_class = forms.ChoiceField(label=_("Class"), required=False)
    vehicle = forms.CharField(
        label=_("Vehicle"), max_length=120, help_text=_("Kind and colour: they are confirmed by eye.")
    )
    case_number = forms.CharField(label=_("Case number"), max_length=60)
    category = forms.ChoiceField(label=_("Legal category"), choices=Category.choices)
    reason = forms.CharField(label=_("Reason"), max_length=200)
    requester = forms.CharField(label=_("Requested by"), max_length=120)
    confirmed_at = ThaiDateField(label=_("Confirmed with the requester on"))
    expires_at = ThaiDateField(label=_("Expires at the end of"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's signature
        super().__init__(*args, **kwargs)
        self.fields["plate_class"] = forms.ChoiceField(
            label=_("Class"), required=False, choices=[(ANY, _("Any class")), *class_choices()]
        )

    def clean_confirmed_at(self) -> dt.datetime:
        return start_of(self.cleaned_data["confirmed_at"])

    def clean_expires_at(self) -> dt.datetime:
        """The last second of the day: an entry that expires on the 30th still counts all that day."""
        return start_of(self.cleaned_data["expires_at"] + dt.timedelta(days=1)) - dt.timedelta(seconds=1)


class RevokeForm(forms.Form):
    """Why an entry is taken off the list."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class SearchForm(forms.Form):
    """Which camera's reads, over which time, and why somebody wants to see them."""

    camera = forms.CharField(label=_("Camera"), max_length=32, help_text=_("Its code, such as C-017."))
    day = ThaiDateField(label=_("Day"))
    from_time = forms.TimeField(label=_("From"), widget=forms.TimeInput(attrs={"placeholder": "20:00"}))
    until_time = forms.TimeField(label=_("Until"), widget=forms.TimeInput(attrs={"placeholder": "21:00"}))
    reason = forms.CharField(label=_("Reason and case"), max_length=200, min_length=5)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        is_read = not {"from_time", "until_time"} & self.errors.keys()
        if is_read and cleaned["until_time"] <= cleaned["from_time"]:
            self.add_error("until_time", _("Until has to be later than from."))
        return cleaned

    def span(self) -> tuple[dt.datetime, dt.datetime]:
        """The time asked for, in Thailand's zone."""
        said = self.cleaned_data
        start = dt.datetime.combine(said["day"], said["from_time"])
        end = dt.datetime.combine(said["day"], said["until_time"])
        return timezone.make_aware(start), timezone.make_aware(end)


def start_of(day: dt.date) -> dt.datetime:
    """Midnight in Thailand."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


class SourceForm(forms.Form):
    """What a person enters about another reader."""

    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("As it stands beside its reads."))
    camera = forms.CharField(
        label=_("Camera"),
        max_length=32,
        help_text=_("The code of the camera that it stands for, such as C-017."),
    )
    mode = forms.ChoiceField(
        label=_("Mode"),
        choices=SourceMode,
        help_text=_("On trial: messages are checked and counted here, and no read is stored."),
    )
    is_trusted = forms.BooleanField(
        label=_("Its sure reads need no second look"),
        required=False,
        help_text=_("A hit of a reader without this is always marked as read to be confirmed."),
    )

    def fields_of(self) -> SourceFields:
        """What the service takes; call it on a valid form."""
        said = self.cleaned_data
        return SourceFields(**{name: said[name] for name in ("name", "camera", "mode", "is_trusted")})


class NewSourceForm(SourceForm):
    """A new reader has a code and a kind, which stay."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        help_text=_("Capital letters, digits and hyphens; part of its address."),
    )
    kind = forms.ChoiceField(label=_("How its reads come"), choices=SourceKind)


class ReadTableForm(forms.Form):
    """A table of reads, and whose they are."""

    source = forms.ModelChoiceField(
        label=_("Reader"), queryset=ReadSource.objects.none(), to_field_name="code", empty_label=None
    )
    table = forms.FileField(
        label=_("Table"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,text/csv"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's signature
        super().__init__(*args, **kwargs)
        source = cast("forms.ModelChoiceField[ReadSource]", self.fields["source"])
        source.queryset = ReadSource.objects.for_tables().by_code()
