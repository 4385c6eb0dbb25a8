"""Shapes of what people type about evidence; the rules are in the services."""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cameras.evidence.jobs import Box
from cameras.evidence.services import Wish
from cameras.forms import ThaiDateField
from cameras.models import Camera
from cameras.recording.services import About

ONE_DAY = dt.timedelta(days=1)
MOST_BOXES = 20  # on one camera's picture
USUAL_KEEP = dt.timedelta(days=90)
_TIMES = ("%H:%M:%S", "%H:%M", "%H.%M")
_ABOUT = re.compile(r"([a-z]{1,24}):([\w-]{1,40})")


class CamerasField(forms.CharField):
    """Codes of cameras with commas or spaces between; cleans to cameras in the order of their codes."""

    def to_python(self, value: Any) -> Any:  # noqa: ANN401 - Django's signature
        codes = sorted(set(re.split(r"[\s,]+", (super().to_python(value) or "").strip())) - {""})
        found = list(Camera.objects.filter(code__in=codes).by_code())
        unknown = sorted(set(codes) - {camera.code for camera in found})
        if unknown:
            raise ValidationError(_("There is no camera %(codes)s.") % {"codes": ", ".join(unknown)})
        return found


class SpanForm(forms.Form):
    """Which cameras, from when to when."""

    cameras = CamerasField(
        label=_("Cameras"), max_length=400, help_text=_("Their codes, such as C-001, C-017. 16 at most.")
    )
    day = ThaiDateField(label=_("Day"))
    from_time = forms.TimeField(
        label=_("From"), input_formats=_TIMES, widget=forms.TimeInput(format="%H:%M:%S")
    )
    until_time = forms.TimeField(
        label=_("Until"),
        input_formats=_TIMES,
        widget=forms.TimeInput(format="%H:%M:%S"),
        help_text=_("Past midnight is the next day."),
    )

    def span(self) -> tuple[dt.datetime, dt.datetime]:
        """The span in Thailand's zone; an end that is not later than the beginning is of the next day."""
        said = self.cleaned_data
        begin = timezone.make_aware(dt.datetime.combine(said["day"], said["from_time"]))
        end = timezone.make_aware(dt.datetime.combine(said["day"], said["until_time"]))
        return begin, end if end > begin else end + ONE_DAY


class PackForm(SpanForm):
    """A pack that somebody asks for."""

    case_number = forms.CharField(label=_("Case number"), max_length=60)
    requester = forms.CharField(
        label=_("Requested by"), max_length=120, help_text=_("Rank, name and unit of who asked for it.")
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, min_length=5)
    keep_until = ThaiDateField(
        label=_("Kept until"), help_text=_("The recordings are locked and the pack is kept until this day.")
    )
    about = forms.RegexField(_ABOUT, required=False, widget=forms.HiddenInput)

    def wish(self) -> Wish:
        """What was asked for."""
        said = self.cleaned_data
        begin, end = self.span()
        kind, _colon, key = said["about"].partition(":")
        return Wish(
            cameras=said["cameras"],
            begin=begin,
            end=end,
            case_number=said["case_number"],
            reason=said["reason"],
            requester=said["requester"],
            keep_until=said["keep_until"],
            about=About(kind, key),
        )


class HandForm(forms.Form):
    """To whom a pack goes, and why."""

    recipient = forms.CharField(label=_("To whom"), max_length=200)
    reason = forms.CharField(label=_("Reason"), max_length=300, min_length=5)


class BoxesField(forms.CharField):
    """Rectangles as `left top width height` in shares, a semicolon between; cleans to boxes."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:  # noqa: ANN401 - Django's signature
        parts = [part.split() for part in (super().to_python(value) or "").split(";") if part.strip()]
        try:
            boxes = [
                Box(left=x, top=y, width=w, height=h) for x, y, w, h in (map(float, part) for part in parts)
            ]
        except ValueError:
            raise ValidationError(_("Draw the rectangles again.")) from None
        if len(boxes) > MOST_BOXES or not all(_is_inside(box) for box in boxes):
            raise ValidationError(_("Draw the rectangles again."))
        return boxes


def _is_inside(box: Box) -> bool:
    is_there = 0 <= box["left"] < 1 and 0 <= box["top"] < 1 and box["width"] > 0 and box["height"] > 0
    return is_there and box["left"] + box["width"] <= 1.001 and box["top"] + box["height"] <= 1.001


class CopyForm(forms.Form):
    """What a copy shall hide, and why it is made."""

    hides_plates = forms.BooleanField(
        label=_("Hide licence plates"),
        required=False,
        initial=True,
        help_text=_("Looked for in every picture. One that is too small to be found stays to be seen."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, min_length=5)

    def __init__(self, *args: Any, cameras: Sequence[str], **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self._cameras = list(cameras)
        for code in cameras:
            self.fields[f"boxes-{code}"] = BoxesField(required=False, max_length=2000, label=code)

    def box_fields(self) -> list[forms.BoundField]:
        return [self[f"boxes-{code}"] for code in self._cameras]

    def boxes(self) -> dict[str, list[Box]]:
        """`{camera: rectangles}`."""
        return {code: self.cleaned_data[f"boxes-{code}"] for code in self._cameras}


class CheckForm(forms.Form):
    """A pack to check, or only its manifest."""

    file = forms.FileField(
        label=_("Pack or manifest"), help_text=_("The ZIP file, or manifest.json out of it.")
    )
