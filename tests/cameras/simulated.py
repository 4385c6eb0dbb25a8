"""A real RTSP camera simulator in a thread, and a clip for it."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from cameras.streams.simulator.config import CameraConfig
from cameras.streams.simulator.faults import FaultSwitch
from cameras.streams.simulator.server import EVERY_CAMERA, Simulator

RATE = 10


def draw_clip(path: Path) -> Path:
    """2 s of a moving square over noise, 320x180, a key picture every half second."""
    noise = np.random.default_rng(3)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        stream.codec_context.gop_size = 5
        stream.time_base = Fraction(1, RATE)
        stream.options = {"preset": "ultrafast", "tune": "zerolatency", "x264-params": "scenecut=0"}
        for number in range(20):
            picture = np.clip(noise.normal(110, 6, (180, 320, 3)), 0, 255).astype(np.uint8)
            picture[60:110, number * 12 : number * 12 + 50] = 240
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


class RunningSimulator:
    """The simulator as a test handles it, from another thread."""

    def __init__(self, simulator: Simulator, loop: asyncio.AbstractEventLoop) -> None:
        self._simulator, self._loop = simulator, loop
        self.port = simulator.port

    def switch(self, switch: FaultSwitch, path: str = EVERY_CAMERA) -> None:
        self._loop.call_soon_threadsafe(self._simulator.switch, path, switch)

    def take_down(self) -> None:
        asyncio.run_coroutine_threadsafe(self._simulator.take_down(), self._loop).result(5)

    def bring_up(self) -> None:
        asyncio.run_coroutine_threadsafe(self._simulator.bring_up(), self._loop).result(5)


@contextmanager
def simulating(cameras: list[CameraConfig]) -> Iterator[RunningSimulator]:
    """Serve these cameras on a free port while the block runs."""
    started = threading.Event()
    ready: list[RunningSimulator] = []
    stop: list[Callable[[], object]] = []

    async def serve() -> None:
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        stop.append(lambda: loop.call_soon_threadsafe(ended.set))
        async with Simulator(cameras) as simulator:
            ready.append(RunningSimulator(simulator, loop))
            started.set()
            await ended.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield ready[0]
    finally:
        stop[0]()
        thread.join(10)
