"""How a camera reads on a page."""

import datetime as dt
import math

from django import template
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from cameras.conditions import sentence_of
from cameras.importing.values import tidy_number
from cameras.models import Camera, CredentialProfile, Health
from cameras.payloads import health_of, state_of
from cameras.querysets import CONDITIONS
from ccoc.lib import dates_th

register = template.Library()
NOTHING = "–"

# State of health -> the shape that goes before its word, in the office's marks.
_MARKS = {"live": "ok", "poor": "warn", "stalled": "stale", "down": "danger", "waiting": "off", "off": "off"}


@register.filter
def condition_of(camera: Camera) -> str:
    """The filter under which this camera is found."""
    state = state_of(camera, health_of(camera))
    return next(name for name, states in CONDITIONS.items() if state in states)


@register.filter
def condition_mark(camera: Camera) -> str:
    return _MARKS[condition_of(camera)]


@register.filter
def condition_words(camera: Camera) -> str:
    """The state in a word or two; the exact state where nothing shorter is true."""
    condition = condition_of(camera)
    short = {
        "live": _("Well"),
        "poor": _("Poor picture"),
        "stalled": _("Stands still"),
        "down": _("Dark"),
        "off": _("Not read"),
    }
    if state_of(camera, health_of(camera)) == Health.UNKNOWN:
        return pgettext("camera", "Unknown")  # without a context Django's own Thai word wins
    return short.get(condition) or str(Health(state_of(camera, health_of(camera))).label)


@register.filter
def sentence(camera: Camera) -> Promise | str:
    """Why a camera is not well, empty where it is."""
    health = health_of(camera)
    return sentence_of(state_of(camera, health), health.reason) if health else ""


@register.filter
def age_words(seconds: float | None) -> str:
    """`2 seconds`, `6 minutes`, `2 hours`, `3 days`; a dash for a picture that never was."""
    if seconds is None:
        return NOTHING
    whole = int(seconds)
    if whole < 60:
        return ngettext("%(count)d second", "%(count)d seconds", whole) % {"count": whole}
    if whole < 3600:
        return ngettext("%(count)d minute", "%(count)d minutes", whole // 60) % {"count": whole // 60}
    if whole < 86400:
        return ngettext("%(count)d hour", "%(count)d hours", whole // 3600) % {"count": whole // 3600}
    return ngettext("%(count)d day", "%(count)d days", whole // 86400) % {"count": whole // 86400}


@register.simple_tag
def bearing_glyph(azimuth_deg: float | None, fov_deg: float) -> SafeString:
    """A small wedge that looks where the camera looks; empty where nobody wrote it down."""
    if azimuth_deg is None:
        return mark_safe('<svg class="bearing" viewBox="-12 -12 24 24" aria-hidden="true"></svg>')
    half = math.radians(min(max(fov_deg, 40.0), 150.0) / 2)
    x, y = 11 * math.sin(half), -11 * math.cos(half)
    wedge = f"M0 0 L{-x:.1f} {y:.1f} A11 11 0 0 1 {x:.1f} {y:.1f} Z"
    # Only numbers of our own go into the mark-up.
    return mark_safe(  # noqa: S308
        f'<svg class="bearing" viewBox="-12 -12 24 24" aria-hidden="true">'
        f'<g transform="rotate({float(azimuth_deg):.1f})"><path d="{wedge}"/><circle r="2.6"/></g></svg>'
    )


@register.filter
def degrees(value: float | None) -> str:
    return NOTHING if value is None else f"{tidy_number(float(value))}°"


@register.filter
def cell_words(value: object) -> str:
    """A value of the register as a person reads it."""
    if value in (None, ""):
        return NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, float):
        return tidy_number(value)
    if isinstance(value, dt.date):
        return dates_th.format_date(value)
    return str(value) if not isinstance(value, CredentialProfile) else value.name
