"""What a camera's H.264 stream leaves of a plate: pictures really encoded while they move, and decoded.

Several plates share one short film, so that thousands cost seconds; who trains keeps what comes out.
"""

import io
from collections.abc import Sequence
from typing import Final

import av
import cv2
import numpy as np

from plates.recognition.pictures import Picture

_SLOT: Final = (176, 128)
_COLUMNS: Final = 4
_ROWS: Final = 3
PLATES: Final = _COLUMNS * _ROWS
"""Plates that share one film."""

_PICTURES: Final = 4
_WIDTHS: Final = (56.0, 150.0)
_TALLEST: Final = 104
_QUALITY: Final = (27, 41)
"""Constant rate factors of x264: from what a good camera sends to what a starved line leaves."""

_FASTEST: Final = 4.0
_MARGIN: Final = 14
_NOISE: Final = 3.0


def filmed(plates: Sequence[Picture], rng: np.random.Generator) -> list[Picture]:
    """Return up to `PLATES` plates as they look in the last picture of a film, each at its width there."""
    small = [_seen(plate, rng) for plate in plates[:PLATES]]
    scene, places = _scene(small, rng)
    speed = rng.uniform(-_FASTEST, _FASTEST, 2)
    steps = [np.round(speed * number).astype(int) for number in range(_PICTURES)]
    pictures = [_shifted(scene, step, rng) for step in steps]
    last = through_codec(pictures, int(rng.integers(*_QUALITY)))[-1]
    return [_cut(last, place + steps[-1], plate) for place, plate in zip(places, small, strict=True)]


def _seen(plate: Picture, rng: np.random.Generator) -> Picture:
    """Shrink a plate to a width that street cameras show."""
    height, width = plate.shape[:2]
    scale = min(float(rng.uniform(*_WIDTHS)) / width, _TALLEST / height)
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    return np.asarray(cv2.resize(plate, size, interpolation=cv2.INTER_AREA), np.uint8)


def _scene(plates: Sequence[Picture], rng: np.random.Generator) -> tuple[Picture, list[np.ndarray]]:
    """Lay plates onto a rough ground; return it and each one's left and top."""
    size = (_COLUMNS * _SLOT[0] + 2 * _MARGIN, _ROWS * _SLOT[1] + 2 * _MARGIN)
    coarse = rng.integers(20, 200, (size[1] // 24, size[0] // 24, 3)).astype(np.uint8)
    scene = np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_LINEAR), np.uint8)
    places = []
    for number, plate in enumerate(plates):
        row, column = divmod(number, _COLUMNS)
        room = np.array([_SLOT[0] - plate.shape[1], _SLOT[1] - plate.shape[0]])
        place = np.array([column * _SLOT[0], row * _SLOT[1]]) + _MARGIN + room // 2
        scene[place[1] : place[1] + plate.shape[0], place[0] : place[0] + plate.shape[1]] = plate
        places.append(place)
    return scene, places


def _shifted(scene: Picture, step: np.ndarray, rng: np.random.Generator) -> Picture:
    """Return the scene moved by whole pixels, with the sensor's noise, at sides that the codec takes."""
    moved = np.roll(scene, (int(step[1]), int(step[0])), axis=(0, 1))
    moved = moved[: moved.shape[0] // 2 * 2, : moved.shape[1] // 2 * 2]
    noisy = moved + rng.normal(0, _NOISE, moved.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def through_codec(pictures: Sequence[Picture], quality: int) -> list[Picture]:
    """Encode pictures of even sides as H.264 at a constant rate factor and return them decoded."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=12)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.options = {"preset": "veryfast", "tune": "zerolatency", "crf": str(quality), "threads": "1"}
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode(None))
    file.seek(0)
    with av.open(file, "r") as container:
        return [np.asarray(frame.to_ndarray(format="bgr24"), np.uint8) for frame in container.decode(video=0)]


def _cut(picture: Picture, place: np.ndarray, plate: Picture) -> Picture:
    left, top = (int(value) for value in place)
    return np.ascontiguousarray(picture[top : top + plate.shape[0], left : left + plate.shape[1]])
