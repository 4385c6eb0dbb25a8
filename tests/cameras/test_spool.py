"""The spool on disk: order, torn ends, adoption, bounds."""

import errno
import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cameras.ingest import records, segments
from cameras.ingest.segments import Segment
from cameras.ingest.spool import Batch, Spool
from cameras.streams.analysers import Result
from cameras.streams.results import Finding

JPEG = b"\xff\xd8 picture \xff\xd9"
same_folder = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def a_pass(number: int, picture: bytes = JPEG) -> Finding:
    body = {"pass_id": f"{number}", "text": "1กข1234", "province": None}
    return Finding(
        "C-001", 1000.0 + number, Result("plate_pass", body, {"crop": picture, "scene": picture * 2})
    )


def numbers(batch: Batch | None) -> list[int]:
    return [int(str(finding.result.body["pass_id"])) for finding in batch.findings] if batch else []


def take_all(spool: Spool) -> list[int]:
    found = []
    while (batch := spool.take(100)) is not None:
        found += numbers(batch)
        spool.done(batch)
    return found


def read_all(segment: Segment) -> list[Finding]:
    found, offset = [], 0
    while (read := segment.read(offset)) is not None:
        finding, offset = read
        found.append(finding)
    return found


def filled(folder: Path, count: int, picture: bytes = JPEG) -> Path:
    """A segment's stem, written and closed."""
    folder.mkdir(exist_ok=True)
    segment = Segment(folder / "00000001")
    for number in range(count):
        segment.append(a_pass(number, picture))
    segment.close()
    return segment.stem


