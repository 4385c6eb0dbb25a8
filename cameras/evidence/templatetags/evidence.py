"""How evidence pages write clocks and sizes."""

import datetime as dt

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def clock_s(at: dt.datetime | None) -> str:
    """`21:47:12` in Thailand's time; empty for None."""
    return "" if at is None else f"{timezone.localtime(at):%H:%M:%S}"


@register.filter
def megabytes(size: int) -> str:
    """`312 MB`, one decimal below 10; a MB is a million bytes."""
    number = size / 1_000_000
    return _("%(number)s MB") % {"number": f"{number:,.0f}" if number >= 10 else f"{number:.1f}"}


@register.filter
def length(seconds: float) -> str:
    """`12:34` minutes and seconds, `1:02:03` from an hour."""
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"
