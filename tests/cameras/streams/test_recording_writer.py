"""The writer's threads: what is put in comes out as files, and a disk that is full heals by itself."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cameras.streams import recording_writer
from cameras.streams.adoption import adopt
from cameras.streams.recording import Gap, Group, Mode, Plan
from cameras.streams.recording_files import FileRules
from cameras.streams.recording_writer import RecordingWriter, WriterRules
from cameras.streams.segments import Finished
from cameras.streams.units import Role
from tests.cameras.streams.footage import Camera
from tests.cameras.streams.test_recording import GROUP
from tests.cameras.streams.test_recording_files import decoded
from tests.cameras.waiting import wait_until


class Desk:
    """A running writer and the files that it finished."""

    def __init__(self, root: Path, *, reserve_bytes: int = 0, queue_bytes: int = 1 << 26) -> None:
        self.files: list[Finished] = []
        rules = WriterRules(FileRules(root, 60.0), reserve_bytes, queue_bytes)
        self.writer = RecordingWriter(rules, self.files.append)

    def put(self, camera: Camera, groups: int, gap: Gap = Gap.NONE) -> list[bool]:
        plan = Plan(camera.code, Role.MAIN, Mode.CONTINUOUS, 1)
        return [
            self.writer.put(Group(plan, tuple(camera.send(GROUP)), camera.pts_s, gap, False))
            for _ in range(groups)
        ]

    def settled(self, groups: int) -> bool:
        """So many groups were written or lost."""
        counters = self.writer.counters
        return counters.pictures + counters.lost == groups * GROUP

    def of(self, code: str) -> list[Finished]:
        return [done for done in self.files if done.label.code == code]


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """The disk takes no more of a file, as a full one would not."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_groups_of_several_cameras_become_files(clip: Path, tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.writer.start()
    cameras = [Camera(clip, code=f"C-{number}") for number in range(3)]

    for camera in cameras:
        assert all(desk.put(camera, 4))
    desk.writer.stop(20)

    assert sorted(done.label.code for done in desk.files) == ["C-0", "C-1", "C-2"]
    assert all(len(decoded(done.path)) == 4 * GROUP for done in desk.files)
    assert desk.writer.counters.lost == desk.writer.counters.refused == 0


def test_empty_group_finishes_the_file_of_its_camera(clip: Path, tmp_path: Path) -> None:
    desk, camera = Desk(tmp_path), Camera(clip)
    desk.writer.start()

    desk.put(camera, 2)
    desk.writer.put(Group(Plan("C-001", Role.MAIN, Mode.CONTINUOUS, 1), (), None, Gap.NONE, False))

    wait_until(lambda: len(desk.files) == 1)
    desk.writer.stop(20)


def test_queue_that_is_full_refuses_and_never_waits(clip: Path, tmp_path: Path) -> None:
    desk = Desk(tmp_path, queue_bytes=40_000)

    taken = desk.put(Camera(clip), 50)  # nobody writes yet

    assert taken[0]
    assert not taken[-1]
    assert desk.writer.counters.refused == taken.count(False) * GROUP


def test_full_disk_keeps_what_is_whole_and_goes_on_when_there_is_room(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording_writer, "RETRY_S", 0.0)
    desk, camera = Desk(tmp_path), Camera(clip)
    desk.writer.start()
    desk.put(camera, 1)
    wait_until(lambda: desk.settled(1))
    (path,) = tmp_path.rglob("*.part")

    with files_no_larger_than(path.stat().st_size + 100):
        desk.put(camera, 1)
        wait_until(lambda: desk.settled(2))
        assert desk.writer.counters.trouble
    desk.put(camera, 3)
    wait_until(lambda: desk.settled(5))
    desk.writer.stop(20)

    assert desk.writer.counters.lost == GROUP
    assert desk.writer.counters.trouble == ""
    assert desk.files[-1].label.gap == "DISK_FULL"
    assert sum(len(decoded(done.path)) for done in desk.files) == 4 * GROUP


def test_last_of_the_disk_is_left_to_others(clip: Path, tmp_path: Path) -> None:
    desk = Desk(tmp_path, reserve_bytes=1 << 62)
    desk.writer.start()

    desk.put(Camera(clip), 2)

    wait_until(lambda: desk.settled(2))
    desk.writer.stop(20)
    assert desk.files == []
    assert desk.writer.counters.trouble == "too little is free"


def test_part_of_a_running_writer_is_adopted_by_nobody(clip: Path, tmp_path: Path) -> None:
    desk, camera = Desk(tmp_path), Camera(clip)
    desk.writer.start()
    desk.put(camera, 2)
    wait_until(lambda: desk.settled(2))

    (path,) = tmp_path.rglob("*.part")
    found = adopt(path)
    desk.put(camera, 2)
    desk.writer.stop(20)

    assert found is None
    assert desk.of("C-001")[0].pictures == 4 * GROUP
