"""Ending what somebody has open: pages by deleting sessions, sockets by telling the hub."""

import datetime as dt

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session

from accounts.models import User
from events.services import Broadcast


def sessions_of(person: User, *, at: dt.datetime) -> list[Session]:
    """Unexpired sessions of `person`. Django keeps the owner inside the sealed data, so all are read:
    a station has tens of them.
    """
    running = Session.objects.filter(expire_date__gt=at)
    return [one for one in running if one.get_decoded().get(SESSION_KEY) == str(person.pk)]


def end_sessions(person: User, *, at: dt.datetime, but: str | None = None) -> int:
    """Delete the sessions of `person` except the one with key `but`; returns how many were ended."""
    keys = [one.session_key for one in sessions_of(person, at=at) if one.session_key != but]
    deleted, _ = Session.objects.filter(session_key__in=keys).delete()
    return deleted


def close_sockets(key: str) -> Broadcast:
    """What the hub must hear to close the sockets of `key` (`user:7`, `device:3`).

    A client whose access is still good reconnects at once and its permission is asked anew.
    """
    return Broadcast("access.revoked", {"key": key})
