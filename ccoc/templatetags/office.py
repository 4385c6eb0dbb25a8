"""Tags of the office pages."""

from django import template
from django.http import QueryDict
from django.template import Context

register = template.Library()


@register.simple_tag(takes_context=True)
def query_with(context: Context, name: str, value: object) -> str:
    """This page's query string with `name` set to `value` (removed when empty), back on the first page."""
    query: QueryDict = context["request"].GET.copy()
    for stale in ("page", "before", name):
        query.pop(stale, None)
    if value not in (None, ""):
        query[name] = str(value)
    return f"?{query.urlencode()}"
