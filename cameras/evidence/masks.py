"""Copies with parts hidden: decoded, made black where they must be, encoded again, without sound.

Rectangles are the operator's; plates are looked for in every picture and hidden in the pictures around it
too, since a finder that misses one picture in ten would show them. Faces are not looked for.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Protocol

import av
import cv2
import numpy as np
import numpy.typing as npt
from av.video.stream import VideoStream

from cameras.evidence.clips import Piece, video_index
from cameras.evidence.jobs import Box
from cameras.evidence.stills import jpeg_of

Picture = npt.NDArray[np.uint8]
MILLISECONDS = Fraction(1, 1000)
AROUND = 5  # pictures before and after one in which a plate was found
GROWN = 0.25  # of a plate's sides: its frame and shadow
ENCODER = {"preset": "veryfast", "crf": "20", "threads": "1"}


class FoundLike(Protocol):
    """What a finder tells: four corners in pixels, 4x2."""

    @property
    def corners(self) -> npt.NDArray[np.float32]: ...


class Finder(Protocol):
    """Finds what shall be hidden in a picture (H x W x 3 uint8 BGR)."""

    def find(self, picture: Picture) -> Sequence[FoundLike]: ...


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle in pixels."""

    left: int
    top: int
    right: int
    bottom: int


def write_masked(
    pieces: Sequence[Piece],
    boxes: Sequence[Box],
    finder: Finder | None,
    path: Path,
    beat: Callable[[], None],
) -> bytes | None:
    """Write the pieces to `path` with parts hidden; returns the first picture as JPEG.

    `beat` is called for each picture. Raises av.FFmpegError.
    """
    first = None
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as container:
        stream: VideoStream | None = None
        for at_ms, picture in _hidden(_pictures(pieces), boxes, finder):
            if stream is None:
                first = jpeg_of(picture)
                stream = _stream(container, picture)
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = at_ms, MILLISECONDS
            container.mux(stream.encode(frame))
            beat()
        if stream is not None:
            container.mux(stream.encode(None))
    return first


def _stream(container: av.container.OutputContainer, picture: Picture) -> VideoStream:
    stream = container.add_stream("libx264", rate=25, options=ENCODER)
    # x264 wants even sides; the last row and column of an odd picture are lost.
    stream.height, stream.width = (side // 2 * 2 for side in picture.shape[:2])
    stream.pix_fmt = "yuv420p"
    stream.time_base = stream.codec_context.time_base = MILLISECONDS
    return stream


def _pictures(pieces: Sequence[Piece]) -> Iterator[tuple[int, Picture]]:
    """Milliseconds from the clip's beginning, and the picture; each later than the one before."""
    last = -1
    for piece in pieces:
        offset_s = (piece.begin - pieces[0].begin).total_seconds()
        for shown_s, picture in _decoded(piece):
            last = max(last + 1, round((offset_s + shown_s) * 1000))
            yield last, picture


def _decoded(piece: Piece) -> Iterator[tuple[float, Picture]]:
    """Pictures of a piece with their seconds after its beginning."""
    video = piece.recording.video
    samples = piece.samples[video_index(piece.recording)]
    first, last = samples[0].at, samples[-1].at + samples[-1].duration
    with av.open(str(piece.recording.path)) as container:
        stream = container.streams.video[0]
        if stream.time_base is None:
            return
        start = stream.start_time or 0
        from_ticks = round(video.seconds(first - video.samples[0].at) / stream.time_base)
        until_ticks = round(video.seconds(last - video.samples[0].at) / stream.time_base)
        container.seek(start + from_ticks, stream=stream, backward=True)
        for frame in container.decode(stream):
            at = (frame.pts or 0) - start
            if at >= until_ticks:
                return
            if at >= from_ticks:
                picture = np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
                yield float((at - from_ticks) * stream.time_base), picture


def _hidden(
    pictures: Iterator[tuple[int, Picture]], boxes: Sequence[Box], finder: Finder | None
) -> Iterator[tuple[int, Picture]]:
    """Each picture made black where a rectangle is, and where a plate was found in it or near it in time."""
    waiting: deque[tuple[int, Picture, list[Area]]] = deque()
    before: deque[list[Area]] = deque(maxlen=AROUND)
    for at, picture in pictures:
        waiting.append((at, picture, _found(picture, finder)))
        if len(waiting) > AROUND:
            yield _blackened(waiting, before, boxes)
    while waiting:
        yield _blackened(waiting, before, boxes)


def _blackened(
    waiting: deque[tuple[int, Picture, list[Area]]], before: deque[list[Area]], boxes: Sequence[Box]
) -> tuple[int, Picture]:
    """The oldest of those that wait, with everything hidden."""
    near = [area for _at, _picture, areas in islice(waiting, AROUND + 1) for area in areas]
    at, picture, own = waiting.popleft()
    height, width = picture.shape[:2]
    for area in [
        *(_area(box, width, height) for box in boxes),
        *near,
        *(a for areas in before for a in areas),
    ]:
        cv2.rectangle(picture, (area.left, area.top), (area.right, area.bottom), (0, 0, 0), cv2.FILLED)
    before.append(own)
    return at, picture


def _found(picture: Picture, finder: Finder | None) -> list[Area]:
    if finder is None:
        return []
    return [_around(found.corners) for found in finder.find(picture)]


def _around(corners: npt.NDArray[np.float32]) -> Area:
    """The upright rectangle around a plate, a little larger."""
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    grown_x, grown_y = (right - left) * GROWN, (bottom - top) * GROWN
    return Area(int(left - grown_x), int(top - grown_y), int(right + grown_x) + 1, int(bottom + grown_y) + 1)


def _area(box: Box, width: int, height: int) -> Area:
    """A rectangle in pixels, never smaller than it was drawn."""
    return Area(
        int(box["left"] * width),
        int(box["top"] * height),
        int(np.ceil((box["left"] + box["width"]) * width)),
        int(np.ceil((box["top"] + box["height"]) * height)),
    )
