"""One file of a recording: fragmented MP4 that grows by a fragment a group, and its running SHA-256.

While it grows its name ends in `.part` and its writer holds a lock on it, so that whoever finds one without
a lock knows that its writer is gone. Behind `moov` a `free` box says in JSON what the file is of: enough to
give a row to a file whose writer died.
"""

import datetime as dt
import fcntl
import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from cameras.streams.fmp4 import Track, init_segment

PART = ".part"
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
_SAME_MOMENT = 20  # files of one camera that begin in one millisecond


@dataclass(frozen=True, slots=True)
class Label:
    """What a file is of. `started_at`: unix seconds on our clock; `gap`: why nothing lies just before it."""

    code: str
    role: str
    worker: str
    epoch: int
    mode: str
    started_at: float
    gap: str

    def box(self) -> bytes:
        text = json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":")).encode()
        return (8 + len(text)).to_bytes(4, "big") + b"free" + text

    @classmethod
    def read(cls, text: bytes) -> "Label":
        """Raises ValueError where the bytes are no label."""
        try:
            return cls(**json.loads(text))
        except TypeError as error:
            raise ValueError("not a label") from error


@dataclass(frozen=True, slots=True)
class Finished:
    """A file that grows no more, still named a part. `missing_s`: lost inside it, in short holes."""

    path: Path
    label: Label
    duration_s: float
    missing_s: float
    bytes: int
    sha256: str
    codec: str
    width: int
    height: int
    pictures: int
    has_motion: bool

    @property
    def final(self) -> Path:
        """Its name once it has a row."""
        return self.path.with_suffix("")


class SegmentFile:
    """A growing file. Raises OSError where the disk takes nothing; what is whole on the disk then stays."""

    def __init__(self, root: Path, label: Label, track: Track) -> None:
        self.path, self._file = _create(root, label)
        self._hash = hashlib.sha256()
        self.size = 0
        try:
            self.append(init_segment(track) + label.box())
        except OSError:
            self.path.unlink(missing_ok=True)
            os.close(self._file)
            raise

    def append(self, data: bytes) -> None:
        """All of it, or nothing: what a full disk took of it is cut off again."""
        view, done = memoryview(data), 0
        try:
            while done < len(data):
                done += os.write(self._file, view[done:])
        except OSError:
            os.ftruncate(self._file, self.size)
            raise
        self._hash.update(data)
        self.size += done

    def close(self) -> str:
        """Put it on the disk itself and let go of it; the SHA-256 of the whole file in hex."""
        try:
            os.fsync(self._file)
        finally:
            os.close(self._file)
        return self._hash.hexdigest()

    def discard(self) -> None:
        """Nothing was recorded in it."""
        self.path.unlink(missing_ok=True)
        os.close(self._file)


def lock(file: int) -> bool:
    """Whether we hold the file now; the lock ends with the descriptor, however our process ends."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _create(root: Path, label: Label) -> tuple[Path, int]:
    """A new locked file `<code>/<date>/<time>-<epoch>.mp4.part`, all in UTC."""
    begin = dt.datetime.fromtimestamp(label.started_at, dt.UTC)
    folder = root / label.code / f"{begin:%Y-%m-%d}"
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{begin:%H%M%S}{begin.microsecond // 1000:03}-{label.epoch}"
    for number in range(_SAME_MOMENT):
        path = folder / f"{stem}{f'.{number}' if number else ''}.mp4{PART}"
        if path.with_suffix("").exists():
            continue
        try:
            file = os.open(path, _FLAGS, 0o640)
        except FileExistsError:
            continue
        lock(file)
        return path, file
    raise FileExistsError(stem)
