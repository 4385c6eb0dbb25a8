"""What the demo's buttons may say."""

from django import forms

from ccoc.demo import fleet
from ccoc.demo.faults import FAULTS


class EnterForm(forms.Form):
    """Which demo person to be, and where to go then."""

    person = forms.ChoiceField(choices=[(row.username, row.username) for row in fleet.people()])
    to = forms.ChoiceField(choices=[("home", "home"), ("wall", "wall")], required=False)


class PressForm(forms.Form):
    """Which SOS point, and whether it is a test."""

    point = forms.ChoiceField(choices=[(row.code, row.code) for row in fleet.sos_points()])
    is_test = forms.BooleanField(required=False)


class FaultForm(forms.Form):
    """Which fault, and whether it begins or ends."""

    fault = forms.ChoiceField(choices=[(fault.key, fault.key) for fault in FAULTS])
    begins = forms.BooleanField(required=False)
