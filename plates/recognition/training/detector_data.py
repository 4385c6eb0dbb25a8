"""What the detector is shown: licensed scenes and painted streets with Thai plates set into them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from plates.recognition.pack import read_pack
from plates.recognition.pictures import Corners, Picture
from plates.recognition.synthesis import draw_plate, random_spec
from plates.recognition.synthesis.degrade import degrade
from plates.recognition.synthesis.scenes import backdrop, plate_corners, set_plate
from plates.recognition.training.detector_net import CORNER_SCALE, STRIDE

_WIDTHS: Final = (24.0, 360.0)
_LONGEST_SIDE: Final = 960
_PAINTED_SHARE: Final = 0.35


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture and the boxes of its plates, n x 4: left, top, right, bottom in pixels."""

    picture: Picture
    boxes: npt.NDArray[np.float64]


@dataclass(slots=True)
class Window:
    """A training picture under way, with its plates; `boxes` are plates whose corners are not known."""

    picture: Picture
    corners: list[Corners] = field(default_factory=list)
    boxes: list[npt.NDArray[np.float64]] = field(default_factory=list)


def licensed_scenes(name: str) -> list[Scene]:
    """Read the scenes of a pack file, widened where its export squeezed them, at most 960 px long."""
    scenes = []
    for row, picture in read_pack(name):
        scale = min(1.0, _LONGEST_SIDE / max(picture.shape[:2]))
        wide = scale * (1.4 if row["stretched"] else 1.0)
        small = cv2.resize(picture, None, fx=wide, fy=scale, interpolation=cv2.INTER_AREA)
        boxes = np.asarray(row["boxes"], np.float64).reshape(-1, 4) * [wide, scale, wide, scale]
        scenes.append(Scene(np.asarray(small, np.uint8), boxes))
    return scenes


def drawn_plates(count: int, seed: int) -> list[Picture]:
    """Draw plates to set into scenes."""
    rng = np.random.default_rng(seed)
    return [draw_plate(random_spec(rng)) for _ in range(count)]


