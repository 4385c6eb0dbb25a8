"""The peers of the camera measurement: how others read cameras, a few streams each.

"opencv": one VideoCapture and one thread a camera, read() in a loop, as most tutorials do.
"ffmpeg": one process a camera that decodes everything and pipes 5 pictures a second of 640x360, as Frigate
runs it; where no ffmpeg is installed, PyAV does the same decoding and scaling in threads ("pyav").
"""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO

import av
import cv2

from bench.cpu import cost_of

_FFMPEG = (
    *("ffmpeg", "-v", "quiet", "-nostdin", "-threads", "1", "-rtsp_transport", "tcp", "-i"),
    "{url}",
    *("-vf", "fps=5,scale=640:360", "-f", "rawvideo", "-pix_fmt", "yuv420p", "pipe:1"),
)


@dataclass(frozen=True, slots=True)
class PeerCost:
    """`open_s` until every stream was open, CPU milliseconds for each second of one stream, RSS a stream."""

    name: str
    streams: int
    open_s: float
    ms_per_stream_s: float
    rss_mb: float


def measure_opencv(urls: Sequence[str], seconds: float) -> PeerCost:
    """OpenCV read() of every picture."""
    os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = "rtsp_transport;tcp"
    return _measure_threads("OpenCV VideoCapture.read", _read_opencv, urls, seconds)


def measure_pipe(urls: Sequence[str], seconds: float) -> PeerCost:
    """Full decode and 5 fps of 640x360, by ffmpeg where it is installed."""
    if shutil.which("ffmpeg"):
        return _measure_ffmpeg(urls, seconds)
    return _measure_threads("PyAV decode + scale (stand-in for ffmpeg)", _read_pyav, urls, seconds)


_Read = Callable[[str, threading.Event, threading.Event], None]


def _measure_threads(name: str, read: _Read, urls: Sequence[str], seconds: float) -> PeerCost:
    """Cost of reading in threads of this process, over what it cost before."""
    stop, opened = threading.Event(), [threading.Event() for _ in urls]
    idle, started_s = cost_of(os.getpid()), time.monotonic()
    threads = [
        threading.Thread(target=read, args=(url, event, stop))
        for url, event in zip(urls, opened, strict=True)
    ]
    for thread in threads:
        thread.start()
    for event in opened:
        event.wait(120)
    open_s = time.monotonic() - started_s
    before, measured_s = cost_of(os.getpid()), time.monotonic()
    time.sleep(seconds)
    after, measured_s = cost_of(os.getpid()), time.monotonic() - measured_s
    stop.set()
    for thread in threads:
        thread.join(30)
    spent_ms = (after.cpu_s - before.cpu_s) * 1000
    rss_mb = (after.rss_mb - idle.rss_mb) / len(urls)
    return PeerCost(name, len(urls), open_s, spent_ms / measured_s / len(urls), rss_mb)


def _read_opencv(url: str, opened: threading.Event, stop: threading.Event) -> None:
    capture = cv2.VideoCapture(url, cv2.CAP_FFMPEG)
    capture.read()
    opened.set()
    while not stop.is_set():
        capture.read()
    capture.release()


def _read_pyav(url: str, opened: threading.Event, stop: threading.Event) -> None:
    with av.open(url, options={"rtsp_transport": "tcp"}) as container:
        for number, frame in enumerate(container.decode(video=0)):
            opened.set()
            if number % 5 in (0, 2):
                frame.reformat(640, 360).to_ndarray()
            if stop.is_set():
                return


def _measure_ffmpeg(urls: Sequence[str], seconds: float) -> PeerCost:
    started_s = time.monotonic()
    with ExitStack() as stack:
        processes = [stack.enter_context(_ffmpeg(url)) for url in urls]
        readers = [_discarding(process) for process in processes]
        open_s = time.monotonic() - started_s
        numbers = [process.pid for process in processes]
        before, measured_s = cost_of(*numbers), time.monotonic()
        time.sleep(seconds)
        after, measured_s = cost_of(*numbers), time.monotonic() - measured_s
        for process in processes:
            process.kill()
        for reader in readers:
            reader.join()  # before the pipe that it reads is closed under it
    spent_ms = (after.cpu_s - before.cpu_s) * 1000
    name = "ffmpeg 5 fps pipe (as Frigate)"
    return PeerCost(name, len(urls), open_s, spent_ms / measured_s / len(urls), after.rss_mb / len(urls))


def _ffmpeg(url: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([part.format(url=url) for part in _FFMPEG], stdout=subprocess.PIPE)


def _discarding(process: subprocess.Popen[bytes]) -> threading.Thread:
    """A thread that empties the pipe until its process ends; returns after the first picture."""
    pipe = process.stdout
    if pipe is None:
        raise RuntimeError("ffmpeg has no pipe")
    pipe.read(640 * 360 * 3 // 2)
    reader = threading.Thread(target=_discard, args=(pipe,))
    reader.start()
    return reader


def _discard(pipe: IO[bytes]) -> None:
    while pipe.read(1 << 16):
        continue
