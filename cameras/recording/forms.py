"""What a camera records, as a part of its form in the register."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cameras.models import Camera
from cameras.recording.models import KEEP_DAYS, LONGEST_KEEP_DAYS, Mode, Rule


class RuleForm(forms.Form):
    """A camera without a rule shows what that means: it records nothing."""

    prefix = "recording"
    mode = forms.ChoiceField(label=_("records"), choices=Mode.choices, required=False)
    keep_days = forms.IntegerField(
        label=_("days kept"), min_value=1, max_value=LONGEST_KEEP_DAYS, required=False
    )

    def __init__(self, data: Any, *, camera: Camera) -> None:  # noqa: ANN401 - Django's signature
        rule = Rule.objects.filter(camera=camera).first()
        self.before = {
            "mode": rule.mode if rule else Mode.OFF.value,
            "keep_days": rule.keep_days if rule else KEEP_DAYS,
        }
        super().__init__(data, initial=self.before)

    def chosen(self) -> dict[str, Any] | None:
        """The rule that a valid form asks for; None where it is as before, or was not sent."""
        given = {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}
        wanted = {**self.before, **given}
        return None if wanted == self.before else wanted


def in_words(changes: dict[str, list[object]]) -> dict[str, list[object]]:
    """Changes of a rule as the save bar says them."""
    labels = dict(Mode.choices)
    return {name: [labels.get(str(value), value) for value in pair] for name, pair in changes.items()}
