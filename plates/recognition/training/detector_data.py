"""What the detector is shown: licensed scenes and painted streets with Thai plates set into them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from plates.recognition.detector import CORNER_SCALE, STRIDE
from plates.recognition.pack import read_pack
from plates.recognition.pictures import Corners, Picture
from plates.recognition.synthesis import draw_plate, random_spec
from plates.recognition.synthesis.degrade import degrade
from plates.recognition.synthesis.scenes import add_decoys, backdrop, plate_corners, set_plate

_NEAR: Final = (60.0, 360.0)
_FAR: Final = (14.0, 90.0)
_FAR_SHARE: Final = 0.7
"""Most plates of a street camera are far ones."""

_LEAST_WIDTH: Final = 12.0
"""Narrower plates are neither asked for nor punished: nobody could tell them from a lamp."""

_LONGEST_SIDE: Final = 960
_PAINTED_SHARE: Final = 0.12
_KEPT_SHARE: Final = 0.15
_REAL_WIDTH: Final = 200


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture and the boxes of its plates, n x 4: left, top, right, bottom in pixels."""

    picture: Picture
    boxes: npt.NDArray[np.float64]


@dataclass(slots=True)
class Window:
    """A training picture under way, with its plates.

    `boxes` are plates whose corners are not known, `unjudged` places where any answer is right.
    """

    picture: Picture
    corners: list[Corners] = field(default_factory=list)
    boxes: list[npt.NDArray[np.float64]] = field(default_factory=list)
    unjudged: list[npt.NDArray[np.float64]] = field(default_factory=list)

    def taken(self) -> list[npt.NDArray[np.float64]]:
        """Return the upright boxes of all that nothing may be laid over."""
        around = [np.concatenate([quad.min(axis=0), quad.max(axis=0)]) for quad in self.corners]
        return [*around, *self.boxes, *self.unjudged]


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


def plate_pool(drawn: int, real: int, seed: int) -> list[Picture]:
    """Return plates to set into scenes: drawn ones of all classes and crops of the reader's training file."""
    rng = np.random.default_rng(seed)
    plates = [draw_plate(random_spec(rng)) for _ in range(drawn)]
    crops = [picture for _, picture in read_pack("reader/train.zip")]
    for index in rng.permutation(len(crops))[:real]:
        height = round(_REAL_WIDTH * crops[index].shape[0] / crops[index].shape[1])
        small = cv2.resize(crops[index], (_REAL_WIDTH, height), interpolation=cv2.INTER_AREA)
        plates.append(np.asarray(small, np.uint8))
    return plates


