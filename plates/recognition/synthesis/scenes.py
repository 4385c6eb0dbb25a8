"""Street-like pictures for the detector: backdrops full of what is no plate, and plates set into them."""

from typing import Final

import cv2
import numpy as np

from plates.recognition.pictures import Corners, Picture
from plates.recognition.synthesis.faces import FACES, text_mask
from plates.recognition.text import CONSONANTS, DIGITS

_SHAPES: Final = 36


def backdrop(rng: np.random.Generator, width: int, height: int) -> Picture:
    """Paint a street without a plate: sky, road, boxes, lamps, grilles and signs with Thai writing."""
    horizon = int(height * rng.uniform(0.0, 0.6))
    picture = np.empty((height, width, 3), np.uint8)
    picture[:horizon] = rng.integers(20, 256, 3)
    picture[horizon:] = rng.integers(20, 180) + rng.integers(-12, 13, 3)
    for _ in range(int(rng.integers(_SHAPES // 3, _SHAPES))):
        _PAINTERS[int(rng.choice(len(_PAINTERS), p=_CHANCES))](picture, rng)
    if rng.random() < 0.5:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.4, 1.5)), np.uint8)
    return picture


def set_plate(picture: Picture, plate: Picture, corners: Corners, light: float) -> None:
    """Warp a plate onto four corners of the picture, in place; `light` scales its brightness."""
    low = np.maximum(np.floor(corners.min(axis=0)).astype(int) - 1, 0)
    area = picture[low[1] : int(corners[:, 1].max()) + 2, low[0] : int(corners[:, 0].max()) + 2]
    height, width = area.shape[:2]
    if not height or not width:
        return
    shrink = max(1.0, plate.shape[1] / max(float(np.ptp(corners[:, 0])), 8.0))
    size = (max(8, round(plate.shape[1] / shrink)), max(8, round(plate.shape[0] / shrink)))
    fitted = cv2.resize(plate, size, interpolation=cv2.INTER_AREA)
    source = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], np.float32)
    matrix = cv2.getPerspectiveTransform(source, (corners - low).astype(np.float32))
    lit = np.clip(fitted.astype(np.float32) * light, 0, 255)
    layer = cv2.warpPerspective(lit, matrix, (width, height))
    cover = cv2.warpPerspective(np.ones(fitted.shape[:2], np.float32), matrix, (width, height))[:, :, None]
    area[:] = (area * (1 - cover) + layer * cover).astype(np.uint8)


def plate_corners(
    rng: np.random.Generator, centre: tuple[float, float], width: float, aspect: float, *, slant: float = 1.0
) -> Corners:
    """Return corners of a plate of a width in pixels around a centre, turned and seen at an angle."""
    half = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]) * (width, width / aspect)
    squeeze = np.diag([rng.uniform(0.65, 1.0) if rng.random() < 0.4 * slant else 1.0, 1.0])
    angle = np.deg2rad(rng.normal(0, 5 * slant))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    skew = np.array([[1, rng.normal(0, 0.06 * slant)], [rng.normal(0, 0.08 * slant), 1]])
    bent = half @ squeeze @ skew.T @ turn.T * (1 + rng.normal(0, 0.02 * slant, (4, 2)))
    return np.asarray(bent + centre, np.float32)


def _box(picture: Picture, rng: np.random.Generator) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom of a random box of the picture."""
    height, width = picture.shape[:2]
    size_x, size_y = width * rng.uniform(0.02, 0.5) ** 1.5, height * rng.uniform(0.03, 0.6) ** 1.5
    left, top = rng.uniform(-0.1, 1) * width, rng.uniform(-0.1, 1) * height
    return round(left), round(top), round(left + size_x) + 4, round(top + size_y) + 4


def _colour(rng: np.random.Generator) -> tuple[float, float, float]:
    """Return a colour, often grey or white as cars, walls and lamps are."""
    if rng.random() < 0.5:
        grey = float(rng.integers(0, 256))
        return grey, grey, grey
    blue, green, red = (float(value) for value in rng.integers(0, 256, 3))
    return blue, green, red


def _paint_block(picture: Picture, rng: np.random.Generator) -> None:
    left, top, right, bottom = _box(picture, rng)
    cv2.rectangle(picture, (left, top), (right, bottom), _colour(rng), -1 if rng.random() < 0.8 else 2)


def _paint_round(picture: Picture, rng: np.random.Generator) -> None:
    left, top, right, bottom = _box(picture, rng)
    centre, axes = ((left + right) // 2, (top + bottom) // 2), ((right - left) // 2, (bottom - top) // 2)
    cv2.ellipse(picture, centre, axes, float(rng.uniform(0, 180)), 0, 360, _colour(rng), -1, cv2.LINE_AA)


def _paint_line(picture: Picture, rng: np.random.Generator) -> None:
    height, width = picture.shape[:2]
    ends = [(int(rng.integers(width)), int(rng.integers(height))) for _ in range(2)]
    cv2.line(picture, ends[0], ends[1], _colour(rng), int(rng.integers(1, 9)), cv2.LINE_AA)


def _paint_grille(picture: Picture, rng: np.random.Generator) -> None:
    left, top, right, bottom = _box(picture, rng)
    cv2.rectangle(picture, (left, top), (right, bottom), _colour(rng), -1)
    tone, step = _colour(rng), int(rng.integers(3, 12))
    for x in range(left, right, step):
        if rng.random() < 0.95:
            cv2.line(picture, (x, top), (x, bottom), tone, 1)


def _paint_sign(picture: Picture, rng: np.random.Generator) -> None:
    """Write letters on a board unlike a plate's shape: shop fronts, banners, telephone numbers on trucks."""
    left, top, _, bottom = _box(picture, rng)
    letters = CONSONANTS + DIGITS
    count = int(rng.integers(3, 14))
    line = "".join(letters[int(index)] for index in rng.integers(len(letters), size=count))
    mask, _ = text_mask(FACES[int(rng.integers(len(FACES)))], line)
    height = int(rng.integers(8, 40))
    ink = cv2.resize(mask, (max(8, round(mask.shape[1] * height / mask.shape[0])), height))
    if rng.random() < 0.7:
        cv2.rectangle(picture, (left, top), (left + ink.shape[1] + 8, bottom), _colour(rng), -1)
    area = picture[max(top, 0) : max(top, 0) + height, max(left, 0) : max(left, 0) + ink.shape[1]]
    cover = ink[: area.shape[0], : area.shape[1], None] / 255.0
    area[:] = (area * (1 - cover) + np.array(_colour(rng)) * cover).astype(np.uint8)


_PAINTERS: Final = (_paint_block, _paint_round, _paint_line, _paint_grille, _paint_sign)
_CHANCES: Final = (0.4, 0.15, 0.15, 0.1, 0.2)
