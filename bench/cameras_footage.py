"""The cameras of the measurement: a clip like a street camera's, and a simulator in its own process.

1280x720, 12.5 pictures a second, 1 Mbps, H.264 main profile without B-frames, a key picture every 2 s:
what city cameras of this size send. Beside it their small stream: 640x360, 5 pictures a second, 200 kbps, a
key picture a second. The street is drawn, its noise is a sensor's.
"""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.video.stream import VideoStream

from cameras.streams.simulator.config import load_config

SECONDS = 24


@dataclass(frozen=True, slots=True)
class Format:
    """How a stream is encoded: (width, height), pictures a second, bits a second, pictures a group."""

    size: tuple[int, int]
    rate: Fraction
    bit_rate: int
    group: int


_Luma = np.ndarray[tuple[int, int], np.dtype[np.uint8]]
MAIN = Format((1280, 720), Fraction(25, 2), 1_000_000, 25)
SMALL = Format((640, 360), Fraction(5), 200_000, 5)


@dataclass(frozen=True, slots=True)
class Cameras:
    """A running simulator: `urls` of its cameras, and the port that takes fault orders. Each has its small
    stream at the same address with "/sub" behind.
    """

    urls: tuple[str, ...]
    control_port: int
    process_id: int
    small_clip: Path = Path()

    def order(self, **order: object) -> None:
        """Switch a fault or the server; waits until it is done."""
        with socket.create_connection(("127.0.0.1", self.control_port), timeout=10) as control:
            control.sendall(json.dumps(order).encode() + b"\n")
            answer = json.loads(control.makefile().readline())
        if not answer["ok"]:
            raise RuntimeError(answer["error"])


@contextmanager
def running_cameras(count: int, folder: Path) -> Iterator[Cameras]:
    """So many cameras of one clip, each at its own moment of it."""
    clip, small = encode_street(folder / "street.mp4"), encode_street(folder / "small.mp4", SMALL)
    port, control_port = _free_port(), _free_port()
    entries = [
        {
            "path": f"/C-{number:03}",
            "clip": clip.name,
            "sub": small.name,
            "offset_s": number * SECONDS / count,
        }
        for number in range(count)
    ]
    config = folder / "cameras.json"
    config.write_text(json.dumps(entries))
    command = [sys.executable, "-m", "cameras.streams.simulator", "--config", str(config)]
    command += ["--port", str(port), "--control-port", str(control_port)]
    urls = tuple(f"rtsp://127.0.0.1:{port}{camera.path}" for camera in load_config(config))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            if process.stdout is None or not process.stdout.readline():
                raise RuntimeError("simulator did not start")
            yield Cameras(urls, control_port, process.pid, small)
        finally:
            process.terminate()


def encode_street(path: Path, form: Format = MAIN) -> Path:
    """A street with things that move now and then."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=form.rate)
        assert isinstance(stream, VideoStream)  # noqa: S101 - narrows PyAV's union
        stream.width, stream.height = form.size
        stream.pix_fmt, stream.bit_rate = "yuv420p", form.bit_rate
        stream.codec_context.thread_count = 1  # more would cut pictures into slices, which cameras do not
        stream.codec_context.gop_size = form.group
        stream.codec_context.options = {
            "preset": "veryfast",
            "profile": "main",
            "bf": "0",
            "sc_threshold": "0",
        }
        for number, luma in enumerate(_street(form)):
            frame = _gray_frame(luma)
            frame.pts, frame.time_base = number, 1 / form.rate
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def _street(form: Format) -> Iterator[_Luma]:
    """The pictures of a clip: a car through half of it, a walker through all of it, noise over both."""
    noise = np.random.default_rng(191)
    width, height = form.size
    street = cv2.resize(noise.integers(50, 180, (18, 32), np.uint8), form.size, interpolation=cv2.INTER_CUBIC)
    grain = [noise.normal(0, 2.5, (height, width)).astype(np.float32) for _ in range(4)]
    for number in range(int(SECONDS * form.rate)):
        luma = street + np.roll(grain[number % 4], number * 37, axis=1)
        left = int(number / form.rate * width * 0.088) % (width * 2)
        luma[height * 420 // 720 : height * 520 // 720, left : left + width // 7] = 230
        walker = int(number / form.rate * width * 0.02) % width
        luma[height * 300 // 720 : height * 360 // 720, walker : walker + width // 58] = 20
        yield np.clip(luma, 0, 255).astype(np.uint8)


def _gray_frame(luma: _Luma) -> av.VideoFrame:
    height, width = luma.shape
    frame = av.VideoFrame(width, height, "yuv420p")
    planes = (luma, *[np.full((height // 2, width // 2), 128, np.uint8)] * 2)
    for plane, data in zip(frame.planes, planes, strict=True):
        plane.update(np.pad(data, ((0, 0), (0, plane.line_size - data.shape[1]))).tobytes())
    return frame


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
