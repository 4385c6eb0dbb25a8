"""Street-like pictures for the detector: backdrops full of what is no plate, and plates set into them."""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from plates.recognition.pictures import Corners, Picture
from plates.recognition.synthesis.faces import FACES, text_mask
from plates.recognition.text import CONSONANTS, DIGITS

_SHAPES: Final = 36
_HOUSES: Final = 0.25


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


def add_decoys(picture: Picture, rng: np.random.Generator, taken: Sequence[npt.NDArray[np.float64]]) -> None:
    """Paint plate-sized things that are no plates onto free ground, in place.

    `taken` are boxes (left, top, right, bottom) that stay as they are.
    """
    height, width = picture.shape[:2]
    for _ in range(int(rng.integers(1, 6))):
        is_house = rng.random() < _HOUSES
        wide = float(np.exp(rng.uniform(*np.log((90, 260) if is_house else (14, 140)))))
        tall = wide / rng.uniform(0.8, 7)
        left, top = rng.uniform(0, max(width - wide, 1)), rng.uniform(0, max(height - tall, 1))
        box = (int(left), int(top), int(left + wide) + 1, int(top + tall) + 1)
        if any(box[0] < o[2] and o[0] < box[2] and box[1] < o[3] and o[1] < box[3] for o in taken):
            continue
        fill = _fill_house if is_house else _DECOYS[int(rng.integers(len(_DECOYS)))]
        fill(picture[box[1] : box[3], box[0] : box[2]], rng)


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


def _fill_plain(area: Picture, rng: np.random.Generator) -> None:
    """Leave a bright or coloured board without writing: a covered plate, a lamp, a window."""
    area[:] = _colour(rng)
    if rng.random() < 0.5:
        cv2.rectangle(area, (0, 0), (area.shape[1] - 1, area.shape[0] - 1), _colour(rng), 1)


def _fill_bars(area: Picture, rng: np.random.Generator) -> None:
    """Stripes one way or the other: grilles, shutters, rows of windows, zebra paint."""
    area[:] = _colour(rng)
    tone, step = _colour(rng), int(rng.integers(2, 9))
    for at in range(0, max(area.shape[:2]), step):
        end = (at, area.shape[0]) if rng.random() < 0.97 else (at, area.shape[0] // 2)
        cv2.line(area, (at, 0), end, tone, max(1, step // 3))
    if rng.random() < 0.5:
        turned = cv2.rotate(area, cv2.ROTATE_90_CLOCKWISE)
        area[:] = cv2.resize(turned, (area.shape[1], area.shape[0]))


def _fill_lamp(area: Picture, rng: np.random.Generator) -> None:
    """A glaring round or oval lamp with a bright heart."""
    height, width = area.shape[:2]
    middle = (width // 2, height // 2)
    cv2.ellipse(area, middle, (width // 2, height // 2), 0, 0, 360, _colour(rng), -1, cv2.LINE_AA)
    cv2.ellipse(area, middle, (width // 4, height // 4), 0, 0, 360, (250, 250, 250), -1, cv2.LINE_AA)


def _fill_speckle(area: Picture, rng: np.random.Generator) -> None:
    """Leaves and gravel: blotches of one hue."""
    coarse = rng.integers(0, 256, (max(2, area.shape[0] // 3), max(2, area.shape[1] // 3), 1))
    blotches = cv2.resize(coarse.astype(np.uint8), (area.shape[1], area.shape[0]))
    area[:] = (blotches[:, :, None] * (np.array(_colour(rng)) / 255)).astype(np.uint8)


def _fill_house(area: Picture, rng: np.random.Generator) -> None:
    """A front with rows of windows, balconies and air conditioners: the far background of every street."""
    height, width = area.shape[:2]
    wall = rng.integers(90, 240) + rng.integers(-10, 11, 3)
    area[:] = np.clip(wall, 0, 255)
    wide, tall = int(rng.integers(8, 46)), int(rng.integers(5, 20))
    step_x, step_y = wide + int(rng.integers(2, 16)), tall + int(rng.integers(3, 16))
    for top in range(int(rng.integers(0, step_y)), height, step_y):
        for left in range(int(rng.integers(0, step_x)), width, step_x):
            if rng.random() < 0.85:
                tone = wall * rng.uniform(0.25, 1.15)
                area[top : top + tall, left : left + wide] = np.clip(tone, 0, 255)
                _bar_window(area[top : top + tall, left : left + wide], rng)
    area[:] = cv2.GaussianBlur(area, (0, 0), rng.uniform(0.5, 1.2))


def _bar_window(pane: Picture, rng: np.random.Generator) -> None:
    """Frames and bars of one window, as fine as letters are."""
    tone = _colour(rng)
    for at in range(int(rng.integers(2, 7)), pane.shape[1], int(rng.integers(3, 9))):
        cv2.line(pane, (at, 1), (at, pane.shape[0] - 2), tone, 1)


_DECOYS: Final = (_fill_plain, _fill_bars, _fill_lamp, _fill_speckle)
_PAINTERS: Final = (_paint_block, _paint_round, _paint_line, _paint_grille, _paint_sign)
_CHANCES: Final = (0.4, 0.15, 0.15, 0.1, 0.2)
