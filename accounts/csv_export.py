"""Audit entries as a spreadsheet, streamed; text that a spreadsheet would run is made plain."""

import csv
import json
from collections.abc import Iterable, Iterator
from typing import cast

from django.utils import timezone

from ccoc.lib.cells import plain
from events.models import AuditEntry

HEAD = (
    *("seq", "at", "actor_kind", "actor_id", "actor", "verb"),
    *("target_kind", "target_id", "target", "changes", "reason", "hash"),
)
BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads Thai as Latin


class _Echo:
    """A file that gives each written line back."""

    def write(self, line: str) -> str:
        return line


def lines(entries: Iterable[AuditEntry]) -> Iterator[str]:
    """The file, line by line; times in Thailand's zone with their offset."""
    writer = csv.writer(_Echo())
    yield BYTE_ORDER_MARK + cast(str, writer.writerow(HEAD))
    for entry in entries:
        yield cast(str, writer.writerow(plain(str(value)) for value in _row(entry)))


def _row(entry: AuditEntry) -> tuple[object, ...]:
    at = timezone.localtime(entry.at).isoformat(timespec="seconds")
    changes = json.dumps(entry.changes, ensure_ascii=False, sort_keys=True) if entry.changes else ""
    return (
        *(entry.seq, at, entry.actor_kind, entry.actor_id, entry.actor_label, entry.verb),
        *(entry.target_kind, entry.target_id, entry.target_label, changes, entry.reason),
        bytes(entry.hash or b"").hex(),
    )
