"""Draw and encode the demo's clips: `python -m ccoc.demo.clips --out var/clips`.

Encoded once, as cameras do it (H.264 main profile, no B-frames, closed groups of fixed length), then played
round and round by the simulator without encoding again. A clip that is already there is kept; raise
`VERSION` when drawings change. Beside each lane clip lies its truth: which plate is visible when and where.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from fractions import Fraction
from multiprocessing import get_context
from pathlib import Path
from typing import Literal, TypedDict

import av
import cv2
import numpy as np

from ccoc.demo.scenes.casting import STAGES
from ccoc.demo.scenes.scene import Passage, Scene, Sight

VERSION = 1
LIGHTS = ("day", "night")
SEEN_PX = 40.0  # narrower plates are not counted as seen
CLEAR_PX = 80.0  # GOALS: every track with plates this wide must be read
PAUSE_S = 0.45  # a plate away for longer than this begins another pass

Light = Literal["day", "night"]


@dataclass(frozen=True)
class Format:
    """How a kind of clip is encoded. `gop_s`: seconds between key pictures."""

    fps: int
    kbps: int
    gop_s: int


LANE = Format(fps=10, kbps=1500, gop_s=2)
STREET = Format(fps=5, kbps=200, gop_s=1)


class PassTruth(TypedDict):
    """One plate's time in the picture. Seconds of the clip; corners in pixels, clockwise from top left."""

    text: str
    province: str
    plate_class: str
    vehicle: str
    direction: str  # "TOWARDS" or "AWAY"
    watched: bool
    t_enter: float
    t_leave: float
    t_clear_from: float | None
    t_clear_to: float | None
    widest_px: float
    track: list[tuple[float, list[float]]]


class ClipTruth(TypedDict):
    """What a clip shows."""

    version: int
    clip: str
    width: int
    height: int
    fps: int
    duration_s: float
    passes: list[PassTruth]


def clip_name(stage: str, light: Light) -> str:
    """The file's name without its ending."""
    return f"{stage}-{light}-v{VERSION}"


def build_clip(stage: str, light: Light, out: Path) -> Path:
    """Draw, encode and describe one clip; returns the video file. Safe to interrupt: renamed when whole."""
    target = out / f"{clip_name(stage, light)}.mp4"
    truth_file = target.with_suffix(".json")
    if target.exists() and truth_file.exists():
        return target
    cv2.setNumThreads(1)
    plan = STAGES[stage]
    form, scene = (LANE if plan.lane else STREET), plan.build(light == "night")
    partial = target.with_suffix(f".{os.getpid()}.part")
    sights = _encode(scene, form, partial)
    truth = describe(clip_name(stage, light), scene, form, sights)
    truth_file.write_text(json.dumps(truth, ensure_ascii=False), encoding="utf-8")
    partial.replace(target)
    return target


def _encode(scene: Scene, form: Format, path: Path) -> list[list[Sight]]:
    """Write the whole clip and return the plates of each picture."""
    found = []
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=form.fps, options=_x264(form))
        stream.width, stream.height = scene.camera.width, scene.camera.height
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, form.fps)
        stream.codec_context.thread_count = 1
        for number in range(round(scene.lasts_s * form.fps)):
            picture, sights = scene.picture(number, form.fps)
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts = number
            container.mux(stream.encode(frame))
            found.append(sights)
        container.mux(stream.encode(None))
    return found


def _x264(form: Format) -> dict[str, str]:
    gop = form.fps * form.gop_s
    return {
        "preset": "superfast",
        "profile": "main",
        "b": f"{form.kbps}k",
        "maxrate": f"{form.kbps * 3 // 2}k",
        "bufsize": f"{form.kbps * 2}k",
        "x264-params": f"keyint={gop}:min-keyint={gop}:scenecut=0:open-gop=0:bframes=0:rc-lookahead=5",
    }


