"""Passes on their way to the database, on this machine's own disk: see ADR 0007.

Each worker keeps a shelf, a folder that it holds a lock on. A shelf whose lock is free belonged to a worker
that is gone: whoever finds it takes it over and hands its passes on. Handing over twice is harmless, because
every pass has an id since its birth.
"""

import fcntl
import logging
import os
import secrets
import shutil
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cameras.ingest.segments import PASSES, Segment
from cameras.streams.results import Finding

logger = logging.getLogger(__name__)
LIMIT_BYTES = 2 * 2**30  # of pictures: some 20,000 passes; what is read from a plate is a kilobyte
SEGMENT_BYTES = 32 * 2**20
BATCH_BYTES = 8 * 2**20
_LOCK = "lock"
_REFUSED = ".refused"
_HALF = "."  # first letter of a folder that is being made


@dataclass(frozen=True, slots=True)
class Batch:
    """Passes in their order, and where they end; `Spool.done` wants it back."""

    findings: tuple[Finding, ...]
    shelf: "Shelf"
    segment: Segment
    end: int


class Shelf:
    """A locked folder of segments, the oldest first."""

    def __init__(self, folder: Path, lock: int) -> None:
        self.folder = folder
        self._lock = lock
        stems = sorted(path.with_suffix("") for path in folder.glob(f"*{PASSES}"))
        self.segments = deque(Segment(stem) for stem in stems)
        self._number = int(stems[-1].name) if stems else 0

    @classmethod
    def make(cls, root: Path, name: str) -> "Shelf":
        """A new one. It gets its name when its lock is held, so that nobody takes it for abandoned."""
        root.mkdir(parents=True, exist_ok=True)
        half = root / f"{_HALF}{name}"
        half.mkdir(mode=0o700)
        lock = _try_lock(half)
        if lock is None:
            raise OSError("a new folder is locked")
        half.rename(root / name)
        _sync_folder(root)
        return cls(root / name, lock)

    @classmethod
    def adopt(cls, folder: Path) -> "Shelf | None":
        """An abandoned one; None where its worker lives, or another was faster."""
        with suppress(FileNotFoundError):
            lock = _try_lock(folder)
            return None if lock is None else cls(folder, lock)
        return None

    @property
    def picture_bytes(self) -> int:
        return sum(segment.picture_bytes for segment in self.segments)

    def append(self, finding: Finding, segment_bytes: int) -> None:
        """Write to the newest segment. Raises OSError."""
        tail = self.segments[-1] if self.segments else None
        if tail is None or tail.size + tail.picture_bytes >= segment_bytes:
            if tail is not None:
                tail.sync()
            self._number += 1
            tail = Segment(self.folder / f"{self._number:08}")
            self.segments.append(tail)
            _sync_folder(self.folder)
        tail.append(finding)

    def remove_done(self, *, keep: int) -> None:
        """Delete segments that are handed over, but so many of the newest, which are still written to."""
        while len(self.segments) > keep and self.segments[0].is_handed_over:
            self.segments.popleft().remove()

    def close(self) -> None:
        """Let go; nothing stays of a shelf that is handed over."""
        self.remove_done(keep=0)
        if not self.segments:
            shutil.rmtree(self.folder, ignore_errors=True)
        for segment in self.segments:
            segment.close()
        self.segments.clear()
        os.close(self._lock)


