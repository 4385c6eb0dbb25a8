"""Draws one clean plate, millimetre by millimetre, as a `PlateSpec` says.

Layouts were measured on plates: cars have the number over the province; trucks THAILAND and a province code
on top and the mark ขส at the lower left; motorcycles letters, province, digits.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from plates.recognition.pictures import Picture
from plates.recognition.provinces import BY_CODE
from plates.recognition.synthesis.faces import FACES, Mask, text_mask, truck_digit_mask
from plates.recognition.synthesis.spec import SIZES_MM, Colour, PlateSpec
from plates.recognition.text import DIGITS, MARKS, PlateClass, places

_LATIN_FACES: Final = ("chakra-petch-600", "bai-jamjuree-600", "sarabun-700")
_CAP_PX: Final = 96


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Ink of a plate under way: a mask at the final resolution, addressed in millimetres."""

    ink: npt.NDArray[np.float32]
    px_per_mm: float
    rng: np.random.Generator = field(repr=False)

    def stamp(self, mask: Mask, left_mm: float, top_mm: float, size_mm: tuple[float, float]) -> None:
        """Scale a mask to `size_mm` (width, height) and add it; what falls outside is cut."""
        scale = self.px_per_mm
        width, height = max(1, round(size_mm[0] * scale)), max(1, round(size_mm[1] * scale))
        small = cv2.resize(mask, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        left, top = round(left_mm * scale), round(top_mm * scale)
        rows, columns = self.ink.shape
        x0, y0, x1, y1 = max(left, 0), max(top, 0), min(left + width, columns), min(top + height, rows)
        if x0 < x1 and y0 < y1:
            target = self.ink[y0:y1, x0:x1]
            np.maximum(target, small[y0 - top : y1 - top, x0 - left : x1 - left], out=target)

    def jitter(self, low: float, high: float) -> float:
        """Return a number drawn evenly from the range."""
        return float(self.rng.uniform(low, high))


def draw_plate(spec: PlateSpec) -> Picture:
    """Draw a clean plate: H x W x 3 uint8 BGR at `px_per_mm`; the same spec gives the same pixels."""
    rng = np.random.default_rng(spec.seed)
    width, height = spec.size_px
    sheet = _Sheet(np.zeros((height, width), np.float32), spec.px_per_mm, rng)
    _LAYOUTS.get(spec.plate_class, _lay_car)(sheet, spec)
    ink, ground = spec.colours
    return _coloured(sheet, ink, _ground(spec, ground, rng))


def _lay_car(sheet: _Sheet, spec: PlateSpec) -> None:
    """Number line over province line, as on cars, pick-ups, vans, taxis and hired cars."""
    face = _face(sheet)
    digits = len(spec.text) - len(spec.text.rstrip(DIGITS))
    head, number = spec.text[: len(spec.text) - digits], spec.text[len(spec.text) - digits :]
    cap = sheet.jitter(66, 76)
    gap = sheet.jitter(12, 26)
    pitch = min((318 - gap) / places(spec.text), sheet.jitter(38, 44))
    left = (340 - pitch * places(spec.text) - gap) / 2 + sheet.jitter(-4, 4)
    base = sheet.jitter(90, 97)
    left = _stamp_cells(sheet, face, _clusters(head), (left, base), (pitch, cap))
    _stamp_cells(sheet, face, list(number), (left + gap, base), (pitch, cap))
    _stamp_province(
        sheet, spec, centre_mm=170 + sheet.jitter(-6, 6), base_mm=sheet.jitter(132, 137), cap_mm=20
    )


def _lay_temporary(sheet: _Sheet, spec: PlateSpec) -> None:
    """`ก-0123` in wide cells over the province, as on red plates."""
    face, pitch = _face(sheet), sheet.jitter(44, 50)
    cells = [spec.text[0], "-", *spec.text[1:]]
    start = ((340 - pitch * len(cells)) / 2, sheet.jitter(90, 97))
    _stamp_cells(sheet, face, cells, start, (pitch, sheet.jitter(66, 76)))
    _stamp_province(sheet, spec, centre_mm=170, base_mm=sheet.jitter(132, 137), cap_mm=20)


def _lay_diplomatic(sheet: _Sheet, spec: PlateSpec) -> None:
    """`ท 12-0034` in one line, higher than on cars where a province stands under it."""
    cells = [spec.text[0], *spec.text[1:-4], "-", *spec.text[-4:]]
    pitch = min(sheet.jitter(36, 42), 318 / len(cells))
    base = sheet.jitter(90, 97) if spec.province else sheet.jitter(98, 112)
    start = ((340 - pitch * len(cells)) / 2, base)
    _stamp_cells(sheet, _face(sheet), cells, start, (pitch, sheet.jitter(62, 74)))
    _stamp_province(sheet, spec, centre_mm=170, base_mm=sheet.jitter(132, 137), cap_mm=20)


def _lay_truck(sheet: _Sheet, spec: PlateSpec) -> None:
    """THAILAND and code, number with a hyphen in stroke digits, province and the mark ขส."""
    _stamp_truck_head(sheet, spec)
    pitch, cap, stroke = sheet.jitter(48, 53), sheet.jitter(80, 92), round(sheet.jitter(11, 16))
    left, top = (400 - pitch * 6.7) / 2, sheet.jitter(38, 44)
    for char in (*spec.text[:2], "-", *spec.text[2:]):
        step = 0.7 * pitch if char == "-" else pitch
        width = step * 0.66
        mask = truck_digit_mask(char, round(width * 2), round(cap * 2), stroke * 2)
        sheet.stamp(mask, left + step * 0.12, top, (width + stroke, cap + stroke))
        left += step
    _stamp_province(
        sheet, spec, centre_mm=206 + sheet.jitter(-6, 6), base_mm=sheet.jitter(180, 186), cap_mm=24
    )
    _stamp_ring(sheet, (34, 168), 13)


def _lay_motorcycle(sheet: _Sheet, spec: PlateSpec) -> None:
    """Letters, province, digits on three lines."""
    face = _face(sheet)
    digits = len(spec.text) - len(spec.text.rstrip(DIGITS))
    head, number = spec.text[: len(spec.text) - digits], spec.text[len(spec.text) - digits :]
    cap, pitch = sheet.jitter(48, 56), sheet.jitter(36, 40)
    top_base, low_base = sheet.jitter(72, 80), sheet.jitter(190, 200)
    for cells, base in ((_clusters(head), top_base), (list(number), low_base)):
        start = ((172 - pitch * len(cells)) / 2 + sheet.jitter(-3, 3), base)
        _stamp_cells(sheet, face, cells, start, (pitch, cap))
    _stamp_province(sheet, spec, centre_mm=86, base_mm=sheet.jitter(118, 126), cap_mm=21)


_LAYOUTS: Final[dict[PlateClass, Callable[[_Sheet, PlateSpec], None]]] = {
    PlateClass.TRUCK: _lay_truck,
    PlateClass.MOTORCYCLE: _lay_motorcycle,
    PlateClass.TEMPORARY: _lay_temporary,
    PlateClass.DIPLOMATIC: _lay_diplomatic,
}


def _face(sheet: _Sheet) -> str:
    return FACES[int(sheet.rng.integers(len(FACES)))]


def _clusters(head: str) -> list[str]:
    """Split letters into cells: a mark belongs to the letter that it stands on."""
    cells: list[str] = []
    for char in head:
        if char in MARKS and cells:
            cells[-1] += char
        else:
            cells.append(char)
    return cells


def _stamp_cells(
    sheet: _Sheet,
    face: str,
    cells: Sequence[str],
    start_mm: tuple[float, float],
    cell_mm: tuple[float, float],
) -> float:
    """Stamp one glyph a cell from `start_mm` (left, base line); return the left edge of the next cell."""
    left, base = start_mm
    pitch, cap = cell_mm
    for cell in cells:
        mask, mask_base = text_mask(face, cell)
        mm_per_px = cap / _CAP_PX * _fit(mask, mask_base)
        width = min(mask.shape[1] * mm_per_px * sheet.jitter(0.78, 0.95), pitch * 0.9)
        top = base - mask_base * mm_per_px + sheet.jitter(-0.8, 0.8)
        sheet.stamp(mask, left + (pitch - width) / 2, top, (width, mask.shape[0] * mm_per_px))
        left += pitch
    return left


def _fit(mask: Mask, base: int) -> float:
    """Return the factor that keeps tails and marks in the number line, as the plates' own letters do."""
    rows = np.flatnonzero(mask.max(axis=1))
    above, below = base - int(rows[0]), int(rows[-1]) + 1 - base
    return min(1.0, 1.2 * _CAP_PX / max(above, 1), 1.22 * _CAP_PX / (above + max(below, 0)))


def _stamp_province(
    sheet: _Sheet, spec: PlateSpec, *, centre_mm: float, base_mm: float, cap_mm: float
) -> None:
    """Stamp the province name, condensed where it would not fit."""
    if spec.province is None:
        return
    mask, mask_base = text_mask(_face(sheet), BY_CODE[spec.province].name)
    mm_per_px = cap_mm * sheet.jitter(0.88, 1.08) / _CAP_PX
    room = SIZES_MM[spec.plate_class][0] * 0.86
    width = min(mask.shape[1] * mm_per_px * sheet.jitter(0.9, 1.25), room)
    top = base_mm - mask_base * mm_per_px
    sheet.stamp(mask, centre_mm - width / 2, top, (width, mask.shape[0] * mm_per_px))


def _stamp_truck_head(sheet: _Sheet, spec: PlateSpec) -> None:
    face = _LATIN_FACES[int(sheet.rng.integers(len(_LATIN_FACES)))]
    base, mm_per_px = sheet.jitter(29, 33), sheet.jitter(19, 23) / _CAP_PX
    for text, centre in (("THAILAND", sheet.jitter(192, 206)), (spec.code, sheet.jitter(322, 338))):
        if not text:
            continue
        mask, mask_base = text_mask(face, text)
        bold = cv2.dilate(mask, np.ones((5, 5), np.uint8)).astype(np.uint8)
        width = mask.shape[1] * mm_per_px * sheet.jitter(1.05, 1.35)
        size = (width, mask.shape[0] * mm_per_px)
        sheet.stamp(bold, centre - width / 2, base - mask_base * mm_per_px, size)


def _stamp_ring(sheet: _Sheet, centre_mm: tuple[float, float], radius_mm: float) -> None:
    """Stamp the round mark ขส of vehicles under the Land Transport Act."""
    ring = np.zeros((128, 128), np.uint8)
    cv2.circle(ring, (64, 64), 56, 255, 9, cv2.LINE_AA)
    left, top = centre_mm[0] - radius_mm, centre_mm[1] - radius_mm
    sheet.stamp(ring, left, top, (2 * radius_mm, 2 * radius_mm))
    mask, _ = text_mask("sarabun-600", "ขส")
    inner = mask[np.flatnonzero(mask.max(axis=1))]
    sheet.stamp(inner, left + radius_mm * 0.5, top + radius_mm * 0.6, (radius_mm, radius_mm * 0.8))


def _ground(spec: PlateSpec, colour: Colour, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Return the sheet metal: colour, soft shade, security wave, rim; a picture where auctioned."""
    width, height = spec.size_px
    ground = np.empty((height, width, 3), np.float32)
    ground[:] = np.array(colour, np.float32) * rng.uniform(0.92, 1.03)
    if spec.is_auctioned:
        ground = _painted(ground, rng)
    _draw_wave(ground, spec.px_per_mm, rng)
    inset, thick = round(4 * spec.px_per_mm), max(1, round(spec.px_per_mm))
    tone = tuple(float(value) * 0.86 for value in colour)
    cv2.rectangle(ground, (inset, inset), (width - 1 - inset, height - 1 - inset), tone, thick, cv2.LINE_AA)
    return ground


def _painted(ground: npt.NDArray[np.float32], rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Paint a pale landscape of two hills under a coloured sky, the manner of auctioned plates."""
    height, width = ground.shape[:2]
    top, bottom = rng.uniform(150, 250, 3), rng.uniform(150, 250, 3)
    blend = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    picture = np.ascontiguousarray(
        np.broadcast_to(top * (1 - blend) + bottom * blend, (height, width, 3)), np.float32
    )
    for _ in range(2):
        centre = (int(rng.uniform(0, width)), height)
        axes = (int(rng.uniform(0.2, 0.5) * width), int(rng.uniform(0.2, 0.6) * height))
        cv2.ellipse(picture, centre, axes, 0, 180, 360, rng.uniform(130, 240, 3).tolist(), -1, cv2.LINE_AA)
    return picture


def _draw_wave(ground: npt.NDArray[np.float32], px_per_mm: float, rng: np.random.Generator) -> None:
    """Draw the thin security wave between the two lines."""
    height, width = ground.shape[:2]
    x = np.arange(0, width, 2)
    y = height * 0.68 + np.sin(x / (9 * px_per_mm) + rng.uniform(0, 6)) * 2.2 * px_per_mm
    line = np.stack([x, y], axis=1).round().astype(np.int32).reshape(-1, 1, 2)
    tone = (ground[height // 2, width // 2] * rng.uniform(0.88, 0.97)).tolist()
    cv2.polylines(ground, [line], False, tone, max(1, round(px_per_mm * 0.7)), cv2.LINE_AA)


def _coloured(sheet: _Sheet, ink: Colour, ground: npt.NDArray[np.float32]) -> Picture:
    """Blend ink over the ground and light the embossed edges from above."""
    cover = sheet.ink[:, :, None]
    picture = ground * (1 - cover) + np.array(ink, np.float32) * cover
    relief = cv2.Sobel(cv2.GaussianBlur(sheet.ink, (0, 0), 1.2 * sheet.px_per_mm), cv2.CV_32F, 0, 1, ksize=3)
    picture += relief[:, :, None] * sheet.jitter(4, 18)
    return np.clip(picture, 0, 255).astype(np.uint8)
