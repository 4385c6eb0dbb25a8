"""Opens photos, clips and RTSP cameras as pictures in time order, whatever they hold.

What a file says of itself is believed only after it was checked: sizes before pixels are decoded, no format
that names other files, no protocol but the one that was asked for. Passwords never reach a message.
"""

import io
import queue
import struct
import threading
import time
import warnings
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import av
import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from plates.recognition.pictures import MAX_PIXELS, BadPicture, Picture, as_picture

PHOTOS: Final = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"})
CLIPS: Final = frozenset({".mp4", ".mkv", ".avi", ".mov", ".webm", ".ts", ".m4v", ".mpg", ".mpeg", ".flv"})

_MAX_PHOTO_BYTES: Final = 256 * 2**20
_QUARTER: Final = 90
_FORMATS: Final = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,h264,hevc,ivf"
"""Containers that hold pictures; play lists and scripts, which open other files, are not among them."""

_STREAM_OPTIONS: Final = {
    "protocol_whitelist": "rtsp,rtp,tcp,udp,tls",
    "rtsp_transport": "tcp",
    "timeout": "2500000",  # microseconds; FFmpeg waits twice as long
    # The first picture tells its size: FFmpeg would watch for seconds to learn how many come a second.
    "analyzeduration": "500000",
    "fpsprobesize": "0",
}
_SILENT_S: Final = 10.0
_CLOSING_S: Final = 2.0


class BadFile(ValueError):
    """A file or an address that gives no picture; the message says why."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture: its number from 0, seconds since the first one, H x W x 3 uint8 BGR."""

    number: int
    at_s: float
    picture: Picture


def is_stream(path: str) -> bool:
    """Tell whether a path is an address rather than a file."""
    return "://" in path


def shown(path: str) -> str:
    """Return a path as it may be printed: an address without its user and password."""
    if not is_stream(path):
        return path
    scheme, _, rest = path.partition("://")
    place, slash, tail = rest.partition("/")
    return f"{scheme}://{place.rpartition('@')[2]}{slash}{tail}"


def frames(path: str) -> Generator[Frame, None, None]:
    """Yield the pictures of a photo, a clip or a camera; raises BadFile or BadPicture, also on the way.

    A camera's pictures never end, and those that come while the last one is being read are left out.
    """
    if is_stream(path):
        return _stream_frames(path)
    suffix = Path(path).suffix.lower()
    return _clip_frames(path) if suffix in CLIPS or _is_no_photo(path, suffix) else _photo_frames(path)


def read_photo(data: bytes) -> Picture:
    """Decode a photo as it stands upright; raises BadPicture.

    A photo that breaks off is read as far as it goes; what is missing is grey and says nothing.
    """
    width, height = _told_size(data)
    if width * height > MAX_PIXELS:
        raise BadPicture(f"the picture has {width * height} pixels, more than {MAX_PIXELS}")
    try:
        # Colour, 8 bits, and turned as the photo's own note of its orientation says.
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        picture = None
    if picture is None:
        raise BadPicture("this is no picture that can be decoded")
    return as_picture(picture)


