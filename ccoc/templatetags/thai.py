"""Dates on pages: Buddhist years in Thai, Common Era in English. The one place templates get them from."""

import datetime as dt

from django import template
from django.utils import timezone
from django.utils.translation import get_language

from ccoc.lib import dates_th

register = template.Library()


@register.filter
def thai_date(value: dt.date | dt.datetime | None) -> str:
    """`23 พ.ย. 2569`, or `23 Nov 2026` on English pages; empty for None."""
    if value is None:
        return ""
    date = timezone.localtime(value).date() if isinstance(value, dt.datetime) else value
    return dates_th.format_date(date) if get_language() == "th" else f"{date.day} {date:%b %Y}"


@register.filter
def thai_datetime(value: dt.datetime | None) -> str:
    """`23 พ.ย. 2569 21:47` in Thailand's time; empty for None."""
    return "" if value is None else f"{thai_date(value)} {timezone.localtime(value):%H:%M}"
