"""Evidence of a test stays in its own folders, and its recordings are real files with rows."""

import datetime as dt
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django import Settings

from cameras.evidence.archive import sha256_of
from cameras.evidence.keys import key_in_use
from cameras.evidence.models import EvidencePack, State
from cameras.evidence.services import Wish, request_pack
from cameras.models import Camera
from cameras.recording.models import Mode, Segment
from events.services import Actor
from tests.cameras.evidence.footage import AT, record
from tests.cameras.evidence.packing import at

ACTOR = Actor("USER", "7", "ร.ต.ท.หญิง ศศิธร")
LATER = AT + dt.timedelta(hours=1)
RecordCamera = Callable[..., Camera]


@pytest.fixture(autouse=True)
def evidence_root(tmp_path: Path, settings: Settings) -> Path:
    settings.RECORDING_ROOT = tmp_path / "recordings"
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    return tmp_path / "evidence"


@pytest.fixture
def record_camera(make_camera: Callable[..., Camera], street_clip: Path, settings: Settings) -> RecordCamera:
    """`record_camera("C-001", 0, 2, 4)`: recordings of 2 s that begin so many seconds after AT."""

    def make(code: str, *begins: float, gap_reason: str = "") -> Camera:
        camera = make_camera(code)
        for number, begin in enumerate(begins):
            path = f"{code}/{begin}.mp4"
            file = record(Path(settings.RECORDING_ROOT) / path, street_clip, seed=number * 100)
            missing = begin - begins[number - 1] - 2 if number else 0
            Segment.objects.create(
                camera=camera,
                started_at=at(begin),
                duration_s=2.0,
                path=path,
                bytes=file.stat().st_size,
                sha256=sha256_of(file),
                codec="h264",
                width=320,
                height=180,
                pictures=20,
                gap_reason=gap_reason if missing else "",
                gap_s=missing,
                mode=Mode.CONTINUOUS,
                epoch=1,
            )
        return camera

    return make


def wish_for(*cameras: Camera, begin: float = 1, end: float = 5, **values: object) -> Wish:
    said: dict[str, object] = {
        "case_number": "12/2569",
        "reason": "ชิงทรัพย์หน้าตลาด",
        "requester": "ร.ต.อ. ทดสอบ",
        "keep_until": (LATER + dt.timedelta(days=90)).date(),
    }
    return Wish(cameras=cameras, begin=at(begin), end=at(end), **{**said, **values})  # type: ignore[arg-type] # as above


@pytest.fixture
def pack(record_camera: RecordCamera) -> EvidencePack:
    """One that waits to be made: a camera without holes, another with one of 2 s."""
    cameras = record_camera("C-001", 0, 2, 4), record_camera("C-002", 0, 4, gap_reason="DISCONNECTED")
    return request_pack(actor=ACTOR, wish=wish_for(*cameras), at=LATER)


@pytest.fixture
def ready(pack: EvidencePack, evidence_root: Path) -> EvidencePack:
    """As a builder leaves it, with next to nothing inside; what a builder does is tested in test_building."""
    evidence_root.mkdir()
    with zipfile.ZipFile(evidence_root / "pack.zip", "w") as archive:
        archive.writestr(f"{pack.number}/stills/C-001/a.jpg", b"\xff\xd8 a still")
    pack.state, pack.file_name, pack.made_at = State.READY, "pack.zip", LATER
    pack.bytes = (evidence_root / "pack.zip").stat().st_size
    pack.sha256, pack.manifest_sha256, pack.key = "ab" * 32, "cd" * 32, key_in_use(at=LATER)
    pack.save()
    return pack
