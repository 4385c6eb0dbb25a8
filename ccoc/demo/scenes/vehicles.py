"""A painted vehicle that stands anywhere on the road: shaded body, faces, wheels, plate."""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from ccoc.demo.scenes.bodies import (
    CARGO,
    GLASS,
    PAINT,
    PLANS,
    TRIM,
    Mesh,
    Plan,
    mesh_of,
    screen_corners,
)
from ccoc.demo.scenes.fascia import Colour, Face, draw_front, draw_rear, draw_screen
from ccoc.demo.scenes.optics import Camera, Picture, Points

Corners = NDArray[np.float32]
Premultiplied = NDArray[np.float32]

# Light from high on the left behind the camera; day pictures near noon have short shadows.
SUN = np.array([-0.45, -0.35, 0.82])
CAR_PLATE_M = (0.34, 0.15)  # announcement of the Department of Land Transport; RULES of the plate data
TRUCK_PLATE_M = (0.40, 0.20)
_SHIFT = 4  # sub-pixel bits of OpenCV's polygon filler


@dataclass(frozen=True)
class Lighting:
    """How much light falls on a body here, and whether lamps are lit."""

    level: float = 1.0
    lamps: bool = False
    grey: bool = False  # an infra-red picture has no colour


@dataclass(frozen=True)
class Vehicle:
    """One vehicle of the scene. `towards` means that its front is seen. `plate` is BGR or absent."""

    kind: str
    paint: Colour
    style: int
    towards: bool
    plate: Picture | None = None

    @property
    def plan(self) -> Plan:
        """Its shape."""
        return PLANS[self.kind]

    @property
    def plate_size_m(self) -> tuple[float, float]:
        """Width and height of the plate it carries."""
        return TRUCK_PLATE_M if self.kind in {"truck", "bus"} else CAR_PLATE_M

    @cached_property
    def mesh(self) -> Mesh:
        """The body as seen: turned round when the vehicle comes towards the camera; nearest face at y 0."""
        mesh = mesh_of(self.kind)
        corners = mesh.corners.copy()
        if self.towards:
            corners[:, 0] *= -1
            corners[:, 1] = self.plan.length - corners[:, 1]
        return Mesh(corners, mesh.quads, mesh.materials)

    @cached_property
    def face(self) -> Face:
        """The face that the camera sees."""
        draw = draw_front if self.towards else draw_rear
        return draw(self.plan, self.paint, self.style)

    @cached_property
    def decals(self) -> list[tuple[list[Picture], Points]]:
        """Drawn parts that are laid on: pictures at halving sizes and their corners in the local frame."""
        face = self.face
        half, top = face.half, face.top
        flat = np.array([(-half, 0.0, top), (half, 0.0, top), (half, 0.0, 0.0), (-half, 0.0, 0.0)])
        parts = [(_levels(face.picture), flat)]
        screen = screen_corners(self.kind, self.towards)
        if screen is not None:
            parts.insert(0, (_levels(draw_screen(self.towards, self.style)), screen))
        return parts

    @cached_property
    def normals(self) -> Points:
        """Outward direction of each quad, N x 3."""
        quads = self.mesh.corners[self.mesh.quads]
        normal = np.cross(quads[:, 2] - quads[:, 0], quads[:, 3] - quads[:, 1])
        normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
        # The winding differs between caps and sides: outward is away from the body's middle line.
        middle = np.array([0.0, self.plan.length / 2, 0.7])
        outward = np.sign(np.sum(normal * (quads.mean(axis=1) - middle), axis=1, keepdims=True))
        return np.asarray(normal * outward)

    @cached_property
    def shades(self) -> NDArray[np.float64]:
        """Colour of each quad in daylight, N x 3."""
        height = self.mesh.corners[self.mesh.quads].mean(axis=1)[:, 2]
        return _shaded(self.normals, self.mesh.materials, self.paint, height)

    @cached_property
    def plate_levels(self) -> list[Picture]:
        """The plate at halving sizes."""
        return plate_levels(self.plate)

    def plate_corners(self, x: float, y: float) -> Points:
        """World corners of the plate, clockwise from its top left as seen by the camera."""
        width, height = self.plate_size_m
        z = self.plan.plate_front if self.towards else self.plan.plate_rear
        spots = [(-width, height), (width, height), (width, -height), (-width, -height)]
        return np.array([(x + across / 2, y - 0.03, z + up / 2) for across, up in spots])


