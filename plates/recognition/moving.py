"""Cars that drive through a painted street, for measuring what a lane makes of whole passes.

The street, the cars and their way are drawn; plates may be drawn ones or crops. Pictures go through H.264 as
a camera's do. Nothing here is a street: figures from it are called synthetic.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from plates.recognition.lane import KIND, LaneAnalyser, Result
from plates.recognition.pictures import Corners, Picture
from plates.recognition.synthesis.film import through_codec
from plates.recognition.synthesis.scenes import backdrop, plate_corners, set_plate

SIZE: Final = (960, 540)
RATE: Final = 5.0
"""Pictures a second of a lane camera."""

_PICTURES: Final = 12
_LANES: Final = (0.27, 0.73)
_WAY: Final = (0.32, 0.78)
_QUALITY: Final = 28
_NOISE: Final = 3.0
_CALM: Final = 4.0


@dataclass(frozen=True, slots=True)
class Ride:
    """One car's pass: its plate, the truth, and where the plate is.

    `shape` are the corners of the plate one pixel wide around its middle, turned and seen at an angle;
    `way` holds x, y and width of the plate in pixels at the first and at the last picture.
    """

    plate: Picture
    text: str
    province: str | None
    shape: Corners
    way: npt.NDArray[np.float64]
    light: float

    def corners(self, share: float) -> Corners:
        """Where the plate is when `share` (0 to 1) of the way is done."""
        x, y, width = self.way[0] + (self.way[1] - self.way[0]) * share
        return np.asarray(self.shape * width + (x, y), np.float32)


def rides(
    plates: Sequence[tuple[Picture, str, str | None]], widths: tuple[float, float], rng: np.random.Generator
) -> list[Ride]:
    """Send plates (picture, text, province) side by side down the street, growing from width to width."""
    return [
        _ride(plate, widths, lane, rng) for plate, lane in zip(plates, _LANES[: len(plates)], strict=False)
    ]


def _ride(
    plate: tuple[Picture, str, str | None],
    widths: tuple[float, float],
    lane: float,
    rng: np.random.Generator,
) -> Ride:
    picture, text, province = plate
    drift = rng.uniform(-0.03, 0.03, 2)
    ends = [
        (SIZE[0] * (lane + drift[end]), SIZE[1] * height, width)
        for end, (height, width) in enumerate(zip(_WAY, widths, strict=True))
    ]
    shape = plate_corners(rng, (0.0, 0.0), 1.0, picture.shape[1] / picture.shape[0], slant=0.6)
    return Ride(picture, text, province, shape, np.array(ends), float(rng.uniform(0.75, 1.05)))


def film(cars: Sequence[Ride], rng: np.random.Generator) -> list[Picture]:
    """Return the pictures of a clip in which the cars pass, as the camera's stream shows them."""
    street = cv2.GaussianBlur(backdrop(rng, *SIZE), (0, 0), _CALM)
    colours = rng.integers(20, 220, (len(cars), 3)).tolist()
    return through_codec(
        [_picture(street, cars, colours, number / (_PICTURES - 1), rng) for number in range(_PICTURES)],
        _QUALITY,
    )


def _picture(
    street: npt.NDArray[np.generic],
    cars: Sequence[Ride],
    colours: Sequence[Sequence[float]],
    share: float,
    rng: np.random.Generator,
) -> Picture:
    picture = np.array(street, np.uint8)
    for car, colour in zip(cars, colours, strict=True):
        corners = car.corners(share)
        low, high = corners.min(axis=0), corners.max(axis=0)
        width = float(high[0] - low[0])
        _box(picture, low - width * 0.9, high + width * np.array([0.9, 0.35]), colour)
        _box(picture, low - width * 0.12, high + width * 0.12, (35, 33, 32))
        set_plate(picture, car.plate, corners, car.light)
    return np.clip(picture + rng.normal(0, _NOISE, picture.shape), 0, 255).astype(np.uint8)


def _box(
    picture: Picture, low: npt.NDArray[np.float32], high: npt.NDArray[np.float32], colour: Sequence[float]
) -> None:
    left, right = ((int(x), int(y)) for x, y in (low, high))
    cv2.rectangle(picture, left, right, tuple(colour), -1)


def passes(lane: LaneAnalyser, pictures: Sequence[Picture]) -> list[Result]:
    """Show the pictures to a lane and return the passes that it tells."""
    told: list[Result] = []
    for number, picture in enumerate(pictures):
        told += lane.feed(picture, number / RATE)
    return [result for result in (*told, *lane.finish()) if result.kind == KIND]
