"""False alarms and found faults of the judgement of pictures, on clips: `python -m bench.scenes FOLDER…`.

Each clip is one camera that is looked at every two seconds: ten minutes as it is (any finding is a false
alarm), then spoilt in each way (how long until it is named). CPU time of a look is told too.
"""

import copy
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import cv2
import numpy as np

from cameras.streams.analysers import Picture
from cameras.streams.frames import planes_of, small_luma
from cameras.streams.motion import MOTION_SIZE
from cameras.streams.scene import SceneWatch

DAY, NIGHT = 1_795_402_800.0, 1_795_446_000.0  # 2026-11-23 10:00 and 22:00 in Phitsanulok
STEP_S, CALM, PATIENCE = 2.0, 300, 200
Spoil = Callable[[Picture], Picture]


def shifted(x: float, y: float) -> Spoil:
    """Turned by shares of the picture."""
    move = np.asarray([[1, 0, 320 * x], [0, 1, 180 * y]], np.float32)
    return lambda luma: np.asarray(
        cv2.warpAffine(luma, move, MOTION_SIZE, borderMode=cv2.BORDER_REFLECT), np.uint8
    )


def _sprayed(luma: Picture) -> Picture:
    done = luma.copy()
    done[:, :224] = 60
    return done


FAULTS: dict[str, tuple[str, Spoil]] = {
    "cap": ("DARK", lambda luma: np.asarray(luma * 0.03 + 14, np.uint8)),
    "cloth": ("COVERED", lambda luma: np.asarray(luma * 0.02 + 120, np.uint8)),
    "spray": ("COVERED", _sprayed),
    "defocus": ("BLURRED", lambda luma: np.asarray(cv2.GaussianBlur(luma, (0, 0), 2.0), np.uint8)),
    "turned 5 %": ("MOVED", shifted(0.05, 0)),
    "turned 15 %": ("MOVED", shifted(0.15, 0.05)),
    "tilted 10 %": ("MOVED", shifted(0, 0.10)),
    "another view": ("MOVED", lambda luma: np.ascontiguousarray(luma[:, ::-1])),
    "standing": ("FROZEN", lambda luma: luma),
}


def key_pictures(clip: Path) -> list[Picture]:
    """Luma of the clip every two seconds, at 320 x 180."""
    with av.open(str(clip)) as file:
        stream = file.streams.video[0]
        every = max(1, round(float(stream.average_rate or 10) * STEP_S))
        frames = file.decode(stream)
        return [
            small_luma(planes_of(frame), MOTION_SIZE).copy()
            for n, frame in enumerate(frames)
            if not n % every
        ]


def stamped(luma: Picture, number: int) -> Picture:
    """With sensor noise of its own and a burnt-in clock, which no fault of the lens touches."""
    noise = np.random.default_rng(number).integers(-1, 2, luma.shape)
    seen = np.asarray(np.clip(luma.astype(np.int16) + noise, 0, 255), np.uint8)
    cv2.putText(
        seen, f"10:{number // 30:02}:{number % 30 * 2:02}", (5, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (255,)
    )
    return seen


def stream(pictures: list[Picture], begin: int, count: int) -> Iterator[tuple[int, Picture]]:
    """The clip again and again, numbered from `begin`."""
    for number in range(begin, begin + count):
        yield number, pictures[number % len(pictures)]


def found_after(watch: SceneWatch, pictures: list[Picture], at: float, name: str) -> int | None:
    """Seconds until the fault is named, None for never."""
    wanted, spoil = FAULTS[name]
    watch = copy.deepcopy(watch)
    still = pictures[0]
    for number, luma in stream(pictures, CALM, PATIENCE):
        if wanted == "FROZEN":
            seen = still.copy()
            cv2.putText(seen, str(number), (5, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (255,))
        else:
            seen = stamped(spoil(luma), number)
        if wanted in watch.look(seen, at + number * STEP_S):
            return int((number - CALM) * STEP_S)
    return None


def main() -> None:
    """Measure the clips of the folders, or single files, named on the command line."""
    cv2.setNumThreads(1)
    paths = [Path(name) for name in sys.argv[1:]]
    clips = sorted(clip for path in paths for clip in (path.glob("*.mp4") if path.is_dir() else [path]))
    results: dict[str, list[int | None]] = {name: [] for name in FAULTS}
    false, spent = 0, 0.0
    for clip in clips:
        pictures = key_pictures(clip)
        at, watch = NIGHT if "night" in clip.name else DAY, SceneWatch()
        ready = [(number, stamped(luma, number)) for number, luma in stream(pictures, 0, CALM)]
        began = time.process_time()
        found_any = [bool(watch.look(seen, at + number * STEP_S)) for number, seen in ready]  # all of them
        false += any(found_any)
        spent += time.process_time() - began
        for name, times in results.items():
            times.append(found_after(watch, pictures, at, name))
    minutes, look_ms = len(clips) * CALM * STEP_S / 60, spent / len(clips) / CALM * 1000
    span = f"{len(clips)} clips, {minutes:.0f} min"
    print(f"false alarms: {false} clips of {span}; {look_ms:.2f} ms a look")
    for name, times in results.items():
        found = sorted(seconds for seconds in times if seconds is not None)
        middle = found[len(found) // 2] if found else "-"
        print(f"{name}: {len(found)} of {len(times)} found, middle {middle} s")


if __name__ == "__main__":
    main()
