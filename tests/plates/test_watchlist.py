"""Who may put a plate on the list, for how long, and how it comes off again."""

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from events.models import AuditEntry
from plates.models import WatchlistEntry
from plates.services import add_entry, approve_entry, revoke_entry
from plates.services.watchlist import (
    AlreadyListed,
    BadExpiry,
    EntryOver,
    ImpossiblePlate,
    NeedsReason,
    NeedsSecondPerson,
    NotConfirmedYet,
)
from tests.plates.moments import AT, FIRST, SECOND, AddEntry, entry_fields, later

DAY = 86400


def added(**more: object) -> WatchlistEntry:
    return add_entry(fields=entry_fields(**more), by=FIRST, at=AT)


def test_add_entry_stores_the_written_form_and_waits(db: None) -> None:
    entry = added(text=" ๑กข - ๑๒๓๔ ")

    assert (entry.text, entry.approved_at, entry.added_by) == ("1กข1234", None, "พ.ต.ท.วีระ")
    assert list(WatchlistEntry.objects.all().waiting(AT)) == [entry]
    assert AuditEntry.objects.get().verb == "watchlist.added"


@pytest.mark.parametrize(
    ("category", "seconds"),
    [("WANTED", 30 * DAY), ("STOLEN", 365 * DAY), ("WANTED", 1)],
)
def test_add_entry_up_to_the_longest_time(db: None, category: str, seconds: int) -> None:
    assert added(category=category, expires_at=later(seconds)).expires_at == later(seconds)


@pytest.mark.parametrize(
    ("category", "seconds"),
    [("WANTED", 30 * DAY + 1), ("STOLEN", 365 * DAY + 1), ("WANTED", 0), ("WANTED", -DAY)],
)
def test_add_entry_without_an_end_in_sight_is_refused(db: None, category: str, seconds: int) -> None:
    with pytest.raises(BadExpiry):
        added(category=category, expires_at=later(seconds))


@pytest.mark.parametrize(
    ("text", "plate_class"),
    [("", ""), ("กข", ""), ("abc 123", ""), ("กข 1234", "TRUCK"), ("กข 12345", "CAR")],
)
def test_add_entry_that_no_plate_can_say_is_refused(db: None, text: str, plate_class: str) -> None:
    with pytest.raises(ImpossiblePlate):
        added(text=text, plate_class=plate_class)


def test_add_entry_confirmed_tomorrow_is_refused(db: None) -> None:
    with pytest.raises(NotConfirmedYet):
        added(confirmed_at=later(1))


def test_add_entry_twice_for_a_case_is_refused(db: None) -> None:
    added()

    with pytest.raises(AlreadyListed):
        added()
    assert added(case_number="คดี 7/2569").pk


def test_approve_entry_by_another_person_counts_from_then_on(db: None) -> None:
    entry = approve_entry(entry=added(), by=SECOND, at=later(60))

    assert (entry.approved_by, entry.approved_at) == ("ร.ต.อ.หญิง ศศิธร", later(60))
    assert not WatchlistEntry.objects.all().in_force(later(59)).exists()
    assert WatchlistEntry.objects.all().in_force(later(60)).exists()


def test_approve_entry_by_the_same_person_is_refused(db: None) -> None:
    with pytest.raises(NeedsSecondPerson):
        approve_entry(entry=added(), by=FIRST, at=later(60))


def test_approve_entry_twice_changes_nothing(db: None) -> None:
    entry = approve_entry(entry=added(), by=SECOND, at=later(60))

    assert approve_entry(entry=entry, by=SECOND, at=later(90)).approved_at == later(60)


def test_approve_entry_that_is_over_is_refused(db: None) -> None:
    entry = added(expires_at=later(60))

    with pytest.raises(EntryOver):
        approve_entry(entry=entry, by=SECOND, at=later(60))


def test_revoke_entry_keeps_it_with_its_reason(on_list: AddEntry) -> None:
    entry = revoke_entry(entry=on_list(), reason="พบรถแล้ว", by=FIRST, at=later(60))

    assert (entry.revoked_by, entry.revoke_reason) == ("พ.ต.ท.วีระ", "พบรถแล้ว")
    assert list(WatchlistEntry.objects.all().over(later(60))) == [entry]
    assert AuditEntry.objects.latest("id").reason == "พบรถแล้ว"


def test_revoke_entry_without_a_reason_is_refused(on_list: AddEntry) -> None:
    with pytest.raises(NeedsReason):
        revoke_entry(entry=on_list(), reason="  ", by=FIRST, at=later(60))


def test_revoke_entry_twice_is_refused(on_list: AddEntry) -> None:
    entry = revoke_entry(entry=on_list(), reason="พบรถแล้ว", by=FIRST, at=later(60))

    with pytest.raises(EntryOver):
        revoke_entry(entry=entry, reason="x", by=FIRST, at=later(61))


def test_revoked_plate_may_be_listed_again(on_list: AddEntry) -> None:
    revoke_entry(entry=on_list(), reason="พบรถแล้ว", by=FIRST, at=AT)

    assert added().pk


def test_entry_cannot_be_deleted(on_list: AddEntry) -> None:
    on_list()

    with pytest.raises(DatabaseError, match="never deleted"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM plates_watchlistentry")


@pytest.mark.parametrize(
    "broken",
    [
        {"approved_at": None},
        {"approved_key": "user:7"},
        {"revoked_at": AT},
        {"expires_at": AT + dt.timedelta(days=31)},
        {"expires_at": AT - dt.timedelta(days=1)},
        {"text": ""},
    ],
)
def test_broken_rule_is_refused_by_the_database(on_list: AddEntry, broken: dict[str, object]) -> None:
    entry = on_list()

    with pytest.raises(IntegrityError), transaction.atomic():
        WatchlistEntry.objects.filter(pk=entry.pk).update(**broken)
