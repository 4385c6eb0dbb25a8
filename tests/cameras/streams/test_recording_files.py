"""Files of recordings as others read them: PyAV decodes each, hashes fit, times add up."""

import hashlib
import itertools
import struct
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cameras.streams.nal import split_annex_b
from cameras.streams.recording import Gap, Group, Mode, Plan, Tap
from cameras.streams.recording_files import FileRules, OpenFile, SegmentWriter, parts_of
from cameras.streams.ring import RingLimits
from cameras.streams.segments import Finished
from cameras.streams.units import START_CODE, Role
from tests.cameras.streams.footage import BEGAN, Camera
from tests.cameras.streams.test_recording import GROUP, feed

PLAN = Plan("C-001", Role.MAIN, Mode.CONTINUOUS, 7, "ingest-1@host")


class Disk:
    """Collects what a writer finishes."""

    def __init__(self, root: Path, segment_s: float = 60.0) -> None:
        self.files: list[Finished] = []
        self.writer = SegmentWriter(FileRules(root, segment_s), self._closed)

    def put(self, group: Group) -> bool:
        if group.units:
            return self.writer.write(group)
        self.writer.finish()
        return True

    def _closed(self, done: OpenFile) -> None:
        self.files.append(done.finished(done.file.close()))


def record(disk: Disk, camera: Camera, groups: int, *, gap: Gap = Gap.NONE, plan: Plan = PLAN) -> None:
    """So many groups as a tap hands them over."""
    for number in range(groups):
        units = tuple(camera.send(GROUP))
        first_gap = gap if number == 0 else Gap.NONE
        disk.put(Group(plan, units, camera.pts_s, first_gap, False))


def tap_into(disk: Disk) -> Tap:
    """A tap that writes at once, in the test's own thread."""
    return Tap(PLAN, disk.put, before=RingLimits(10.0, 1 << 20))


def decoded(path: Path) -> list[float]:
    """When each picture of a file is shown, decoded by FFmpeg, in order."""
    with av.open(str(path), format="mp4") as container:
        return [frame.time for frame in container.decode(container.streams.video[0])]


