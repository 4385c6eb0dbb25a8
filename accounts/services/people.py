"""People of the station: added, changed, let go and let in again."""

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.capabilities import Role
from accounts.models import User
from accounts.services.second_factor import drop_second_factor
from accounts.services.sessions import close_sockets, end_sessions
from ccoc.lib.errors import Refused
from events.models import AuditEntry
from events.services import Actor, Target, record

PASSWORD_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # noqa: S105 - an alphabet without look-alikes
PASSWORD_GROUPS = (4, 4, 4, 4)  # 16 letters of 31: 79 bits, read aloud in four groups
UNDO_WITHIN = dt.timedelta(minutes=10)
REVOKED, ROLES_CHANGED = "accounts.access_revoked", "accounts.person_changed"


class LastSupervisor(Refused):
    """The change would leave nobody who can let people in."""

    def __init__(self) -> None:
        super().__init__(
            "last_supervisor",
            _("This is the only supervisor. Make another person supervisor first."),
        )


class NothingToUndo(Refused):
    """Too late, or something newer happened to this person."""

    def __init__(self) -> None:
        super().__init__("nothing_to_undo", _("There is nothing left to undo here."))


def new_password() -> str:
    """A one-time password such as `k7mq-p2xw-9hdc-tt4e`."""
    groups = ("".join(secrets.choice(PASSWORD_LETTERS) for _ in range(size)) for size in PASSWORD_GROUPS)
    return "-".join(groups)


@transaction.atomic
def add_person(
    *, username: str, display_name: str, rank: str, roles: Sequence[str], by: User, at: dt.datetime
) -> tuple[User, str]:
    """Add a person; returns it with the one-time password, which is stored nowhere in the clear."""
    password = new_password()
    person: User = User.objects.create_user(
        username,
        password=password,
        display_name=display_name,
        rank=rank,
        roles=in_order(roles),
        has_temporary_password=True,
    )
    _record(person, "accounts.person_added", by=by, at=at, changes={"roles": [[], person.roles]})
    return person, password


@transaction.atomic
def change_person(
    person: User, *, display_name: str, rank: str, roles: Sequence[str], by: User, at: dt.datetime
) -> AuditEntry | None:
    """Change name, rank or roles; None when nothing differs. Raises LastSupervisor.

    Open sockets are closed when the roles change, since a socket asks for permission only once.
    """
    person = _locked(person)
    wanted = {"display_name": display_name, "rank": rank, "roles": in_order(roles)}
    before = {name: getattr(person, name) for name in wanted}
    changes = {name: [before[name], new] for name, new in wanted.items() if before[name] != new}
    if not changes:
        return None
    if "roles" in changes and Role.SUPERVISOR not in roles:
        _refuse_without_supervisor(person)
    for name, new in wanted.items():
        setattr(person, name, new)
    person.save(update_fields=list(wanted))
    return _record(person, ROLES_CHANGED, by=by, at=at, changes=changes, sockets="roles" in changes)


@transaction.atomic
def reset_password(person: User, *, by: User, at: dt.datetime) -> str:
    """Give a new one-time password and end every session; returns the password to show once."""
    person = _locked(person)
    password = new_password()
    person.password = make_password(password)
    person.has_temporary_password = True
    person.save(update_fields=["password", "has_temporary_password"])
    end_sessions(person, at=at)
    _record(person, "accounts.password_reset", by=by, at=at, sockets=True)
    return password


@transaction.atomic
def change_own_password(person: User, password: str, *, at: dt.datetime, keep_session: str | None) -> None:
    """Set the person's own password and end their other sessions."""
    person.set_password(password)
    person.has_temporary_password = False
    person.save(update_fields=["password", "has_temporary_password"])
    end_sessions(person, at=at, but=keep_session)
    _record(person, "accounts.password_changed", by=person, at=at, sockets=True)


