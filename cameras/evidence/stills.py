"""Single pictures out of a recording, for people who will not play a video."""

from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame

JPEG_QUALITY = 92


def still_of(path: Path, after_s: float) -> bytes | None:
    """The picture shown `after_s` seconds after a file's first, as JPEG; None where none can be decoded."""
    try:
        with av.open(str(path)) as container:
            frame = _frame_at(container, after_s)
    except (av.FFmpegError, IndexError):
        return None
    if frame is None:
        return None
    return jpeg_of(np.asarray(frame.to_ndarray(format="bgr24"), np.uint8))


def jpeg_of(picture: npt.NDArray[np.uint8]) -> bytes | None:
    """A picture (H x W x 3 BGR) as JPEG."""
    is_made, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return jpeg.tobytes() if is_made else None


def _frame_at(container: av.container.InputContainer, after_s: float) -> VideoFrame | None:
    """The last picture that is not later; decodes from the key picture before it."""
    stream = container.streams.video[0]
    start = stream.start_time or 0
    if stream.time_base is None:
        return None
    wanted = start + round(after_s / stream.time_base)
    container.seek(wanted, stream=stream, backward=True)
    found = None
    for frame in container.decode(stream):
        if found is not None and (frame.pts is None or frame.pts > wanted):
            break
        found = frame
    return found
