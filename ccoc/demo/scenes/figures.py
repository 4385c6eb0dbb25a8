"""Small figures: people on foot and motorcycles with riders, drawn as layered shapes."""

from dataclasses import dataclass
from functools import cached_property
from math import cos, pi, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from ccoc.demo.scenes.fascia import Colour, darker
from ccoc.demo.scenes.optics import Camera, Picture, Points
from ccoc.demo.scenes.vehicles import Lighting, lit_colour, plate_levels

DENSITY = 220
BIKE_PLATE_M = (0.172, 0.22)
SKIN: Colour = (104, 132, 172)
DARK: Colour = (30, 30, 32)


# Top left, top right, bottom left, bottom right; the last channel is the cover and stays whole.
_SHADE = np.array([[[255] * 4, [218, 218, 218, 255]], [[205, 205, 205, 255], [170, 170, 170, 255]]], np.uint8)


class _Paper:
    """A BGRA sheet in metres: x from the middle, z over the road."""

    def __init__(self, half: float, top: float, density: float) -> None:
        self.half, self.top, self.density = half, top, density
        shape = (max(2, round(top * density)), max(2, round(2 * half * density)), 4)
        self.picture = np.zeros(shape, np.uint8)

    def _spots(self, points: list[tuple[float, float]]) -> "NDArray[np.int32]":
        grid = [((x + self.half) * self.density * 16, (self.top - z) * self.density * 16) for x, z in points]
        return np.array(grid).round().astype(np.int32)

    def shape(self, points: list[tuple[float, float]], colour: Colour) -> None:
        """A filled polygon."""
        cv2.fillPoly(self.picture, [self._spots(points)], (*colour, 255), cv2.LINE_8, 4)

    def blob(self, x: float, z: float, rx: float, rz: float, colour: Colour) -> None:
        """A filled ellipse."""
        turns = np.linspace(0, 2 * pi, 20, endpoint=False)
        self.shape([(x + rx * cos(a), z + rz * sin(a)) for a in turns], colour)

    def limb(self, points: list[tuple[float, float]], width: float, colour: Colour) -> None:
        """A thick bent line."""
        thick = max(1, round(width * self.density))
        cv2.polylines(self.picture, [self._spots(points)], False, (*colour, 255), thick, cv2.LINE_8, 4)

    def finish(self) -> Picture:
        """Darker towards the ground and to the right; premultiplied."""
        height, width = self.picture.shape[:2]
        shade = cv2.resize(_SHADE, (width, height), interpolation=cv2.INTER_LINEAR)
        return np.asarray(cv2.multiply(self.picture, shade, scale=1 / 255), dtype=np.uint8)


@dataclass(frozen=True)
class Walker:
    """A person on foot; `phase` in turns is where the step is."""

    shirt: Colour
    legs: Colour
    height: float = 1.62
    skirt: bool = False
    bag: bool = False

    def drawn(self, density: float, phase: float) -> "_Paper":
        """The person at `density` pixels a metre."""
        paper = _Paper(0.5, self.height * 1.06, density)
        k = self.height / 1.7
        swing = 0.24 * sin(2 * pi * phase)
        for side in (-1, 1):
            foot = side * swing
            knee = (foot * 0.45 + 0.03 * side, 0.48 * k)
            paper.limb([(0.05 * side, 0.86 * k), knee, (foot, 0.06 * k)], 0.13 * k, self.legs)
            paper.blob(foot + 0.03, 0.04, 0.1, 0.045, DARK)
        if self.skirt:
            paper.shape([(-0.16, 0.95 * k), (0.16, 0.95 * k), (0.24, 0.45 * k), (-0.24, 0.45 * k)], self.legs)
        paper.limb([(-0.2 * k, 1.36 * k), (-0.22 * k - swing * 0.5, 0.95 * k)], 0.085 * k, SKIN)
        paper.shape([(-0.2 * k, 1.42 * k), (0.2 * k, 1.42 * k), (0.17 * k, 0.86 * k), (-0.17 * k, 0.86 * k)],
                    self.shirt)  # fmt: skip
        paper.limb([(0.2 * k, 1.36 * k), (0.22 * k + swing * 0.5, 0.95 * k)], 0.085 * k, SKIN)
        if self.bag:
            paper.blob(0.27 * k + swing * 0.5, 0.8 * k, 0.12, 0.15, (170, 176, 182))
        paper.blob(0, 1.46 * k, 0.06, 0.07, SKIN)
        paper.blob(0, 1.58 * k, 0.1, 0.125, SKIN)
        paper.blob(0, 1.62 * k, 0.108, 0.1, DARK)
        return paper


