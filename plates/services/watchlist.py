"""The watchlist: added by one person, approved by another, revoked with a reason, never deleted."""

import datetime as dt
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.translation import gettext as _

from ccoc.lib.errors import Refused
from events.services import Actor, Target, record
from plates.models import WatchlistEntry
from plates.recognition.text import PlateClass, is_possible, normalise, spaced
from plates.workflow import longest_for


class ImpossiblePlate(Refused):
    """No plate says this, so no read would ever meet it."""

    def __init__(self) -> None:
        super().__init__("impossible_plate", _("No plate of this class can say that. Check each letter."))


class BadExpiry(Refused):
    """Looking for a vehicle has an end."""

    def __init__(self, days: int) -> None:
        super().__init__("bad_expiry", _("It has to expire within %(days)s days from now.") % {"days": days})


class NotConfirmedYet(Refused):
    """The requester confirms before the plate is added, not after."""

    def __init__(self) -> None:
        super().__init__("bad_confirmation", _("The confirmation lies in the future. Check the date."))


class AlreadyListed(Refused):
    """One vehicle, one entry for each case."""

    def __init__(self) -> None:
        super().__init__("already_listed", _("This plate is on the list for this case already."))


class NeedsSecondPerson(Refused):
    """Nobody puts a plate on the list alone."""

    def __init__(self) -> None:
        super().__init__("second_person", _("Another person than the one who added it has to approve it."))


class EntryOver(Refused):
    """Expired and revoked entries stay as they are."""

    def __init__(self) -> None:
        super().__init__("entry_over", _("This entry is over. Add the plate anew."))


class NeedsReason(Refused):
    """Why something was taken off the list is asked later."""

    def __init__(self) -> None:
        super().__init__("needs_reason", _("Say why."))


@dataclass(frozen=True)
class EntryFields:
    """What a person says about a plate that is looked for; province and class empty mean any."""

    text: str
    province: str
    plate_class: str
    case_number: str
    category: str
    reason: str
    requester: str
    vehicle: str
    confirmed_at: dt.datetime
    expires_at: dt.datetime


@transaction.atomic
def add_entry(*, fields: EntryFields, by: Actor, at: dt.datetime) -> WatchlistEntry:
    """Put a plate up for approval. Raises ImpossiblePlate, BadExpiry, NotConfirmedYet or AlreadyListed."""
    text = normalise(fields.text)
    _check(fields, text, at)
    _serialise(text)
    same = WatchlistEntry.objects.filter(text=text, province=fields.province, case_number=fields.case_number)
    if same.filter(revoked_at=None, expires_at__gt=at).exists():
        raise AlreadyListed
    entry = WatchlistEntry(added_at=at, added_by=by.label[:200], added_key=key_of(by))
    for name in EntryFields.__dataclass_fields__:
        setattr(entry, name, getattr(fields, name))
    entry.text = text
    entry.save()
    _record(entry, "watchlist.added", by, at, reason=fields.reason)
    return entry


@transaction.atomic
def approve_entry(*, entry: WatchlistEntry, by: Actor, at: dt.datetime) -> WatchlistEntry:
    """The second person: from now on the entry counts. Raises NeedsSecondPerson or EntryOver."""
    mine = _locked(entry, at)
    if mine.approved_at is not None:
        return mine
    if key_of(by) == mine.added_key:
        raise NeedsSecondPerson
    mine.approved_at, mine.approved_by, mine.approved_key = at, by.label[:200], key_of(by)
    mine.save()
    _record(mine, "watchlist.approved", by, at)
    return mine


@transaction.atomic
def revoke_entry(*, entry: WatchlistEntry, reason: str, by: Actor, at: dt.datetime) -> WatchlistEntry:
    """Take it off the list, from now on. Raises EntryOver or NeedsReason."""
    mine = _locked(entry, at)
    if not reason.strip():
        raise NeedsReason
    mine.revoked_at, mine.revoked_by, mine.revoke_reason = at, by.label[:200], reason.strip()[:200]
    mine.save()
    _record(mine, "watchlist.revoked", by, at, reason=mine.revoke_reason)
    return mine


def key_of(actor: Actor) -> str:
    """`user:7`: tells two people of the same name apart."""
    return f"{actor.kind.lower()}:{actor.id or actor.label}"[:40]


def _check(fields: EntryFields, text: str, at: dt.datetime) -> None:
    if not is_possible(text, PlateClass(fields.plate_class or PlateClass.UNKNOWN)):
        raise ImpossiblePlate
    longest = longest_for(fields.category)
    if not at < fields.expires_at <= at + longest:
        raise BadExpiry(longest.days)
    if fields.confirmed_at > at:
        raise NotConfirmedYet


def _serialise(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"watchlist:{text}"])


def _locked(entry: WatchlistEntry, at: dt.datetime) -> WatchlistEntry:
    mine = WatchlistEntry.objects.select_for_update().get(pk=entry.pk)
    if mine.revoked_at is not None or mine.expires_at <= at:
        raise EntryOver
    return mine


def _record(entry: WatchlistEntry, verb: str, by: Actor, at: dt.datetime, reason: str = "") -> None:
    target = Target("watchlist", entry.pk, f"{spaced(entry.text)} {entry.province} {entry.case_number}")
    changes = {"expires_at": entry.expires_at.isoformat(), "category": entry.category}
    record(actor=by, verb=verb, target=target, changes=changes, reason=reason, at=at)
