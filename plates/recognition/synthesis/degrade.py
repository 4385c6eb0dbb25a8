"""What happens to a plate between the street and the reader: angle, blur, light, dirt, compression.

`strength` runs from 0 (clean) to 1 (as bad as a far street camera at night); training starts easy because a
CTC reader that meets only hard pictures first stays at blank for long.
"""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from plates.recognition.pictures import Corners, Picture

_MIN_WIDTH_PX: Final = 24


def jittered_corners(rng: np.random.Generator, width: int, height: int, strength: float) -> Corners:
    """Return the four corners of a box around a plate as a detector would cut it: loose, shifted, oblique.

    Order: top left, top right, bottom right, bottom left; pixels of the plate picture.
    """
    box = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    size = np.array([width, height], np.float64)
    loose = abs(rng.normal(0, 0.05 * strength)) if rng.random() < 0.7 else rng.uniform(0, 0.22) * strength
    centre = size / 2 + rng.normal(0, 0.02 * strength, 2) * size
    box = (box - size / 2) * (1 + 2 * loose * rng.uniform(0.4, 1, 2)) + centre
    box = box + rng.normal(0, 0.028 * strength, (4, 2)) * size
    angle = rng.normal(0, 5 * strength) if rng.random() < 0.6 else 0.0
    shear = rng.normal(0, 0.10 * strength)
    turn = cv2.getRotationMatrix2D((float(centre[0]), float(centre[1])), float(angle), 1.0)[:, :2]
    skew = np.array([[1, shear], [0, 1]])
    return np.asarray((box - centre) @ (turn @ skew).T + centre, np.float32)


def warp_out(picture: Picture, corners: Corners, size: tuple[int, int], rng: np.random.Generator) -> Picture:
    """Cut the quadrilateral out of the picture; outside of the picture lies a plain or noisy surround."""
    width, height = size
    goal = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, goal)
    fill = rng.integers(0, 256, 3) * rng.uniform(0.2, 1)
    mode = cv2.BORDER_REPLICATE if rng.random() < 0.3 else cv2.BORDER_CONSTANT
    warped = cv2.warpPerspective(picture, matrix, (width, height), borderMode=mode, borderValue=fill.tolist())
    return np.asarray(warped, np.uint8)


def degrade(picture: Picture, rng: np.random.Generator, strength: float) -> Picture:
    """Return the picture after light, dirt, optics, distance and compression; same shape."""
    shade = _lit(picture.astype(np.float32), rng, strength)
    if rng.random() < 0.25 * strength:
        shade = _soiled(shade, rng)
    small = _distant(shade, rng, strength)
    if rng.random() < 0.5 * strength:
        small = small + rng.normal(0, rng.uniform(1, 14) * strength, small.shape).astype(np.float32)
    packed = _packed(np.clip(small, 0, 255).astype(np.uint8), rng, strength)
    way = cv2.INTER_CUBIC if rng.random() < 0.5 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(packed, (picture.shape[1], picture.shape[0]), interpolation=way), np.uint8)


def _lit(
    shade: npt.NDArray[np.float32], rng: np.random.Generator, strength: float
) -> npt.NDArray[np.float32]:
    """Change exposure, colour of light, gradient; turn some to infra-red grey or night."""
    roll = rng.random()
    if roll < 0.15 * strength:
        shade = np.repeat(shade.mean(axis=2, keepdims=True), 3, axis=2)
    gain = rng.uniform(1 - 0.6 * strength, 1 + 0.35 * strength)
    if roll > 1 - 0.15 * strength:
        gain = rng.uniform(0.15, 0.4)
    tint = rng.uniform(1 - 0.15 * strength, 1 + 0.15 * strength, 3)
    slope = rng.uniform(-0.4, 0.4) * strength
    ramp = 1 + slope * np.linspace(-0.5, 0.5, shade.shape[1])[None, :, None]
    lifted = shade * gain * tint * ramp + rng.uniform(-15, 25) * strength
    return np.clip(lifted, 0, 255).astype(np.float32)


def _soiled(shade: npt.NDArray[np.float32], rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Put on dirt, bolts, a shadow edge or a glare spot."""
    height, width = shade.shape[:2]
    layer = np.zeros((height, width), np.float32)
    for _ in range(int(rng.integers(1, 4))):
        centre = (int(rng.integers(width)), int(rng.integers(height)))
        axes = (int(rng.uniform(0.01, 0.25) * width) + 1, int(rng.uniform(0.02, 0.3) * height) + 1)
        cv2.ellipse(layer, centre, axes, float(rng.uniform(0, 180)), 0, 360, float(rng.uniform(0.2, 0.6)), -1)
    layer = cv2.GaussianBlur(layer, (0, 0), rng.uniform(1, 10)).astype(np.float32)[:, :, None]
    tone = np.float32(rng.choice([20, 60, 235]))
    return np.asarray(shade * (1 - layer) + tone * layer, np.float32)


def _distant(
    shade: npt.NDArray[np.float32], rng: np.random.Generator, strength: float
) -> npt.NDArray[np.float32]:
    """Blur by focus and motion, then shrink to the width that a far camera sees."""
    if rng.random() < 0.35 * strength:
        shade = cv2.GaussianBlur(shade, (0, 0), rng.uniform(0.4, 2.0)).astype(np.float32)
    if rng.random() < 0.25 * strength:
        length = int(rng.integers(3, 10))
        kernel = np.zeros((length, length), np.float32)
        kernel[length // 2] = 1 / length
        turn = cv2.getRotationMatrix2D((length / 2 - 0.5, length / 2 - 0.5), float(rng.uniform(0, 180)), 1)
        shade = cv2.filter2D(shade, -1, cv2.warpAffine(kernel, turn, (length, length))).astype(np.float32)
    if rng.random() > 0.3 + 0.5 * strength:
        return shade
    width = int(rng.uniform(max(_MIN_WIDTH_PX, 90 - 62 * strength), shade.shape[1]))
    height = max(10, round(width * shade.shape[0] / shade.shape[1] * rng.uniform(0.9, 1.1)))
    return np.asarray(cv2.resize(shade, (width, height), interpolation=cv2.INTER_AREA), np.float32)


def _packed(picture: Picture, rng: np.random.Generator, strength: float) -> Picture:
    """Compress as JPEG; block codecs of video leave alike traces at this size."""
    if rng.random() > 0.6 * strength:
        return picture
    quality = int(rng.uniform(95 - 75 * strength, 95))
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
