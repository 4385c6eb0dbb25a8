"""`python -m plates.recognition PATH…`: read plates in photos, folders, clips and cameras (rtsp://…).

One JSON line a read: file, frame (0 for photos), text (null where nothing can be read), province (official
Thai name or null), class, text_confidence, province_confidence, accepted, corners ([[x, y] x 4] in pixels
from the top left clockwise), alternatives. With --crops one line a picture. With --tracks one line a passing
vehicle, with first_seen and last_seen in seconds from the beginning, frames and direction. What cannot be
read costs one line on the error stream; the status is then 2, else 0. Ctrl-C ends a camera.
"""

import argparse
import json
import os
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from plates.recognition.detector import Detector
from plates.recognition.drawing import draw_plate_frame, save_png
from plates.recognition.files import CLIPS, PHOTOS, BadFile, Frame, frames, is_stream, shown
from plates.recognition.lane import KIND, LaneAnalyser, Result
from plates.recognition.pictures import BadPicture, Corners, Picture
from plates.recognition.provinces import PROVINCES
from plates.recognition.reader import Reader, Reading
from plates.recognition.text import spaced
from plates.recognition.weights import WeightsRefused

_LEAST_TEXT_CONFIDENCE: Final = 0.2
"""A text less likely than one in five is not worth printing: null instead."""

_PHOTO_SIDE: Final = 1024
_TRACK_GAP_S: Final = 0.09
"""Passes are followed at ten pictures a second at most: more cost time and tell nothing new."""

Line = dict[str, Any]  # JSON: text, numbers, lists; its keys are listed above


@dataclass
class _Session:
    """The networks, opened once and only when asked for, and where drawings go; `follows` tells passes."""

    draw: Path | None
    follows: bool
    drawn: int = field(default=0, init=False)

    @cached_property
    def detector(self) -> Detector:
        return Detector(longest_side=_PHOTO_SIDE, near=not self.follows)

    @cached_property
    def reader(self) -> Reader:
        return Reader()

    def save(self, path: str, frame: int, picture: Picture, lines: Sequence[Line]) -> None:
        """Write a copy of the picture with its reads drawn in, where drawings were asked for."""
        if self.draw is None or not lines:
            return
        copy = picture.copy()
        for line in lines:
            words = f"{spaced(line['text'] or '')} {line['province'] or ''}"
            corners = np.asarray(line["corners"], np.float32)
            draw_plate_frame(copy, corners, words, is_accepted=line["accepted"])
        self.drawn += 1
        stem = "camera" if is_stream(path) else Path(path).stem[:60]
        save_png(self.draw / f"{self.drawn:05d}-{stem}-{frame:06d}.png", copy)


def main(arguments: Sequence[str]) -> int:
    """Read what is named; returns 0, or 2 when something could not be opened or read."""
    asked = _parser().parse_args(arguments)
    read = _read_crops if asked.crops else _read_tracks if asked.tracks else _read_frames
    session = _Session(asked.draw, follows=asked.tracks)
    status = 0
    try:
        for path in _paths(asked.paths):
            status = max(status, _print_lines(path, read(session, path)))
    except WeightsRefused as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    except KeyboardInterrupt:
        return status
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m plates.recognition", description=__doc__)
    parser.add_argument("paths", nargs="+", metavar="PATH", help="photo, folder, clip or rtsp:// address")
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--crops", action="store_true", help="each picture is one plate, cut out")
    way.add_argument("--tracks", action="store_true", help="one line a passing vehicle")
    parser.add_argument("--draw", type=Path, metavar="DIR", help="write pictures with the reads drawn in")
    return parser


def _paths(paths: Sequence[str]) -> Iterator[str]:
    """Yield each path; of a folder its photos and clips, sorted, folders inside it too."""
    for path in paths:
        folder = Path(path)
        if is_stream(path) or not folder.is_dir():
            yield path
        else:
            wanted = PHOTOS | CLIPS
            found = sorted(str(item) for item in folder.rglob("*") if item.suffix.lower() in wanted)
            yield from found or [path]


