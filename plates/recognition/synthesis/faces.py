"""Letter shapes: glyph masks from free Thai fonts, and the truck digits drawn from own strokes.

A mask is an H x W uint8 array, 255 where ink is. Heights are given as *cap height*: the height of the digits
and of the body of ก, which plates make equal and fonts do not.
"""

from functools import lru_cache
from pathlib import Path
from typing import Final, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from plates.recognition.text import DIGITS

Mask: TypeAlias = npt.NDArray[np.uint8]

_FONTS: Final = Path(__file__).parent / "fonts"
FACES: Final = (
    "sarabun-600",
    "sarabun-700",
    "bai-jamjuree-600",
    "krub-600",
    "k2d-600",
    "niramit-600",
    "chakra-petch-600",
)
"""Looped faces only: the loops tell ก from ถ and ภ on a real plate."""

_CAP_PX: Final = 96
_MARGIN_PX: Final = 96


@lru_cache(maxsize=64)
def _font(face: str, *, is_digit: bool) -> ImageFont.FreeTypeFont:
    """Return the face at the size whose reference glyph is `_CAP_PX` high."""
    path = str(_FONTS / f"{face}.ttf")
    probe = ImageFont.truetype(path, 200)
    _, top, _, bottom = probe.getbbox("0" if is_digit else "ก")
    return ImageFont.truetype(path, round(200 * _CAP_PX / (bottom - top)))


@lru_cache(maxsize=2048)
def text_mask(face: str, text: str) -> tuple[Mask, int]:
    """Return the ink of `text` cut to its width, and the row of its base line; cap height is 96 px."""
    font = _font(face, is_digit=text[0] in DIGITS or text.isascii())
    width = round(font.getlength(text)) + 2 * _MARGIN_PX
    canvas = Image.new("L", (width, 4 * _CAP_PX), 0)
    base = 2 * _CAP_PX + _CAP_PX // 2
    ImageDraw.Draw(canvas).text((_MARGIN_PX, base), text, font=font, fill=255, anchor="ls")
    ink = np.asarray(canvas, dtype=np.uint8)
    columns = np.flatnonzero(ink.max(axis=0))
    return np.ascontiguousarray(ink[:, columns[0] : columns[-1] + 1]), base


def _arc(
    centre: tuple[float, float], radii: tuple[float, float], start: float, end: float
) -> list[tuple[float, float]]:
    """Return points on an ellipse from `start` to `end` degrees, 0 right, 90 down."""
    angles = np.deg2rad(np.linspace(start, end, 24))
    return [
        (centre[0] + radii[0] * float(np.cos(a)), centre[1] + radii[1] * float(np.sin(a))) for a in angles
    ]


_TRUCK_STROKES: Final[dict[str, list[list[tuple[float, float]]]]] = {
    "0": [[*_arc((0.5, 0.3), (0.42, 0.3), 180, 360), *_arc((0.5, 0.7), (0.42, 0.3), 0, 180), (0.08, 0.3)]],
    "1": [[(0.5, 0.0), (0.5, 1.0)]],
    "2": [[*_arc((0.5, 0.27), (0.41, 0.27), 185, 380), (0.08, 1.0), (0.94, 1.0)]],
    "3": [[(0.1, 0.0), (0.88, 0.0), (0.46, 0.38), *_arc((0.48, 0.69), (0.42, 0.31), 270, 520)]],
    "4": [[(0.62, 0.0), (0.05, 0.74), (0.98, 0.74)], [(0.72, 0.42), (0.72, 1.0)]],
    "5": [[(0.86, 0.0), (0.18, 0.0), (0.12, 0.44), *_arc((0.48, 0.67), (0.42, 0.33), 220, 520)]],
    "6": [[(0.66, 0.0), *_arc((0.5, 0.68), (0.42, 0.32), 200, 560)]],
    "7": [[(0.06, 0.0), (0.92, 0.0), (0.36, 1.0)]],
    "8": [_arc((0.5, 0.24), (0.36, 0.24), 90, 450), _arc((0.5, 0.74), (0.42, 0.26), -90, 270)],
    "9": [[*_arc((0.5, 0.32), (0.42, 0.32), 20, 380), (0.34, 1.0)]],
    "-": [[(0.15, 0.55), (0.85, 0.55)]],
}


@lru_cache(maxsize=512)
def truck_digit_mask(char: str, width: int, height: int, stroke: int) -> Mask:
    """Return one truck digit: a line of even weight, narrow and tall, unlike the digits of cars."""
    mask = np.zeros((height + stroke, width + stroke), dtype=np.uint8)
    scale = np.array([width, height])
    for points in _TRUCK_STROKES[char]:
        line = np.round(np.array(points) * scale * 8 + stroke * 4).astype(np.int32)
        cv2.polylines(mask, [line.reshape(-1, 1, 2)], False, 255, stroke, cv2.LINE_AA, 3)
    return mask
