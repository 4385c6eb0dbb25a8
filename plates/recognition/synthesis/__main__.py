"""Draws the page of samples for the documents: `python -m plates.recognition.synthesis FILE.jpg`.

Every class clean, then as a street camera sees it; the same seed gives the same page.
"""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from plates.recognition.pictures import Picture
from plates.recognition.synthesis.degrade import degrade, jittered_corners, warp_out
from plates.recognition.synthesis.draw import draw_plate
from plates.recognition.synthesis.sampling import random_spec
from plates.recognition.text import PlateClass

_SEED: Final = 20261124
_CELL: Final = (220, 150)
_GAP: Final = 12
_STRENGTHS: Final = (0.0, 0.0, 0.35, 0.7, 1.0)
_GROUND: Final = 244


def page(seed: int = _SEED) -> Picture:
    """Return the page: one row a class, from clean at the left to bad at the right."""
    rng = np.random.default_rng(seed)
    kinds = [kind for kind in PlateClass if kind is not PlateClass.UNKNOWN]
    return np.vstack([np.hstack([_cell(kind, rng, bad) for bad in _STRENGTHS]) for kind in kinds])


def _cell(kind: PlateClass, rng: np.random.Generator, strength: float) -> Picture:
    spec = replace(random_spec(rng, plate_class=kind), px_per_mm=1.0)
    plate = draw_plate(spec)
    scale = min((_CELL[0] - _GAP) / plate.shape[1], (_CELL[1] - _GAP) / plate.shape[0])
    size = (round(plate.shape[1] * scale), round(plate.shape[0] * scale))
    if strength:
        corners = jittered_corners(rng, plate.shape[1], plate.shape[0], strength)
        plate = degrade(warp_out(plate, corners, size, rng), rng, strength)
    cell = np.full((_CELL[1], _CELL[0], 3), _GROUND, np.uint8)
    left, top = (_CELL[0] - size[0]) // 2, (_CELL[1] - size[1]) // 2
    shown = cv2.resize(plate, size, interpolation=cv2.INTER_AREA)
    cell[top : top + size[1], left : left + size[0]] = shown
    return cell


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: {Path(sys.argv[0]).parent.name} FILE.jpg")
    cv2.imwrite(sys.argv[1], page(), [cv2.IMWRITE_JPEG_QUALITY, 82])