class Spool:
    """All shelves of one worker: its own, those it adopted, and one for what no handler could take.

    One thread appends and syncs, another takes; `sync` waits for the disk without keeping the other waiting.
    """

    def __init__(
        self, root: Path, *, limit_bytes: int = LIMIT_BYTES, segment_bytes: int = SEGMENT_BYTES
    ) -> None:
        self._root, self._limit_bytes, self._segment_bytes = root, limit_bytes, segment_bytes
        self._name = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._own: Shelf | None = None
        self._refused: Shelf | None = None
        self._adopted: deque[Shelf] = deque()
        self._guard = threading.Lock()
        self.is_dirty = False

    def append(self, finding: Finding) -> None:
        """Keep a pass. On a full disk pictures go first, the oldest before all; raises OSError when that
        makes no room either.
        """
        with self._guard:
            try:
                self._put(finding)
            except OSError:
                self._shed(0)
                self._put(finding)
            self._shed(self._limit_bytes)
            self.is_dirty = True

    def sync(self) -> None:
        """Put what was appended on the disk itself; what was handed over meanwhile need not be."""
        with self._guard:
            self.is_dirty = False
            tail = self._own.segments[-1] if self._own and self._own.segments else None
        if tail is not None and not tail.is_handed_over:
            tail.sync()

    def take(self, limit: int) -> Batch | None:
        """The oldest passes that wait, own ones first; None where none waits."""
        with self._guard:
            for shelf in self._waiting():
                if (batch := _batch_of(shelf, limit)) is not None:
                    return batch
        return None

    def done(self, batch: Batch) -> None:
        """These passes are where they belong."""
        with self._guard:
            batch.segment.mark(batch.end)
            batch.shelf.remove_done(keep=int(batch.shelf is self._own))

    def refuse(self, finding: Finding) -> None:
        """Lay a pass aside that no handler takes; the next worker that starts tries again."""
        with self._guard:
            if self._refused is None:
                self._refused = Shelf.make(self._root, f"{self._name}{_REFUSED}")
            self._refused.append(finding, self._segment_bytes)
            self._refused.segments[-1].sync()

    def adopt(self, *, is_start: bool = False) -> int:
        """Take over what workers that are gone have left; at the start also what was refused before."""
        with self._guard:
            for folder in self._abandoned():
                if is_start or folder.suffix != _REFUSED:
                    shelf = Shelf.adopt(folder)
                    if shelf is not None:
                        self._adopted.append(shelf)
            return len(self._adopted)

    def close(self) -> None:
        """Let go of every shelf; what waits in them is for who comes next."""
        with self._guard:
            for shelf in (self._own, self._refused, *self._adopted):
                if shelf is not None:
                    shelf.close()
            self._own = self._refused = None
            self._adopted.clear()

    def _put(self, finding: Finding) -> None:
        if self._own is None:
            self._own = Shelf.make(self._root, self._name)
        self._own.append(finding, self._segment_bytes)

    def _waiting(self) -> Iterator[Shelf]:
        """Shelves to take from; adopted ones that are empty are let go."""
        if self._own is not None:
            yield self._own
        while self._adopted:
            yield self._adopted[0]
            self._adopted.popleft().close()

    def _abandoned(self) -> list[Path]:
        """Folders of others. Half-made ones of a crash hold nothing."""
        mine = {shelf.folder for shelf in (self._own, self._refused, *self._adopted) if shelf is not None}
        with suppress(FileNotFoundError):
            folders = (path for path in self._root.iterdir() if path.is_dir())
            return sorted(path for path in folders if path.name[0] != _HALF and path not in mine)
        return []

    def _shed(self, limit_bytes: int) -> None:
        """Throw the oldest pictures away until so many bytes of them are left."""
        shelves = [shelf for shelf in (*self._adopted, self._own) if shelf is not None]
        excess = sum(shelf.picture_bytes for shelf in shelves) - limit_bytes
        for segment in [segment for shelf in shelves for segment in shelf.segments]:
            if excess <= 0:
                return
            if segment.picture_bytes:
                logger.warning("the spool sheds pictures of passes to make room")
                excess -= segment.picture_bytes
                segment.shed_pictures()


def _batch_of(shelf: Shelf, limit: int) -> Batch | None:
    for segment in shelf.segments:
        findings: list[Finding] = []
        end, size = segment.cursor, 0
        while len(findings) < limit and size < BATCH_BYTES and (found := segment.read(end)) is not None:
            finding, end = found
            findings.append(finding)
            size += sum(map(len, finding.result.pictures.values()))
        if findings:
            return Batch(tuple(findings), shelf, segment, end)
    return None


def _try_lock(folder: Path) -> int | None:
    """The lock of a folder, which ends with this process however it ends. Raises FileNotFoundError."""
    path = folder / _LOCK
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_there = path.stat().st_ino == os.fstat(lock).st_ino
    except OSError:
        is_there = False
    if not is_there:  # held by its worker, or handed over and removed a moment ago
        os.close(lock)
        return None
    return lock


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
