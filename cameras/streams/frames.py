"""From a decoded frame to what people and detectors look at: luma, small colour pictures, JPEG.

Everything works on the decoder's own planes: converting a 720p frame to colour or gray first would cost
about as much as decoding it.
"""

from dataclasses import dataclass
from typing import cast

import av
import cv2
import numpy as np

from cameras.streams.analysers import Picture

_PLANAR = ("yuv420p", "yuvj420p")
JPEG_QUALITY = 78


class Undecodable(Exception):
    """A picture that the decoder does not understand."""


@dataclass(frozen=True, slots=True)
class Planes:
    """Y (H x W) and U, V (H/2 x W/2) of a frame, uint8 views that live as long as the frame."""

    y: Picture
    u: Picture
    v: Picture


def planes_of(frame: av.VideoFrame) -> Planes:
    """The three planes; other pixel formats are converted first."""
    if frame.format.name not in _PLANAR:
        frame = frame.reformat(format="yuv420p")
    height, width = frame.height, frame.width
    half = ((height + 1) // 2, (width + 1) // 2)
    shapes = ((height, width), half, half)
    y, u, v = (_plane(plane, shape) for plane, shape in zip(frame.planes, shapes, strict=True))
    return Planes(y, u, v)


def small_luma(planes: Planes, size: tuple[int, int]) -> Picture:
    """Brightness at `size` (width, height)."""
    return shrink(planes.y, size)


def small_picture(planes: Planes, size: tuple[int, int]) -> Picture:
    """H x W x 3 uint8 BGR at `size` (width, height, both even): shrunk first, coloured after."""
    width, height = size
    packed = np.empty((height * 3 // 2, width), np.uint8)
    half = (width // 2, height // 2)
    packed[:height] = shrink(planes.y, size)
    chroma = packed[height:].reshape(2, half[1], half[0])
    for index, plane in enumerate((planes.u, planes.v)):
        chroma[index] = shrink(plane, half)
    return np.asarray(cv2.cvtColor(packed, cv2.COLOR_YUV2BGR_I420), np.uint8)


def shrink(plane: Picture, size: tuple[int, int]) -> Picture:
    """A plane at `size` (width, height), smooth: halved as often as possible, interpolated the rest.

    Halving is vectorised; area interpolation in one step takes ten times as long from 720p to 184x104.
    """
    width, height = size
    while plane.shape[1] >= 2 * width and plane.shape[0] >= 2 * height:
        half = (plane.shape[1] // 2, plane.shape[0] // 2)
        even = plane[: half[1] * 2, : half[0] * 2]
        plane = np.asarray(cv2.resize(even, half, interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def jpeg(picture: Picture, quality: int = JPEG_QUALITY) -> bytes:
    """A JPEG file of a BGR picture."""
    done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise Undecodable("picture could not be stored")
    return data.tobytes()


def _plane(plane: av.video.plane.VideoPlane, shape: tuple[int, int]) -> Picture:
    height, width = shape
    buffer = cast("memoryview[int]", plane)  # PyAV's planes are buffers, its stubs do not say so
    data: Picture = np.frombuffer(buffer, np.uint8)
    return data.reshape(-1, plane.line_size)[:height, :width]
