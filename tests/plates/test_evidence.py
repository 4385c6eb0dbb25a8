"""What this room adds to an evidence pack."""

from cameras.evidence import providers
from plates.services import record_reads
from tests.plates.moments import AT, a_read, later


def test_reads_of_the_span_and_cameras_are_packed_oldest_first(weeks: None, camera: object) -> None:
    reads = [
        a_read("กข 1234", seen_at=later(5)),
        a_read("1กก 99", None, seen_at=later(1)),
        a_read("ขข 1", camera="C-002"),
        a_read("งง 2", seen_at=later(10)),
    ]
    record_reads(reads=reads, at=later(20))

    found = providers.reads_of(["C-001"], AT, later(10))

    assert [(read["text"], read["province"]) for read in found] == [("1กก 99", ""), ("กข 1234", "พิษณุโลก")]
    assert found[0]["at"] == "2026-11-23T14:47:01.000Z"
