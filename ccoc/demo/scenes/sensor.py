"""What the camera's electronics add: noise, softness, darker corners, glare, words over the picture."""

import cv2
import numpy as np

from ccoc.demo.scenes.optics import Camera, Picture
from ccoc.demo.scenes.props import words

_PAD = 64
_TILES = 6


class Sensor:
    """Repeatable noise for one camera: the same seed and picture number give the same picture."""

    def __init__(self, camera: Camera, seed: int, sigma: float, gain: float = 1.0) -> None:
        self._gain = gain
        rng = np.random.default_rng(seed)
        shape = (camera.height + _PAD, camera.width + _PAD)
        grains = [rng.normal(0, sigma, shape).astype(np.float32) for _ in range(_TILES)]
        # Real sensors' noise has size: a cheap lens of half a pixel.
        soft = [cv2.GaussianBlur(grain, (3, 3), 0.6) * 1.7 for grain in grains]
        self._plus = [_three(np.clip(grain, 0, 255)) for grain in soft]
        self._minus = [_three(np.clip(-grain, 0, 255)) for grain in soft]
        self._order = rng.integers(0, _PAD, (4096, 2))
        self._corners = _vignette(camera)

    def expose(self, frame: Picture, number: int) -> Picture:
        """The frame as the camera would deliver it."""
        soft = cv2.GaussianBlur(frame, (3, 3), 0.55)
        soft = cv2.multiply(soft, self._corners, scale=self._gain / 255)
        top, left = self._order[number % len(self._order)]
        tile = number % _TILES
        rows, cols = slice(top, top + frame.shape[0]), slice(left, left + frame.shape[1])
        noisy = cv2.subtract(cv2.add(soft, self._plus[tile][rows, cols]), self._minus[tile][rows, cols])
        return np.asarray(noisy, dtype=np.uint8)


def _three(grain: "np.ndarray[tuple[int, ...], np.dtype[np.float32]]") -> Picture:
    return np.asarray(cv2.merge([np.round(grain).astype(np.uint8)] * 3), dtype=np.uint8)


def _vignette(camera: Camera) -> Picture:
    u = np.linspace(-1, 1, camera.width)[None, :]
    v = np.linspace(-1, 1, camera.height)[:, None]
    fall = 255 * (1 - 0.13 * (u**2 + v**2) ** 1.2 / 2)
    return _three(np.clip(fall, 0, 255).astype(np.float32))


def glare(
    frame: Picture, spot: tuple[float, float], radius: float, colour: tuple[float, float, float]
) -> None:
    """Add the glow of a lamp at a pixel, in place. `colour` is what its middle adds, BGR."""
    size = int(radius * 2) | 1
    if size < 3:
        return
    left, top = round(spot[0]) - size // 2, round(spot[1]) - size // 2
    cut = (max(0, -left), max(0, -top))
    right, bottom = min(frame.shape[1], left + size), min(frame.shape[0], top + size)
    if right - max(0, left) < 1 or bottom - max(0, top) < 1:
        return
    region = frame[max(0, top) : bottom, max(0, left) : right]
    glow = _glow(min(size, 401), colour)
    if size > 401:
        glow = np.asarray(cv2.resize(glow, (size, size)), dtype=np.uint8)
    part = glow[cut[1] : cut[1] + region.shape[0], cut[0] : cut[0] + region.shape[1]]
    cv2.add(region, part, region)


_GLOWS: dict[tuple[int, tuple[float, float, float]], Picture] = {}


def _glow(size: int, colour: tuple[float, float, float]) -> Picture:
    key = (size, colour)
    if key not in _GLOWS:
        reach = np.linspace(-1, 1, size)
        square = reach[None, :] ** 2 + reach[:, None] ** 2
        shape = 0.75 * np.exp(-square * 40) + 0.25 * np.exp(-square * 7)
        shape = np.where(square < 1, shape * (1 - square), 0)
        _GLOWS[key] = np.clip(shape[..., None] * np.array(colour) * 1.3, 0, 255).astype(np.uint8)
    return _GLOWS[key]


class Caption:
    """The words that a recorder burns in: place at the top left, running time at the bottom right.

    The time is the clip's own. A looped clip cannot show the hour, and a wrong hour on a police wall would
    be worse than none, so the words say that the picture is a demonstration.
    """

    def __init__(self, camera: Camera, title: str) -> None:
        size = max(14, camera.height // 26)
        self._edge = size // 2
        self._title = _outlined(title, size)
        self._size = size
        self._clocks: dict[str, Picture] = {}

    def write(self, frame: Picture, seconds: float) -> None:
        """Put both lines over the frame, in place."""
        _put(frame, self._title, self._edge, self._edge)
        text = f"เวลาในคลิป {int(seconds) // 60:02d}.{int(seconds) % 60:02d}"
        if text not in self._clocks:
            self._clocks[text] = _outlined(text, self._size)
        sheet = self._clocks[text]
        place = (frame.shape[1] - sheet.shape[1] - self._edge, frame.shape[0] - sheet.shape[0] - self._edge)
        _put(frame, sheet, *place)


def _outlined(text: str, size: int) -> Picture:
    ink = words(text, size, (240, 240, 240))
    padded = cv2.copyMakeBorder(ink, 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=(0, 0, 0, 0))
    rim = cv2.dilate(padded[..., 3], np.ones((3, 3), np.uint8))
    share = padded[..., 3:].astype(np.float32) / 255
    colour = padded[..., :3] * share + 16 * (1 - share)
    return np.dstack([colour, rim]).astype(np.uint8)


def _put(frame: Picture, sheet: Picture, left: int, top: int) -> None:
    region = frame[top : top + sheet.shape[0], left : left + sheet.shape[1]]
    cover = sheet[..., 3:].astype(np.float32) / 255
    region[:] = (region * (1 - cover) + sheet[..., :3] * cover).astype(np.uint8)
