"""How a plate reads on a page."""

from django import template

from plates.payloads import picture_url
from plates.recognition.provinces import PROVINCES
from plates.recognition.text import PlateClass, spaced
from plates.workflow import CLASS_LABELS

register = template.Library()
register.filter("plate_text", spaced)
register.filter("picture_url", picture_url)


@register.filter
def province_name(code: str | None) -> str:
    """The province's name as plates carry it; empty where there is none."""
    return PROVINCES.get(code or "", "")


@register.filter
def percent(share: float) -> str:
    """`97 %`, never rounded up to certainty."""
    return f"{int(share * 100)}\N{NO-BREAK SPACE}%"


@register.filter
def class_name(plate_class: str) -> str:
    """What a class is called on the road."""
    return str(CLASS_LABELS[PlateClass(plate_class)])