class Windows:
    """A seeded stream of training windows."""

    def __init__(
        self,
        scenes: Sequence[Scene],
        plates: Sequence[Picture],
        side: tuple[int, int],
        seed: int,
    ) -> None:
        self._scenes, self._plates = scenes, plates
        self._height, self._width = side
        self._rng = np.random.default_rng(seed)

    def __iter__(self) -> Iterator[Window]:
        while True:
            yield self._weathered(self._make())

    def _make(self) -> Window:
        roll = self._rng.random()
        if roll < _PAINTED_SHARE:
            window = Window(backdrop(self._rng, self._width, self._height))
        else:
            window = self._mosaic()
        for _ in range(int(self._rng.integers(0, 4))):
            self._add_plate(window)
        return window

    def _mosaic(self) -> Window:
        """Set one or two licensed scenes side by side and exchange most of their plates for Thai ones."""
        window = Window(np.zeros((self._height, self._width, 3), np.uint8))
        split = self._width if self._rng.random() < 0.5 else int(self._rng.uniform(0.35, 0.65) * self._width)
        for left, right in ((0, split), (split, self._width)):
            if right - left > 64:
                self._fill(window, left, right)
        return window

    def _fill(self, window: Window, left: int, right: int) -> None:
        scene = self._scenes[int(self._rng.integers(len(self._scenes)))]
        focus = scene.boxes[int(self._rng.integers(len(scene.boxes)))] if len(scene.boxes) else None
        scale = self._rng.uniform(0.4, 1.2)
        if focus is not None:
            goal = np.exp(self._rng.uniform(*np.log(_WIDTHS)))
            scale = float(np.clip(goal / max(focus[2] - focus[0], 4.0), 0.15, 2.0))
        matrix = self._view(scene.picture, focus, scale, right - left)
        part = np.asarray(
            cv2.warpAffine(scene.picture, matrix, (right - left, self._height), flags=cv2.INTER_AREA),
            np.uint8,
        )
        window.picture[:, left:right] = part
        for box in scene.boxes:
            moved = box * scale + np.tile(matrix[:, 2], 2) + [left, 0, left, 0]
            if moved[2] > left + 2 and moved[0] < right - 2 and moved[3] > 2 and moved[1] < self._height - 2:
                self._settle(window, moved, (left, right))

    def _view(
        self, picture: Picture, focus: npt.NDArray[np.float64] | None, scale: float, width: int | None = None
    ) -> npt.NDArray[np.float64]:
        """Return the affine map that scales the picture and puts the focus somewhere into the window."""
        width = width or self._width
        if focus is None:
            shift = self._rng.uniform(0, 1, 2) * (
                width - picture.shape[1] * scale,
                self._height - picture.shape[0] * scale,
            )
        else:
            middle = np.array([focus[0] + focus[2], focus[1] + focus[3]]) / 2 * scale
            shift = self._rng.uniform(0.15, 0.85, 2) * (width, self._height) - middle
        return np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])

    def _settle(self, window: Window, box: npt.NDArray[np.float64], span: tuple[int, int]) -> None:
        """Put a Thai plate over a scene's own plate, or leave that one and remember its box."""
        width, height = box[2] - box[0], box[3] - box[1]
        if self._rng.random() < 0.2:
            window.boxes.append(box)
            return
        plate = self._plates[int(self._rng.integers(len(self._plates)))]
        aspect = plate.shape[1] / plate.shape[0]
        cover = max(width, height * aspect) * 1.08
        centre = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        quad = plate_corners(self._rng, centre, cover, aspect, slant=0.5)
        if not span[0] <= quad[:, 0].min() or not quad[:, 0].max() <= span[1]:
            window.boxes.append(box)
            return
        self._set(window, plate, quad)

    def _add_plate(self, window: Window) -> None:
        """Set a plate anywhere that is still free."""
        plate = self._plates[int(self._rng.integers(len(self._plates)))]
        width = float(np.exp(self._rng.uniform(*np.log(_WIDTHS))))
        centre = (self._rng.uniform(0.02, 0.98) * self._width, self._rng.uniform(0.02, 0.98) * self._height)
        quad = plate_corners(self._rng, centre, width, plate.shape[1] / plate.shape[0])
        if self._is_inside(quad) and not self._overlaps(window, quad):
            self._set(window, plate, quad)

    def _set(self, window: Window, plate: Picture, quad: Corners) -> None:
        local = window.picture[
            max(0, int(quad[:, 1].min())) : int(quad[:, 1].max()) + 1,
            max(0, int(quad[:, 0].min())) : int(quad[:, 0].max()) + 1,
        ]
        around = float(local.mean()) if local.size else 120.0
        light = float(np.clip(around / 130, 0.3, 1.1) * self._rng.uniform(0.7, 1.3))
        worn = degrade(plate, self._rng, 0.4) if self._rng.random() < 0.4 else plate
        if self._rng.random() < 0.35:
            self._frame(window.picture, quad)
        set_plate(window.picture, worn, quad, light)
        if self._is_inside(quad):
            window.corners.append(quad)
        else:
            window.boxes.append(np.concatenate([quad.min(axis=0), quad.max(axis=0)]).astype(np.float64))

    def _frame(self, picture: Picture, quad: Corners) -> None:
        """Paint a holder or a bumper recess around the plate."""
        middle = quad.mean(axis=0)
        wide = (quad - middle) * self._rng.uniform(1.04, 1.35) + middle
        tone = [float(value) for value in self._rng.integers(0, 256, 3) * self._rng.choice([0.15, 1.0])]
        cv2.fillConvexPoly(picture, np.round(wide).astype(np.int32), tone, cv2.LINE_AA)

    def _is_inside(self, quad: Corners) -> bool:
        low, high = quad.min(axis=0), quad.max(axis=0)
        return bool(
            low.min() >= 0 and high[0] < self._width and high[1] < self._height and np.ptp(quad[:, 0]) > 16
        )

    def _overlaps(self, window: Window, quad: Corners) -> bool:
        low, high = quad.min(axis=0) - 4, quad.max(axis=0) + 4
        others = [np.concatenate([other.min(axis=0), other.max(axis=0)]) for other in window.corners]
        return any(
            low[0] < box[2] and high[0] > box[0] and low[1] < box[3] and high[1] > box[1]
            for box in (*others, *window.boxes)
        )

    def _weathered(self, window: Window) -> Window:
        """Change light and sharpness of the whole picture; half of the windows are seen in a mirror."""
        if self._rng.random() < 0.5:
            gain, lift = self._rng.uniform(0.35, 1.3), self._rng.uniform(-15, 15)
            window.picture = np.asarray(cv2.convertScaleAbs(window.picture, alpha=gain, beta=lift), np.uint8)
        if self._rng.random() < 0.1:
            window.picture = np.repeat(window.picture.mean(axis=2, keepdims=True), 3, axis=2).astype(np.uint8)
        if self._rng.random() < 0.25:
            window.picture = np.asarray(
                cv2.GaussianBlur(window.picture, (0, 0), self._rng.uniform(0.4, 1.4)), np.uint8
            )
        if self._rng.random() < 0.2:
            noise = np.zeros(window.picture.shape, np.int8)
            cv2.randn(noise, np.array([0.0]), np.array([self._rng.uniform(2, 12)]))
            window.picture = np.clip(window.picture.astype(np.int16) + noise, 0, 255).astype(np.uint8)
        if self._rng.random() < 0.5:
            _, data = cv2.imencode(
                ".jpg", window.picture, [cv2.IMWRITE_JPEG_QUALITY, int(self._rng.uniform(25, 90))]
            )
            window.picture = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
        return window


