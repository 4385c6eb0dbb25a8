"""Copies with parts hidden: black where they must be, as before elsewhere, and bound to their original."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest

from cameras.evidence import verify
from cameras.evidence.jobs import Box, Job, Original
from tests.cameras.evidence.packing import job_of, pack_of, unpacked

LEFT_HALF = Box(left=0.0, top=0.0, width=0.5, height=1.0)
Picture = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Square:
    corners: npt.NDArray[np.float32]


class EveryTenth:
    """Finds the bright square of the drawn clip in one picture of ten only."""

    def __init__(self) -> None:
        self._seen = 0

    def find(self, picture: Picture) -> Sequence[Square]:
        self._seen += 1
        if self._seen % 10 != 5:
            return []
        rows, columns = np.nonzero(picture.mean(axis=2) > 220)
        left, top, right, bottom = columns.min(), rows.min(), columns.max(), rows.max()
        return [Square(np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float32))]


def copy_of(folder: Path, job: Job, finder: str = "", boxes: Sequence[Box] = ()) -> Path:
    job["kind"] = "MASKED_COPY"
    job["original"] = Original(pack="EV-2569-0001", manifest_sha256="ab" * 32, finder=finder)
    job["cameras"][0]["boxes"] = list(boxes)
    pack_of(folder, job)
    return unpacked(folder / "pack.zip", folder / "copy")


def manifest_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text("utf-8"))
    return found


def pictures(path: Path) -> list[Picture]:
    with av.open(str(path)) as container:
        frames = container.decode(video=0)
        return [np.asarray(frame.to_ndarray(format="bgr24"), np.uint8) for frame in frames]


@pytest.fixture
def job(tmp_path: Path, street_clip: Path) -> Job:
    job = job_of(tmp_path, street_clip)
    job["cameras"] = job["cameras"][:1]
    return job


def test_copy_hides_a_rectangle_in_every_picture_and_still(tmp_path: Path, job: Job) -> None:
    folder = copy_of(tmp_path, job, boxes=[LEFT_HALF])

    (path,) = (folder / "clips" / "C-001").iterdir()
    shown = pictures(path)
    assert len(shown) == 40
    assert all(picture[:, :150].max() < 40 for picture in shown)
    assert all(picture[:, 170:].mean() > 80 for picture in shown)
    (still,) = (folder / "stills" / "C-001").iterdir()
    assert pictures(still)[0][:, :150].max() < 40


def test_copy_names_its_original_and_says_what_is_hidden(tmp_path: Path, job: Job) -> None:
    pack_of(tmp_path, job)
    whole = manifest_of(unpacked(tmp_path / "pack.zip", tmp_path / "whole"))

    folder = copy_of(tmp_path, job, boxes=[LEFT_HALF])

    manifest = manifest_of(folder)
    (clip,) = manifest["clips"]
    assert clip["original_sha256"] == whole["files"][clip["path"]]["sha256"]
    assert manifest["original"] == {"pack": "EV-2569-0001", "manifest_sha256": "ab" * 32}
    assert manifest["hidden"] == {
        "boxes": {"C-001": ["0.0000 0.0000 0.5000 1.0000"]},
        "plates": False,
        "faces": False,
    }
    assert verify.check(verify.Folder(str(folder))).is_whole
    assert "สำเนาที่ปิดบังภาพบางส่วน" in "".join(verify.lines_of(verify.check(verify.Folder(str(folder)))))
    assert "ไม่ใช่ต้นฉบับ" in (folder / "READ-ME.html").read_text("utf-8")


def test_copy_hides_what_is_found_in_the_pictures_around_too(tmp_path: Path, job: Job) -> None:
    folder = copy_of(tmp_path, job, finder=f"{__name__}:EveryTenth")

    (path,) = (folder / "clips" / "C-001").iterdir()
    black = [int((picture.max(axis=2) < 40).sum()) for picture in pictures(path)]
    assert min(black) > 1500


def test_copy_keeps_the_time_of_each_picture(tmp_path: Path, job: Job) -> None:
    folder = copy_of(tmp_path, job, boxes=[LEFT_HALF])

    (path,) = (folder / "clips" / "C-001").iterdir()
    with av.open(str(path)) as container:
        times = [round(float(frame.time or 0), 2) for frame in container.decode(video=0)]
    assert times == [number / 10 for number in range(40)]


def test_copy_with_a_finder_that_is_not_there_is_not_made(tmp_path: Path, job: Job) -> None:
    with pytest.raises(ModuleNotFoundError):
        copy_of(tmp_path, job, finder="no.such:Finder")

    assert not (tmp_path / "pack.zip").exists()