def describe(clip: str, scene: Scene, form: Format, sights: Sequence[Sequence[Sight]]) -> ClipTruth:
    """The truth of a clip from the plates of each of its pictures."""
    tracks: dict[int, tuple[Passage, list[tuple[float, list[float]]]]] = {}
    for number, seen in enumerate(sights):
        for sight in seen:
            if sight.passage.plate is None or _width(sight.corners.ravel().tolist()) < SEEN_PX:
                continue
            _, track = tracks.setdefault(id(sight.passage), (sight.passage, []))
            track.append((round(number / form.fps, 3), [round(float(v), 1) for v in sight.corners.ravel()]))
    passes = [_pass(passage, part) for passage, track in tracks.values() for part in _runs(track)]
    return {
        "version": VERSION,
        "clip": clip,
        "width": scene.camera.width,
        "height": scene.camera.height,
        "fps": form.fps,
        "duration_s": scene.lasts_s,
        "passes": sorted(passes, key=lambda item: item["t_enter"]),
    }


def _width(corners: list[float]) -> float:
    return float(np.hypot(corners[2] - corners[0], corners[3] - corners[1]))


def _runs(track: list[tuple[float, list[float]]]) -> list[list[tuple[float, list[float]]]]:
    """A track cut where the plate was away: behind another vehicle, or over the clip's end."""
    runs = [[track[0]]]
    for point in track[1:]:
        if point[0] - runs[-1][-1][0] > PAUSE_S:
            runs.append([])
        runs[-1].append(point)
    return runs


def _pass(passage: Passage, track: list[tuple[float, list[float]]]) -> PassTruth:
    facts = passage.plate
    if facts is None:
        raise ValueError("a pass without a plate")
    clear = [at for at, corners in track if _width(corners) >= CLEAR_PX]
    return {
        "text": facts.text,
        "province": facts.province,
        "plate_class": facts.plate_class,
        "vehicle": getattr(passage.body, "kind", "motorcycle"),
        "direction": "TOWARDS" if passage.body.towards else "AWAY",
        "watched": passage.watched,
        "t_enter": track[0][0],
        "t_leave": track[-1][0],
        "t_clear_from": clear[0] if clear else None,
        "t_clear_to": clear[-1] if clear else None,
        "widest_px": round(max(_width(corners) for _, corners in track), 1),
        "track": track,
    }


def light_at(at: float) -> Light:
    """Whether it is day or night in Thailand at a unix time; there dawn and dusk stay near six o'clock."""
    hour = time.gmtime(at + 7 * 3600).tm_hour
    return "day" if 6 <= hour < 18 else "night"


def build_all(out: Path, lights: Iterable[Light], *, workers: int = 2) -> list[Path]:
    """Build every clip that is missing, the longest first, and tell how far it is."""
    out.mkdir(parents=True, exist_ok=True)
    wanted = [(stage, light) for stage in STAGES for light in lights]
    missing = [(s, light) for s, light in wanted if not (out / f"{clip_name(s, light)}.mp4").exists()]
    if missing:
        _say(f"drawing {len(missing)} clips")
    began = time.monotonic()
    with ProcessPoolExecutor(max(1, min(workers, len(missing))), get_context("spawn")) as pool:
        jobs = {pool.submit(build_clip, stage, light, out): stage for stage, light in missing}
        for count, job in enumerate(as_completed(jobs), start=1):
            job.result()
            _say(f"{count}/{len(missing)} {jobs[job]} {time.monotonic() - began:.0f} s")
    return [out / f"{clip_name(stage, light)}.mp4" for stage, light in wanted]


def _say(line: str) -> None:
    sys.stdout.write(f"clips: {line}\n")
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("var/clips"))
    parser.add_argument("--light", choices=("now", *LIGHTS, "both"), default="now")
    parser.add_argument("--workers", type=int, default=2)
    chosen = parser.parse_args(arguments)
    lights: dict[str, tuple[Light, ...]] = {"both": ("day", "night"), "day": ("day",), "night": ("night",)}
    build_all(chosen.out, lights.get(chosen.light) or (light_at(time.time()),), workers=chosen.workers)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