@transaction.atomic
def sign_out_everywhere(person: User, *, at: dt.datetime, keep_session: str | None) -> int:
    """End the person's other sessions; returns how many there were."""
    ended = end_sessions(person, at=at, but=keep_session)
    _record(person, "accounts.signed_out_everywhere", by=person, at=at, sockets=True)
    return ended


@transaction.atomic
def revoke_access(person: User, *, by: User, at: dt.datetime, reason: str = "") -> None:
    """Take everything at once: roles, sign-in, second factor, sessions, sockets. Raises LastSupervisor."""
    person = _locked(person)
    _refuse_without_supervisor(person)
    changes = {"roles": [person.roles, []], "is_active": [person.is_active, False]}
    person.roles, person.is_active = [], False
    person.save(update_fields=["roles", "is_active"])
    drop_second_factor(person)
    end_sessions(person, at=at)
    _record(person, REVOKED, by=by, at=at, changes=changes, reason=reason, sockets=True)


@transaction.atomic
def let_in_again(person: User, *, roles: Sequence[str], by: User, at: dt.datetime) -> None:
    """Open a revoked person's access with `roles`; their password stays what it was."""
    person = _locked(person)
    changes = {"roles": [person.roles, in_order(roles)], "is_active": [person.is_active, True]}
    person.roles, person.is_active = in_order(roles), True
    person.save(update_fields=["roles", "is_active"])
    _record(person, "accounts.access_restored", by=by, at=at, changes=changes, sockets=True)


@transaction.atomic
def undo_last_change(person: User, *, by: User, at: dt.datetime) -> None:
    """Put back what `by` did to the person's name, rank, roles or access in the last ten minutes.

    Raises NothingToUndo. A second factor that was taken away stays away: its secret is gone.
    """
    person = _locked(person)
    last = AuditEntry.objects.about("person", person.pk).newest_first().first()
    if last is None or not is_undoable(last, by=by, at=at):
        raise NothingToUndo
    before = {name: old for name, (old, _new) in last.changes.items()}
    roles = before.get("roles", person.roles)
    if last.verb == REVOKED:
        let_in_again(person, roles=roles, by=by, at=at)
        return
    change_person(
        person,
        display_name=before.get("display_name", person.display_name),
        rank=before.get("rank", person.rank),
        roles=roles,
        by=by,
        at=at,
    )


def is_undoable(entry: AuditEntry, *, by: User, at: dt.datetime) -> bool:
    """Whether `entry` is a change that `by` made and may still take back at `at`."""
    is_own = entry.actor_kind == "USER" and entry.actor_id == str(by.pk)
    return is_own and entry.verb in {REVOKED, ROLES_CHANGED} and at - entry.at <= UNDO_WITHIN


def in_order(roles: Sequence[str]) -> list[str]:
    """`roles` in the table's order, each once, so that equal sets compare equal."""
    return [role.value for role in Role if role in roles]


def _locked(person: User) -> User:
    """The person's row, locked together with all supervisors so that two removals cannot cross."""
    supervisors = User.objects.active().holding(Role.SUPERVISOR).values_list("pk", flat=True)
    rows = User.objects.select_for_update().filter(pk__in=[person.pk, *supervisors])
    found: User = {row.pk: row for row in rows.order_by("pk")}[person.pk]
    return found


def _refuse_without_supervisor(person: User) -> None:
    others = User.objects.active().holding(Role.SUPERVISOR).exclude(pk=person.pk)
    if person.is_active and Role.SUPERVISOR in person.roles and not others.exists():
        raise LastSupervisor


def _record(
    person: User,
    verb: str,
    *,
    by: User,
    at: dt.datetime,
    changes: Mapping[str, object] | None = None,
    reason: str = "",
    sockets: bool = False,
) -> AuditEntry:
    return record(
        actor=Actor.of(by),
        verb=verb,
        target=Target("person", person.pk, str(person)),
        changes=changes,
        reason=reason,
        broadcast=close_sockets(person.key) if sockets else None,
        at=at,
    )
