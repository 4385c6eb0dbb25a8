"""The still part of a scene: road, pavement, shop fronts, sky, and the light that falls on them.

Every pixel's ray is followed to the ground or to a row of houses, so perspective and detail are right at any
distance. All of it is invented: no real street is copied, and the signs carry words, not names.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ccoc.demo.scenes.optics import Camera, Field, Picture

FAR_M = 400.0


def _shade(*values: float) -> Field:
    """A colour, or one value per channel, that spreads over a field of pixels."""
    return np.array(values, np.float32)


UNIT_M = 4.2  # a shophouse's frontage


@dataclass(frozen=True)
class Lamp:
    """A street lamp: place of the head, reach and colour (BGR shares)."""

    x: float
    y: float
    z: float = 7.0
    power: float = 26.0
    colour: tuple[float, float, float] = (0.62, 0.84, 1.0)


@dataclass(frozen=True)
class Layout:
    """What stands where, in metres. `left`/`right` are the planes of the house fronts."""

    seed: int
    road_half: float = 3.6
    left: float = -8.0
    right: float = 8.0
    wall_left: str = "shops"  # "shops", "fence" or "none"
    wall_right: str = "shops"
    wall_height: float = 8.5
    centre_line: str = "dash"  # "dash", "solid" or "none"
    lamps: tuple[Lamp, ...] = ()
    night: bool = False
    infrared: bool = False
    ambient: float = 0.16


@dataclass(frozen=True)
class Surface:
    """Where each ray ends: world place, distance in ray units, and 0 sky, 1 ground, 2 left, 3 right."""

    x: Field
    y: Field
    z: Field
    distance: Field
    kind: NDArray[np.uint8]


def trace(camera: Camera, layout: Layout, oversample: int, rows: range) -> Surface:
    """Follow every pixel of some rows to the first of ground, left fronts, right fronts; else it is sky."""
    dx, dy, dz = camera.rays(oversample, rows)
    px, py, pz = camera.position
    best = np.full(dx.shape, FAR_M, np.float32)
    kind = np.zeros(dx.shape, np.uint8)
    candidates = [(1, np.where(dz < -1e-4, -pz / np.minimum(dz, -1e-4), np.inf))]
    if layout.wall_left != "none":
        candidates.append((2, np.where(dx < -1e-4, (layout.left - px) / np.minimum(dx, -1e-4), np.inf)))
    if layout.wall_right != "none":
        candidates.append((3, np.where(dx > 1e-4, (layout.right - px) / np.maximum(dx, 1e-4), np.inf)))
    for code, reach in candidates:
        top = pz + reach * dz
        height = _roof(py + reach * dy, layout, code)
        hit = (reach > 0) & (reach < best) & ((top < height) | (code == 1))
        best, kind = np.where(hit, reach, best).astype(np.float32), np.where(hit, code, kind).astype(np.uint8)
    return Surface(px + best * dx, py + best * dy, pz + best * dz, best, kind)


def _dice(layout: Layout, code: int) -> NDArray[np.int64]:
    return np.random.default_rng(layout.seed * 7 + code).integers(0, 1000, 512)


def _roof(y: Field, layout: Layout, code: int) -> Field | float:
    if _style(layout, code) != "shops":
        return 2.2
    unit = np.floor(np.clip(y, -2000, 2000) / (UNIT_M * 3)).astype(int)  # a row of three shares a roof
    storeys = _shade(-3.2, 0.0, 0.0, 0.4, 3.2)[_dice(layout, code)[unit % 512] % 5]
    return np.asarray(layout.wall_height + storeys, dtype=np.float32)


def _style(layout: Layout, code: int) -> str:
    return {2: layout.wall_left, 3: layout.wall_right}.get(code, "ground")


STRIP_ROWS = 40  # a strip of rays fits the processor's cache: twice as fast as the whole picture at once


def paint(camera: Camera, layout: Layout, oversample: int = 2) -> Picture:
    """The empty street as the camera sees it in daylight or in its lamps' light, H x W x 3."""
    grain = _grain(np.random.default_rng(layout.seed))
    starts = range(0, camera.height, STRIP_ROWS)
    strips = [range(start, min(start + STRIP_ROWS, camera.height)) for start in starts]
    return np.concatenate([_strip(camera, layout, oversample, rows, grain) for rows in strips])


def _strip(camera: Camera, layout: Layout, oversample: int, rows: range, grain: Field) -> Picture:
    surface = trace(camera, layout, oversample, rows)
    colour = _sky(surface, camera, grain)
    ground = surface.kind == 1
    colour[ground] = _ground(surface, layout, grain)[ground]
    for code in (2, 3):
        hit = surface.kind == code
        if hit.any():
            draw = _shops if _style(layout, code) == "shops" else _fence
            colour[hit] = draw(surface, hit, layout, grain, code)
    colour = _hazed(colour, surface)
    size = (camera.width, len(rows))
    small = cv2.resize(np.clip(colour, 0, 255), size, interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8)


