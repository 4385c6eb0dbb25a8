"""What the reader of the audit log asks for: who, what, about what, from when to when."""

import datetime as dt
from typing import cast

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ccoc.lib.dates_th import parse_date
from events.models import AuditEntry
from events.querysets import AuditQuerySet


class ThaiDateField(forms.CharField):
    """A day in either era, as people write it."""

    def clean(self, value: object) -> dt.date | None:
        text = cast(str, super().clean(value))
        if not text:
            return None
        try:
            return parse_date(text)
        except ValueError:
            raise forms.ValidationError(_("Write the day as 23/11/2569 or 23 พ.ย. 2569.")) from None


class AuditFilterForm(forms.Form):
    """All fields are optional and narrow the list together."""

    actor = forms.CharField(label=_("Who"), max_length=80, required=False)
    verb = forms.CharField(label=_("What was done"), max_length=80, required=False)
    target = forms.CharField(label=_("About what"), max_length=80, required=False)
    since = ThaiDateField(label=_("From day"), required=False)
    until = ThaiDateField(label=_("To day"), required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # Form's own arguments, passed on
        for name in ("since", "until"):
            self.fields[name].widget.attrs["placeholder"] = "23/11/2569"

    def entries(self) -> AuditQuerySet:
        """The entries that fit; everything where a field is empty or unreadable."""
        asked = self.cleaned_data if self.is_valid() else {}
        found = AuditEntry.objects.all()
        if actor := asked.get("actor"):
            found = found.filter(Q(actor_label__icontains=actor) | Q(actor_id=actor))
        if verb := asked.get("verb"):
            found = found.filter(verb__icontains=verb)
        if target := asked.get("target"):
            found = found.filter(Q(target_label__icontains=target) | Q(target_id=target))
        if since := asked.get("since"):
            found = found.filter(at__gte=_midnight(since))
        if until := asked.get("until"):
            found = found.filter(at__lt=_midnight(until + dt.timedelta(days=1)))
        return found

    def words(self) -> dict[str, str]:
        """What was asked, for the record of an export."""
        asked = self.cleaned_data if self.is_valid() else {}
        return {name: str(value) for name, value in asked.items() if value}


def _midnight(day: dt.date) -> dt.datetime:
    """The first moment of `day` on Thailand's clocks."""
    return dt.datetime.combine(day, dt.time(), tzinfo=timezone.get_default_timezone())