@dataclass(frozen=True)
class Rider:
    """A motorcycle with a helmeted rider, seen from the front or from behind. Only the rear has a plate."""

    paint: Colour
    shirt: Colour
    helmet: Colour
    towards: bool
    plate: Picture | None = None
    height: float = 1.62

    @cached_property
    def sheet(self) -> Picture:
        """The drawing at full density."""
        paper = _Paper(0.5, self.height, DENSITY)
        (_front_view if self.towards else _rear_view)(paper, self)
        return paper.finish()

    @cached_property
    def plate_levels(self) -> list[Picture]:
        """The plate at halving sizes."""
        return plate_levels(self.plate)

    def plate_corners(self, x: float, y: float) -> Points:
        """World corners of the plate, clockwise from its top left."""
        width, height = BIKE_PLATE_M
        spots = [(-width, height), (width, height), (width, -height), (-width, -height)]
        return np.array([(x + across / 2, y - 0.02, 0.6 + up / 2) for across, up in spots])


def _lower_body(paper: _Paper, rider: Rider) -> None:
    paper.blob(0, 0.3, 0.075, 0.3, (26, 26, 26))
    paper.blob(0, 0.3, 0.04, 0.22, (52, 52, 52))
    for side in (-1, 1):
        paper.limb([(0.12 * side, 0.78), (0.26 * side, 0.62), (0.2 * side, 0.26)], 0.13, (76, 62, 48))
        paper.blob(0.21 * side, 0.22, 0.07, 0.045, DARK)


def _upper_body(paper: _Paper, rider: Rider) -> None:
    for side in (-1, 1):
        paper.limb([(0.2 * side, 1.24), (0.34 * side, 1.06), (0.3 * side, 0.98)], 0.1, rider.shirt)
        paper.blob(0.31 * side, 0.97, 0.05, 0.04, SKIN)
        paper.limb([(0.3 * side, 0.98), (0.4 * side, 1.16)], 0.02, DARK)
        paper.blob(0.42 * side, 1.19, 0.065, 0.04, DARK)
    paper.shape([(-0.19, 1.32), (0.19, 1.32), (0.23, 1.18), (0.18, 0.76), (-0.18, 0.76), (-0.23, 1.18)],
                rider.shirt)  # fmt: skip
    paper.blob(0, 1.37, 0.07, 0.06, SKIN)
    paper.blob(0, 1.47, 0.135, 0.145, rider.helmet)


def _rear_view(paper: _Paper, rider: Rider) -> None:
    _lower_body(paper, rider)
    paper.limb([(-0.4, 0.99), (0.4, 0.99)], 0.03, DARK)
    _upper_body(paper, rider)
    paper.shape(
        [(-0.16, 0.82), (0.16, 0.82), (0.12, 0.7), (0.1, 0.46), (-0.1, 0.46), (-0.12, 0.7)], rider.paint
    )
    paper.shape([(-0.15, 0.86), (0.15, 0.86), (0.16, 0.8), (-0.16, 0.8)], DARK)
    paper.blob(0, 0.765, 0.085, 0.03, (36, 28, 176))
    for side in (-1, 1):
        paper.blob(0.13 * side, 0.75, 0.035, 0.026, (44, 132, 220))
    paper.shape([(-0.1, 0.72), (0.1, 0.72), (0.08, 0.36), (-0.08, 0.36)], DARK)
    paper.limb([(0.15, 0.52), (0.16, 0.36)], 0.09, (84, 84, 86))
    paper.shape([(-0.12, 1.1), (0.12, 1.1), (0.1, 0.86), (-0.1, 0.86)], darker(rider.shirt, 0.9))


