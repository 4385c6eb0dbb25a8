"""What a writer that was killed leaves: every whole group is saved, and nothing else."""

import hashlib
from pathlib import Path

import pytest

from cameras.streams.adoption import adopt
from cameras.streams.recording import Gap
from tests.cameras.streams.footage import BEGAN, Camera
from tests.cameras.streams.test_recording import GROUP
from tests.cameras.streams.test_recording_files import Disk, decoded, record


def abandoned(clip: Path, root: Path, groups: int = 4) -> tuple[Path, list[int]]:
    """A part whose writer is gone, and how long it was after each group."""
    disk, camera = Disk(root), Camera(clip)
    sizes: list[int] = []
    for _ in range(groups):
        record(disk, camera, 1, gap=Gap.START if not sizes else Gap.NONE)
        (path,) = root.rglob("*.part")
        sizes.append(path.stat().st_size)
    left = path.with_name(f"left-{path.name}")
    left.write_bytes(path.read_bytes())  # a copy is locked by nobody
    return left, sizes


def test_adopt_takes_a_whole_file_as_it_is(clip: Path, tmp_path: Path) -> None:
    path, sizes = abandoned(clip, tmp_path)

    done = adopt(path)

    assert done is not None
    assert (done.bytes, done.pictures) == (sizes[-1], 4 * GROUP)
    assert done.duration_s == pytest.approx(4 * GROUP * 0.04, abs=0.001)
    assert (done.codec, done.width, done.height) == ("h264", 320, 180)
    assert (done.label.code, done.label.started_at, done.label.gap) == ("C-001", BEGAN, "START")
    assert done.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("cut", [1, 9, 300, -1])
def test_adopt_cuts_to_the_last_whole_group(clip: Path, tmp_path: Path, cut: int) -> None:
    path, sizes = abandoned(clip, tmp_path)
    kept = sizes[-2] if cut > 0 else sizes[-3]
    with path.open("r+b") as file:
        file.truncate(sizes[-2] + cut)

    done = adopt(path)

    assert done is not None
    assert path.stat().st_size == done.bytes == kept
    assert len(decoded(path)) == done.pictures == (3 if cut > 0 else 2) * GROUP


def test_adopt_leaves_to_the_newer_writer_what_it_has(clip: Path, tmp_path: Path) -> None:
    path, sizes = abandoned(clip, tmp_path)

    done = adopt(path, until=BEGAN + 0.5)

    assert done is not None
    assert (done.bytes, done.pictures) == (sizes[1], 2 * GROUP)


def test_adopt_leaves_a_living_writers_file_alone(clip: Path, tmp_path: Path) -> None:
    disk = Disk(tmp_path)
    record(disk, Camera(clip), 2)
    (path,) = tmp_path.rglob("*.part")
    before = path.read_bytes()

    assert adopt(path) is None

    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"\x00" * 200, b"ftyp", b"\x00\x00\x00\x10free{}}}}}}}"])
def test_adopt_removes_a_file_without_a_picture(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.mp4.part"
    path.write_bytes(content)

    assert adopt(path) is None

    assert not path.exists()
