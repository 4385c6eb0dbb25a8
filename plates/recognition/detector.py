"""Finds plates in a picture and their four corners."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from plates.recognition.pictures import Corners, Picture, as_picture
from plates.recognition.weights import Weights, open_session, released

WEIGHTS: Final = "detector.onnx"
STRIDE: Final = 8
"""Pixels of the picture that one cell of the heat map covers."""

CORNER_SCALE: Final = 32.0
"""Pixels that a corner output of 1 stands for."""

_MULTIPLE: Final = 32
_SMALLEST_SIDE: Final = 64
_MOST: Final = 64
"""Plates taken from one picture; a crowded car park shows about forty."""

_OVERLAP: Final = 0.3
_MUCH_SMALLER: Final = 0.6
_PAD: Final = (128, 128, 128)
_CLOSE_UP: Final = np.array([192, 128])
"""Width and height in pixels of a second look: a plate, and enough around it to see what carries it."""

_CLOSE_UP_PLATE: Final = 80
"""Width in pixels of the plate in a second look; plates of the training scenes have a median of 75."""

_MOST_CLOSE_UPS: Final = 12
_SAME: Final = 0.35
_FAINTEST: Final = 0.2
"""Least confidence of a second look; with less the mean of both stays below the threshold."""


@dataclass(frozen=True, slots=True)
class Found:
    """One plate: corners in pixels from the top left clockwise, confidence 0-1."""

    corners: Corners
    confidence: float

    @property
    def width(self) -> float:
        """Mean length of the upper and lower edge in pixels."""
        top, bottom = self.corners[1] - self.corners[0], self.corners[2] - self.corners[3]
        return float(np.hypot(*top) + np.hypot(*bottom)) / 2

    @property
    def centre(self) -> npt.NDArray[np.float32]:
        """Middle of the plate, x and y in pixels."""
        return np.asarray(self.corners.mean(axis=0), np.float32)


class Detector:
    """The detector network with its session; not for several threads at once.

    What looks like a plate in the whole picture is looked at once more by itself, at the size that the
    network knows best: windows and lamps that pass for small plates far away do not pass for near ones.
    """

    def __init__(
        self,
        *,
        longest_side: int = 1024,
        near: bool = False,
        threads: int = 1,
        weights: Weights | None = None,
    ) -> None:
        """Open the released network; pictures are shrunk to `longest_side`, never grown.

        Plates are found from about 20 px of the shrunk picture. With `near`, a picture without any is
        searched once more at half the size, where a plate that fills half of it is found. Raises
        WeightsRefused.
        """
        weights = weights or released(WEIGHTS)
        self._session = open_session(weights, threads)
        self._glance, self._threshold = weights.tuning["glance"], weights.tuning["threshold"]
        self._longest_side, self._near = longest_side, near

    def find(self, picture: npt.NDArray[np.generic]) -> list[Found]:
        """Return the plates of a picture, best first, at most 64; raises BadPicture on what is no picture."""
        whole = as_picture(picture)
        if min(whole.shape[:2]) < _MULTIPLE // 4:
            return []
        scale = min(1.0, self._longest_side / max(whole.shape[:2]))
        found = self._find_at(whole, scale)
        return found or (self._find_at(whole, scale / 2) if self._near else [])

    def _find_at(self, whole: Picture, scale: float) -> list[Found]:
        """Return the plates that are found in the picture shrunk by `scale`, best first."""
        fitted, scale_xy = _fitted(whole, scale)
        centres, corners = self._session.run(None, {"pictures": fitted[None]})
        seen = _decoded(centres[0, 0], corners[0], self._glance, scale_xy)
        judged = [self._looked_closer(whole, item) for item in seen[:_MOST_CLOSE_UPS]] + seen[
            _MOST_CLOSE_UPS:
        ]
        found = [item for item in judged if item.confidence > self._threshold]
        return sorted(found, key=lambda item: -item.confidence)

    def _looked_closer(self, whole: Picture, item: Found) -> Found:
        """Return the plate with the geometric mean of both looks' confidence.

        Its corners stay those of the first look, which were the better ones on the dev streets.
        """
        close, low, scale_xy = _close_up(whole, item.centre, item.width / _CLOSE_UP_PLATE)
        centres, corners = self._session.run(None, {"pictures": close[None]})
        here = Found(np.asarray(item.corners - low, np.float32), 1.0)
        others = _decoded(centres[0, 0], corners[0], _FAINTEST, scale_xy)
        closer = max((other.confidence for other in others if overlap(other, here) > _SAME), default=0.0)
        return Found(item.corners, float(np.sqrt(item.confidence * closer)))


def _close_up(
    picture: Picture, centre: npt.NDArray[np.float32], shrink: float
) -> tuple[Picture, npt.NDArray[np.int_], npt.NDArray[np.float64]]:
    """Cut out what is around a plate, grey where the picture ends.

    Returns the close-up, its top left corner in the picture and the factors of x and y.
    """
    size = np.maximum(np.round(_CLOSE_UP * shrink), 1).astype(int)
    low = np.round(centre - size / 2).astype(int)
    from_, to = np.maximum(low, 0), np.minimum(low + size, picture.shape[1::-1])
    part = picture[from_[1] : to[1], from_[0] : to[0]]
    before, after = from_ - low, low + size - to
    if before.any() or after.any():
        margins = (int(before[1]), int(after[1]), int(before[0]), int(after[0]))
        part = np.asarray(cv2.copyMakeBorder(part, *margins, cv2.BORDER_CONSTANT, value=_PAD), np.uint8)
    way = cv2.INTER_AREA if shrink > 1 / _MUCH_SMALLER else cv2.INTER_LINEAR
    close = cv2.resize(part, (int(_CLOSE_UP[0]), int(_CLOSE_UP[1])), interpolation=way)
    return np.asarray(close, np.uint8), low, np.asarray(_CLOSE_UP / size)


def _fitted(picture: Picture, scale: float) -> tuple[Picture, npt.NDArray[np.float64]]:
    """Shrink and pad to sides that the network takes; return also the factors of x and y."""
    height, width = picture.shape[:2]
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    # Area averaging costs five times as much and shows nothing more unless much is averaged away.
    way = cv2.INTER_AREA if scale < _MUCH_SMALLER else cv2.INTER_LINEAR
    small = picture if size == (width, height) else cv2.resize(picture, size, interpolation=way)
    goal = [max(_SMALLEST_SIDE, -(-side // _MULTIPLE) * _MULTIPLE) for side in size]
    more = (goal[0] - size[0], goal[1] - size[1])
    if any(more):
        small = cv2.copyMakeBorder(small, 0, more[1], 0, more[0], cv2.BORDER_CONSTANT, value=_PAD)
    return np.ascontiguousarray(small, np.uint8), np.array([size[0] / width, size[1] / height])


def _decoded(
    logits: npt.NDArray[np.float32],
    corners: npt.NDArray[np.float32],
    threshold: float,
    scale_xy: npt.NDArray[np.float64],
) -> list[Found]:
    """Turn peaks of the heat map into plates of the original picture."""
    chance = 1 / (1 + np.exp(-logits))
    peaks = (chance >= cv2.dilate(chance, np.ones((3, 3), np.uint8))) & (chance > threshold)
    rows, columns = np.nonzero(peaks)
    order = np.argsort(-chance[rows, columns])[: 2 * _MOST]
    found: list[Found] = []
    for row, column in zip(rows[order], columns[order], strict=True):
        middle = (np.array([column, row]) + 0.5) * STRIDE
        quad = (corners[:, row, column].reshape(4, 2) * CORNER_SCALE + middle) / scale_xy
        candidate = Found(np.asarray(quad, np.float32), float(chance[row, column]))
        if _is_plausible(candidate) and not any(overlap(candidate, other) > _OVERLAP for other in found):
            found.append(candidate)
    return found[:_MOST]


def _is_plausible(found: Found) -> bool:
    """Tell whether the corners make a convex quadrilateral of a size that can be read or followed."""
    quad = found.corners
    edges = np.roll(quad, -1, axis=0) - quad
    turns = edges[:, 0] * np.roll(edges, -1, axis=0)[:, 1] - edges[:, 1] * np.roll(edges, -1, axis=0)[:, 0]
    return bool((turns > 0).all()) and found.width >= 8


def overlap(one: Found, other: Found) -> float:
    """Return the intersection over union of the upright boxes of two plates."""
    low = np.maximum(one.corners.min(axis=0), other.corners.min(axis=0))
    high = np.minimum(one.corners.max(axis=0), other.corners.max(axis=0))
    shared = float(np.prod(np.clip(high - low, 0, None)))
    areas = [float(np.prod(np.ptp(item.corners, axis=0))) for item in (one, other)]
    return shared / max(sum(areas) - shared, 1e-6)
