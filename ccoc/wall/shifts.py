"""Which shift is on, and who signed in during it."""

import datetime as dt
from typing import TypedDict

from django.utils import timezone

from accounts.capabilities import Role
from accounts.models import User
from ccoc.lib.instants import iso

LENGTH = dt.timedelta(hours=8)  # three shifts a day from midnight, as the station's duty roster has them
_ON_DUTY = [Role.OPERATOR, Role.SUPERVISOR]


class ShiftPayload(TypedDict):
    """`number` 1..3 of the day in Thailand; `people` in the order in which they signed in."""

    number: int
    starts_at: str
    ends_at: str
    people: list[str]


def shift_at(at: dt.datetime) -> ShiftPayload:
    """The shift that `at` falls into."""
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    passed = (at - midnight) // LENGTH
    starts_at = midnight + passed * LENGTH
    on_duty = User.objects.filter(last_login__gte=starts_at, roles__overlap=_ON_DUTY, is_active=True)
    return ShiftPayload(
        number=passed + 1,
        starts_at=iso(starts_at),
        ends_at=iso(starts_at + LENGTH),
        people=[str(person) for person in on_duty.order_by("last_login")],
    )
