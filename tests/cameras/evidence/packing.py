"""A whole pack as the station makes it, from recordings of drawn clips."""

import datetime as dt
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

from cameras.evidence.archive import sha256_of
from cameras.evidence.jobs import CameraJob, Gap, Job, Mark, Read, Source, utc
from cameras.evidence.packs import Built, build
from cameras.evidence.signing import fingerprint_of, public_of, signer
from tests.cameras.evidence.footage import AT, record

PRIVATE = bytes(range(32))
TOP = "EV-2569-0001"
SEGMENT_S = 2


def at(seconds: float) -> dt.datetime:
    return AT + dt.timedelta(seconds=seconds)


def source_of(root: Path, path: str, begin_s: float) -> Source:
    file = root / path
    return Source(
        path=path,
        sha256=sha256_of(file),
        bytes=file.stat().st_size,
        begin=utc(at(begin_s)),
        duration_ms=SEGMENT_S * 1000,
        missing_ms=0,
    )


READ = Read(
    at=utc(at(1)),
    camera="C-001",
    text="1กข1234",
    province="พิษณุโลก",
    plate_class="CAR",
    text_confidence=0.99,
    province_confidence=0.5,
    is_accepted=True,
    read_id=7,
)
MARK = Mark(at=utc(at(3)), camera="", kind="INCIDENT", words={"th": "=เปิดเหตุ", "en": "Incident opened"})


def job_of(root: Path, clip: Path) -> Job:
    """Camera C-001 without a hole over three recordings, ก-002 with a hole of 2 s."""
    public = public_of(PRIVATE)
    return Job(
        pack=TOP,
        kind="ORIGINAL",
        station="สภ.เมืองพิษณุโลก",
        version="0.1.0",
        case="คดีที่ 12/2569",
        reason="ชิงทรัพย์ </script>",
        requester="ร.ต.อ. ทดสอบ",
        about="incident 12",
        made_by="ร.ต.ท.หญิง ศศิธร",
        made_at=utc(at(900)),
        begin=utc(at(1)),
        end=utc(at(5)),
        cameras=_cameras(root, clip),
        reads=[READ],
        marks=[MARK],
        moments=[utc(at(3.25))],
        key={"public": public.hex(), "fingerprint": fingerprint_of(public)},
    )


def _cameras(root: Path, clip: Path) -> list[CameraJob]:
    rows = {"C-001": (0, 2, 4), "ก-002": (0, 4)}
    cameras = []
    for code, begins in rows.items():
        sources = []
        for number, begin in enumerate(begins):
            record(root / code / f"{begin}.mp4", clip, seed=number * 100)
            sources.append(source_of(root, f"{code}/{begin}.mp4", begin))
        cameras.append(CameraJob(code=code, name="หน้าตลาด <b>", place="", sources=sources, gaps=[], boxes=[]))
    words = {"th": "กล้องขาดการเชื่อมต่อ", "en": "The camera was away"}
    cameras[1]["gaps"].append(Gap(begin=utc(at(2)), end=utc(at(4)), reason="DISCONNECTED", words=words))  # type: ignore[typeddict-item] # two words
    return cameras


def pack_of(folder: Path, job: Job, tell: Callable[[int, int], None] = lambda done, total: None) -> Built:
    return build(job, folder, folder / "pack.zip", signer(PRIVATE), tell)


def unpacked(pack: Path, folder: Path) -> Path:
    """The pack's own folder after unpacking with a common program."""
    with zipfile.ZipFile(pack) as archive:
        archive.extractall(folder)
    return folder / TOP


def zipped(folder: Path, target: Path) -> Path:
    """A folder as a ZIP file again, names and all, as somebody who alters a pack would do it."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, f"{folder.name}/{path.relative_to(folder)}")
    return target


def copied(pack: Path, target: Path) -> Path:
    return Path(shutil.copy(pack, target))
