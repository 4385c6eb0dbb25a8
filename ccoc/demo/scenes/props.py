"""What stands along the road: trees, poles with wires, stalls, signs with words. Drawn once per scene."""

from functools import cache
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ccoc.demo.scenes.fascia import darker
from ccoc.demo.scenes.optics import Camera, Picture

FONT_FILE = (
    Path(__file__).resolve().parents[3] / "plates" / "recognition" / "synthesis" / "fonts" / "sarabun-700.ttf"
)
SIGN_WORDS = ("ตลาดสด", "ก๋วยเตี๋ยว", "ข้าวแกง", "ร้านยา", "ซ่อมรถ", "ผลไม้", "กาแฟ", "เสริมสวย", "ของชำ", "ผ้าไทย")
CANOPIES = ((62, 66, 170), (150, 106, 52), (70, 130, 66), (60, 150, 200), (186, 186, 182))


@cache
def thai_font(size: int) -> ImageFont.FreeTypeFont:
    """The face used for words drawn into pictures."""
    return ImageFont.truetype(str(FONT_FILE), size)


def words(text: str, size: int, colour: tuple[int, int, int]) -> Picture:
    """A line of Thai as BGRA, cut to its ink."""
    font = thai_font(size)
    left, top, right, bottom = font.getbbox(text)
    sheet = Image.new("RGBA", (int(right - left) + 4, int(bottom - top) + 4), (0, 0, 0, 0))
    ImageDraw.Draw(sheet).text((2 - left, 2 - top), text, font=font, fill=(*colour[::-1], 255))
    return np.ascontiguousarray(np.asarray(sheet)[..., [2, 1, 0, 3]])


def lay_on(frame: Picture, sheet: Picture, corners: list[tuple[float, float]], opacity: float = 1.0) -> None:
    """Warp a BGRA sheet onto four frame points, clockwise from its top left, in place."""
    height, width = sheet.shape[:2]
    to = np.array(corners, np.float32)
    left, top = np.maximum(np.floor(to.min(axis=0)).astype(int), 0)
    right, bottom = np.minimum(np.ceil(to.max(axis=0)).astype(int) + 1, (frame.shape[1], frame.shape[0]))
    if right - left < 2 or bottom - top < 2:
        return
    from_ = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    grid = cv2.getPerspectiveTransform(from_, to - np.array((left, top), np.float32))
    laid = cv2.warpPerspective(sheet, grid, (int(right - left), int(bottom - top)), flags=cv2.INTER_AREA)
    cover = laid[..., 3:].astype(np.float32) / 255 * opacity
    region = frame[top:bottom, left:right]
    region[:] = (region * (1 - cover) + laid[..., :3] * cover).astype(np.uint8)


def sign(frame: Picture, camera: Camera, wall_x: float, y: float, text: str) -> None:
    """Words on the sign band of a front at `wall_x`, 3.4 m up, starting at y."""
    sheet = words(text, 64, (232, 236, 236))
    long = min(3.2, 0.55 * sheet.shape[1] / sheet.shape[0])
    # Words run left to right as seen from the road: away from the camera on its left, towards it else.
    first, last = (y + long, y) if wall_x > camera.position[0] else (y, y + long)
    spots = [(wall_x, first, 3.72), (wall_x, last, 3.72), (wall_x, last, 3.17), (wall_x, first, 3.17)]
    seen, depth = camera.project(np.array(spots))
    if depth.min() > 2 and depth.max() < 90:
        lay_on(frame, sheet, [(float(u), float(v)) for u, v in seen], 0.9)


def tree(frame: Picture, camera: Camera, x: float, y: float, height: float, rng: np.random.Generator) -> None:
    """A street tree: trunk and a crown of lit and shaded leaf clumps."""
    scale = camera.scale_at(x, y, height / 2)
    base, fork = camera.pixel(x, y, 0), camera.pixel(x, y, height * 0.5)
    for share, shade in ((1.0, 0.72), (0.66, 0.92), (0.3, 1.1)):
        _line(frame, base, fork, max(1.0, 0.24 * share * scale), darker((62, 74, 84), shade))
    clumps = []
    for _ in range(170):
        turn, reach, up = rng.uniform(0, 2 * np.pi), rng.uniform(0, 1) ** 0.5, rng.uniform(0, 1)
        spread = 0.34 * height * (1 - 0.75 * abs(up - 0.42))
        clumps.append((reach * spread * np.cos(turn), reach * spread * np.sin(turn), up))
    for across, along, up in sorted(clumps, key=lambda clump: (clump[2], -clump[1])):
        spot = camera.pixel(x + across, y + along, height * (0.42 + 0.58 * up))
        light = 0.55 + 0.5 * up + 0.12 * (-across / height * 3) + rng.uniform(-0.12, 0.12)
        colour = darker((46, 92, 72), light)
        size = max(1.0, rng.uniform(0.1, 0.26) * scale * height / 5)
        _dot(frame, spot, (size, size * 0.7), colour)


def pole(frame: Picture, camera: Camera, x: float, y: float, lamp: bool) -> None:
    """A concrete power pole with its cross-arm, or a lamp post whose arm reaches over the road."""
    scale = camera.scale_at(x, y, 3)
    top = 8.5 if not lamp else 7.4
    colour = (150, 156, 158) if not lamp else (120, 124, 124)
    for share, shade in ((1.0, 0.78), (0.7, 0.95), (0.35, 1.06)):
        foot, head = camera.pixel(x, y, 0), camera.pixel(x, y, top)
        _line(frame, foot, head, max(1.0, 0.2 * share * scale), darker(colour, shade))
    if lamp:
        reach = -1.8 if x > 0 else 1.8
        head = camera.pixel(x + reach, y, top + 0.35)
        _line(frame, camera.pixel(x, y, top), head, max(1.0, 0.09 * scale), colour)
        _line(frame, head, camera.pixel(x + reach * 0.75, y, top + 0.3), max(1.0, 0.16 * scale), (96, 98, 98))
        return
    _line(frame, camera.pixel(x - 0.9, y, 8.0), camera.pixel(x + 0.9, y, 8.0), max(1.0, 0.12 * scale), colour)


