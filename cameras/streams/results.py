"""What decoders find, as it reaches the worker that asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cameras.streams.analysers import Result
from cameras.streams.health import Condition
from cameras.streams.jobs import Job, JobKind
from cameras.streams.wire import Parcel, WireError


@dataclass(frozen=True, slots=True)
class KeyPicture:
    """A key picture looked at. JPEG files; `captured_at` unix seconds; luma 0 to 255; share 0 to 1.

    `conditions` is what is wrong with it (see `scene`); `memory` what to keep of its views, now and then.
    """

    code: str
    captured_at: float
    size: tuple[int, int]
    thumbnail: bytes
    still: bytes | None
    luma_mean: float
    luma_spread: float
    conditions: frozenset[Condition]
    is_moving: bool
    motion_share: float
    memory: bytes | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of a lane's analyser, from the picture captured at unix seconds."""

    code: str
    captured_at: float
    result: Result


@dataclass(frozen=True, slots=True)
class Failure:
    """A picture that could not be decoded or looked at; `what` is the name of the error."""

    code: str
    captured_at: float
    kind: JobKind
    what: str

    @property
    def is_undecodable(self) -> bool:
        return self.what == "Undecodable"


DecoderResult = KeyPicture | Finding | Failure


def results_of(job: Job, parcel: Parcel) -> list[DecoderResult]:
    """The results in a decoder's answer; raises WireError where it does not fit the question."""
    if job.unit is None:
        return []
    captured_at = job.unit.captured_at
    try:
        if "failed" in parcel.head:
            return [Failure(job.code, captured_at, job.kind, str(parcel.head["failed"]))]
        if job.kind is JobKind.KEY:
            return [_key_picture(job.code, captured_at, parcel)]
        return [Finding(job.code, captured_at, result) for result in _results(parcel)]
    except (KeyError, ValueError, TypeError, IndexError):
        raise WireError("answer does not fit its question") from None


def _key_picture(code: str, captured_at: float, parcel: Parcel) -> KeyPicture:
    head = parcel.head
    mean, spread = head["luma"]
    return KeyPicture(
        code=code,
        captured_at=captured_at,
        size=(int(head["width"]), int(head["height"])),
        thumbnail=parcel.blobs[0],
        still=parcel.blobs[1] if head["still"] else None,
        luma_mean=float(mean),
        luma_spread=float(spread),
        conditions=frozenset(Condition(name) for name in head["conditions"]),
        is_moving=bool(head["moving"]),
        motion_share=float(head["share"]),
        memory=parcel.blobs[-1] if head["memory"] else None,
    )


def _results(parcel: Parcel) -> list[Result]:
    blobs = iter(parcel.blobs)
    return [
        _result(entry, {name: next(blobs, b"") for name in entry["pictures"]})
        for entry in parcel.head["results"]
    ]


def _result(entry: Mapping[str, Any], pictures: dict[str, bytes]) -> Result:
    return Result(str(entry["kind"]), dict(entry["body"]), pictures)
