"""What a pack shall hold, as JSON: written by the service that knows, read by the process that builds.

Moments are ISO 8601 in UTC with Z. `words` are in Thai and English, since a pack speaks both.
"""

import datetime as dt
from typing import Final, NotRequired, TypedDict

ORIGINAL: Final = "ORIGINAL"
MASKED_COPY: Final = "MASKED_COPY"
BANGKOK: Final = dt.timezone(dt.timedelta(hours=7))  # without summer time since 1920


class Words(TypedDict):
    """One sentence twice."""

    th: str
    en: str


class Source(TypedDict):
    """One recorded file: its path below the recordings' folder and what was kept of it when it was made.

    `missing_ms`: lost inside it, in holes of less than a second.
    """

    path: str
    sha256: str
    bytes: int
    begin: str
    duration_ms: int
    missing_ms: int


class Gap(TypedDict):
    """Nothing was recorded from `begin` to `end`."""

    begin: str
    end: str
    reason: str
    words: Words


class Box(TypedDict):
    """A rectangle to hide all the time, in shares (0 to 1) of the picture's sides."""

    left: float
    top: float
    width: float
    height: float


class CameraJob(TypedDict):
    """One camera: where it stands, what there is of the span, and what a copy shall hide."""

    code: str
    name: str
    place: str
    sources: list[Source]
    gaps: list[Gap]
    boxes: list[Box]


class Read(TypedDict):
    """One plate that was read; `province` is its name, empty where it could not be read. Shares 0 to 1."""

    at: str
    camera: str
    text: str
    province: str
    plate_class: str
    text_confidence: float
    province_confidence: float
    is_accepted: bool
    read_id: int


class Mark(TypedDict):
    """Something that happened; `camera` is empty where it belongs to none."""

    at: str
    camera: str
    kind: str
    words: Words


class Key(TypedDict):
    """The public key that will sign: 32 bytes in hex, and its fingerprint."""

    public: str
    fingerprint: str


class Original(TypedDict):
    """What a copy is a copy of, and how plates are found to be hidden: `package.module:name`, or empty."""

    pack: str
    manifest_sha256: str
    finder: str


class Job(TypedDict):
    """A whole pack. `moments`: pictures are taken out as stills then, besides at the start of each clip."""

    pack: str
    kind: str
    station: str
    version: str
    case: str
    reason: str
    requester: str
    about: str
    made_by: str
    made_at: str
    begin: str
    end: str
    cameras: list[CameraJob]
    reads: list[Read]
    marks: list[Mark]
    moments: list[str]
    key: Key
    original: NotRequired[Original]  # of a copy


def moment(text: str) -> dt.datetime:
    """A moment of a job."""
    return dt.datetime.fromisoformat(text)


def bangkok(at: dt.datetime) -> str:
    """`2026-11-23T21:47:12.340+07:00`."""
    return at.astimezone(BANGKOK).isoformat(timespec="milliseconds")


def utc(at: dt.datetime) -> str:
    """`2026-11-23T14:47:12.340Z`."""
    return at.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
