"""Pictures and corners as this library passes them around, and the checks at its door."""

from typing import Final, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

Picture: TypeAlias = npt.NDArray[np.uint8]
"""H x W x 3 uint8, blue, green, red."""

Corners: TypeAlias = npt.NDArray[np.float32]
"""4 x 2 float32 pixels (x, y): top left, top right, bottom right, bottom left of the plate as it is read."""

MAX_PIXELS: Final = 50_000_000
"""Largest picture taken: 8K is 33 million; beyond it a hostile file would fill the memory."""

_MAX_SHRINK: Final = 4


class BadPicture(ValueError):
    """The array is no picture that this library can read; the message says why."""


def as_picture(array: npt.NDArray[np.generic]) -> Picture:
    """Return the array as H x W x 3 uint8 BGR: grey, grey-alpha, BGRA and 16-bit are converted.

    Raises BadPicture on anything else: wrong number of axes or channels, no pixels, too many, other types.
    """
    if array.ndim == 2:
        array = array[:, :, None]
    if array.ndim != 3 or array.shape[2] not in (1, 2, 3, 4):
        raise BadPicture(f"a picture has two axes and 1 to 4 channels, not the shape {array.shape}")
    height, width = array.shape[:2]
    if height == 0 or width == 0:
        raise BadPicture("the picture has no pixels")
    if height * width > MAX_PIXELS:
        raise BadPicture(f"the picture has {height * width} pixels, more than {MAX_PIXELS}")
    return np.ascontiguousarray(_three_channels(_eight_bits(array)))


def _eight_bits(array: npt.NDArray[np.generic]) -> Picture:
    if array.dtype == np.uint8:
        return array.astype(np.uint8, copy=False)
    if array.dtype == np.uint16:
        return (array.astype(np.uint16, copy=False) >> 8).astype(np.uint8)
    raise BadPicture(f"pixels are 8 or 16 bits, not {array.dtype}")


def _three_channels(array: Picture) -> Picture:
    if array.shape[2] <= 2:
        return np.repeat(array[:, :, :1], 3, axis=2)
    return array[:, :, :3]


def rectified(picture: Picture, corners: Corners, size: tuple[int, int]) -> Picture:
    """Cut the quadrilateral out as a rectangle of `size` (width, height), averaging where it shrinks.

    Raises BadPicture on corners that are no numbers.
    """
    if not np.isfinite(corners).all():
        raise BadPicture("the corners are no places in a picture")
    width, height = size
    shrink = int(np.clip(np.ptp(corners[:, 0]) // width, 1, _MAX_SHRINK))
    big = (width * shrink, height * shrink)
    goal = np.array([[0, 0], [big[0], 0], [big[0], big[1]], [0, big[1]]], np.float32)
    matrix = cv2.getPerspectiveTransform(np.ascontiguousarray(corners, np.float32), goal)
    out = cv2.warpPerspective(picture, matrix, big, borderMode=cv2.BORDER_REPLICATE)
    if shrink > 1:
        out = cv2.resize(out, size, interpolation=cv2.INTER_AREA)
    return np.asarray(out, np.uint8)
