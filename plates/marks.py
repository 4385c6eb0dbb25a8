"""Plate reads as marks on a camera's time line."""

from cameras.recording.marks import LIMIT, Look, Mark
from ccoc.lib.instants import iso
from plates.models import PlateRead


def read_marks(look: Look) -> list[Mark]:
    """Reads of the span for those who may see plates; the look at the recordings says why they look."""
    if not look.principal.can("plates.view"):
        return []
    reads = PlateRead.objects.at_camera(look.code).between(look.begin, look.end).newest_first()
    rows = reads.values_list("seen_at", "text")[:LIMIT]
    return [Mark(at=iso(at), kind="READ", label=text) for at, text in rows]
