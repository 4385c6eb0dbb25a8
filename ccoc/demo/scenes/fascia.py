"""Front and rear faces of vehicles as small pictures: lamps, grille, bumper, window, the place of the plate.

A face is H x W x 4 float32 BGRA (0-255, premultiplied by its opacity) that covers the body's width and its
height from the road to the top of the face; `DENSITY` pixels are one metre.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ccoc.demo.scenes.bodies import Plan

DENSITY = 300
Colour = tuple[float, float, float]
Canvas = NDArray[np.uint8]

BLACK: Colour = (24, 23, 22)
CHROME: Colour = (196, 194, 190)
LENS: Colour = (225, 226, 222)
RED_LAMP: Colour = (38, 30, 168)
AMBER: Colour = (40, 130, 225)
WINDOW: Colour = (58, 52, 46)


@dataclass(frozen=True)
class Face:
    """A drawn face, the height it reaches, and where its lamps are (x, z in metres)."""

    picture: NDArray[np.float32]
    half: float
    top: float
    lamps: tuple[tuple[float, float], ...]


class _Sheet:
    """A canvas in metres: x from the middle, z over the road."""

    def __init__(self, half: float, top: float) -> None:
        self.half, self.top = half, top
        size = (round(top * DENSITY), round(2 * half * DENSITY))
        self.colour: Canvas = np.zeros((*size, 3), np.uint8)
        self.cover: Canvas = np.zeros(size, np.uint8)

    def _pixels(self, points: list[tuple[float, float]]) -> NDArray[np.int32]:
        spots = [((x + self.half) * DENSITY * 16, (self.top - z) * DENSITY * 16) for x, z in points]
        return np.array(spots).round().astype(np.int32)

    def shape(self, points: list[tuple[float, float]], colour: Colour) -> None:
        """Fill a polygon and everything's mirror image."""
        for sign in (1, -1):
            spots = [self._pixels([(sign * x, z) for x, z in points])]
            cv2.fillPoly(self.colour, spots, colour, cv2.LINE_AA, 4)
            cv2.fillPoly(self.cover, spots, (255,), cv2.LINE_AA, 4)

    def bar(self, x: float, z: float, half_width: float, half_height: float, colour: Colour) -> None:
        """A box with softened corners round (x, z), and its mirror image."""
        cut = min(half_width, half_height) * 0.35
        w, h = half_width, half_height
        ring = [(-w + cut, -h), (w - cut, -h), (w, -h + cut), (w, h - cut)]
        ring += [(-px, -pz) for px, pz in ring]
        self.shape([(x + px, z + pz) for px, pz in ring], colour)

    def disc(self, x: float, z: float, radius: float, colour: Colour) -> None:
        """A disc and its mirror image."""
        turns = np.linspace(0, 2 * np.pi, 18, endpoint=False)
        self.shape([(x + radius * np.cos(a), z + radius * np.sin(a)) for a in turns], colour)

    def finish(self) -> NDArray[np.float32]:
        """Rounded by light: darker to the edges and below, then softened as a lens would."""
        height, width = self.cover.shape
        across = 1 - 0.30 * np.abs(np.linspace(-1, 1, width)) ** 3
        down = np.interp(np.linspace(0, 1, height), [0, 0.35, 0.8, 1], [1.08, 1.0, 0.84, 0.6])
        lit = self.colour.astype(np.float32) * (across[None, :] * down[:, None])[..., None]
        cover = self.cover.astype(np.float32)
        face = np.dstack([np.clip(lit, 0, 255) * (cover / 255)[..., None], cover])
        return cv2.GaussianBlur(face, (0, 0), 1.6).astype(np.float32)


def darker(colour: Colour, factor: float) -> Colour:
    """A colour made darker, or lighter when the factor is over 1."""
    return (colour[0] * factor, colour[1] * factor, colour[2] * factor)


