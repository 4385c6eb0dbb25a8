"""Recordings as the recorder leaves them, made from drawn clips, and as other writers make them."""

import datetime as dt
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from cameras.streams.fmp4 import Track, fragment, init_segment, sample_of
from cameras.streams.simulator.clips import load_clip

AT = dt.datetime(2026, 11, 23, 14, 0, tzinfo=dt.UTC)
STEP = 9000  # ticks of 1/90000 s between pictures: ten a second
GOP = 5  # pictures between key pictures, half a second
PICTURES = 20  # two seconds


def record(path: Path, clip: Path, *, first_ticks: int = 0, seed: int = 0) -> Path:
    """The clip as our recorder writes it: a fragment a picture. `seed` makes a file of its own digest."""
    source = load_clip(clip)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(init_segment(Track.of(source.codec, source.parameter_sets)))
        for number, picture in enumerate(source.pictures):
            file.write(
                fragment(
                    seed + number + 1,
                    sample_of(source.codec, list(picture.nals)),
                    decode_ticks=first_ticks + number * STEP,
                    duration_ticks=STEP,
                    offset_ticks=0,
                    is_key=picture.is_key,
                )
            )
    return path


def record_with_sound(path: Path) -> Path:
    """2 s with AAC sound and B-frames, in fragments of another writer (FFmpeg)."""
    flags = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    with av.open(str(path), "w", options=flags) as container:
        video = container.add_stream("libx264", rate=10, options={"preset": "fast", "bf": "2", "g": "5"})
        video.width, video.height, video.pix_fmt = 160, 96, "yuv420p"
        sound = container.add_stream("aac", rate=16000, layout="mono")
        noise = np.random.default_rng(1)
        for number in range(PICTURES):
            frame = av.VideoFrame.from_ndarray(
                noise.integers(0, 255, (96, 160, 3), dtype=np.uint8), format="rgb24"
            )
            frame.pts, frame.time_base = number, Fraction(1, 10)
            container.mux(video.encode(frame))
            tone = av.AudioFrame.from_ndarray(
                noise.normal(0, 0.1, (1, 1600)).astype(np.float32), format="fltp", layout="mono"
            )
            tone.sample_rate, tone.pts = 16000, number * 1600
            container.mux(sound.encode(tone))
        container.mux(video.encode(None))
        container.mux(sound.encode(None))
    return path


def pictures_of(path: Path) -> list[tuple[float, int]]:
    """Seconds and a checksum of each picture that a player shows."""
    with av.open(str(path)) as container:
        return [
            (round(float(frame.pts * frame.time_base), 3), int(frame.to_ndarray(format="gray").sum()))
            for frame in container.decode(video=0)
            if frame.pts is not None and frame.time_base is not None
        ]
