"""Shapes of vehicles: rings of points lofted from bumper to bumper.

Local frame: x across (0 in the middle), y from the rear bumper (0) to the front (length), z up, metres.
The tables are rounded from the outlines of vehicles common on Thai roads; no maker's drawing was used.
"""

from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

import numpy as np

from ccoc.demo.scenes.optics import Points

PAINT, GLASS, TRIM, CARGO = 0, 1, 2, 3

# How a ring runs from the sill to the middle of the roof: (share of the way, in widths and heights).
_SIDE = ((0.93, 0.0), (1.0, 0.22), (1.0, 0.62), (0.985, 0.93))
_ROOF = ((1.0, 0.88), (0.93, 0.985), (0.5, 1.0), (0.0, 1.02))


@dataclass(frozen=True)
class Section:
    """One ring: its place along the body, half widths and heights, and what covers the part behind it."""

    y: float
    half: float
    low: float
    belt: float
    roof: float
    roof_half: float
    glass: str = ""  # "side" windows in the sides, "all" a windscreen, "bed" an open load bed

    def ring(self) -> Points:
        """Points of the right half from the sill up to the middle of the roof, then mirrored: N x 3."""
        side = [(w * self.half, self.low + h * (self.belt - self.low)) for w, h in _SIDE]
        rise = self.roof - self.belt
        top = [(self.half * 0.95, self.belt)]
        top += [(w * self.roof_half, self.belt + h * rise) for w, h in _ROOF]
        right = [(x, self.y, z) for x, z in side + top]
        left = [(-x, y, z) for x, y, z in reversed(right[:-1])]
        return np.array(right + left)


@dataclass(frozen=True)
class Plan:
    """A kind of vehicle before it is painted."""

    kind: str
    sections: tuple[Section, ...]
    wheel_radius: float
    axles: tuple[float, ...]
    front_top: float  # height up to which the front is drawn as one face
    rear_top: float
    plate_front: float  # height of the plate's middle
    plate_rear: float
    rear_face_y: float = 0.0
    cargo: tuple[Section, ...] = field(default=())

    @property
    def length(self) -> float:
        """Bumper to bumper."""
        return self.sections[-1].y

    @property
    def half(self) -> float:
        """Half of the widest width."""
        return max(section.half for section in (*self.sections, *self.cargo))

    @property
    def height(self) -> float:
        """Roof over the road."""
        return max(section.roof for section in (*self.sections, *self.cargo))


_S = Section