def _told_size(data: bytes) -> tuple[int, int]:
    """Return width and height as the file's head says, before any pixel is decoded."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is wrong is told by an error below
            with Image.open(io.BytesIO(data)) as photo:
                return photo.size
    except Image.DecompressionBombError:
        raise BadPicture(f"the picture has more than {MAX_PIXELS} pixels") from None
    except (OSError, ValueError, SyntaxError, ArithmeticError, LookupError, TypeError, struct.error):
        raise BadPicture("this is no picture that can be decoded") from None


def _is_no_photo(path: str, suffix: str) -> bool:
    """Tell whether a file without a telling name is to be opened as a clip."""
    if suffix in PHOTOS or not Path(path).is_file():
        return False
    with Path(path).open("rb") as file:
        head = file.read(2**16)
    try:
        _told_size(head)
    except BadPicture:
        return True
    return False


def _photo_frames(path: str) -> Generator[Frame, None, None]:
    file = Path(path)
    try:
        if file.stat().st_size > _MAX_PHOTO_BYTES:
            raise BadFile(f"the file is larger than {_MAX_PHOTO_BYTES} bytes")
        data = file.read_bytes()
    except OSError as problem:
        raise BadFile(problem.strerror or "the file cannot be read") from None
    yield Frame(0, 0.0, read_photo(data))


def _clip_frames(path: str) -> Generator[Frame, None, None]:
    options = {"protocol_whitelist": "file", "format_whitelist": _FORMATS}
    try:
        with av.open(f"file:{path}", options=options) as container:
            yield from _decoded(container)
    except (av.FFmpegError, OSError) as problem:
        raise BadFile(_reason(problem)) from None


def _decoded(container: av.container.InputContainer) -> Iterator[Frame]:
    if not container.streams.video:
        raise BadFile("there are no pictures in it")
    began = last = 0.0
    for number, frame in enumerate(container.decode(video=0)):
        if frame.pts is not None:
            began = frame.time if number == 0 else began
            last = max(last, frame.time - began)
        yield Frame(number, last, _upright(frame))


def _upright(frame: av.VideoFrame) -> Picture:
    """Return the picture turned as the clip says: phones film in any position."""
    if frame.width * frame.height > MAX_PIXELS:
        raise BadPicture(f"a frame has {frame.width * frame.height} pixels, more than {MAX_PIXELS}")
    return turned(frame.to_ndarray(format="bgr24"), frame.rotation)


def turned(array: npt.NDArray[np.generic], degrees: int) -> Picture:
    """Turn a picture anticlockwise by whole quarters; a slant is left as it is."""
    return as_picture(np.rot90(array, round(degrees / _QUARTER)))


def _stream_frames(path: str) -> Generator[Frame, None, None]:
    if urlsplit(path).scheme not in {"rtsp", "rtsps"}:
        raise BadFile("only rtsp:// addresses and files can be read")
    newest = _Newest(path)
    thread = threading.Thread(target=newest.run, name="rtsp", daemon=True)
    thread.start()
    try:
        yield from newest.frames()
    finally:
        newest.is_over = True
        # A camera that sends ends it at its next picture; a silent one must not keep anybody waiting.
        thread.join(_CLOSING_S)


class _Newest:
    """The newest picture of a camera: a slow reader skips some, and the camera is never kept waiting."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._slot: queue.Queue[Frame | BadFile] = queue.Queue(maxsize=1)
        self.is_over = False

    def run(self) -> None:
        """Thread body: decode until the camera or the reader ends it."""
        try:
            with av.open(self._url, options=dict(_STREAM_OPTIONS)) as container:
                for frame in _decoded(container):
                    if self.is_over:
                        return
                    self._put(frame)
            problem = BadFile("the camera ended the stream")
        except (av.FFmpegError, OSError) as error:
            problem = BadFile(_reason(error))
        except ValueError as error:  # BadPicture and BadFile
            problem = BadFile(str(error))
        self._put(problem)

    def frames(self) -> Iterator[Frame]:
        """Yield what came last, as often as somebody asks; raises BadFile when the camera is gone."""
        waited_from = time.monotonic()
        while True:
            try:
                told = self._slot.get(timeout=0.2)
            except queue.Empty:
                if time.monotonic() - waited_from > _SILENT_S:
                    raise BadFile(f"the camera sent no picture for {_SILENT_S:.0f} s") from None
                continue
            if isinstance(told, BadFile):
                raise told
            yield told
            waited_from = time.monotonic()

    def _put(self, told: Frame | BadFile) -> None:
        """Put what is newest in the slot, in place of what nobody took."""
        while True:
            try:
                self._slot.put_nowait(told)
            except queue.Full:
                try:
                    self._slot.get_nowait()
                except queue.Empty:
                    continue
            else:
                return


def _reason(problem: OSError | av.FFmpegError) -> str:
    """Return what went wrong without the file's name: FFmpeg quotes addresses with their passwords."""
    return str(problem.strerror or type(problem).__name__)