def light_field(camera: Camera, layout: Layout) -> NDArray[np.float32]:
    """How brightly each pixel's surface is lit, H x W x 3 factors."""
    surface = trace(camera, layout, 1, range(camera.height))
    return _light(surface.x, surface.y, surface.z, layout, camera)


def _grain(rng: np.random.Generator) -> Field:
    """A tile of mixed-scale noise around 0, 512 x 512, for asphalt, walls and clouds."""
    total = np.zeros((512, 512), np.float32)
    for cells, weight in ((8, 0.5), (32, 0.5), (128, 0.6), (512, 0.8)):
        noise = rng.standard_normal((cells, cells)).astype(np.float32)
        total += weight * cv2.resize(noise, (512, 512), interpolation=cv2.INTER_CUBIC)
    return total


def _sample(grain: Field, across: Field, along: Field, tile_m: float) -> Field:
    u, v = (across / tile_m * 512).astype(np.float32), (along / tile_m * 512).astype(np.float32)
    return np.asarray(cv2.remap(grain, np.mod(u, 511), np.mod(v, 511), cv2.INTER_LINEAR), dtype=np.float32)


def _sky(surface: Surface, camera: Camera, grain: Field) -> NDArray[np.float32]:
    rise = (surface.z - camera.position[2]) / FAR_M
    top, low = _shade(205, 178, 150), _shade(226, 222, 214)
    share = np.clip(rise * 3.2, 0, 1)[..., None]
    cloud = _sample(grain, surface.x * 0.4, surface.z, 300.0)[..., None]
    sky = low * (1 - share) + top * share + 7 * cloud * share
    # A line of distant trees and roofs closes the road.
    hills = 0.020 + 0.008 * _sample(grain, surface.x, np.zeros_like(surface.x) + 40, 420.0)
    trees = (rise < hills)[..., None]
    leaf = _shade(96, 112, 104) + 9 * _sample(grain, surface.x, surface.z, 60.0)[..., None]
    return np.where(trees, leaf, sky).astype(np.float32)


def _ground(surface: Surface, layout: Layout, grain: Field) -> NDArray[np.float32]:
    x, y = surface.x, surface.y
    fade = (1 / (1 + (surface.distance / 45) ** 2)).astype(np.float32)[..., None]
    rough: Field = _sample(grain, x, y, 5.0)[..., None] * fade
    broad = _sample(grain, x + 31, y * 0.35, 38.0)[..., None]
    asphalt = _shade(118, 120, 121) + 6 * rough + 4 * broad - _wear(x, layout)[..., None]
    paving = _shade(142, 150, 156) + 6 * rough + 4 * broad - _joints(x, y, fade[..., 0])[..., None]
    earth = _shade(86, 112, 116) + 12 * rough + 9 * broad
    across = np.abs(x)
    colour = np.where((across < layout.road_half + 0.2)[..., None], asphalt, paving)
    colour = np.where((across > layout.road_half + 3.2)[..., None], earth, colour)
    colour = _kerb(colour, x, y, layout)
    return _markings(colour, surface, layout, rough).astype(np.float32)


def _wear(x: Field, layout: Layout) -> Field:
    lane = layout.road_half / 2
    track = np.abs(np.abs(np.abs(x) - lane) - 0.75)
    return np.where(np.abs(x) < layout.road_half, 9 * np.exp(-((track / 0.28) ** 2)), 0).astype(np.float32)


def _joints(x: Field, y: Field, fade: Field) -> Field:
    near = np.minimum(np.abs(np.mod(x, 0.4) - 0.2), np.abs(np.mod(y, 0.4) - 0.2))
    return (18 * (near > 0.18) * fade).astype(np.float32)


def _kerb(colour: NDArray[np.float32], x: Field, y: Field, layout: Layout) -> NDArray[np.float32]:
    kerb = (np.abs(x) > layout.road_half + 0.2) & (np.abs(x) < layout.road_half + 0.45)
    red = np.mod(y, 2.0) < 1.0  # red and white: no stopping
    painted = np.where(red[..., None], _shade(82, 78, 160), _shade(196, 200, 202))
    return np.where(kerb[..., None], painted * 0.92, colour).astype(np.float32)


def _markings(
    colour: NDArray[np.float32], surface: Surface, layout: Layout, rough: NDArray[np.float32]
) -> NDArray[np.float32]:
    x, y = surface.x, surface.y
    white = _shade(206, 208, 208) + 10 * rough
    yellow = _shade(70, 172, 206) + 10 * rough
    edge = np.abs(np.abs(x) - (layout.road_half - 0.15)) < 0.06
    colour = np.where(edge[..., None], colour * 0.35 + white * 0.65, colour)
    if layout.centre_line == "none":
        return colour
    line = np.abs(x) < 0.06
    if layout.centre_line == "dash":
        line &= np.mod(y, 9.0) < 3.0
    else:
        line = np.abs(np.abs(x) - 0.12) < 0.05
    return np.where(line[..., None], colour * 0.3 + yellow * 0.7, colour)


