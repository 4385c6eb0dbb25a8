"""Clips made at test time and a hub's rules with short waits, for tests against the real simulator."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.stream import VideoStream
from hypothesis import settings

from cameras.streams.backoff import BackoffRules
from cameras.streams.camera import HubRules
from cameras.streams.health import FleetRules
from cameras.streams.networks import AllowedNetworks
from cameras.streams.reading import ReadLimits

settings.register_profile("any speed", deadline=None)  # a busy machine is no bug
settings.load_profile("any speed")

RATE = 25
KEY_INTERVAL = 5


def encode_clip(
    path: Path, *, size: tuple[int, int] = (320, 180), pictures: int = 20, codec: str = "libx264"
) -> Path:
    """A square moving over a gradient with sensor noise; a key picture every 0.2 s."""
    noise = np.random.default_rng(7)
    width, height = size
    ramp = np.tile(np.linspace(40, 200, width, dtype=np.float32), (height, 1))
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=RATE)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.gop_size = KEY_INTERVAL
        stream.time_base = Fraction(1, RATE)
        stream.codec_context.options = _options(codec)
        for number in range(pictures):
            luma = ramp + noise.normal(0, 3, ramp.shape).astype(np.float32)
            left = number * (width - 40) // pictures
            luma[60:100, left : left + 40] = 250
            picture = np.repeat(np.clip(luma, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def _options(codec: str) -> dict[str, str]:
    if codec == "libx265":
        return {"preset": "ultrafast", "x265-params": "log-level=none:bframes=0:keyint=5:min-keyint=5"}
    return {"preset": "ultrafast", "tune": "zerolatency", "x264-params": "scenecut=0"}


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """0.8 s of H.264, 320x180."""
    return encode_clip(tmp_path_factory.mktemp("clips") / "small.mp4")


@pytest.fixture(scope="session")
def large_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """0.8 s of H.264, 640x360."""
    return encode_clip(tmp_path_factory.mktemp("clips") / "large.mp4", size=(640, 360))


@pytest.fixture(scope="session")
def h265_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """0.8 s of H.265, 320x180."""
    return encode_clip(tmp_path_factory.mktemp("clips") / "h265.mp4", codec="libx265")


@pytest.fixture
def limits() -> ReadLimits:
    """Loopback only, and a stall is noticed after 0.6 s."""
    allowed = AllowedNetworks.parse(["127.0.0.0/8"])
    return ReadLimits(allowed, connect_s=1.0, answer_s=0.6, handshake_s=1.0, stall_s=0.6)


@pytest.fixture
def rules(limits: ReadLimits) -> HubRules:
    """A hub that retries within half a second."""
    backoff = BackoffRules(first_s=0.1, cap_s=0.4, auth_s=0.6)
    return HubRules(limits, backoff, fleet=FleetRules(hold_s=0.2), wake_spread_s=0.1, wake_pause_s=0.2)
