"""Shifts: three a day in Thai time, and who signed in during the present one."""

import datetime as dt

import pytest

from ccoc.wall.shifts import shift_at
from tests.wall import builders

UTC = dt.UTC


@pytest.mark.parametrize(
    ("at", "number", "starts"),
    [
        (dt.datetime(2026, 11, 23, 14, 47, tzinfo=UTC), 3, "2026-11-23T09:00:00"),
        (dt.datetime(2026, 11, 23, 17, 0, tzinfo=UTC), 1, "2026-11-23T17:00:00"),
        (dt.datetime(2026, 11, 23, 1, 0, tzinfo=UTC), 2, "2026-11-23T01:00:00"),
        (dt.datetime(2026, 11, 23, 0, 59, 59, tzinfo=UTC), 1, "2026-11-22T17:00:00"),
    ],
)
@pytest.mark.django_db
def test_shift_at_changes_at_8_16_and_24_hours_in_thailand(at: dt.datetime, number: int, starts: str) -> None:
    shift = shift_at(at)

    assert shift["number"] == number
    assert shift["starts_at"].startswith(starts)
    assert dt.datetime.fromisoformat(shift["ends_at"]) - dt.datetime.fromisoformat(
        shift["starts_at"]
    ) == dt.timedelta(hours=8)


@pytest.mark.django_db
def test_shift_at_names_who_works_the_desk_and_nobody_else() -> None:
    at = dt.datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
    for number, (role, hours) in enumerate(
        [("OPERATOR", 2), ("SUPERVISOR", 1), ("AUDITOR", 1), ("OPERATOR", 9)]
    ):
        person = builders.make_person(role, f"p{number}")
        person.last_login = at - dt.timedelta(hours=hours)
        person.save()

    assert shift_at(at)["people"] == ["คนที่ p0", "คนที่ p1"]
