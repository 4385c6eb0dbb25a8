"""The one write path: audit and outbox together, numbered at commit, append-only, chained."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from events import bus
from events.models import AuditEntry, OutboxEvent
from events.services import Actor, Broadcast, NotInTransaction, Target, prune_outbox, record

SYSTEM = Actor.system("test")


def record_one(label: str = "C-001") -> AuditEntry:
    return record(
        actor=SYSTEM,
        verb="cameras.renamed",
        target=Target("camera", label, label),
        changes={"name": ["เดิม", "ใหม่"]},
        broadcast=Broadcast("cameras.changed", {"code": label}),
    )


def alter_behind_the_trigger(statement: str) -> None:
    """What an owner of the database could do: only the hash chain can tell."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE events_auditentry DISABLE TRIGGER events_append_only")
        cursor.execute(statement)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # or the checks that wait hold the table
        cursor.execute("ALTER TABLE events_auditentry ENABLE TRIGGER events_append_only")


@pytest.mark.django_db(transaction=True)
def test_record_outside_transaction_is_refused() -> None:
    with pytest.raises(NotInTransaction):
        record_one()

    assert not AuditEntry.objects.exists()
    assert not OutboxEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_record_rolled_back_leaves_neither_row() -> None:
    with transaction.atomic():
        record_one()
        transaction.set_rollback(True)

    assert not AuditEntry.objects.exists()
    assert not OutboxEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_record_numbers_both_rows_at_commit() -> None:
    with transaction.atomic():
        record_one()
        assert OutboxEvent.objects.get().seq is None

    assert OutboxEvent.objects.get().seq == 1
    assert AuditEntry.objects.get().seq == 1


@pytest.mark.django_db(transaction=True)
def test_record_with_late_commit_is_numbered_after_the_earlier_commit() -> None:
    with transaction.atomic():
        record_one("C-LATE")
        with ThreadPoolExecutor(1) as pool:
            pool.submit(_record_in_own_connection, "C-EARLY").result()

    order = list(OutboxEvent.objects.after(0).values_list("data__code", flat=True))
    assert order == ["C-EARLY", "C-LATE"]


@pytest.mark.django_db(transaction=True)
def test_record_by_concurrent_writers_leaves_no_gap_and_a_whole_chain() -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(_record_in_own_connection, [f"C-{n:03}" for n in range(40)]))

    assert list(OutboxEvent.objects.after(0).values_list("seq", flat=True)) == list(range(1, 41))
    assert AuditEntry.objects.all().first_broken_seq() is None


def _record_in_own_connection(label: str) -> None:
    try:
        with transaction.atomic():
            record_one(label)
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE events_auditentry SET reason = 'other'",
        "UPDATE events_auditentry SET seq = 99",
        "DELETE FROM events_auditentry",
    ],
)
def test_audit_entry_cannot_be_altered(attack: str) -> None:
    with transaction.atomic():
        record_one()

    with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(attack)


@pytest.mark.django_db(transaction=True)
def test_first_broken_seq_names_the_row_that_was_altered_behind_the_trigger() -> None:
    for label in ("C-001", "C-002", "C-003"):
        with transaction.atomic():
            record_one(label)

    alter_behind_the_trigger("UPDATE events_auditentry SET target_label = 'C-999' WHERE seq = 2")

    assert AuditEntry.objects.all().first_broken_seq() == 2


@pytest.mark.django_db(transaction=True)
def test_first_broken_seq_names_the_row_after_one_that_was_removed() -> None:
    for label in ("C-001", "C-002", "C-003"):
        with transaction.atomic():
            record_one(label)

    alter_behind_the_trigger("DELETE FROM events_auditentry WHERE seq = 2")

    assert AuditEntry.objects.all().first_broken_seq() == 3


@pytest.mark.django_db(transaction=True)
def test_prune_outbox_keeps_the_newest_so_that_numbering_goes_on() -> None:
    for label in ("C-001", "C-002"):
        with transaction.atomic():
            record_one(label)

    removed = prune_outbox(at=timezone.now() + dt.timedelta(days=30))
    with transaction.atomic():
        record_one("C-003")

    assert removed == 1
    assert list(OutboxEvent.objects.after(0).values_list("seq", flat=True)) == [2, 3]


@pytest.mark.django_db
def test_subscriber_hears_the_verb_inside_the_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []
    monkeypatch.setitem(bus._handlers, "cameras.renamed", [lambda news: heard.append(news.target_id)])

    record_one("C-007")

    assert heard == ["C-007"]
