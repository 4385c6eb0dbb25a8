"""Builds one evidence pack: clips, stills, plate reads, timeline, manifest, signature, verifier, and a page.

Knows neither Django nor the database: what to pack comes as a `Job`, the recordings as files, and the
signature from a callable, so that the station's key stays with whoever holds it.
"""

import datetime as dt
import hashlib
import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from cameras.evidence import verify
from cameras.evidence.archive import Archive, sha256_of
from cameras.evidence.clips import COPY_BYTES, Piece, cut, duration_s, join, write_clip
from cameras.evidence.jobs import (
    BANGKOK,
    MASKED_COPY,
    Box,
    CameraJob,
    Gap,
    Job,
    Source,
    Words,
    bangkok,
    moment,
    utc,
)
from cameras.evidence.masks import Finder, write_masked
from cameras.evidence.page import page
from cameras.evidence.recordings import BadRecording, read_recording
from cameras.evidence.signing import Sign, pem_of, signature_file, statement
from cameras.evidence.stills import still_of
from cameras.evidence.tables import canonical, marks_csv, reads_csv, timeline

README, VERIFIER = "READ-ME.html", "verify.py"
CLOCK_NOTES = {
    "th": "เวลาทุกค่าเป็นนาฬิกาของเครื่องแม่ข่ายที่บันทึก (UTC) คู่กับเวลาไทย (UTC+7) ไม่ใช่เวลาที่กล้องพิมพ์บนภาพ "
    "ซึ่งอาจต่างกัน ระยะเวลาระหว่างภาพมาจากกล้อง และปรับเข้ากับนาฬิกาแม่ข่ายไม่เกิน 500 ส่วนในล้าน",
    "en": "Every time is that of the recording server's clock (UTC), with Thai time (UTC+7) beside it; it is "
    "not the time that a camera prints into its picture, which may differ. Time between pictures is the "
    "camera's, steered towards the server's clock by at most 500 parts in a million.",
}
LOST: dict[str, Words] = {
    "UNREADABLE": {"th": "อ่านไฟล์ที่บันทึกไว้ไม่ได้", "en": "The recorded file cannot be read"},
    "GONE": {"th": "ไม่พบไฟล์ที่บันทึกไว้", "en": "The recorded file is not there"},
}

Tell = Callable[[int, int], None]
"""Told how far the work is: so much of so much."""


class NothingRecorded(Exception):
    """No recording gave a picture of the span."""


@dataclass(frozen=True, slots=True)
class Built:
    """A finished pack: the digests of the whole file and of its manifest, in hex."""

    sha256: str
    bytes: int
    manifest_sha256: str
    clips: int
    gaps: int


@dataclass(slots=True)
class _Work:
    """What building one pack gathers on its way."""

    job: Job
    root: Path
    archive: Archive
    tell: Tell
    total: int
    finder: Finder | None = None
    done: int = 0
    clips: list[dict[str, object]] = field(default_factory=list)
    stills: list[dict[str, object]] = field(default_factory=list)
    sources: list[dict[str, object]] = field(default_factory=list)

    def went_on(self, size: int) -> None:
        """So many bytes more were read, or written."""
        self.done += size
        self.beat()

    def beat(self) -> None:
        self.tell(min(self.done, self.total - 1), self.total)


def build(job: Job, root: Path, target: Path, sign: Sign, tell: Tell) -> Built:
    """Write the pack to `target`. Recordings are below `root`. Raises NothingRecorded, OSError."""
    read = sum(source["bytes"] for camera in job["cameras"] for source in camera["sources"])
    total = 2 * read + 1  # each byte is read, then written
    with Archive(target, job["pack"], moment(job["made_at"])) as archive:
        work = _Work(job, root, archive, tell, total, _finder(job))
        for camera in job["cameras"]:
            _add_camera(work, camera)
        if not work.clips:
            raise NothingRecorded
        _add_papers(work)
        manifest = canonical(_manifest(work))
        archive.add(verify.MANIFEST, manifest)
        said = statement(manifest, job["key"]["fingerprint"])
        archive.add(verify.SIGNATURE, signature_file(said, sign(said)))
    tell(total, total)
    gaps = sum(len(camera["gaps"]) for camera in job["cameras"])
    digest = hashlib.sha256(manifest).hexdigest()
    return Built(sha256_of(target), target.stat().st_size, digest, len(work.clips), gaps)