def _print_lines(path: str, lines: Iterable[Line]) -> int:
    """Print the lines as they come; what cannot be read costs one line on the error stream."""
    try:
        for line in lines:
            sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
            sys.stdout.flush()
    except BrokenPipeError:  # whoever read our lines has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise KeyboardInterrupt from None
    except (BadFile, BadPicture, OSError) as problem:
        sys.stderr.write(f"{shown(path)}: {problem}\n")
        return 2
    return 0


def _read_crops(session: _Session, path: str) -> Iterator[Line]:
    for frame in frames(path):
        height, width = frame.picture.shape[:2]
        corners = [[0.0, 0.0], [width, 0.0], [width, height], [0.0, height]]
        line = _line(path, frame.number, session.reader.read(frame.picture), corners)
        session.save(path, frame.number, frame.picture, [line])
        yield line


def _read_frames(session: _Session, path: str) -> Iterator[Line]:
    for frame in frames(path):
        found = session.detector.find(frame.picture)
        readings = session.reader.read_many([(frame.picture, plate.corners) for plate in found])
        lines = [
            _line(path, frame.number, reading, _rounded(plate.corners))
            for plate, reading in zip(found, readings, strict=True)
        ]
        session.save(path, frame.number, frame.picture, lines)
        yield from lines


def _read_tracks(session: _Session, path: str) -> Iterator[Line]:
    """Yield the passes as they become known; those in sight at the end too, however it comes."""
    lane = LaneAnalyser(detector=session.detector, reader=session.reader)
    width, problem = 0, None
    try:
        for frame in _thinned(frames(path)):
            width = frame.picture.shape[1]
            for result in _passes(lane.feed(frame.picture, frame.at_s)):
                yield _track_line(session, path, result, width)
    except (BadFile, BadPicture) as error:
        problem = error
    for result in lane.finish():
        yield _track_line(session, path, result, width)
    if problem is not None:
        raise problem


def _passes(results: Iterable[Result]) -> list[Result]:
    return [result for result in results if result.kind == KIND]


def _thinned(source: Iterable[Frame]) -> Iterator[Frame]:
    last = -_TRACK_GAP_S
    for frame in source:
        if frame.at_s - last >= _TRACK_GAP_S or frame.number == 0:
            last = frame.at_s
            yield frame


def _track_line(session: _Session, path: str, result: Result, width: int) -> Line:
    body = dict(result.body)
    line: Line = {"file": shown(path), "text": body.pop("text"), "province": None}
    line["province"] = PROVINCES.get(body.pop("province") or "")
    line["class"] = body.pop("plate_class")
    line.update(body)
    if session.draw is not None and "scene" in result.pictures:
        scene = cv2.imdecode(np.frombuffer(result.pictures["scene"], np.uint8), cv2.IMREAD_COLOR)
        if scene is not None and width:
            corners = np.asarray(line["corners"]) * scene.shape[1] / width
            session.save(path, 0, np.asarray(scene, np.uint8), [{**line, "corners": corners}])
    return line


def _rounded(corners: Corners) -> list[list[float]]:
    rounded: list[list[float]] = np.round(corners.astype(np.float64), 1).tolist()
    return rounded


def _line(path: str, frame: int, reading: Reading, corners: Sequence[Sequence[float]]) -> Line:
    is_read = reading.text_confidence >= _LEAST_TEXT_CONFIDENCE and bool(reading.text)
    return {
        "file": shown(path),
        "frame": frame,
        "text": reading.text if is_read else None,
        "province": PROVINCES.get(reading.province or ""),
        "class": str(reading.plate_class),
        "text_confidence": reading.text_confidence,
        "province_confidence": reading.province_confidence,
        "accepted": reading.accepted,
        "corners": corners,
        "alternatives": [
            {"text": other.text, "confidence": other.confidence} for other in reading.alternatives
        ],
    }


def _end_when_told() -> None:
    """End on SIGINT and SIGTERM alike.

    Scripts start what runs beside them with SIGINT ignored, Python then leaves it ignored, and a camera never
    ends by itself: such a reader could only be killed.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)


if __name__ == "__main__":
    _end_when_told()
    sys.exit(main(sys.argv[1:]))
