"""Drawn streets with plates in them, shared by the detector's and the lane's tests."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from plates.recognition.pictures import Corners, Picture
from plates.recognition.synthesis import PlateSpec, draw_plate
from plates.recognition.synthesis.scenes import set_plate

WIDTH, HEIGHT = 960, 540


@dataclass(frozen=True)
class Drive:
    """A plate's way through the picture: centre and width at the first and the last picture."""

    spec: PlateSpec
    start: tuple[float, float, float]
    end: tuple[float, float, float]

    def corners(self, share: float) -> Corners:
        """Where the plate is when `share` (0 to 1) of the way is done."""
        x, y, width = (a + (b - a) * share for a, b in zip(self.start, self.end, strict=True))
        plate_width, plate_height = self.spec.size_px
        half = np.array([width, width * plate_height / plate_width]) / 2
        return np.asarray([[x, y]] + half * [[-1, -1], [1, -1], [1, 1], [-1, 1]], np.float32)


@lru_cache(maxsize=32)
def _plate(spec: PlateSpec) -> Picture:
    return draw_plate(spec)


@lru_cache(maxsize=8)
def _noise(seed: int) -> npt.NDArray[np.int16]:
    """A sensor's noise, one of a few: drawing it takes longer than reading a plate."""
    return np.random.default_rng(seed).normal(0, 2, (HEIGHT, WIDTH, 3)).astype(np.int16)


def street() -> Picture:
    """A plain street: sky, houses, road with a line."""
    return _street().copy()


@lru_cache(maxsize=1)
def _street() -> Picture:
    picture = np.full((HEIGHT, WIDTH, 3), (150, 150, 148), np.uint8)
    picture[:120] = (205, 190, 175)
    cv2.rectangle(picture, (0, 60), (220, 200), (110, 130, 150), -1)
    cv2.rectangle(picture, (700, 40), (960, 190), (140, 120, 105), -1)
    cv2.line(picture, (480, 540), (480, 200), (235, 235, 235), 6, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 1.0), np.uint8)


def with_drives(drives: list[Drive], share: float, seed: int = 0) -> Picture:
    """The street with each car's front and plate, and sensor noise."""
    picture = street()
    for drive in drives:
        corners = drive.corners(share)
        low, high = corners.min(axis=0), corners.max(axis=0)
        width = high[0] - low[0]
        reach = np.array([[-0.9, -0.9], [0.9, 0.35]]) * width
        body = (np.array([low, high]) + reach).astype(int)
        cv2.rectangle(picture, tuple(body[0].tolist()), tuple(body[1].tolist()), (70, 60, 120), -1)
        bumper = np.array([low - width * 0.12, high + width * 0.12]).astype(int)
        cv2.rectangle(picture, tuple(bumper[0].tolist()), tuple(bumper[1].tolist()), (35, 33, 32), -1)
        set_plate(picture, _plate(drive.spec), corners, 0.95)
    return np.asarray(cv2.add(picture, _noise(seed % 8), dtype=cv2.CV_8U), np.uint8)
