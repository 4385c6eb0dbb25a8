"""Packs of a station's own reviewed plates, named by PLATE_EXTRA_PACKS, for training beside the data pack.

`manage.py export_corrections` writes them: JPEG files and `index.jsonl` with file, text, province, kind and
box. Like all plates they are personal data: pictures stay in memory.
"""

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from plates.recognition.files import read_photo
from plates.recognition.pack import PackMissing
from plates.recognition.pictures import BadPicture, Picture
from plates.recognition.provinces import CODE_BY_NAME
from plates.recognition.text import normalise, possible_classes

VARIABLE: Final = "PLATE_EXTRA_PACKS"
_MOST_ROWS: Final = 100_000
_HELD_BACK: Final = 5


def extra_packs() -> list[Path]:
    """The files that PLATE_EXTRA_PACKS names, separated as in PATH; raises PackMissing on one that is not."""
    named = [Path(part) for part in os.environ.get(VARIABLE, "").split(os.pathsep) if part]
    for path in named:
        if not zipfile.is_zipfile(path):
            raise PackMissing(f"{VARIABLE} names {path}, which is no pack")
    return named


def held_back(text: str) -> bool:
    """Tell whether a plate is for measuring: one in five, by its text, so that no plate is on both sides."""
    return hashlib.sha256(text.encode()).digest()[0] % _HELD_BACK == 0


def read_extra(path: Path) -> Iterator[tuple[dict[str, Any], Picture]]:
    """Yield each row of a pack with its picture, cut to the plate's box where it has one.

    Rows that nobody could learn from are left out: no text and no province, impossible ones, pictures that
    cannot be decoded. Raises PackMissing where there is no index.
    """
    with zipfile.ZipFile(path) as archive:
        try:
            lines = archive.read("index.jsonl").decode().splitlines()
            rows = [json.loads(line) for line in lines[:_MOST_ROWS]]
        except (KeyError, ValueError):
            raise PackMissing(f"{path} has no index that can be read") from None
        for row in rows:
            if not _is_useful(row):
                continue
            try:
                picture = read_photo(archive.read(row["file"]))
            except (KeyError, BadPicture):
                continue
            yield row, _cut(picture, row.get("box"))


def _is_useful(row: dict[str, Any]) -> bool:
    text, province = row.get("text"), row.get("province")
    if text is not None and (text != normalise(str(text)) or not possible_classes(text)):
        return False
    if province is not None and province not in CODE_BY_NAME:
        return False
    return bool(text or province) and isinstance(row.get("file"), str)


def _cut(picture: Picture, box: list[int] | None) -> Picture:
    if not box:
        return picture
    left, top, right, bottom = (max(int(value), 0) for value in box)
    inside = picture[top:bottom, left:right]
    return inside if inside.size else picture