def draw_front(plan: Plan, paint: Colour, style: int) -> Face:
    """The face that comes towards a camera. `style` (0-3) picks its grille and lamps."""
    tall = plan.kind in {"truck", "bus"}
    low = 0.48 if plan.kind == "truck" else 0.2 + 0.12 * (plan.wheel_radius > 0.33)
    sheet = _Sheet(plan.half if plan.kind != "truck" else 1.05, plan.front_top)
    lamps = _tall_front(sheet, plan, paint, low) if tall else _car_front(sheet, plan, paint, low, style)
    return Face(sheet.finish(), sheet.half, sheet.top, lamps)


def _car_front(
    sheet: _Sheet, plan: Plan, paint: Colour, low: float, style: int
) -> tuple[tuple[float, float], ...]:
    half, top = sheet.half, sheet.top
    lamp_z = top - 0.11
    sheet.shape([(0, low), (half * 0.9, low + 0.03), (half, low + 0.14), (half, top - 0.12),
                 (half * 0.94, top - 0.02), (0, top)], paint)  # fmt: skip
    sheet.shape([(0, low), (half * 0.88, low + 0.02), (half * 0.84, low + 0.09), (0, low + 0.1)], BLACK)
    grille = 0.42 + 0.06 * (style % 2)
    sheet.shape([(0, top - 0.05), (grille, top - 0.07), (grille * 0.86, lamp_z - 0.13),
                 (0, lamp_z - 0.15)], BLACK)  # fmt: skip
    for row in range(1 + style % 3):
        sheet.bar(0, lamp_z + 0.02 - 0.055 * row, grille * 0.93, 0.011, CHROME)
    sheet.disc(0, lamp_z, 0.05, darker(CHROME, 0.9))
    inner = grille + 0.03
    sheet.shape([(inner, lamp_z + 0.035), (half * 0.97, lamp_z + 0.055 + 0.02 * (style > 1)),
                 (half * 0.98, lamp_z - 0.04), (inner + 0.05, lamp_z - 0.075)], BLACK)  # fmt: skip
    sheet.shape([(inner + 0.02, lamp_z + 0.025), (half * 0.94, lamp_z + 0.04),
                 (half * 0.95, lamp_z - 0.025), (inner + 0.06, lamp_z - 0.055)], LENS)  # fmt: skip
    sheet.disc(half * 0.78, lamp_z - 0.008, 0.042, (170, 168, 160))
    sheet.disc(half * 0.78, lamp_z - 0.008, 0.024, (250, 250, 248))
    sheet.bar(half * 0.9, lamp_z - 0.015, 0.03, 0.02, darker(AMBER, 0.9))
    sheet.shape([(0, low + 0.24), (half * 0.5, low + 0.23), (half * 0.56, low + 0.12),
                 (0, low + 0.11)], darker(BLACK, 1.3))  # fmt: skip
    sheet.bar(half * 0.78, low + 0.17, 0.09, 0.05, BLACK)
    sheet.disc(half * 0.78, low + 0.17, 0.035, (190, 192, 190))
    sheet.bar(0, plan.plate_front, 0.2, 0.095, darker(BLACK, 1.1))
    return ((half * 0.78, lamp_z), (-half * 0.78, lamp_z))


