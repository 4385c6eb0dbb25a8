"""`python -m plates.recognition PATH…`: read plates in photos, folders and clips, one JSON line a read.

Keys: file, frame (0 for photos), text (null where nothing can be read), province (official Thai name or
null), province_code, class, text_confidence, province_confidence, accepted, corners, alternatives. With
--tracks one line a passing vehicle, with its times in seconds from the clip's start.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import av
import cv2
import numpy as np

from plates.recognition.detector import Detector, Found
from plates.recognition.lane import LaneAnalyser
from plates.recognition.pictures import BadPicture, Picture, as_picture
from plates.recognition.provinces import PROVINCES
from plates.recognition.reader import Reader, Reading
from plates.recognition.synthesis.faces import FACES, text_mask
from plates.recognition.text import spaced
from plates.recognition.weights import WeightsRefused

_PHOTOS: Final = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"})
_LEAST_TEXT_CONFIDENCE: Final = 0.2
"""A text less likely than one in five is not worth printing: null instead."""

_PHOTO_SIDE: Final = 1280


def main(arguments: Sequence[str]) -> int:
    """Read what is named; returns 0, or 2 when something could not be opened or read."""
    asked = _parser().parse_args(arguments)
    try:
        worst = max((_read_path(path, asked) for path in _files(asked.paths)), default=0)
    except WeightsRefused as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    return worst


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m plates.recognition", description=__doc__)
    parser.add_argument("paths", nargs="+", metavar="PATH", help="photo, folder, clip or rtsp:// address")
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--crops", action="store_true", help="each picture is one plate, cut out")
    way.add_argument("--tracks", action="store_true", help="one line a passing vehicle")
    parser.add_argument("--draw", type=Path, metavar="DIR", help="write pictures with the reads drawn in")
    return parser


def _files(paths: Sequence[str]) -> Iterator[str]:
    """Yield each path, folders opened and sorted."""
    for path in paths:
        folder = Path(path)
        if folder.is_dir():
            yield from sorted(str(item) for item in folder.rglob("*") if item.is_file())
        else:
            yield path


def _read_path(path: str, asked: argparse.Namespace) -> int:
    """Read one file and print its lines; a file that cannot be read costs one line on the error stream."""
    try:
        if asked.tracks:
            _print_tracks(path)
        elif asked.crops:
            _print_crops(path)
        else:
            _print_reads(path, asked.draw)
    except (OSError, BadPicture, av.FFmpegError) as problem:
        sys.stderr.write(f"{path}: {problem}\n")
        return 2
    return 0


def _pictures(path: str) -> Iterator[tuple[int, float, Picture]]:
    """Yield number, seconds and picture of each frame; a photo has one."""
    if Path(path).suffix.lower() in _PHOTOS:
        data = np.fromfile(path, np.uint8)
        picture = cv2.imdecode(data, cv2.IMREAD_UNCHANGED) if data.size else None
        if picture is None:
            raise BadPicture("this is no picture that can be decoded")
        yield 0, 0.0, as_picture(picture)
        return
    with av.open(path) as container:
        for number, frame in enumerate(container.decode(video=0)):
            yield number, float(frame.time or 0.0), as_picture(frame.to_ndarray(format="bgr24"))


def _print_crops(path: str) -> None:
    reader = Reader()
    for number, _, picture in _pictures(path):
        height, width = picture.shape[:2]
        corners = [[0, 0], [width, 0], [width, height], [0, height]]
        _print(path, number, reader.read(picture), corners)


def _print_reads(path: str, draw: Path | None) -> None:
    detector, reader = Detector(longest_side=_PHOTO_SIDE), Reader()
    for number, _, picture in _pictures(path):
        found = detector.find(picture)
        readings = reader.read_many([(picture, plate.corners) for plate in found])
        for plate, reading in zip(found, readings, strict=True):
            _print(path, number, reading, np.round(plate.corners.astype(np.float64), 1).tolist())
        if draw is not None and found:
            _draw(draw / f"{Path(path).stem}-{number:06d}.png", picture, found, readings)


def _print_tracks(path: str) -> None:
    lane = LaneAnalyser()
    results = [result for _, at, picture in _pictures(path) for result in lane.feed(picture, at)]
    for result in [*results, *lane.finish()]:
        body = dict(result.body)
        code = body["province"]
        body["class"] = body.pop("plate_class")
        _line({"file": path, **body, "province": PROVINCES.get(code or ""), "province_code": code})


def _print(path: str, frame: int, reading: Reading, corners: list[list[float]]) -> None:
    is_read = reading.text_confidence >= _LEAST_TEXT_CONFIDENCE and bool(reading.text)
    _line(
        {
            "file": path,
            "frame": frame,
            "text": reading.text if is_read else None,
            "province": PROVINCES.get(reading.province or ""),
            "province_code": reading.province,
            "class": str(reading.plate_class),
            "text_confidence": reading.text_confidence,
            "province_confidence": reading.province_confidence,
            "accepted": reading.accepted,
            "corners": corners,
            "alternatives": [
                {"text": other.text, "confidence": other.confidence} for other in reading.alternatives
            ],
        }
    )


def _line(body: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(body, ensure_ascii=False) + "\n")


def _draw(path: Path, picture: Picture, found: Sequence[Found], readings: Sequence[Reading]) -> None:
    """Write the picture with its plates framed and read out, green where accepted."""
    path.parent.mkdir(parents=True, exist_ok=True)
    drawn = picture.copy()
    for plate, reading in zip(found, readings, strict=True):
        colour = (80, 200, 60) if reading.accepted else (40, 160, 250)
        corners = np.round(plate.corners).astype(np.int32).reshape(-1, 1, 2)
        cv2.polylines(drawn, [corners], True, colour, 2, cv2.LINE_AA)
        _write(drawn, f"{spaced(reading.text)} {PROVINCES.get(reading.province or '', '')}", plate, colour)
    cv2.imencode(".png", drawn)[1].tofile(path)


def _write(picture: Picture, words: str, plate: Found, colour: tuple[int, int, int]) -> None:
    """Write Thai words over a plate, inside the picture; OpenCV's own letters are Latin only."""
    mask, _ = text_mask(FACES[0], words.strip() or "?")
    mask = mask[np.flatnonzero(mask.max(axis=1))]
    size = (min(round(mask.shape[1] * 28 / mask.shape[0]), picture.shape[1]), min(28, picture.shape[0]))
    ink = cv2.resize(mask, size, interpolation=cv2.INTER_AREA)
    low = plate.corners.min(axis=0)
    left = int(np.clip(low[0], 0, picture.shape[1] - size[0]))
    top = int(np.clip(low[1] - size[1] - 6, 0, picture.shape[0] - size[1]))
    area = picture[top : top + size[1], left : left + size[0]]
    area[:] = np.where(ink[:, :, None] > 96, np.array(colour, np.uint8), area // 2)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
