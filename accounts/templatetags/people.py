"""How a person reads on a page."""

from django import template

from accounts.capabilities import Role
from accounts.models import User

register = template.Library()


@register.filter
def role_labels(person: User) -> list[str]:
    """The person's roles in words."""
    return [str(Role(role).label) for role in person.roles]
