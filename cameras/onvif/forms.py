"""What a person types to add a camera step by step."""

from typing import Any, cast

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cameras.addresses import BadAddress, check_host
from cameras.forms import CameraForm
from cameras.models import HOST_PATTERN, CredentialProfile
from cameras.streams.networks import CameraAddress

SALT = "onvif device that was examined"
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