PLANS: dict[str, Plan] = {
    "sedan": Plan(
        "sedan",
        (
            _S(0.0, 0.80, 0.32, 0.93, 0.95, 0.70),
            _S(0.1, 0.86, 0.24, 1.0, 1.02, 0.72),
            _S(0.7, 0.88, 0.20, 1.0, 1.05, 0.70, "all"),
            _S(1.45, 0.88, 0.18, 0.97, 1.43, 0.58, "side"),
            _S(2.3, 0.88, 0.18, 0.95, 1.47, 0.58, "side"),
            _S(2.75, 0.88, 0.18, 0.95, 1.44, 0.58, "all"),
            _S(3.5, 0.87, 0.18, 0.93, 0.98, 0.68),
            _S(4.2, 0.86, 0.20, 0.80, 0.86, 0.64),
            _S(4.48, 0.80, 0.26, 0.70, 0.73, 0.60),
        ),
        0.31,
        (0.95, 3.55),
        0.74,
        0.96,
        0.45,
        0.72,
    ),
    "hatchback": Plan(
        "hatchback",
        (
            _S(0.0, 0.80, 0.32, 0.95, 1.32, 0.56),
            _S(0.12, 0.84, 0.22, 0.97, 1.44, 0.56, "side"),
            _S(1.5, 0.85, 0.18, 0.96, 1.52, 0.58, "side"),
            _S(2.35, 0.85, 0.18, 0.95, 1.48, 0.58, "all"),
            _S(3.15, 0.85, 0.18, 0.94, 1.0, 0.66),
            _S(3.75, 0.83, 0.20, 0.82, 0.88, 0.62),
            _S(3.98, 0.78, 0.26, 0.72, 0.75, 0.58),
        ),
        0.30,
        (0.7, 3.2),
        0.76,
        1.36,
        0.46,
        0.74,
    ),
    "suv": Plan(
        "suv",
        (
            _S(0.0, 0.86, 0.42, 1.12, 1.62, 0.64),
            _S(0.15, 0.92, 0.34, 1.14, 1.76, 0.66, "side"),
            _S(1.7, 0.93, 0.30, 1.12, 1.82, 0.68, "side"),
            _S(2.8, 0.93, 0.30, 1.11, 1.78, 0.68, "all"),
            _S(3.55, 0.92, 0.30, 1.10, 1.15, 0.74),
            _S(4.45, 0.91, 0.32, 0.98, 1.05, 0.72),
            _S(4.7, 0.86, 0.40, 0.88, 0.92, 0.68),
        ),
        0.38,
        (0.9, 3.75),
        0.93,
        1.66,
        0.58,
        0.86,
    ),
    "pickup": Plan(
        "pickup",
        (
            _S(0.0, 0.88, 0.52, 1.10, 1.11, 0.84),
            _S(0.05, 0.91, 0.44, 1.12, 1.13, 0.86, "bed"),
            _S(1.45, 0.91, 0.40, 1.12, 1.13, 0.86, "all"),
            _S(1.6, 0.91, 0.36, 1.10, 1.72, 0.64, "side"),
            _S(2.5, 0.92, 0.34, 1.09, 1.78, 0.66, "side"),
            _S(3.3, 0.92, 0.34, 1.09, 1.74, 0.66, "all"),
            _S(4.0, 0.92, 0.34, 1.09, 1.14, 0.74),
            _S(4.95, 0.91, 0.36, 0.99, 1.06, 0.72),
            _S(5.25, 0.86, 0.44, 0.88, 0.92, 0.68),
        ),
        0.38,
        (1.05, 4.2),
        0.94,
        1.11,
        0.6,
        0.68,
    ),
    "van": Plan(
        "van",
        (
            _S(0.0, 0.88, 0.36, 1.2, 2.2, 0.78),
            _S(0.1, 0.93, 0.28, 1.22, 2.28, 0.80, "side"),
            _S(2.6, 0.94, 0.26, 1.22, 2.30, 0.80, "side"),
            _S(4.3, 0.94, 0.26, 1.2, 2.24, 0.78, "all"),
            _S(5.05, 0.93, 0.28, 1.12, 1.22, 0.80),
            _S(5.38, 0.88, 0.34, 0.95, 1.0, 0.74),
        ),
        0.34,
        (0.95, 4.35),
        1.02,
        2.22,
        0.52,
        0.92,
    ),
    "truck": Plan(
        "truck",
        (
            _S(4.75, 1.04, 0.55, 1.55, 2.35, 0.98, "side"),
            _S(5.9, 1.05, 0.50, 1.55, 2.4, 0.98, "side"),
            _S(6.55, 1.05, 0.48, 1.5, 2.3, 0.98),
            _S(6.7, 1.02, 0.48, 1.45, 2.2, 0.96),
        ),
        0.46,
        (1.5, 5.9),
        2.2,
        2.75,
        0.72,
        0.82,
        0.0,
        (
            _S(0.0, 1.14, 0.95, 2.0, 2.75, 1.14),
            _S(2.3, 1.14, 0.95, 2.0, 2.8, 1.14),
            _S(4.6, 1.14, 0.95, 2.0, 2.75, 1.14),
        ),
    ),
    "bus": Plan(
        "bus",
        (
            _S(0.0, 1.2, 0.42, 1.4, 3.0, 1.12),
            _S(0.15, 1.25, 0.36, 1.4, 3.12, 1.15, "side"),
            _S(4.5, 1.25, 0.34, 1.4, 3.16, 1.15, "side"),
            _S(9.3, 1.25, 0.34, 1.4, 3.12, 1.15, "side"),
            _S(9.6, 1.22, 0.36, 1.35, 3.0, 1.1),
        ),
        0.48,
        (2.3, 7.6),
        3.0,
        3.0,
        0.62,
        0.9,
    ),
}