def _shaded(
    normal: Points, materials: "NDArray[np.intp]", paint: Colour, height: NDArray[np.float64]
) -> NDArray[np.float64]:
    table = np.zeros((4, 3))
    table[PAINT], table[GLASS] = paint, (50, 44, 38)
    table[TRIM], table[CARGO] = (34, 33, 32), (132, 140, 142)
    base = table[materials]
    sun = np.clip(normal @ (SUN / np.linalg.norm(SUN)), 0, 1)[:, None]
    sky = np.clip(normal[:, 2:3], 0, 1)
    # Sides mirror the road low down and the bright street higher up.
    bounce = np.clip((height[:, None] - 0.3) * 0.22, 0, 0.22)
    lit = base * (0.40 + 0.20 * sky + 0.32 * sun + bounce)
    # Glass shows the sky above and the dashboard below.
    window = 40 + 95 * np.clip((height - 0.95) / 0.6, 0, 1)
    gloss = np.where(materials == CARGO, 0.0, np.where(materials == GLASS, window, 26.0))[:, None]
    shaded = np.clip(lit + gloss * sky**2 * np.array([1.06, 1.0, 0.94]), 0, 246)
    return np.asarray(shaded, dtype=np.float64)


@dataclass(frozen=True)
class Drawn:
    """What was laid into the frame: its box (left, top, right, bottom), cover, and plate corners if any."""

    box: tuple[int, int, int, int]
    cover: Picture
    plate: Corners | None

    def hides(self, corners: Corners) -> bool:
        """Whether it covers the middle or a corner of a plate that was drawn before it."""
        spots = np.vstack([corners, corners.mean(axis=0)]).round().astype(int) - self.box[:2]
        height, width = self.cover.shape
        inside = [(u, v) for u, v in spots.tolist() if 0 <= u < width and 0 <= v < height]
        return any(self.cover[v, u] > 127 for u, v in inside)


def draw_vehicle(
    frame: Picture, camera: Camera, vehicle: Vehicle, place: tuple[float, float], light: Lighting
) -> Drawn | None:
    """Draw the body with its near face at (x, y); None when nothing of it is in the frame."""
    _draw_shadow(frame, camera, vehicle, place, light)
    patch = _draw_body(frame, camera, vehicle, place, light)
    if patch is None:
        return None
    seen = None
    if vehicle.plate is not None:
        seen = camera.project(vehicle.plate_corners(*place))[0].astype(np.float32)
        draw_plate(frame, vehicle.plate_levels, seen, light)
    return Drawn(patch[0], patch[1], seen)