def _tall_front(sheet: _Sheet, plan: Plan, paint: Colour, low: float) -> tuple[tuple[float, float], ...]:
    half, top = sheet.half, sheet.top
    glass_low = 1.42 if plan.kind == "truck" else 1.3
    sheet.shape([(0, low), (half * 0.98, low), (half, low + 0.2), (half, top - 0.25),
                 (half * 0.93, top), (0, top)], paint)  # fmt: skip
    sheet.shape([(0, glass_low), (half * 0.93, glass_low), (half * 0.9, top - 0.28), (0, top - 0.24)], WINDOW)
    sheet.shape([(half * 0.1, top - 0.3), (half * 0.5, top - 0.3), (half * 0.2, glass_low + 0.15),
                 (0.05, glass_low + 0.15)], darker(WINDOW, 1.7))  # fmt: skip
    sheet.bar(0, low + 0.12, half * 0.97, 0.13, darker(paint, 0.55))
    sheet.bar(0, glass_low - 0.3, half * 0.6, 0.13, BLACK)
    for row in range(3):
        sheet.bar(0, glass_low - 0.2 - 0.1 * row, half * 0.56, 0.016, darker(CHROME, 0.8))
    lamp_z = low + 0.22 if plan.kind == "truck" else low + 0.32
    sheet.bar(half * 0.76, lamp_z, 0.16, 0.09, BLACK)
    sheet.disc(half * 0.7, lamp_z, 0.075, LENS)
    sheet.bar(half * 0.9, lamp_z, 0.05, 0.06, AMBER)
    sheet.bar(half * 0.98, top - 0.6, 0.05, 0.2, BLACK)
    sheet.bar(0, plan.plate_front, 0.24, 0.13, BLACK)
    return ((half * 0.7, lamp_z), (-half * 0.7, lamp_z))


def draw_rear(plan: Plan, paint: Colour, style: int) -> Face:
    """The face that goes away from a camera."""
    sheet = _Sheet(plan.half, plan.rear_top)
    draw = {"truck": _cargo_rear, "bus": _bus_rear, "pickup": _pickup_rear, "sedan": _sedan_rear}
    lamps = draw.get(plan.kind, _hatch_rear)(sheet, plan, paint, style)
    return Face(sheet.finish(), sheet.half, sheet.top, lamps)


def _sedan_rear(sheet: _Sheet, plan: Plan, paint: Colour, style: int) -> tuple[tuple[float, float], ...]:
    half, top = sheet.half, sheet.top
    sheet.shape([(0, 0.27), (half * 0.88, 0.29), (half * 0.98, 0.45), (half, 0.78),
                 (half * 0.86, top - 0.02), (0, top)], paint)  # fmt: skip
    sheet.shape([(0, 0.27), (half * 0.8, 0.28), (half * 0.74, 0.36), (0, 0.37)], BLACK)
    sheet.bar(0, 0.56, half * 0.97, 0.006, darker(paint, 0.5))
    sheet.shape([(0.3, 0.83), (0.36, 0.62), (half * 0.68, 0.6)], darker(paint, 0.93))
    sheet.bar(0, plan.plate_rear + 0.005, 0.29, 0.12, darker(paint, 0.72))
    sheet.bar(0, plan.plate_rear + 0.12, 0.3, 0.018, CHROME)
    z, w = 0.76, 0.17 + 0.05 * (style % 2)
    sheet.shape([(half * 0.97 - w, z + 0.09), (half * 0.98, z + 0.07), (half * 0.99, z - 0.09),
                 (half * 0.95 - w * (0.6 + 0.4 * (style > 1)), z - 0.06)], RED_LAMP)  # fmt: skip
    sheet.bar(half * 0.86, z + 0.01, 0.06, 0.022, (150, 150, 235))
    sheet.bar(half * 0.82, 0.42, 0.07, 0.018, darker(RED_LAMP, 0.8))
    return ((half * 0.86, z), (-half * 0.86, z))


