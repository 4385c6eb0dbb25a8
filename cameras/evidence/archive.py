"""The ZIP file of a pack, written once from front to back; every file is hashed on its way in."""

import datetime as dt
import hashlib
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from cameras.evidence.jobs import BANGKOK

_MODE = 0o100644 << 16  # a plain file that anybody may read
_UNIX = 3


class Archive:
    """An uncompressed ZIP file with one folder. It appears under its name only when it is whole."""

    def __init__(self, path: Path, folder: str, at: dt.datetime) -> None:
        self.files: dict[str, dict[str, object]] = {}
        self._path, self._part = path, path.with_suffix(".part")
        self._folder, self._at = folder, at.astimezone(BANGKOK).timetuple()[:6]
        self._zip = zipfile.ZipFile(self._part, "w", zipfile.ZIP_STORED, allowZip64=True)

    @property
    def folder(self) -> Path:
        """Where the file is made: room for what has to be written before it is packed."""
        return self._path.parent

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_rest: object) -> None:
        self._zip.close()
        if kind is not None:
            self._part.unlink(missing_ok=True)
            return
        with self._part.open("rb+") as file:
            os.fsync(file.fileno())
        self._part.replace(self._path)

    @contextmanager
    def writing(self, name: str) -> Iterator[Callable[[bytes], None]]:
        """Write a file in parts; its size and SHA-256 are in `files` afterwards."""
        info = zipfile.ZipInfo(f"{self._folder}/{name}", self._at)
        info.external_attr, info.create_system = _MODE, _UNIX
        digest, size = hashlib.sha256(), 0
        with self._zip.open(info, "w", force_zip64=True) as file:

            def write(block: bytes) -> None:
                nonlocal size
                file.write(block)
                digest.update(block)
                size += len(block)

            yield write
        self.files[name] = {"sha256": digest.hexdigest(), "bytes": size}

    def add(self, name: str, data: bytes) -> None:
        """Write a small file."""
        with self.writing(name) as write:
            write(data)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, hex. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
