"""The register's forms: they read what a person typed; rules are the services'."""

import datetime as dt
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cameras.addresses import BadAddress, stream_parts, stream_url
from cameras.importing.values import tidy_number
from cameras.models import Camera, CredentialProfile, Status
from cameras.services import CameraValues
from ccoc.lib import dates_th

DIRECT = (
    *("name", "asset_no", "owner", "site", "pole_no", "lat", "lon", "azimuth_deg", "fov_deg", "range_m"),
    *("kind", "make", "model", "switch", "switch_port", "warranty_until", "legal_basis", "sub_path"),
    *("credential", "transport", "reads_plates", "in_zone", "status", "notes", "obstructions"),
)


class ThaiDateField(forms.CharField):
    """A date of either era, shown in the Buddhist one."""

    def prepare_value(self, value: object) -> object:
        return dates_th.format_date(value) if isinstance(value, dt.date) else value

    def to_python(self, value: Any) -> Any:  # noqa: ANN401 - Django's signature
        text = super().to_python(value)
        if not text:
            return None
        try:
            return dates_th.parse_date(text)
        except ValueError:
            raise ValidationError(_("Write the date as day/month/year, such as 31/3/2571.")) from None


class TidyNumber(forms.NumberInput):
    """A number without `.0`."""

    input_type = "text"

    def format_value(self, value: Any) -> str | None:  # noqa: ANN401 - Django's signature
        return tidy_number(value) if isinstance(value, float) else super().format_value(value)


if TYPE_CHECKING:
    CameraModelForm = forms.ModelForm[Camera]
else:
    CameraModelForm = forms.ModelForm  # Django's own class takes no type arguments at run time


class CameraForm(CameraModelForm):
    """Every field of a camera that a person sets; the address in one line."""

    stream_url = forms.CharField(label=_("camera address"), required=False, max_length=340)
    warranty_until = ThaiDateField(label=_("warranty until"), required=False)
    status = forms.ChoiceField(
        label=_("status"), choices=[choice for choice in Status.choices if choice[0] != Status.RETIRED]
    )

    class Meta:
        model = Camera
        fields = ("code", *DIRECT)
        widgets = {
            **{
                name: TidyNumber(attrs={"inputmode": "decimal", "autocomplete": "off"})
                for name in ("lat", "lon", "azimuth_deg", "fov_deg", "range_m")
            },
            "azimuth_deg": TidyNumber(attrs={"inputmode": "decimal", "data-unit": "°"}),
            "fov_deg": TidyNumber(attrs={"inputmode": "decimal", "data-unit": "°"}),
            "owner": forms.TextInput(attrs={"list": "owners"}),
            "notes": forms.Textarea(attrs={"rows": 2}),
            "obstructions": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's signature
        super().__init__(*args, **kwargs)
        camera = self.instance
        self.initial.setdefault(
            "stream_url", stream_url(camera.stream_host, camera.stream_port, camera.stream_path)
        )
        credential = cast("forms.ModelChoiceField[CredentialProfile]", self.fields["credential"])
        credential.queryset = CredentialProfile.objects.order_by("name")
        credential.empty_label = str(_("None"))
        if camera.pk:
            del self.fields["code"]

    def clean_stream_url(self) -> str:
        url = str(self.cleaned_data["stream_url"])
        try:
            self._parts = stream_parts(url) if url else None
        except BadAddress as error:
            raise ValidationError(error.message) from error
        return url

    def values(self) -> CameraValues:
        """What the service takes; call it on a valid form."""
        empty = {"stream_host": "", "stream_port": 554, "stream_path": "", "sub_path": ""}
        chosen = {name: self.cleaned_data[name] for name in DIRECT}
        return cast(CameraValues, {**chosen, **(self._parts or empty)})


class RetireForm(forms.Form):
    """Why a camera is taken out of use."""

    reason = forms.CharField(label=_("reason"), max_length=200)


class CredentialForm(forms.Form):
    """A user name and password that cameras share; an existing name gets the new password."""

    name = forms.CharField(label=_("name"), max_length=60)
    username = forms.CharField(label=_("user name"), max_length=80, required=False)
    secret = forms.CharField(
        label=_("password"),
        max_length=120,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=False),
        help_text=_("Stored sealed. It is never shown again, on no page and in no log."),
    )


class UploadForm(forms.Form):
    """A table from somebody's desk."""

    table = forms.FileField(label=_("table"), widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,text/csv"}))
