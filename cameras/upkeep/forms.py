"""Upkeep's forms: they read what a person typed; rules are the services'."""

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cameras.forms import ThaiDateField
from cameras.models import Camera


class OrderForm(forms.Form):
    """A word to the owner, beside what we saw."""

    note = forms.CharField(
        label=_("note to the owner"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    alert = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput())


class StepForm(forms.Form):
    """Where an order goes, and why."""

    to = forms.CharField(max_length=12)
    note = forms.CharField(label=_("note"), required=False, max_length=500)


class ContactForm(forms.Form):
    """Whom to call."""

    person = forms.CharField(label=_("person"), required=False, max_length=120)
    phone = forms.CharField(label=_("telephone"), required=False, max_length=60)
    address = forms.CharField(label=_("e-mail or LINE"), required=False, max_length=120)


class ClockField(forms.TimeField):
    """Hours and minutes, `08:30`."""

    widget = forms.TimeInput(attrs={"placeholder": "08:30"})


class PlannedForm(forms.Form):
    """From when until when is work planned, for whom and for what."""

    owner = forms.CharField(label=_("owner"), max_length=80, widget=forms.TextInput(attrs={"list": "owners"}))
    code = forms.CharField(label=_("camera (empty: all)"), required=False, max_length=32)
    begin_date = ThaiDateField(label=_("begins on"))
    begin_time = ClockField(label=_("at"))
    end_date = ThaiDateField(label=_("ends on"))
    end_time = ClockField(label=_("at"))
    reason = forms.CharField(label=_("reason"), max_length=200)

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if code and not Camera.objects.registered().filter(code=code).exists():
            raise ValidationError(_("There is no camera with this code."))
        return code

    def moment(self, edge: str) -> dt.datetime:
        """`begin` or `end` in Thailand's time; call it on a valid form."""
        date, time = self.cleaned_data[f"{edge}_date"], self.cleaned_data[f"{edge}_time"]
        return timezone.make_aware(dt.datetime.combine(date, time))

    def camera(self) -> Camera | None:
        return Camera.objects.filter(code=self.cleaned_data["code"] or None).first()
