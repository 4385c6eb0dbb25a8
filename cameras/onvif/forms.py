"""What a person types to add a camera step by step."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cameras.addresses import BadAddress, check_host
from cameras.forms import CameraForm
from cameras.models import HOST_PATTERN, Camera, CredentialProfile
from cameras.onvif.comparing import Row
from cameras.onvif.services import Found
from cameras.services import CameraValues
from cameras.streams.networks import CameraAddress

SALT = "onvif device that was examined"
CONNECT_SALT = "onvif device of a known camera"
VALID_FOR_S = 3600


class AddressForm(forms.Form):
    """Where the new camera is, and the password to try."""

    host = forms.RegexField(
        HOST_PATTERN,
        label=_("camera address"),
        max_length=120,
        widget=forms.TextInput(attrs={"placeholder": "10.20.0.31", "autocomplete": "off"}),
        error_messages={"invalid": _("Write the address alone, such as 10.20.0.31")},
    )
    port = forms.IntegerField(label=_("ONVIF port"), min_value=1, max_value=65535, initial=80)
    credential = forms.ModelChoiceField(
        CredentialProfile.objects.none(), label=_("credential profile"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's signature
        super().__init__(*args, **kwargs)
        choice = cast("forms.ModelChoiceField[CredentialProfile]", self.fields["credential"])
        choice.queryset = CredentialProfile.objects.order_by("name")
        choice.empty_label = str(_("None"))

    def clean_host(self) -> str:
        host = str(self.cleaned_data["host"])
        try:
            check_host(CameraAddress(host, 80, "/"))
        except BadAddress as error:
            raise ValidationError(error.message) from error
        return host


class FoundCameraForm(CameraForm):
    """The register's form, filled from the device; `device` carries what was found, signed by us."""

    device = forms.CharField(widget=forms.HiddenInput, required=False)
    listens = forms.BooleanField(label=_("hear motion, tampering and contacts"), required=False, initial=True)

    def clean_device(self) -> dict[str, Any]:
        try:
            found = signing.loads(str(self.cleaned_data["device"]), salt=SALT, max_age=VALID_FOR_S)
        except signing.BadSignature:
            raise ValidationError(_("What was found is too old. Try the camera again.")) from None
        return cast("dict[str, Any]", found)


class ConnectForm(forms.Form):
    """Which of the device's values a known camera takes over; `device` is what was found, signed by us."""

    device = forms.CharField(widget=forms.HiddenInput)
    listens = forms.BooleanField(label=_("hear motion, tampering and contacts"), required=False, initial=True)
    take = forms.MultipleChoiceField(required=False)

    def __init__(self, camera: Camera, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's signature
        super().__init__(*args, **kwargs)
        self._camera = camera

    @staticmethod
    def sign(camera: Camera, found: Found, rows: Sequence[Row]) -> str:
        """What `clean_device` takes back, for this camera only."""
        offers = {row.name: row.values for row in rows if not row.is_same}
        needed = [row.name for row in rows if row.is_needed]
        held = {"camera": camera.pk, "found": found, "offers": offers, "needed": needed}
        return signing.dumps(held, salt=CONNECT_SALT)

    def clean_device(self) -> dict[str, Any]:
        try:
            held = signing.loads(str(self.cleaned_data["device"]), salt=CONNECT_SALT, max_age=VALID_FOR_S)
        except signing.BadSignature:
            raise ValidationError(_("What was found is too old. Try the camera again.")) from None
        if held.get("camera") != self._camera.pk:
            raise ValidationError(_("What was found is too old. Try the camera again."))
        choice = cast(forms.MultipleChoiceField, self.fields["take"])
        choice.choices = [(name, name) for name in held["offers"]]
        return cast("dict[str, Any]", held)

    def values(self) -> CameraValues:
        """What the register takes over; call it on a valid form."""
        held = self.cleaned_data["device"]
        taken = {*self.cleaned_data["take"], *held["needed"]}
        values: dict[str, Any] = {}
        for name, offer in held["offers"].items():
            values |= offer if name in taken else {}
        if values.get("credential") is not None:
            values["credential"] = CredentialProfile.objects.filter(pk=values["credential"]).first()
        return cast(CameraValues, values)