def _front_view(paper: _Paper, rider: Rider) -> None:
    _lower_body(paper, rider)
    _upper_body(paper, rider)
    paper.shape([(-0.1, 1.5), (0.1, 1.5), (0.09, 1.4), (-0.09, 1.4)], (58, 56, 54))
    paper.shape(
        [(-0.2, 1.06), (0.2, 1.06), (0.23, 0.9), (0.12, 0.5), (-0.12, 0.5), (-0.23, 0.9)], rider.paint
    )
    paper.limb([(-0.38, 1.0), (0.38, 1.0)], 0.035, DARK)
    paper.blob(0, 0.96, 0.12, 0.07, DARK)
    paper.blob(0, 0.965, 0.1, 0.055, (232, 234, 232))
    for side in (-1, 1):
        paper.blob(0.17 * side, 0.86, 0.045, 0.03, (50, 140, 225))
    paper.shape([(-0.07, 0.6), (0.07, 0.6), (0.09, 0.42), (-0.09, 0.42)], rider.paint)


def lay_figure(
    frame: Picture, camera: Camera, sheet: Picture, size_m: tuple[float, float],
    place: tuple[float, float], light: Lighting,
) -> None:  # fmt: skip
    """Stand a premultiplied BGRA figure of `size_m` on the road at (x, y), facing the camera."""
    scale = camera.scale_at(*place)
    left, bottom = camera.pixel(place[0] - size_m[0] / 2, place[1], 0.0)
    width, height = size_m[0] * scale, size_m[1] * scale
    if width < 2 or left > frame.shape[1] or left + width < 0 or bottom - height > frame.shape[0]:
        return
    _ground_shadow(frame, (left + width / 2, bottom), width, light)
    factor = np.array([[width / sheet.shape[1], 0, left], [0, height / sheet.shape[0], bottom - height]])
    box = (max(0, int(left) - 1), max(0, int(bottom - height) - 1))
    end = (min(frame.shape[1], int(left + width) + 2), min(frame.shape[0], int(bottom) + 2))
    if end[0] - box[0] < 2 or end[1] - box[1] < 2:
        return
    shrink = min(1.0, width / sheet.shape[1])
    small = cv2.resize(sheet, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    factor[0, 0], factor[1, 1] = width / small.shape[1], height / small.shape[0]
    factor[:, 2] -= box
    size = (end[0] - box[0], end[1] - box[1])
    laid = np.asarray(cv2.warpAffine(small, factor, size, flags=cv2.INTER_LINEAR), dtype=np.uint8)
    blend(frame[box[1] : end[1], box[0] : end[0]], laid, light)


def blend(region: Picture, laid: Picture, light: Lighting) -> None:
    """Lay a premultiplied BGRA picture over a region of the frame in this light, in place."""
    colour = lit_colour(laid, light)
    cv2.multiply(region, cv2.merge([255 - laid[..., 3]] * 3), region, 1 / 255)
    cv2.add(region, colour, region)


def _soft_spot() -> Picture:
    reach = np.linspace(-1, 1, 41)
    square = reach[None, :] ** 2 + reach[:, None] ** 2
    return (120 * np.clip(1 - square, 0, 1) ** 0.8).astype(np.uint8)


_SOFT_SPOT = _soft_spot()


def _ground_shadow(frame: Picture, foot: tuple[float, float], width: float, light: Lighting) -> None:
    reach = 0.5 if light.lamps else 0.8
    left, right = int(foot[0] - width * 0.5), int(foot[0] + width * reach)
    top, bottom = int(foot[1] - width * 0.12), int(foot[1] + width * 0.14)
    if left < 0 or top < 0 or right > frame.shape[1] or bottom - top < 2 or bottom > frame.shape[0]:
        return  # half a shadow at the rim would look like a stone
    region = frame[top:bottom, left:right]
    mask = cv2.resize(_SOFT_SPOT, (region.shape[1], region.shape[0]), interpolation=cv2.INTER_LINEAR)
    cv2.multiply(region, cv2.merge([255 - mask] * 3), region, 1 / 255)
