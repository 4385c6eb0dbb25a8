"""One piece of the spool: passes in one file, their pictures in another that may be thrown away alone."""

import json
import logging
import os
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cameras.ingest import records
from cameras.streams.analysers import Result
from cameras.streams.results import Finding

logger = logging.getLogger(__name__)
PASSES, PICTURES, DONE = ".passes", ".pictures", ".done"
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a picture of a pass lies in the file of pictures."""

    name: str
    offset: int
    length: int
    checksum: int


class Segment:
    """Files `<stem>.passes`, `<stem>.pictures` and `<stem>.done`, which says how far they were handed over.

    Not for two threads at once, but for `sync`, which only the writing thread calls. A pass is written
    before its pictures: torn between them, it is a pass without pictures.
    """

    def __init__(self, stem: Path) -> None:
        self.stem = stem
        self._passes = os.open(stem.with_suffix(PASSES), _FLAGS, 0o600)
        self._pictures = os.open(stem.with_suffix(PICTURES), _FLAGS, 0o600)
        self._done = os.open(stem.with_suffix(DONE), _FLAGS, 0o600)
        self.size = os.fstat(self._passes).st_size
        self.picture_bytes = os.fstat(self._pictures).st_size
        self.cursor = min(records.read_mark(self._done), self.size)

    @property
    def is_handed_over(self) -> bool:
        return self.cursor >= self.size

    def append(self, finding: Finding) -> None:
        """Write a pass. Raises OSError where there is no room for it; pictures without room are left out."""
        blobs = finding.result.pictures
        places, end = [], self.picture_bytes
        for name, blob in blobs.items():
            places.append(_Place(name, end, len(blob), zlib.crc32(blob)))
            end += len(blob)
        record = records.pack(_payload(finding, places))
        records.append(self._passes, record, end=self.size)
        with suppress(OSError):
            records.append(self._pictures, b"".join(blobs.values()), end=self.picture_bytes)
            self.picture_bytes = end
        self.size += len(record)

    def read(self, offset: int) -> tuple[Finding, int] | None:
        """The pass at `offset` with what is left of its pictures, and the offset of the next; None at the
        end. What follows a torn record is given up, with a word in the log.
        """
        if offset >= self.size:
            return None
        found = records.read_record(self._passes, offset)
        if found is None:
            logger.warning("%d bytes of a torn pass are left out", self.size - offset)
            self.size = offset
            return None
        payload, after = found
        entry = json.loads(payload)
        places = [_Place(*place) for place in entry["pictures"]]
        blobs = {place.name: blob for place in places if (blob := self._picture(place)) is not None}
        return Finding(entry["code"], entry["at"], Result(entry["kind"], entry["body"], blobs)), after

    def mark(self, offset: int) -> None:
        """Everything before `offset` was handed over."""
        self.cursor = offset
        records.write_mark(self._done, offset)

    def sync(self) -> None:
        """Wait until everything written is on the disk."""
        os.fdatasync(self._passes)
        os.fdatasync(self._pictures)

    def shed_pictures(self) -> None:
        """Give the room of the pictures back; the passes stay."""
        os.ftruncate(self._pictures, 0)
        self.picture_bytes = 0

    def close(self) -> None:
        for file in (self._passes, self._pictures, self._done):
            os.close(file)

    def remove(self) -> None:
        """Close and delete, passes last."""
        self.close()
        for suffix in (PICTURES, PASSES, DONE):
            self.stem.with_suffix(suffix).unlink(missing_ok=True)

    def _picture(self, place: _Place) -> bytes | None:
        blob = os.pread(self._pictures, place.length, place.offset)
        return blob if len(blob) == place.length and zlib.crc32(blob) == place.checksum else None


def _payload(finding: Finding, places: list[_Place]) -> bytes:
    result = finding.result
    entry = {
        "code": finding.code,
        "at": finding.captured_at,
        "kind": result.kind,
        "body": dict(result.body),
        "pictures": [[place.name, place.offset, place.length, place.checksum] for place in places],
    }
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode()