_FRONTS = np.array(
    [(168, 190, 200), (186, 196, 196), (150, 176, 190), (176, 182, 170), (160, 172, 196), (190, 200, 206)],
    np.float32,
)
_SIGNS = np.array(
    [(60, 62, 158), (128, 92, 44), (62, 112, 54), (44, 132, 190), (190, 190, 186), (92, 70, 120)],
    np.float32,
)


def _shops(
    surface: Surface, hit: NDArray[np.bool_], layout: Layout, grain: Field, code: int
) -> NDArray[np.float32]:
    """Rows of shophouses: shutters or open fronts, a sign band, windows above."""
    y, z = surface.y[hit], surface.z[hit]
    unit = np.floor(y / UNIT_M).astype(int)
    along = y / UNIT_M - unit
    dice = _dice(layout, code)[unit % 512]
    colour = _FRONTS[dice % 6] * 0.86
    colour = np.where(_windows(along, z)[:, None], _shade(92, 84, 74), colour)
    colour = np.where(((z > 3.0) & (z < 3.9))[:, None], _SIGNS[dice % 6], colour)
    colour = np.where((z < 2.75)[:, None], _front(along, z, dice), colour)
    colour = np.where(((z > 2.75) & (z < 3.0))[:, None], _shade(70, 74, 78), colour)
    pillar = np.abs(along - 0.5) > 0.465
    colour = np.where(pillar[:, None], _shade(150, 156, 158), colour)
    stain = _sample(grain, surface.y, surface.z * 2.5, 14.0)[hit]
    shade = 0.98 if code == 3 else 0.74  # the sun stands on the left
    return np.asarray((colour + 3.5 * stain[:, None]) * shade, dtype=np.float32)


def _windows(along: Field, z: Field) -> NDArray[np.bool_]:
    column = np.abs(np.mod(along * 2, 1.0) - 0.5) < 0.3
    floor = np.mod(z - 4.3, 3.2)
    bars = np.abs(np.mod(along * 2, 1.0) - 0.5) > 0.02
    return np.asarray(column & (floor < 1.4) & (z > 4.3) & bars)


def _front(along: Field, z: Field, dice: NDArray[np.int64]) -> NDArray[np.float32]:
    ribs = (np.mod(z, 0.16) < 0.04)[:, None]
    shutter = np.where(ribs, _shade(128, 132, 132), _shade(156, 160, 160))
    deep = np.clip(0.55 + 0.25 * (z / 2.7) + 0.2 * np.cos(along * 12 + dice), 0.3, 1.2)[:, None]
    goods = _SIGNS[(dice + np.floor(along * 9).astype(int) + np.floor(z / 0.45).astype(int)) % 6]
    inside = np.where(((z < 1.6) & (z > 0.15))[:, None], goods * 0.42, _shade(46, 52, 58)) * deep
    return np.where((dice % 3 == 0)[:, None], shutter, inside).astype(np.float32)


def _fence(
    surface: Surface, hit: NDArray[np.bool_], layout: Layout, grain: Field, code: int
) -> NDArray[np.float32]:
    """A low wall with pillars, as round a temple or a school."""
    y, z = surface.y[hit], surface.z[hit]
    pillar = np.mod(y, 3.0) < 0.35
    gap = (z > 0.9) & (z < 1.9) & (np.mod(y, 0.22) > 0.07) & ~pillar
    colour = np.where((pillar | (z > 1.95))[:, None], _shade(188, 198, 202), _shade(170, 184, 190))
    colour = np.where(gap[:, None], _shade(66, 88, 78), colour)
    stain = _sample(grain, surface.y, surface.z * 3, 11.0)[hit]
    shade = 0.98 if code == 3 else 0.8
    return np.asarray((colour + 7 * stain[:, None]) * shade, dtype=np.float32)


def _hazed(colour: NDArray[np.float32], surface: Surface) -> NDArray[np.float32]:
    share = np.where(surface.kind > 0, 1 - np.exp(-surface.distance / 320), 0)[..., None]
    return np.asarray(colour * (1 - share) + _shade(204, 204, 198) * share, dtype=np.float32)


def _light(x: Field, y: Field, z: Field, layout: Layout, camera: Camera) -> NDArray[np.float32]:
    """Light by lamp and by the camera's own infra-red, as a factor per channel."""
    total = np.full((*x.shape, 3), layout.ambient, np.float32) * _shade(1.25, 1.0, 0.85)
    for lamp in layout.lamps:
        square = (x - lamp.x) ** 2 + (y - lamp.y) ** 2 + (z - lamp.z) ** 2
        total += (lamp.power / (square + 18))[..., None] * _shade(*lamp.colour)
    if layout.infrared:
        square = (x - camera.position[0]) ** 2 + (y - camera.position[1]) ** 2
        total += (0.85 / (1 + square / 1600))[..., None]
    return np.minimum(total, 1.25)


def light_at(x: float, y: float, layout: Layout, camera: Camera) -> float:
    """How brightly a body is lit on the road at (x, y): 1 by day."""
    if not layout.night:
        return 1.0
    spot = [np.full((1, 1), value, np.float32) for value in (x, y, 0.8)]
    return float(_light(spot[0], spot[1], spot[2], layout, camera).mean())