def _draw_shadow(
    frame: Picture, camera: Camera, vehicle: Vehicle, place: tuple[float, float], light: Lighting
) -> None:
    (x, y), half, length = place, vehicle.plan.half, vehicle.plan.length
    lean = 0.0 if light.lamps else 0.45 * vehicle.plan.height
    ground = [(x - half, y - 0.1), (x + half + lean, y - 0.1 + 0.2 * lean), (x + half + lean, y + length),
              (x - half, y + length)]  # fmt: skip
    seen, depth = camera.project(np.array([(*spot, 0.0) for spot in ground]))
    if depth.min() <= 0.5:
        return
    box = _clip_box(seen, frame.shape, margin=0.15 * camera.focal_px / float(depth.min()))
    if box is None:
        return
    left, top, right, bottom = box
    soft = max(3, int(0.10 * camera.focal_px / float(depth.min()))) | 1
    step = 4 if right - left > 160 else 2
    mask = np.zeros(((bottom - top) // step + 1, (right - left) // step + 1), np.uint8)
    under, _ = camera.project(np.array([(*spot, 0.0) for spot in _footprint(vehicle, place)]))
    for ring, dark in ((seen, 100), (under, 178)):
        spots = ((ring - (left, top)) / step * 16).astype(np.int32)
        cv2.fillConvexPoly(mask, spots, (dark,), cv2.LINE_AA, _SHIFT)
    soft_mask = cv2.blur(mask, (max(1, soft // step) | 1,) * 2)
    shade = cv2.resize(soft_mask, (right - left, bottom - top), interpolation=cv2.INTER_LINEAR)
    region = frame[top:bottom, left:right]
    cv2.multiply(region, cv2.merge([255 - shade] * 3), region, 1 / 255)


def _footprint(vehicle: Vehicle, place: tuple[float, float]) -> list[tuple[float, float]]:
    (x, y), half, length = place, vehicle.plan.half * 0.94, vehicle.plan.length
    return [(x - half, y + 0.12), (x + half, y + 0.12), (x + half, y + length), (x - half, y + length)]


def _clip_box(seen: Points, shape: tuple[int, ...], margin: float) -> tuple[int, int, int, int] | None:
    left, top = np.floor(seen.min(axis=0) - margin).astype(int)
    right, bottom = np.ceil(seen.max(axis=0) + margin).astype(int) + 1
    box = (max(left, 0), max(top, 0), min(right, shape[1]), min(bottom, shape[0]))
    return box if box[2] - box[0] > 1 and box[3] - box[1] > 1 else None


def _draw_body(
    frame: Picture, camera: Camera, vehicle: Vehicle, place: tuple[float, float], light: Lighting
) -> tuple[tuple[int, int, int, int], Picture] | None:
    mesh = vehicle.mesh
    seen, depth = camera.project(mesh.corners + np.array([*place, 0.0]))
    if depth.min() <= 0.5:
        return None
    ground, _ = camera.project(np.array([(*spot, 0.0) for spot in _footprint(vehicle, place)]))
    box = _clip_box(np.vstack([seen, ground]), frame.shape, margin=2)
    if box is None:
        return None
    patch = _Patch(camera, box, place)
    patch.tyres(vehicle)
    patch.quads(vehicle, seen, depth)
    patch.wheels(vehicle)
    patch.decals(vehicle)
    return box, _lay(frame, patch, light)


class _Patch:
    """The part of the frame that a vehicle covers, at twice the detail while it is small."""

    def __init__(self, camera: Camera, box: tuple[int, int, int, int], place: tuple[float, float]) -> None:
        self.camera, self.box, self.place = camera, box, place
        width, height = box[2] - box[0], box[3] - box[1]
        self.detail = 2 if width * height < 90_000 else 1
        self.picture = np.zeros((height * self.detail, width * self.detail, 4), np.uint8)

    def spots(self, seen: Points) -> "NDArray[np.int32]":
        """Frame pixels to this patch's sub-pixel units."""
        shifted = (seen - self.box[:2]) * (self.detail << _SHIFT)
        return shifted.round().astype(np.int32)

    def quads(self, vehicle: Vehicle, seen: Points, depth: NDArray[np.float64]) -> None:
        """Paint the quads that look this way, from far to near."""
        corners = self.spots(seen)[vehicle.mesh.quads]
        centres = vehicle.mesh.corners[vehicle.mesh.quads[:, 0]] + np.array([*self.place, 0.0])
        sight = centres - np.asarray(self.camera.position)
        facing = np.flatnonzero(np.sum(sight * vehicle.normals, axis=1) < 0)
        order = facing[np.argsort(-depth[vehicle.mesh.quads[facing]].mean(axis=1))]
        for index, (blue, green, red) in zip(order.tolist(), vehicle.shades[order].tolist(), strict=True):
            cv2.fillConvexPoly(self.picture, corners[index], (blue, green, red, 255), cv2.LINE_8, _SHIFT)

    def _rings(self, parts: list[tuple[float, float, float, float]]) -> "NDArray[np.int32]":
        """Circles in upright planes, given as (x, y, z, radius): K x 20 x 2 sub-pixel spots."""
        x, y, z, radius = np.array(parts).T[:, :, None]
        turns = np.linspace(0, 2 * np.pi, 20, endpoint=False)
        ring = np.stack([x + 0 * turns, y + radius * np.cos(turns), z + radius * np.sin(turns)], axis=2)
        seen, _ = self.camera.project(ring.reshape(-1, 3) + np.array([*self.place, 0.0]))
        return self.spots(seen).reshape(len(parts), 20, 2)

    def _axles(self, vehicle: Vehicle) -> list[float]:
        length = vehicle.plan.length
        places = [length - axle if vehicle.towards else axle for axle in vehicle.plan.axles]
        return sorted(places, reverse=True)

    def tyres(self, vehicle: Vehicle) -> None:
        """The parts of the tyres that show under the body."""
        radius, half = vehicle.plan.wheel_radius, vehicle.plan.half * 0.97
        sides = [(y, side) for y in self._axles(vehicle) for side in (-1, 1)]
        parts = [(side * x, y, radius, radius) for y, side in sides for x in (half, half - 0.2)]
        for pair in self._rings(parts).reshape(len(sides), 40, 2):
            cv2.fillConvexPoly(self.picture, cv2.convexHull(pair), (40, 39, 38, 255), cv2.LINE_8, _SHIFT)

    def wheels(self, vehicle: Vehicle) -> None:
        """Arches, tyres and hubs on the side that the camera sees."""
        radius, half = vehicle.plan.wheel_radius, vehicle.plan.half
        side = 1 if self.camera.position[0] > self.place[0] else -1
        if abs(self.camera.position[0] - self.place[0]) < half:
            return
        layers = ((1.14, (20, 20, 20)), (0.98, (38, 37, 36)), (0.6, (112, 112, 110)), (0.2, (60, 60, 60)))
        rings = [(y, share, colour) for y in self._axles(vehicle) for share, colour in layers]
        parts = [(side * half * 0.99, y, radius, radius * share) for y, share, _ in rings]
        for ring, (_, _, colour) in zip(self._rings(parts), rings, strict=True):
            cv2.fillConvexPoly(self.picture, ring, (*colour, 255), cv2.LINE_8, _SHIFT)

    def decals(self, vehicle: Vehicle) -> None:
        """Lay the windscreen and the drawn front or rear over the body."""
        for levels, corners in vehicle.decals:
            seen, _ = self.camera.project(corners + np.array([*self.place, 0.0]))
            spots = (seen - self.box[:2]) * self.detail
            box = _clip_box(spots, self.picture.shape, margin=1)
            if box is None:
                continue
            left, top, right, bottom = box
            level = _fitting(levels, float(np.linalg.norm(spots[1] - spots[0])))
            height, width = level.shape[:2]
            from_ = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
            grid = cv2.getPerspectiveTransform(from_, (spots - (left, top)).astype(np.float32))
            laid = cv2.warpPerspective(level, grid, (right - left, bottom - top), flags=cv2.INTER_LINEAR)
            _over(self.picture[top:bottom, left:right], np.asarray(laid, dtype=np.uint8))


def _levels(picture: Premultiplied) -> list[Picture]:
    levels = [np.clip(picture, 0, 255).astype(np.uint8)]
    while levels[-1].shape[1] > 24:
        levels.append(np.asarray(cv2.pyrDown(levels[-1]), dtype=np.uint8))
    return levels


def _fitting(levels: list[Picture], width: float) -> Picture:
    """The smallest level that still has the detail wanted."""
    fitting = [level for level in levels if level.shape[1] >= width]
    return fitting[-1] if fitting else levels[0]


def _over(under: Picture, above: Picture) -> None:
    """Put a premultiplied BGRA picture over another, in place."""
    clear = cv2.merge([255 - above[..., 3]] * 4)
    cv2.multiply(under, clear, under, 1 / 255)
    cv2.add(under, above, under)


def _lay(frame: Picture, patch: _Patch, light: Lighting) -> Picture:
    left, top, right, bottom = patch.box
    drawn: Picture = patch.picture
    if patch.detail > 1:
        small = cv2.resize(drawn, (right - left, bottom - top), interpolation=cv2.INTER_AREA)
        drawn = np.asarray(small, dtype=np.uint8)
    cover = drawn[..., 3]
    colour = lit_colour(drawn, light)
    region = frame[top:bottom, left:right]
    cv2.multiply(region, cv2.merge([255 - cover] * 3), region, 1 / 255)
    cv2.add(region, colour, region)
    return np.asarray(cover, dtype=np.uint8)


def lit_colour(drawn: Picture, light: Lighting) -> Picture:
    """The colours of a premultiplied BGRA picture in this light."""
    colour = cv2.cvtColor(drawn, cv2.COLOR_BGRA2BGR)
    if light.level != 1.0:
        colour = cv2.convertScaleAbs(colour, alpha=light.level)
    if light.grey:
        colour = cv2.cvtColor(cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    return np.asarray(colour, dtype=np.uint8)


def plate_levels(plate: Picture | None) -> list[Picture]:
    """The plate at halving sizes, so that a far plate is averaged and not sampled."""
    levels = [plate] if plate is not None else []
    while levels and levels[-1].shape[1] > 48:
        levels.append(np.asarray(cv2.pyrDown(levels[-1]), dtype=np.uint8))
    return levels


def draw_plate(frame: Picture, levels: list[Picture], corners: Corners, light: Lighting) -> None:
    """Lay a plate onto four frame points, clockwise from its top left, in place."""
    box = _clip_box(corners.astype(np.float64), frame.shape, margin=2)
    width = float(np.linalg.norm(corners[1] - corners[0]))
    if box is None or width < 4:
        return
    left, top, right, bottom = box
    level = _fitting(levels, width * 1.2)
    height, across = level.shape[:2]
    # Edges half a pixel out: the plate's rim is averaged with the body instead of cut by steps.
    from_ = np.array([(0, 0), (across, 0), (across, height), (0, height)], np.float32) - np.float32(0.5)
    grid = cv2.getPerspectiveTransform(from_, corners - np.array((left, top), np.float32))
    size = (right - left, bottom - top)
    laid = cv2.warpPerspective(_lit_plate(level, light), grid, size, flags=cv2.INTER_LINEAR)
    opaque = np.full((height, across), 255, np.uint8)
    cover = cv2.warpPerspective(opaque, grid, size, flags=cv2.INTER_LINEAR)
    region = frame[top:bottom, left:right]
    cv2.multiply(region, cv2.merge([255 - cover] * 3), region, 1 / 255)
    cv2.add(region, laid, region)


def _lit_plate(plate: Picture, light: Lighting) -> Picture:
    # A plate's sheet throws a camera's own light straight back, so at night it outshines the body.
    level = 0.9 if not light.lamps else (0.92 if light.grey else min(0.9, 1.35 * light.level))
    lit = cv2.convertScaleAbs(plate, alpha=level)
    if light.grey:
        lit = cv2.cvtColor(cv2.cvtColor(lit, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    return np.asarray(lit, dtype=np.uint8)
