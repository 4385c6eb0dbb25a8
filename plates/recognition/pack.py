"""The plate data pack: zips of JPEG files with an `index.jsonl`, found by PLATE_DATA.

Plates are personal data: pictures of the pack stay in memory and are never written elsewhere.
"""

import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from plates.recognition.pictures import Picture

_DEFAULT: Final = "../shared/data/plates"


class PackMissing(FileNotFoundError):
    """The data pack or one of its files is not where PLATE_DATA says."""


def pack_folder() -> Path:
    """Return the folder of the data pack; raises PackMissing with what to do."""
    folder = Path(os.environ.get("PLATE_DATA", _DEFAULT))
    if not folder.is_dir():
        raise PackMissing(f"no plate data pack at {folder}: set PLATE_DATA to the folder that holds reader/")
    return folder


def read_pack(name: str) -> Iterator[tuple[dict[str, Any], Picture]]:
    """Yield each line of the pack's index with its picture; `name` is like `reader/dev.zip`.

    The lines are the pack's own JSON, whose keys differ by file, hence the loose type.
    """
    path = pack_folder() / name
    if not path.is_file():
        raise PackMissing(f"the plate data pack has no {name} (looked in {path.parent})")
    with zipfile.ZipFile(path) as archive:
        for line in archive.read("index.jsonl").decode().splitlines():
            row: dict[str, Any] = json.loads(line)
            data = np.frombuffer(archive.read(row["file"]), np.uint8)
            picture = cv2.imdecode(data, cv2.IMREAD_COLOR)
            if picture is not None:
                yield row, np.asarray(picture, np.uint8)
