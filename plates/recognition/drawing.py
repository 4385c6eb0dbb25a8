"""Draws readings on pictures: a frame around the plate, green where accepted, and its text in Thai."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from plates.recognition.pictures import Corners, Picture
from plates.recognition.synthesis.faces import FACES, text_mask

_ACCEPTED: Final = (80, 200, 60)
_DOUBTED: Final = (40, 160, 250)
_WORDS_PX: Final = 28


def draw_plate_frame(picture: Picture, corners: Corners, words: str, *, is_accepted: bool) -> None:
    """Draw one plate on the picture itself."""
    colour = _ACCEPTED if is_accepted else _DOUBTED
    outline = np.round(corners).astype(np.int32).reshape(-1, 1, 2)
    cv2.polylines(picture, [outline], True, colour, 2, cv2.LINE_AA)
    _write(picture, words.strip() or "?", corners, colour)


def save_png(path: Path, picture: Picture) -> None:
    """Write a picture, its folder made first; raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(".png", picture)[1].tobytes())


def _write(picture: Picture, words: str, corners: Corners, colour: Sequence[int]) -> None:
    """Write Thai words over a plate, inside the picture; OpenCV's own letters are Latin only."""
    mask, _ = text_mask(FACES[0], words)
    mask = mask[np.flatnonzero(mask.max(axis=1))]
    height, width = picture.shape[:2]
    size = (min(max(round(mask.shape[1] * _WORDS_PX / mask.shape[0]), 1), width), min(_WORDS_PX, height))
    ink = cv2.resize(mask, size, interpolation=cv2.INTER_AREA)
    low = corners.min(axis=0)
    left = int(np.clip(low[0], 0, width - size[0]))
    top = int(np.clip(low[1] - size[1] - 6, 0, height - size[1]))
    area = picture[top : top + size[1], left : left + size[0]]
    area[:] = np.where(ink[:, :, None] > 96, np.array(colour, np.uint8), area // 2)
