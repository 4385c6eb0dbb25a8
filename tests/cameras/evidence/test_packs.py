"""What is in a pack: every file listed, clips that play, gaps with their reasons, papers that can be read."""

import csv
import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from cameras.evidence import verify
from cameras.evidence.jobs import Job, bangkok, moment
from tests.cameras.evidence.footage import pictures_of
from tests.cameras.evidence.packing import TOP, at, job_of, pack_of, unpacked

FIRST = "clips/C-001/20261123-210001.000.mp4"


@pytest.fixture
def job(tmp_path: Path, street_clip: Path) -> Job:
    return job_of(tmp_path, street_clip)


@pytest.fixture
def folder(tmp_path: Path, job: Job) -> Path:
    pack_of(tmp_path, job)
    return unpacked(tmp_path / "pack.zip", tmp_path / "out")


def manifest_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text("utf-8"))
    return found


def test_pack_lists_every_file_with_its_digest(folder: Path) -> None:
    listed = manifest_of(folder)["files"]

    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert there == {*listed, "manifest.json", "manifest.sig"}
    for name, entry in listed.items():
        data = (folder / name).read_bytes()
        assert entry == {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}


def test_pack_is_stored_uncompressed_in_one_folder(tmp_path: Path, folder: Path) -> None:
    with zipfile.ZipFile(tmp_path / "pack.zip") as archive:
        infos = archive.infolist()

    assert {info.compress_type for info in infos} == {zipfile.ZIP_STORED}
    assert {info.filename.split("/")[0] for info in infos} == {TOP}
    assert not list(tmp_path.glob("*.part"))


def test_pack_tells_its_digests(tmp_path: Path, job: Job) -> None:
    told: list[tuple[int, int]] = []

    built = pack_of(tmp_path, job, lambda done, total: told.append((done, total)))

    data = (tmp_path / "pack.zip").read_bytes()
    assert (built.sha256, built.bytes) == (hashlib.sha256(data).hexdigest(), len(data))
    assert (built.clips, built.gaps) == (3, 1)
    assert told[-1][0] == told[-1][1]
    assert [done for done, _total in told] == sorted({done for done, _total in told})


def test_pack_clip_of_recordings_in_a_row_plays_the_span(folder: Path) -> None:
    clip = next(clip for clip in manifest_of(folder)["clips"] if clip["path"] == FIRST)

    times = [time for time, _checksum in pictures_of(folder / FIRST)]

    assert len(times) == clip["pictures"] == 40
    assert clip["duration_ms"] == 4000
    assert [piece["at_ms"] for piece in clip["pieces"]] == [0, 1000, 3000]
    assert clip["begin_bangkok"] == "2026-11-23T21:00:01.000+07:00"


def test_pack_names_the_recordings_by_their_digest(folder: Path, job: Job) -> None:
    manifest = manifest_of(folder)

    known = {source["sha256"] for camera in job["cameras"] for source in camera["sources"]}
    assert {source["sha256"] for source in manifest["sources"]} == known
    assert {source["state"] for source in manifest["sources"]} == {"AS_RECORDED"}
    pieces = {piece["source_sha256"] for clip in manifest["clips"] for piece in clip["pieces"]}
    assert pieces == known


def test_pack_says_what_is_missing_and_why(folder: Path) -> None:
    gaps = {camera["code"]: camera["gaps"] for camera in manifest_of(folder)["cameras"]}

    assert gaps["C-001"] == []
    assert [(gap["begin"], gap["reason"]) for gap in gaps["ก-002"]] == [
        ("2026-11-23T14:00:02.000Z", "DISCONNECTED")
    ]
    assert "กล้องขาดการเชื่อมต่อ" in (folder / "READ-ME.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("harm", "state"), [("unlink", "GONE"), ("spoil", "UNREADABLE"), ("append", "CHANGED")]
)
def test_pack_says_of_a_recording_that_it_was_harmed(tmp_path: Path, job: Job, harm: str, state: str) -> None:
    path = tmp_path / "C-001" / "2.mp4"
    data = path.read_bytes()
    path.unlink()
    if harm != "unlink":
        path.write_bytes(b"nothing" if harm == "spoil" else data + b"\0\0\0\x08free")

    pack_of(tmp_path, job)

    manifest = manifest_of(unpacked(tmp_path / "pack.zip", tmp_path / "out"))
    states = {source["path"]: source["state"] for source in manifest["sources"]}
    assert states["C-001/2.mp4"] == state
    gaps = [gap["reason"] for gap in manifest["cameras"][0]["gaps"]]
    assert gaps == ([] if state == "CHANGED" else [state])


def test_pack_holds_stills_of_each_clip_and_of_the_moment(folder: Path) -> None:
    stills = {still["path"] for still in manifest_of(folder)["stills"]}

    assert "stills/C-001/20261123-210001.000.jpg" in stills
    assert "stills/C-001/20261123-210003.250.jpg" in stills
    assert all((folder / path).read_bytes().startswith(b"\xff\xd8") for path in stills)


def test_pack_holds_reads_and_timeline_as_tables(folder: Path) -> None:
    reads = list(csv.DictReader(io.StringIO((folder / "plate-reads.csv").read_text("utf-8-sig"))))
    marks = list(csv.DictReader(io.StringIO((folder / "timeline.csv").read_text("utf-8-sig"))))

    assert reads[0]["plate"] == "1กข1234"
    assert reads[0]["at_bangkok"] == bangkok(at(1))
    assert [mark["kind"] for mark in marks].count("CLIP") == 3
    assert {mark["kind"] for mark in marks} == {"CLIP", "GAP", "PLATE", "INCIDENT"}
    assert next(mark["th"] for mark in marks if mark["kind"] == "INCIDENT") == "'=เปิดเหตุ"
    assert [mark["at_utc"] for mark in marks] == sorted(mark["at_utc"] for mark in marks)


def test_pack_says_what_is_missing_inside_a_recording(tmp_path: Path, job: Job) -> None:
    job["cameras"][0]["sources"][1]["missing_ms"] = 340

    pack_of(tmp_path, job)

    folder = unpacked(tmp_path / "pack.zip", tmp_path / "out")
    assert manifest_of(folder)["sources"][1]["missing_ms"] == 340
    assert "340 ms missing inside" in (folder / "READ-ME.html").read_text("utf-8")


def test_pack_page_lets_no_word_become_markup(folder: Path) -> None:
    page = (folder / "READ-ME.html").read_text("utf-8")

    assert "หน้าตลาด <b>" not in page
    assert page.count("</script>") == 2
    assert "http" not in page.replace("http-equiv", "")


def test_pack_manifest_is_canonical_and_tells_who_and_why(folder: Path, job: Job) -> None:
    text = (folder / "manifest.json").read_text("utf-8")
    manifest = json.loads(text)

    assert text == json.dumps(manifest, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"
    assert manifest["reason"] == job["reason"]
    assert manifest["span_bangkok"]["begin"] == bangkok(moment(job["begin"]))
    assert manifest["product"] == {"name": "CCOC", "version": "0.1.0"}
    assert manifest["format"] == verify.FORMAT


def test_pack_that_cannot_be_written_leaves_nothing(tmp_path: Path, job: Job) -> None:
    def refuse(done: int, total: int) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        pack_of(tmp_path, job, refuse)

    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith("pack.")]