@given(payload=st.binary(max_size=300), flipped=st.integers(0, 400), bit=st.integers(0, 7))
@same_folder
def test_read_record_takes_what_was_packed_and_nothing_else(
    tmp_path: Path, payload: bytes, flipped: int, bit: int
) -> None:
    record = bytearray(records.pack(payload))
    file = os.open(tmp_path / "record", os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    records.append(file, bytes(record), end=0)
    whole = records.read_record(file, 0)
    if flipped < len(record):
        record[flipped] ^= 1 << bit
        os.pwrite(file, record, 0)
    damaged = records.read_record(file, 0)
    os.close(file)

    assert whole == (payload, len(record))
    assert damaged == (None if flipped < len(record) else whole)


def test_append_that_finds_no_room_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = os.open(tmp_path / "full", os.O_RDWR | os.O_CREAT)
    records.append(file, b"before", end=0)
    really = os.pwrite

    def half(file: int, data: memoryview, offset: int) -> int:
        if offset > 6:
            raise OSError(errno.ENOSPC, "no space left on device")
        return really(file, data[:2], offset)

    monkeypatch.setattr(os, "pwrite", half)
    with pytest.raises(OSError, match="no space"):
        records.append(file, b"after", end=6)

    assert os.pread(file, 100, 0) == b"before"
    os.close(file)


@given(count=st.integers(0, 6), cut=st.integers(0, 2000))
@same_folder
def test_segment_torn_at_any_byte_gives_back_a_prefix(tmp_path: Path, count: int, cut: int) -> None:
    stem = filled(tmp_path, count)
    path = stem.with_suffix(segments.PASSES)
    data = path.read_bytes()
    path.write_bytes(data[:cut])
    torn = Segment(stem)

    found = read_all(torn)

    torn.remove()
    assert found == [a_pass(number) for number in range(len(found))]
    assert (len(found) == count) is (cut >= len(data))


@given(cut=st.integers(0, 300))
@same_folder
def test_torn_pictures_cost_pictures_only(tmp_path: Path, cut: int) -> None:
    stem = filled(tmp_path, 3)
    path = stem.with_suffix(segments.PICTURES)
    path.write_bytes(path.read_bytes()[:cut])
    torn = Segment(stem)

    found = read_all(torn)

    torn.remove()
    assert [finding.result.body for finding in found] == [a_pass(n).result.body for n in range(3)]
    for number, finding in enumerate(found):
        assert finding.result.pictures.items() <= a_pass(number).result.pictures.items()


def test_segment_remembers_how_far_it_was_handed_over(tmp_path: Path) -> None:
    stem = filled(tmp_path, 2)
    segment = Segment(stem)
    first = segment.read(0)
    assert first is not None
    segment.mark(first[1])
    segment.close()

    again = Segment(stem)

    second = again.read(again.cursor)
    assert second is not None
    assert second[0] == a_pass(1)
    again.close()


def test_torn_mark_means_from_the_beginning(tmp_path: Path) -> None:
    stem = filled(tmp_path, 2)
    stem.with_suffix(segments.DONE).write_bytes(b"\x00" * 7 + b"\x40\x00\x00\x00\x01")

    segment = Segment(stem)

    assert segment.cursor == 0
    segment.close()


def test_spool_gives_back_in_order_and_keeps_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", segment_bytes=200)
    for number in range(10):
        spool.append(a_pass(number))

    assert take_all(spool) == list(range(10))
    spool.close()
    assert list((tmp_path / "spool").iterdir()) == []


def test_spool_gives_a_batch_again_until_it_is_done(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.append(a_pass(1))

    assert numbers(spool.take(9)) == numbers(spool.take(9)) == [1]


def test_spool_batch_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cameras.ingest.spool.BATCH_BYTES", 100)
    spool = Spool(tmp_path)
    for number in range(9):
        spool.append(a_pass(number))

    assert numbers(spool.take(2)) == [0, 1]
    assert numbers(spool.take(9)) == [0, 1, 2]


def test_spool_of_a_worker_that_lives_is_left_alone(tmp_path: Path) -> None:
    living, other = Spool(tmp_path), Spool(tmp_path)
    living.append(a_pass(1))

    assert other.adopt(is_start=True) == 0
    assert take_all(living) == [1]


def test_spool_adopts_what_another_left_and_removes_it(tmp_path: Path) -> None:
    gone, heir = Spool(tmp_path), Spool(tmp_path)
    for number in range(3):
        gone.append(a_pass(number))
    batch = gone.take(1)
    assert batch is not None
    gone.done(batch)
    gone.close()
    heir.append(a_pass(9))

    assert heir.adopt() == 1

    assert take_all(heir) == [9, 1, 2]
    assert len(list(tmp_path.iterdir())) == 1


def test_refused_pass_is_tried_again_at_the_next_start_only(tmp_path: Path) -> None:
    first, second = Spool(tmp_path), Spool(tmp_path)
    first.refuse(a_pass(7))
    first.close()

    assert second.adopt() == 0
    assert second.adopt(is_start=True) == 1
    assert take_all(second) == [7]


def test_oldest_pictures_go_before_any_pass(tmp_path: Path) -> None:
    picture = b"p" * 1000
    spool = Spool(tmp_path, limit_bytes=10_000, segment_bytes=3_000)
    for number in range(20):
        spool.append(a_pass(number, picture))

    kept: dict[int, int] = {}
    while (batch := spool.take(100)) is not None:
        kept |= {
            number: len(f.result.pictures) for number, f in zip(numbers(batch), batch.findings, strict=True)
        }
        spool.done(batch)

    assert list(kept) == list(range(20))
    assert kept[0] == 0
    assert kept[19] == 2
    assert sorted(kept.values()) == list(kept.values())


def test_full_disk_sheds_every_picture_for_one_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = Spool(tmp_path)
    spool.append(a_pass(1))
    really, refusals = records.append, iter([OSError(errno.ENOSPC, "full")])

    def append(file: int, data: bytes, *, end: int) -> None:
        for refusal in refusals:
            raise refusal
        really(file, data, end=end)

    monkeypatch.setattr(records, "append", append)
    spool.append(a_pass(2, b"another"))

    batch = spool.take(9)
    assert batch is not None
    assert [(n, len(f.result.pictures)) for n, f in zip(numbers(batch), batch.findings, strict=True)] == [
        (1, 0),
        (2, 2),
    ]


def test_disk_that_takes_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(OSError, match="file"):
        Spool(tmp_path / "file").append(a_pass(1))


def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.append(a_pass(1))

    found = [path for path in tmp_path.rglob("*") if path.stat().st_mode & 0o077]

    assert found == []


def test_passes_are_written_as_text_a_person_can_read(tmp_path: Path) -> None:
    stem = filled(tmp_path, 1)

    with stem.with_suffix(segments.PASSES).open("rb") as file:
        found = records.read_record(file.fileno(), 0)

    assert found is not None
    assert json.loads(found[0])["body"]["text"] == "1กข1234"