@dataclass(frozen=True)
class Mesh:
    """Corner points, quads of corner indices, and what each quad is made of."""

    corners: Points
    quads: "np.ndarray[tuple[int, int], np.dtype[np.intp]]"
    materials: "np.ndarray[tuple[int], np.dtype[np.intp]]"


@cache
def mesh_of(kind: str) -> Mesh:
    """The lofted surface of a kind of vehicle, without its front and rear faces."""
    plan = PLANS[kind]
    parts = [_loft(plan.sections, PAINT)]
    if plan.cargo:
        parts.append(_loft(plan.cargo, CARGO))
    offsets = np.cumsum([0, *(len(part.corners) for part in parts[:-1])])
    return Mesh(
        np.concatenate([part.corners for part in parts]),
        np.concatenate([part.quads + offset for part, offset in zip(parts, offsets, strict=True)]),
        np.concatenate([part.materials for part in parts]),
    )


def _loft(sections: tuple[Section, ...], cover: int) -> Mesh:
    rings, glass = _subdivide(sections)
    per_ring = len(rings[0])
    quads, materials = [], []
    for row in range(len(rings) - 1):
        for col in range(per_ring - 1):
            a, b = row * per_ring + col, (row + 1) * per_ring + col
            quads.append((a, a + 1, b + 1, b))
            materials.append(_material(col, per_ring - 2, glass[row], cover))
    for ring in (0, len(rings) - 1):
        quads.extend(_cap(ring * per_ring, per_ring))
        materials.extend([cover if cover == CARGO else TRIM] * (per_ring // 2 - 1))
    return Mesh(np.concatenate(rings), np.array(quads), np.array(materials))


def _subdivide(sections: tuple[Section, ...]) -> tuple[list[Points], list[str]]:
    rings, glass = [sections[0].ring()], []
    for here, there in pairwise(sections):
        steps = max(1, min(5, round((there.y - here.y) / 0.3)))
        for step in range(1, steps + 1):
            share = step / steps
            rings.append(here.ring() * (1 - share) + there.ring() * share)
            # A pillar every second step keeps long rows of windows from reading as one band.
            pillar = here.glass == "side" and steps > 1 and step % 3 == 0
            glass.append("" if pillar else here.glass)
    return rings, glass


def _cap(first: int, per_ring: int) -> list[tuple[int, int, int, int]]:
    pairs = per_ring // 2 - 1
    last = first + per_ring - 1
    return [(first + i, first + i + 1, last - i - 1, last - i) for i in range(pairs)]


def _material(col: int, last: int, glass: str, cover: int) -> int:
    step = min(col, last - col)  # 0 at the sill, 7 beside the middle of the roof
    if step == 0:
        return TRIM
    if glass == "bed" and step >= 6:
        return TRIM
    if glass == "all" and step >= 6:
        return GLASS
    if glass in {"side", "all"} and step == 4:
        return GLASS
    return cover


def screen_corners(kind: str, towards: bool) -> Points | None:
    """Corners of the windscreen (or rear window) that the camera sees, clockwise from its top left.

    Local frame with the nearest face at y 0; None where the window is part of the drawn face.
    """
    plan = PLANS[kind]
    order = range(len(plan.sections) - 1)
    found = [index for index in order if plan.sections[index].glass == "all"]
    if not found or (not towards and plan.kind == "van"):
        return None
    low, high = (found[-1] + 1, found[-1]) if towards else (found[0], found[0] + 1)
    if not towards and found[0] == found[-1]:
        return None
    lower, upper = plan.sections[low], plan.sections[high]
    half_low, half_high = lower.roof_half * 0.95, upper.roof_half * 0.93
    z_low, z_high = lower.roof, upper.belt + 0.985 * (upper.roof - upper.belt)
    ring = np.array([(-half_high, upper.y, z_high), (half_high, upper.y, z_high), (half_low, lower.y, z_low),
                     (-half_low, lower.y, z_low)])  # fmt: skip
    if towards:
        ring[:, 1] = plan.length - ring[:, 1]
    return ring