def wires(frame: Picture, camera: Camera, x: float, ys: list[float]) -> None:
    """Bundles of sagging wires between poles at x."""
    for from_y, to_y in pairwise(ys):
        for offset, z in ((-0.8, 8.0), (0.0, 8.1), (0.8, 8.0), (0.1, 6.3), (0.15, 6.0), (0.1, 5.8)):
            share = np.linspace(0, 1, 12)
            sag = 4 * share * (1 - share) * (0.35 if z > 7 else 0.7)
            places = np.stack([np.full(12, x + offset), from_y + (to_y - from_y) * share, z - sag], axis=1)
            seen, depth = camera.project(places)
            if depth.min() > 1:
                thick = 1 if z > 7 else max(1, round(0.035 * camera.focal_px / float(depth.mean())))
                spots = (seen * 16).astype(np.int32)
                cv2.polylines(frame, [spots], False, (46, 48, 50), thick, cv2.LINE_AA, 4)


def stall(frame: Picture, camera: Camera, x: float, y: float, rng: np.random.Generator) -> None:
    """A market stall: a table of goods under a canopy on two poles."""
    canopy = CANOPIES[int(rng.integers(len(CANOPIES)))]
    scale = camera.scale_at(x, y)
    _box(frame, camera, (x - 0.8, y, 0.0), (1.6, 1.4, 0.75), (104, 112, 120))
    for _ in range(26):
        spot = camera.pixel(
            x + rng.uniform(-0.75, 0.75), y + rng.uniform(0.1, 1.3), 0.8 + rng.uniform(0, 0.12)
        )
        colour = tuple(float(c) for c in rng.choice(np.array(CANOPIES)) * rng.uniform(0.6, 1.0))
        _dot(frame, spot, (max(1.0, 0.11 * scale), max(1.0, 0.07 * scale)), colour)
    for side in (-0.9, 0.9):
        _line(
            frame,
            camera.pixel(x + side, y, 0),
            camera.pixel(x + side, y, 2.2),
            max(1, 0.05 * scale),
            (90, 92, 94),
        )
    roof = [(-1.2, -0.4, 2.1), (1.2, -0.4, 2.1), (1.2, 1.8, 2.5), (-1.2, 1.8, 2.5)]
    spots = np.array([camera.pixel(x + a, y + b, c) for a, b, c in roof])
    cv2.fillConvexPoly(frame, (spots * 16).astype(np.int32), canopy, cv2.LINE_AA, 4)
    edge = [(-1.2, -0.4, 2.1), (1.2, -0.4, 2.1), (1.2, -0.4, 1.9), (-1.2, -0.4, 1.9)]
    spots = np.array([camera.pixel(x + a, y + b, c) for a, b, c in edge])
    shaded = darker(canopy, 0.75)
    cv2.fillConvexPoly(frame, (spots * 16).astype(np.int32), shaded, cv2.LINE_AA, 4)


def _box(
    frame: Picture, camera: Camera, corner: tuple[float, float, float], size: tuple[float, float, float],
    colour: tuple[float, float, float],
) -> None:  # fmt: skip
    (x, y, z), (w, d, h) = corner, size
    side_x = x + w if camera.position[0] > x + w / 2 else x
    faces = (
        ([(x, y, z + h), (x + w, y, z + h), (x + w, y + d, z + h), (x, y + d, z + h)], 1.1),
        ([(side_x, y, z), (side_x, y + d, z), (side_x, y + d, z + h), (side_x, y, z + h)], 0.6),
        ([(x, y, z), (x + w, y, z), (x + w, y, z + h), (x, y, z + h)], 0.8),
    )
    for ring, factor in faces:
        seen, depth = camera.project(np.array(ring))
        if depth.min() > 1:
            shade = darker(colour, factor)
            cv2.fillConvexPoly(frame, (seen * 16).astype(np.int32), shade, cv2.LINE_AA, 4)


def _line(
    frame: Picture, start: tuple[float, float], end: tuple[float, float], width: float,
    colour: tuple[float, float, float],
) -> None:  # fmt: skip
    along = np.subtract(end, start)
    across = np.array([-along[1], along[0]]) / max(1e-6, float(np.hypot(*along))) * width / 2
    quad = np.array([np.add(start, across), np.add(end, across), np.subtract(end, across),
                     np.subtract(start, across)])  # fmt: skip
    if np.abs(quad).max() < 20_000:  # beyond that OpenCV's fixed point overflows
        cv2.fillConvexPoly(frame, (quad * 16).astype(np.int32), colour, cv2.LINE_AA, 4)


def _dot(
    frame: Picture, spot: tuple[float, float], radii: tuple[float, float],
    colour: tuple[float, ...],
) -> None:  # fmt: skip
    turns = np.linspace(0, 2 * np.pi, 9, endpoint=False)
    ring = np.stack([spot[0] + radii[0] * np.cos(turns), spot[1] + radii[1] * np.sin(turns)], axis=1)
    if np.abs(ring).max() < 20_000:
        cv2.fillConvexPoly(frame, (ring * 16).astype(np.int32), colour, cv2.LINE_AA, 4)