def _hatch_rear(sheet: _Sheet, plan: Plan, paint: Colour, style: int) -> tuple[tuple[float, float], ...]:
    half, top = sheet.half, sheet.top
    low, belt = 0.3, plan.sections[0].belt
    roof_half = plan.sections[0].roof_half * 1.06
    sheet.shape([(0, low), (half * 0.9, low + 0.02), (half, low + 0.2), (half, belt - 0.03),
                 (roof_half, top - 0.03), (0, top)], paint)  # fmt: skip
    glass_low = belt + 0.05
    sheet.shape([(0, glass_low), (half * 0.86, glass_low + 0.02), (roof_half * 0.9, top - 0.12),
                 (0, top - 0.09)], WINDOW)  # fmt: skip
    sheet.shape([(0.05, top - 0.13), (roof_half * 0.5, top - 0.13), (0.28, glass_low + 0.08),
                 (0.02, glass_low + 0.08)], darker(WINDOW, 1.5))  # fmt: skip
    sheet.bar(0, low + 0.08, half * 0.86, 0.07, darker(BLACK, 1.5))
    sheet.bar(0, low + 0.27, half * 0.97, 0.006, darker(paint, 0.5))
    sheet.bar(0, plan.plate_rear, 0.27, 0.12, darker(paint, 0.72))
    sheet.bar(0, plan.plate_rear + 0.13, 0.3, 0.02, CHROME if style % 2 else darker(paint, 0.8))
    tall = 0.2 + 0.12 * (style % 2)
    sheet.shape([(half * 0.8, belt + 0.03), (half * 0.985, belt - 0.02), (half * 0.99, belt - tall),
                 (half * 0.76, belt - tall + 0.04)], RED_LAMP)  # fmt: skip
    sheet.bar(half * 0.88, belt - 0.08, 0.05, 0.03, (120, 120, 230))
    sheet.bar(half * 0.88, belt - tall + 0.05, 0.045, 0.025, AMBER)
    return ((half * 0.88, belt - 0.08), (-half * 0.88, belt - 0.08))


def _pickup_rear(sheet: _Sheet, plan: Plan, paint: Colour, style: int) -> tuple[tuple[float, float], ...]:
    half, top = sheet.half, sheet.top
    sheet.shape([(0, 0.62), (half * 0.97, 0.62), (half * 0.98, top), (0, top)], paint)
    sheet.bar(half * 0.8, 0.85, 0.008, 0.24, darker(paint, 0.45))
    sheet.bar(0, 0.98, half * 0.6, 0.05, darker(paint, 0.88))
    sheet.bar(0, 1.04, 0.12, 0.03, BLACK)
    sheet.bar(half * 0.9, 0.88, 0.075, 0.19, RED_LAMP)
    sheet.bar(half * 0.9, 0.93, 0.055, 0.04, (130, 130, 232))
    sheet.bar(half * 0.9, 0.76, 0.055, 0.04, AMBER)
    sheet.bar(0, 0.58, half * 0.94, 0.085, CHROME if style % 2 else darker(BLACK, 2.0))
    sheet.bar(0, 0.51, half * 0.9, 0.02, BLACK)
    sheet.bar(0, plan.plate_rear, 0.24, 0.1, darker(BLACK, 1.2))
    return ((half * 0.9, 0.88), (-half * 0.9, 0.88))


def _cargo_rear(sheet: _Sheet, plan: Plan, paint: Colour, style: int) -> tuple[tuple[float, float], ...]:
    half, top = sheet.half, sheet.top
    panel: Colour = ((150, 158, 162), (92, 120, 60), (70, 72, 150), (140, 110, 70))[style % 4]
    sheet.shape([(0, 1.0), (half, 1.0), (half, top), (0, top)], darker(panel, 0.9))
    for x in (0.02, half * 0.33, half * 0.66, half * 0.97):
        sheet.bar(x, (1.0 + top) / 2, 0.025, (top - 1.0) / 2, darker(panel, 0.62))
    for z in (1.05, 1.5, 1.95, top - 0.05):
        sheet.bar(0, z, half, 0.03, darker(panel, 0.68))
    sheet.bar(0, 0.88, half * 0.98, 0.09, BLACK)
    sheet.bar(0, 0.6, half * 0.8, 0.05, darker(BLACK, 1.6))
    sheet.bar(half * 0.8, 0.86, 0.15, 0.055, RED_LAMP)
    sheet.bar(half * 0.68, 0.86, 0.04, 0.05, AMBER)
    sheet.bar(half * 0.8, 0.45, 0.26, 0.12, BLACK)
    sheet.bar(0, plan.plate_rear, 0.26, 0.14, darker(BLACK, 1.2))
    return ((half * 0.8, 0.86), (-half * 0.8, 0.86))