def _finder(job: Job) -> Finder | None:
    """What looks for plates to hide. Raises ValueError, ImportError or AttributeError."""
    name = job["original"]["finder"] if "original" in job else ""
    if not name:
        return None
    module, _colon, attribute = name.partition(":")
    finder: Finder = getattr(importlib.import_module(module), attribute)()
    return finder


def _add_camera(work: _Work, camera: CameraJob) -> None:
    pieces = [piece for source in camera["sources"] if (piece := _piece(work, camera, source)) is not None]
    for clip in join(pieces):
        path = f"clips/{camera['code']}/{_stamp(clip[0].begin)}.mp4"
        if work.job["kind"] == MASKED_COPY:
            _add_masked(work, camera, clip, path)
        else:
            _add_original(work, camera, clip, path)
        work.went_on(sum(piece.bytes for piece in clip))


def _add_original(work: _Work, camera: CameraJob, clip: Sequence[Piece], path: str) -> None:
    with work.archive.writing(path) as write:
        starts = write_clip(clip, write)
    work.clips.append(_clip_entry(camera, path, clip, starts))
    _add_stills(work, camera, clip)


def _add_masked(work: _Work, camera: CameraJob, clip: Sequence[Piece], path: str) -> None:
    """The clip with parts hidden; the entry names the digest of the original clip."""
    original = hashlib.sha256()
    entry = _clip_entry(camera, path, clip, write_clip(clip, original.update))
    with TemporaryDirectory(dir=work.archive.folder) as folder:
        masked = Path(folder) / "masked.mp4"
        jpeg = write_masked(
            clip, camera["boxes"], work.finder, masked, lambda: work.tell(work.done, work.total)
        )
        with work.archive.writing(path) as write, masked.open("rb") as file:
            for block in iter(lambda: file.read(COPY_BYTES), b""):
                write(block)
    work.clips.append(entry | {"original_sha256": original.hexdigest(), "has_sound": False})
    if jpeg is not None:
        _add_still(work, camera, clip[0].begin, jpeg)


def _piece(work: _Work, camera: CameraJob, source: Source) -> Piece | None:
    """What a source gives to the pack; one that gives nothing becomes a gap, with its reason."""
    path = work.root / source["path"]
    begin = moment(source["begin"])
    piece = None
    try:
        digest = sha256_of(path)
        piece = cut(read_recording(path), digest, begin, moment(work.job["begin"]), moment(work.job["end"]))
        state = "AS_RECORDED" if digest == source["sha256"] else "CHANGED"
    except FileNotFoundError:
        digest, state = "", "GONE"
    except (BadRecording, OSError):
        digest, state = "", "UNREADABLE"
    if not digest:
        camera["gaps"].append(_lost(work.job, source, state))
    work.sources.append({**source, "camera": camera["code"], "state": state, "sha256_now": digest})
    work.went_on(source["bytes"])
    return piece


def _lost(job: Job, source: Source, state: str) -> Gap:
    begin = moment(source["begin"])
    end = begin + dt.timedelta(milliseconds=source["duration_ms"])
    begin, end = max(begin, moment(job["begin"])), min(end, moment(job["end"]))
    return Gap(begin=utc(begin), end=utc(end), reason=state, words=LOST[state])


def _clip_entry(
    camera: CameraJob, path: str, clip: Sequence[Piece], starts: Sequence[int]
) -> dict[str, object]:
    """What the manifest says of a clip: which recordings are in it, and which instant is where."""
    video = clip[0].recording.video
    return {
        "path": path,
        "camera": camera["code"],
        "begin": utc(clip[0].begin),
        "begin_bangkok": bangkok(clip[0].begin),
        "end": utc(clip[-1].end),
        "duration_ms": round(duration_s(clip) * 1000),
        "pictures": sum(piece.pictures for piece in clip),
        "has_sound": any(track.kind == "soun" for track in clip[0].recording.tracks),
        "timescale": video.timescale,
        "pieces": [
            {"at_ms": at, "begin": utc(piece.begin), "end": utc(piece.end), "source_sha256": piece.source}
            for piece, at in zip(clip, starts, strict=True)
        ],
    }


