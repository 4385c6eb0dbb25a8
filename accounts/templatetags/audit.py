"""How an audit entry reads on a page."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.utils.translation import gettext as _

from accounts.capabilities import Role
from accounts.verbs import FIELDS, VERBS
from events.models import AuditEntry

register = template.Library()
NOTHING = "–"


@dataclass(frozen=True)
class Difference:
    """One line of what changed; `before` is empty where the entry only states a value."""

    name: str
    before: str
    after: str


@register.filter
def verb_words(entry: AuditEntry) -> str:
    """What was done, in words; the bare verb where nobody has given it any."""
    return str(VERBS.get(entry.verb, entry.verb))


@register.filter
def differences(entry: AuditEntry) -> list[Difference]:
    """The entry's changes line by line: `[old, new]` pairs and plain values."""
    return [_difference(name, value) for name, value in entry.changes.items()]


def _difference(name: str, value: Any) -> Difference:  # noqa: ANN401 - any JSON value
    label = str(FIELDS.get(name, name))
    if isinstance(value, list) and len(value) == 2:
        return Difference(label, _words(value[0]), _words(value[1]))
    return Difference(label, "", _words(value))


def _words(value: Any) -> str:  # noqa: ANN401 - any JSON value
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(_words(part) for part in value) or NOTHING
    if isinstance(value, dict):
        return (
            ", ".join(f"{FIELDS.get(name, name)} {_words(part)}" for name, part in value.items()) or NOTHING
        )
    if value in Role.values:
        return str(Role(value).label)
    return NOTHING if value in (None, "") else str(value)