class Windows:
    """A seeded stream of training windows.

    A window is a licensed scene that fills it, with parts of other scenes laid over it, so that near and far
    vehicles stand in one picture; some are painted streets.
    """

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
        if self._rng.random() < _PAINTED_SHARE:
            window = Window(backdrop(self._rng, self._width, self._height))
            for _ in range(int(self._rng.integers(0, 4))):
                self._add_plate(window)
            return window
        window = self._filled()
        for _ in range(int(self._rng.integers(0, 4))):
            self._lay_over(window)
        if self._rng.random() < 0.5:
            add_decoys(window.picture, self._rng, window.taken())
        if self._rng.random() < 0.3:
            self._add_plate(window)
        return window

    def _goal_width(self) -> float:
        span = _FAR if self._rng.random() < _FAR_SHARE else _NEAR
        return float(np.exp(self._rng.uniform(*np.log(span))))

    def _scene(self) -> Scene:
        scene = self._scenes[int(self._rng.integers(len(self._scenes)))]
        if self._rng.random() < 0.5:
            return scene
        width = scene.picture.shape[1]
        boxes = np.stack(
            [width - scene.boxes[:, 2], scene.boxes[:, 1], width - scene.boxes[:, 0], scene.boxes[:, 3]], 1
        )
        return Scene(np.ascontiguousarray(scene.picture[:, ::-1]), boxes)

    def _filled(self) -> Window:
        """Return a window that one scene fills, seen from near or far."""
        scene = self._scene()
        height, width = scene.picture.shape[:2]
        least = max(self._width / width, self._height / height)
        scale = least * self._rng.uniform(1, 1.3)
        if len(scene.boxes) and self._rng.random() < 0.6:
            focus = scene.boxes[int(self._rng.integers(len(scene.boxes)))]
            scale = max(least, min(self._goal_width() / max(focus[2] - focus[0], 4.0), 2.5))
        shift = self._rng.uniform(0, 1, 2) * (self._width - width * scale, self._height - height * scale)
        matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
        seen = cv2.warpAffine(
            scene.picture,
            matrix,
            (self._width, self._height),
            flags=_way(scale),
            borderMode=cv2.BORDER_REFLECT,
        )
        window = Window(np.asarray(seen, np.uint8))
        for box in scene.boxes:
            self._settle(window, box * scale + np.tile(shift, 2), (0, 0, self._width, self._height))
        return window

    def _lay_over(self, window: Window) -> None:
        """Lay a part of another scene, around one of its plates where it has any, over free ground."""
        scene = self._scene()
        height, width = scene.picture.shape[:2]
        part, scale = np.array([0.0, 0.0, width, height]), self._rng.uniform(0.1, 0.5)
        if len(scene.boxes):
            focus = scene.boxes[int(self._rng.integers(len(scene.boxes)))]
            scale = min(self._goal_width() / max(focus[2] - focus[0], 4.0), 1.5)
            around = (focus[2] - focus[0]) * self._rng.uniform(0.6, 5, 4)
            part = np.clip(focus + around * [-1, -1, 1, 1], 0, [width, height, width, height])
        size = np.floor((part[2:] - part[:2]) * scale).astype(int)
        if size.min() < 16 or size[0] > self._width or size[1] > self._height:
            return
        left = int(self._rng.integers(0, self._width - size[0] + 1))
        top = int(self._rng.integers(0, self._height - size[1] + 1))
        span = (left, top, left + int(size[0]), top + int(size[1]))
        if any(meets(span, box) for box in window.taken()):
            return
        x0, y0, x1, y1 = np.round(part).astype(int)
        small = cv2.resize(scene.picture[y0:y1, x0:x1], tuple(size.tolist()), interpolation=_way(scale))
        window.picture[top : span[3], left : span[2]] = small
        for box in scene.boxes:
            self._settle(window, (box - np.tile(part[:2], 2)) * scale + [left, top, left, top], span)

    def _settle(self, window: Window, box: npt.NDArray[np.float64], span: tuple[int, int, int, int]) -> None:
        """Put a Thai plate over a scene's own plate, or leave that one and remember its box."""
        inner = np.clip(box, [span[0], span[1]] * 2, [span[2], span[3]] * 2)
        shown = np.prod(np.maximum(inner[2:] - inner[:2], 0)) / max(float(np.prod(box[2:] - box[:2])), 1.0)
        if shown <= 0:
            return
        width, height = box[2] - box[0], box[3] - box[1]
        if width < _LEAST_WIDTH or shown < 0.9:
            window.unjudged.append(inner)
            return
        if self._rng.random() < _KEPT_SHARE:
            window.boxes.append(box)
            return
        plate = self._plates[int(self._rng.integers(len(self._plates)))]
        aspect = plate.shape[1] / plate.shape[0]
        cover = max(width, height * aspect) * 1.08
        centre = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        quad = plate_corners(self._rng, centre, cover, aspect, slant=0.5)
        low, high = quad.min(axis=0), quad.max(axis=0)
        if (low < span[:2]).any() or (high > span[2:]).any():
            window.boxes.append(box)
            return
        self._set(window, plate, quad)

    def _add_plate(self, window: Window) -> None:
        """Set a plate anywhere that is still free."""
        plate = self._plates[int(self._rng.integers(len(self._plates)))]
        centre = (self._rng.uniform(0.02, 0.98) * self._width, self._rng.uniform(0.02, 0.98) * self._height)
        quad = plate_corners(self._rng, centre, self._goal_width(), plate.shape[1] / plate.shape[0])
        span = np.concatenate([quad.min(axis=0) - 4, quad.max(axis=0) + 4])
        if self._is_inside(quad) and not any(meets(span, box) for box in window.taken()):
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
        if np.ptp(quad[:, 0]) < _LEAST_WIDTH:
            window.unjudged.append(np.concatenate([quad.min(axis=0), quad.max(axis=0)]).astype(np.float64))
        else:
            window.corners.append(quad)

    def _frame(self, picture: Picture, quad: Corners) -> None:
        """Paint a holder or a bumper recess around the plate."""
        middle = quad.mean(axis=0)
        wide = (quad - middle) * self._rng.uniform(1.04, 1.35) + middle
        tone = [float(value) for value in self._rng.integers(0, 256, 3) * self._rng.choice([0.15, 1.0])]
        cv2.fillConvexPoly(picture, np.round(wide).astype(np.int32), tone, cv2.LINE_AA)

    def _is_inside(self, quad: Corners) -> bool:
        low, high = quad.min(axis=0), quad.max(axis=0)
        return bool(low.min() >= 0 and high[0] < self._width and high[1] < self._height)

    def _weathered(self, window: Window) -> Window:
        """Change light and sharpness of the whole picture."""
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
            # Not OpenCV's generator: its state is the program's, and a seed would not repeat a run.
            noise = self._rng.standard_normal(window.picture.shape, np.float32) * self._rng.uniform(2, 12)
            window.picture = np.clip(window.picture + noise, 0, 255).astype(np.uint8)
        if self._rng.random() < 0.5:
            _, data = cv2.imencode(
                ".jpg", window.picture, [cv2.IMWRITE_JPEG_QUALITY, int(self._rng.uniform(25, 90))]
            )
            window.picture = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
        return window


def meets(one: Sequence[float] | npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> bool:
    """Tell whether two boxes (left, top, right, bottom) share any ground."""
    return bool(one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3])


def _way(scale: float) -> int:
    return cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR


def targets(
    window: Window,
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return heat h x w (-1 where unjudged), corner offsets 8 x h x w in 32 px and corner weights h x w."""
    rows, columns = window.picture.shape[0] // STRIDE, window.picture.shape[1] // STRIDE
    heat = np.zeros((rows, columns), np.float32)
    corners = np.zeros((8, rows, columns), np.float32)
    weight = np.zeros((rows, columns), np.float32)
    for left, top, right, bottom in window.unjudged:
        heat[
            max(0, int(top // STRIDE)) : int(bottom // STRIDE) + 1,
            max(0, int(left // STRIDE)) : int(right // STRIDE) + 1,
        ] = -1
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
