"""Every write of this room, by noun: reads, the watchlist."""

from plates.services.reads import Read, audit_scene_view, audit_search, keep_up, record_reads
from plates.services.watchlist import EntryFields, add_entry, approve_entry, revoke_entry

__all__ = [
    "EntryFields",
    "Read",
    "add_entry",
    "approve_entry",
    "audit_scene_view",
    "audit_search",
    "keep_up",
    "record_reads",
    "revoke_entry",
]