def _add_stills(work: _Work, camera: CameraJob, clip: Sequence[Piece]) -> None:
    """The clip's first picture, and those of the moments that somebody asked for."""
    asked = [moment(text) for text in work.job["moments"]]
    for at in [clip[0].begin, *(at for at in asked if clip[0].begin < at < clip[-1].end)]:
        piece = next(piece for piece in reversed(clip) if piece.begin <= at)
        jpeg = still_of(piece.recording.path, (at - piece.begin).total_seconds() + _skipped_s(piece))
        if jpeg is not None:
            _add_still(work, camera, at, jpeg)


def _add_still(work: _Work, camera: CameraJob, at: dt.datetime, jpeg: bytes) -> None:
    path = f"stills/{camera['code']}/{_stamp(at)}.jpg"
    if path not in work.archive.files:
        work.archive.add(path, jpeg)
        entry = {"path": path, "camera": camera["code"], "at": utc(at), "at_bangkok": bangkok(at)}
        work.stills.append(dict(entry))


def _skipped_s(piece: Piece) -> float:
    """Seconds of the recording before the piece."""
    video = piece.recording.video
    index = piece.recording.tracks.index(video)
    return video.seconds(piece.samples[index][0].at - video.samples[0].at)


def _add_papers(work: _Work) -> None:
    """Everything that people read, and what they check it with."""
    job, archive = work.job, work.archive
    marks = timeline(job, work.clips)
    archive.add("plate-reads.csv", reads_csv(job["reads"]))
    archive.add("plate-reads.json", canonical(job["reads"]))
    archive.add("timeline.csv", marks_csv(marks))
    archive.add("timeline.json", canonical(marks))
    archive.add(README, page(job, work.clips, work.stills, work.sources, CLOCK_NOTES))
    archive.add(VERIFIER, Path(verify.__file__).read_bytes())
    archive.add(verify.KEY, pem_of(bytes.fromhex(job["key"]["public"])))


def _manifest(work: _Work) -> dict[str, object]:
    job = work.job
    said = ("pack", "kind", "station", "case", "reason", "requester", "about", "made_by", "made_at")
    begin, end = moment(job["begin"]), moment(job["end"])
    manifest: dict[str, object] = {name: job[name] for name in said}  # type: ignore[literal-required] # names above
    if "original" in job:
        hidden = {camera["code"]: camera["boxes"] for camera in job["cameras"]}
        copy = job["original"]
        manifest["original"] = {"pack": copy["pack"], "manifest_sha256": copy["manifest_sha256"]}
        manifest["hidden"] = {"boxes": _texts(hidden), "plates": bool(copy["finder"]), "faces": False}
    return manifest | {
        "format": verify.FORMAT,
        "product": {"name": "CCOC", "version": job["version"]},
        "key": job["key"]["fingerprint"],
        "span": {"begin": utc(begin), "end": utc(end)},
        "span_bangkok": {"begin": bangkok(begin), "end": bangkok(end)},
        "time_base": {"zone": "UTC", "local": "Asia/Bangkok, UTC+07:00", "notes": CLOCK_NOTES},
        "cameras": [dict(_camera_entries(camera)) for camera in job["cameras"]],
        "sources": work.sources,
        "clips": work.clips,
        "stills": work.stills,
        "plate_reads": len(job["reads"]),
        "files": work.archive.files,
    }


def _texts(boxes: Mapping[str, Sequence[Box]]) -> dict[str, list[str]]:
    """Rectangles as `left top width height` in shares: numbers have one way to be written this way."""
    sides = ("left", "top", "width", "height")
    return {
        code: [" ".join(f"{box[side]:.4f}" for side in sides) for box in some]  # type: ignore[literal-required] # named above
        for code, some in boxes.items()
    }


def _camera_entries(camera: CameraJob) -> Iterator[tuple[str, object]]:
    yield from ((name, camera[name]) for name in ("code", "name", "place"))
    yield "gaps", sorted(camera["gaps"], key=lambda gap: gap["begin"])


def _stamp(at: dt.datetime) -> str:
    """A moment in a file's name, Thai time: `20261123-214712.340`."""
    return f"{at.astimezone(BANGKOK):%Y%m%d-%H%M%S}.{at.microsecond // 1000:03d}"