def targets(
    window: Window,
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return heat h x w, corner offsets 8 x h x w in 32 px and corner weights h x w of a window."""
    rows, columns = window.picture.shape[0] // STRIDE, window.picture.shape[1] // STRIDE
    heat = np.zeros((rows, columns), np.float32)
    corners = np.zeros((8, rows, columns), np.float32)
    weight = np.zeros((rows, columns), np.float32)
    for box in window.boxes:
        _mark(heat, (box[:2] + box[2:]) / 2, box[2:] - box[:2])
    for quad in window.corners:
        size = np.ptp(quad, axis=0)
        cell = _mark(heat, quad.mean(axis=0), size)
        if cell is None:
            continue
        for row in range(max(cell[1] - 1, 0), min(cell[1] + 2, rows)):
            for column in range(max(cell[0] - 1, 0), min(cell[0] + 2, columns)):
                middle = (np.array([column, row]) + 0.5) * STRIDE
                corners[:, row, column] = ((quad - middle) / CORNER_SCALE).reshape(8)
                weight[row, column] = CORNER_SCALE / float(max(size.sum() / 2, 8.0))
    return heat, corners, weight


def _mark(
    heat: npt.NDArray[np.float32], centre: npt.NDArray[np.floating], size: npt.NDArray[np.floating]
) -> tuple[int, int] | None:
    """Raise a bump over the cell of a plate's centre; return the cell (column, row), None outside."""
    column, row = int(centre[0] // STRIDE), int(centre[1] // STRIDE)
    rows, columns = heat.shape
    if not (0 <= column < columns and 0 <= row < rows):
        return None
    spread = np.maximum(size / STRIDE * 0.12, 0.6)
    y, x = np.ogrid[:rows, :columns]
    bump = np.exp(-0.5 * (((x - column) / spread[0]) ** 2 + ((y - row) / spread[1]) ** 2))
    np.maximum(heat, bump.astype(np.float32), out=heat)
    return column, row
