"""The only writer of the audit log and the outbox."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, Self

from django.db import transaction
from django.utils import timezone

from events import bus
from events.models import AuditEntry, OutboxEvent

KEEP_OUTBOX = dt.timedelta(days=7)


class NotInTransaction(RuntimeError):
    """`record` was called outside a transaction: the change and its record could part."""


class Principal(Protocol):
    """Whoever signs in: a person or a wall screen."""

    @property
    def key(self) -> str: ...

    def __str__(self) -> str: ...


@dataclass(frozen=True)
class Actor:
    """Who did it. `kind` is USER, DEVICE, SYSTEM or SOURCE (an outside sender)."""

    kind: str
    id: str
    label: str

    @classmethod
    def of(cls, principal: Principal) -> Self:
        """The signed-in person or wall screen; `key` looks like `user:7`."""
        kind, _, number = principal.key.partition(":")
        return cls(kind.upper(), number, str(principal))

    @classmethod
    def system(cls, name: str) -> Self:
        return cls("SYSTEM", "", name)

    @classmethod
    def source(cls, name: str) -> Self:
        return cls("SOURCE", name, name)


@dataclass(frozen=True)
class Target:
    """What it was done to, by kind and key, with the label it had then."""

    kind: str
    id: object
    label: str


@dataclass(frozen=True)
class Broadcast:
    """What every wall must hear: `<collection>.changed` with the full representation."""

    name: str
    data: Mapping[str, object]


def record(
    *,
    actor: Actor,
    verb: str,
    target: Target,
    changes: Mapping[str, object] | None = None,
    reason: str = "",
    broadcast: Broadcast | None = None,
    at: dt.datetime | None = None,
) -> AuditEntry:
    """Write the audit entry and, where walls must hear of it, the outbox event.

    Both rows are numbered when the surrounding transaction commits. Subscribers of `verb` run inside
    the same transaction. Raises NotInTransaction outside one.
    """
    if not transaction.get_connection().in_atomic_block:
        raise NotInTransaction(verb)
    moment = at or timezone.now()
    entry = AuditEntry.objects.create(
        at=moment,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=actor.label[:200],
        verb=verb,
        target_kind=target.kind,
        target_id=str(target.id),
        target_label=target.label[:200],
        changes=dict(changes or {}),
        reason=reason[:500],
    )
    if broadcast is not None:
        announce(broadcast, at=moment)
    bus.publish(bus.News(verb=verb, target_id=str(target.id), at=moment))
    return entry


def announce(broadcast: Broadcast, *, at: dt.datetime) -> None:
    """Tell the walls of a change that needs no audit entry, such as a camera's health or a position."""
    if not transaction.get_connection().in_atomic_block:
        raise NotInTransaction(broadcast.name)
    OutboxEvent.objects.create(at=at, name=broadcast.name, data=dict(broadcast.data))


def prune_outbox(*, at: dt.datetime) -> int:
    """Drop outbox events older than a week; a client that slept longer starts from a snapshot."""
    deleted, _ = OutboxEvent.objects.older_than(at - KEEP_OUTBOX).delete()
    return deleted