def _bus_rear(sheet: _Sheet, plan: Plan, paint: Colour, style: int) -> tuple[tuple[float, float], ...]:
    half, top = sheet.half, sheet.top
    sheet.shape([(0, 0.42), (half, 0.45), (half, top - 0.3), (half * 0.9, top), (0, top)], paint)
    sheet.shape([(0, 1.75), (half * 0.86, 1.75), (half * 0.8, top - 0.35), (0, top - 0.32)], WINDOW)
    sheet.bar(0, 1.2, half * 0.7, 0.22, darker(paint, 0.7))
    for row in range(5):
        sheet.bar(0, 1.05 + 0.075 * row, half * 0.66, 0.012, BLACK)
    sheet.bar(0, 0.55, half * 0.98, 0.12, darker(paint, 0.5))
    sheet.bar(half * 0.87, 0.95 + 0.1 * (style % 2), 0.09, 0.24, RED_LAMP)
    sheet.bar(half * 0.87, 0.8, 0.08, 0.05, AMBER)
    sheet.bar(0, plan.plate_rear, 0.27, 0.13, BLACK)
    return ((half * 0.87, 1.0), (-half * 0.87, 1.0))


def draw_screen(towards: bool, style: int) -> NDArray[np.float32]:
    """A windscreen or rear window: sky above, seats and a driver behind it (steering on the right)."""
    sheet = _Sheet(0.7, 0.8)
    sheet.shape([(0, 0), (0.7, 0), (0.7, 0.8), (0, 0.8)], (46, 41, 36))
    sheet.bar(0.36, 0.16, 0.17, 0.2, (34, 31, 29))
    sheet.bar(0.36, 0.42, 0.09, 0.07, (34, 31, 29))
    if towards:
        _driver(sheet.colour, style)
        sheet.bar(0, 0.72, 0.1, 0.035, (26, 24, 22))
        sheet.bar(0.58, 0.07, 0.05, 0.05, (150, 150, 146))
    face = sheet.finish()
    # The reflected sky lies over everything inside, strongest at the top, with one soft streak.
    height, width = face.shape[:2]
    down, across = np.linspace(0, 1, height)[:, None], np.linspace(0, 1, width)[None, :]
    streak = np.exp(-(((across - 0.35 - 0.3 * down - 0.1 * (style % 3)) / 0.13) ** 2))
    veil = 62 * (1 - down) ** 1.4 + 20 * streak + 8
    face[..., :3] += veil[..., None] * np.array([1.08, 1.0, 0.92])
    face[..., 3] = 255
    return np.clip(face, 0, 255).astype(np.float32)


def _driver(colour: Canvas, style: int) -> None:
    """Head, shoulders and wheel; seen from ahead, a driver on the vehicle's right is on our left."""
    height = colour.shape[0]
    x, unit = int(colour.shape[1] * 0.26), DENSITY
    shirt = ((92, 92, 98), (78, 60, 48), (50, 50, 78))[style % 3]
    cv2.ellipse(colour, (x, height - int(0.1 * unit)), (int(0.2 * unit), int(0.24 * unit)), 0, 0, 360,
                shirt, -1, cv2.LINE_AA)  # fmt: skip
    cv2.ellipse(colour, (x, height - int(0.43 * unit)), (int(0.075 * unit), int(0.1 * unit)), 0, 0, 360,
                (56, 68, 90), -1, cv2.LINE_AA)  # fmt: skip
    cv2.ellipse(colour, (x, height - int(0.47 * unit)), (int(0.08 * unit), int(0.075 * unit)), 0, 180, 360,
                (24, 24, 26), -1, cv2.LINE_AA)  # fmt: skip
    cv2.ellipse(colour, (x, height + int(0.02 * unit)), (int(0.17 * unit), int(0.16 * unit)), 0, 180, 360,
                (20, 20, 20), max(2, unit // 40), cv2.LINE_AA)  # fmt: skip
