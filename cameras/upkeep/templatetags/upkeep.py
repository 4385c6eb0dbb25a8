"""How uptime and work orders read on a page."""

import datetime as dt

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise

from cameras.conditions import sentence_of
from cameras.templatetags.cameras import NOTHING
from cameras.upkeep.models import OrderState, WorkOrder
from ccoc.lib.dates_th import BUDDHIST_OFFSET

register = template.Library()
_MARKS = {
    OrderState.OPEN: "warn",
    OrderState.SENT: "warn",
    OrderState.ACKNOWLEDGED: "warn",
    OrderState.REOPENED: "danger",
    OrderState.MENDED: "ok",
    OrderState.WITHDRAWN: "off",
}


@register.filter
def percent(share: float | None) -> str:
    """`98.42 %`; rounded down, so that nothing below a target looks as if it met it."""
    return NOTHING if share is None else f"{int(share * 10_000) / 100:.2f} %"


@register.filter
def hours(seconds: float) -> str:
    return f"{seconds / 3600:,.1f}"


@register.filter
def month_words(moment: dt.datetime) -> str:
    """`พฤศจิกายน 2569`."""
    local = timezone.localtime(moment)
    return f"{date_format(local, 'F')} {local.year + BUDDHIST_OFFSET}"


@register.filter
def order_mark(order: WorkOrder) -> str:
    return _MARKS[OrderState(order.state)]


@register.filter
def fault_words(order: WorkOrder) -> Promise | str:
    """What was wrong, in one sentence."""
    return sentence_of(order.fault, order.fault) or NOTHING