@pytest.mark.parametrize("name", ["clip", "h265_clip"])
def test_finished_file_is_read_by_others_and_matches_its_facts(
    request: pytest.FixtureRequest, tmp_path: Path, name: str
) -> None:
    disk, camera = Disk(tmp_path), Camera(request.getfixturevalue(name))

    record(disk, camera, 6, gap=Gap.START)
    disk.writer.finish()

    (done,) = disk.files
    data = done.path.read_bytes()
    shown = decoded(done.path)
    assert len(shown) == done.pictures == 30
    assert shown[0] == 0
    assert shown[-1] == pytest.approx(done.duration_s - camera.step_s, abs=0.002)
    assert (done.bytes, done.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert (done.width, done.height, done.missing_s) == (320, 180, 0)
    assert (done.label.epoch, done.label.gap, done.label.started_at) == (7, "START", BEGAN)


def test_files_are_cut_at_key_pictures_and_join_without_a_gap(clip: Path, tmp_path: Path) -> None:
    disk, camera = Disk(tmp_path, segment_s=0.8), Camera(clip)

    record(disk, camera, 40, gap=Gap.START)
    disk.writer.finish()

    ends = [done.label.started_at + done.duration_s for done in disk.files]
    begins = [done.label.started_at for done in disk.files]
    assert len(disk.files) > 8
    assert begins[1:] == pytest.approx(ends[:-1], abs=1e-4)
    assert sum(done.duration_s for done in disk.files) == pytest.approx(40 * GROUP * camera.step_s, abs=0.01)
    assert [done.label.gap for done in disk.files] == ["START"] + [""] * (len(disk.files) - 1)
    assert sum(len(decoded(done.path)) for done in disk.files) == 40 * GROUP


def test_first_files_of_many_cameras_do_not_end_together(clip: Path, tmp_path: Path) -> None:
    lengths = set()
    for number in range(8):
        disk = Disk(tmp_path, segment_s=2.0)
        camera = Camera(clip, code=f"C-{number:03}")
        plan = Plan(camera.code, Role.MAIN, Mode.CONTINUOUS, 1)
        record(disk, camera, 12, plan=plan)
        disk.writer.finish()
        lengths.add(disk.files[0].pictures)

    assert len(lengths) >= 4
    assert max(lengths) <= 55


def test_lost_seconds_begin_a_new_file_that_says_why(clip: Path, tmp_path: Path) -> None:
    disk, camera = Disk(tmp_path), Camera(clip)
    recorded = tap_into(disk)

    feed(recorded, camera, 2)
    recorded.lose(Gap.STALLED)
    camera.lose(9.0)
    feed(recorded, camera, 2)
    recorded.end()

    first, second = disk.files
    assert (second.label.gap, second.label.mode) == ("STALLED", "CONTINUOUS")
    hole_s = second.label.started_at - first.label.started_at - first.duration_s
    assert hole_s == pytest.approx(9.0, abs=0.05)


def test_short_hole_stays_in_the_file_and_is_counted(clip: Path, tmp_path: Path) -> None:
    disk, camera = Disk(tmp_path), Camera(clip)
    recorded = tap_into(disk)

    feed(recorded, camera, 2)
    camera.lose(0.6)
    feed(recorded, camera, 2)
    recorded.end()

    (done,) = disk.files
    assert done.missing_s == pytest.approx(0.6, abs=0.01)
    assert done.duration_s == pytest.approx(4 * GROUP * camera.step_s + 0.6, abs=0.02)
    assert len(decoded(done.path)) == 4 * GROUP


def test_other_format_begins_a_new_file_without_a_gap(clip: Path, large_clip: Path, tmp_path: Path) -> None:
    disk, camera = Disk(tmp_path), Camera(clip)
    record(disk, camera, 3)

    large = Camera(large_clip, pts_s=camera.pts_s)
    record(disk, large, 3)
    disk.writer.finish()

    assert [(done.width, done.label.gap) for done in disk.files] == [(320, ""), (640, "")]
    assert [len(decoded(done.path)) for done in disk.files] == [15, 15]


def test_new_lease_begins_a_new_file_at_the_next_key_picture(clip: Path, tmp_path: Path) -> None:
    disk, camera = Disk(tmp_path), Camera(clip)

    record(disk, camera, 2)
    record(disk, camera, 2, plan=Plan("C-001", Role.MAIN, Mode.CONTINUOUS, 8))
    disk.writer.finish()

    assert [(done.label.epoch, done.label.gap) for done in disk.files] == [(7, ""), (8, "")]
    assert disk.files[0].path.name.endswith("-7.mp4.part")


@given(step_s=st.floats(-500, 500), lost_s=st.sampled_from([0.0, 0.3, 4.0]))
def test_clock_that_is_set_never_gives_two_pictures_one_moment(
    clip: Path, tmp_path_factory: pytest.TempPathFactory, step_s: float, lost_s: float
) -> None:
    """The camera returns on a clock that was set by `step_s`."""
    disk, camera = Disk(tmp_path_factory.mktemp("clock")), Camera(clip)
    recorded = tap_into(disk)

    feed(recorded, camera, 3)
    camera.wall_s += step_s
    camera.lose(lost_s)
    feed(recorded, camera, 3)
    recorded.end()

    spans = [(done.label.started_at, done.label.started_at + done.duration_s) for done in disk.files]
    assert all(begin < end for begin, end in spans)
    assert all(end <= begin for (_, end), (begin, _) in itertools.pairwise(spans))
    if abs(step_s) > 1.01 and len(spans) > 1:
        assert disk.files[1].label.gap == "CLOCK"


def test_pictures_out_of_order_are_shown_in_order(clip: Path, tmp_path: Path) -> None:
    """B-frames arrive after the picture that they look ahead to."""
    disk, camera = Disk(tmp_path), Camera(clip)
    for _ in range(3):
        units = list(camera.send(GROUP))
        shown = [unit.pts_s for unit in units]
        order = [0, 3, 1, 2, 4]
        moved = tuple(unit._replace(pts_s=shown[place]) for unit, place in zip(units, order, strict=True))
        disk.put(Group(PLAN, moved, camera.pts_s, Gap.NONE, False))
    disk.writer.finish()

    with av.open(str(disk.files[0].path), format="mp4") as container:
        packets = [packet for packet in container.demux() if packet.size]

    decode_times = [packet.dts or 0 for packet in packets]
    assert decode_times == sorted(set(decode_times))
    shown_times = sorted(packet.pts or 0 for packet in packets)
    steps = {later - sooner for sooner, later in itertools.pairwise(shown_times)}
    assert steps == {round(camera.step_s * 90_000)}
    assert [packet.pts for packet in packets] != shown_times


def test_format_that_nobody_understands_is_not_recorded(clip: Path, tmp_path: Path) -> None:
    disk, camera = Disk(tmp_path), Camera(clip)
    key, *others = camera.send(GROUP)
    broken = key._replace(data=b"\x00\x00\x00\x01\x67\x00\x00\x00\x01\x65\x88")

    is_taken = disk.put(Group(PLAN, (broken, *others), None, Gap.NONE, False))
    record(disk, camera, 1)
    disk.writer.finish()

    assert not is_taken
    assert disk.files[0].label.gap == "STALLED"


def test_picture_that_is_still_a_row_of_frames_is_stored_as_its_annex_b_is(clip: Path) -> None:
    for unit in Camera(clip).send(2 * GROUP):
        nal = split_annex_b(unit.data)[-1]
        row = unit._replace(data=frames_of(nal))
        whole = unit._replace(data=START_CODE + nal)

        assert row.data == whole.data
        assert b"".join(parts_of(row)) == b"".join(parts_of(whole))


def frames_of(nal: bytes, size: int = 300) -> bytes:
    """A NAL unit as interleaved frames of fragments (RFC 2326, 10.12 and RFC 6184, 5.8)."""
    pieces = [nal[1 + start : 1 + start + size] for start in range(0, len(nal) - 1, size)]
    frames = []
    for number, piece in enumerate(pieces):
        flags = (0x80 if number == 0 else 0) | (0x40 if number == len(pieces) - 1 else 0)
        head = bytes((nal[0] & 0xE0 | 28, flags | nal[0] & 0x1F))
        packet = struct.pack(">BBHII", 0x80, 96, number, 0, 1) + head + piece
        frames.append(b"$\x00" + len(packet).to_bytes(2, "big") + packet)
    return b"".join(frames)
