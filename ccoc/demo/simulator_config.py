"""The simulator's list of cameras: which clip each plays, from which moment, and behind which password."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av

from cameras.streams.simulator.server import SUB
from ccoc.demo.clips import Light, clip_name
from ccoc.demo.fleet import CameraRow

# Steps that share no factor with the clips' 20 and 30 s, so that cameras on one clip show different moments.
STEP_S = 7.3
PLAYABLE = frozenset({"h264", "hevc"})


@dataclass(frozen=True)
class Access:
    """What the cameras ask for before they show anything."""

    username: str
    password: str


def stream_path(code: str) -> str:
    """Path of a camera on the simulator."""
    return f"/{code}"


def sub_path(row: CameraRow) -> str:
    """Path of its small stream; a camera that reads plates is read in full anyway, so it has none here."""
    return "" if row.reads_plates else stream_path(row.code) + SUB


def write_config(
    *,
    target: Path,
    clips: Path,
    rows: Iterable[CameraRow],
    light: Light,
    access: Access,
    own: Path | None = None,
) -> None:
    """Write the simulator's configuration; `own` is a person's video for the first camera."""
    entries = [_entry(number, row, clips, light, access) for number, row in enumerate(rows)]
    if own is not None:
        entries[0] = {**entries[0], "clip": str(playable(own, clips)), "offset_s": 0.0}
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".new")
    partial.touch(mode=0o600)  # it holds the cameras' password
    partial.write_text(json.dumps(entries, ensure_ascii=False, indent=0), "utf-8")
    partial.replace(target)


def _entry(number: int, row: CameraRow, clips: Path, light: Light, access: Access) -> dict[str, object]:
    # The first camera of a lane begins at the clip's start: a watched plate then passes within ten seconds.
    offset = 0.0 if number < 2 else round(number * STEP_S % 30, 1)
    clip = str((clips / f"{clip_name(row.stage, light)}.mp4").resolve())
    return {
        "path": stream_path(row.code),
        "clip": clip,
        "sub": clip if sub_path(row) else "",  # drawn at 640x360 with a key picture a second
        "offset_s": offset,
        "username": access.username,
        "password": access.password,
    }


def playable(video: Path, folder: Path) -> Path:
    """The video itself when cameras speak its codec, else a copy as H.264 in `folder`.

    Raises ValueError when the file has no video that can be read.
    """
    try:
        with av.open(str(video)) as container:
            codec = container.streams.video[0].codec_context.name
    except (av.FFmpegError, IndexError) as error:
        raise ValueError(f"{video.name} holds no video that can be read") from error
    if codec in PLAYABLE:
        return video.resolve()
    return _as_h264(video, folder / f"own-{video.stem}.mp4")


def _as_h264(video: Path, target: Path) -> Path:
    with av.open(str(video)) as source, av.open(str(target), "w", format="mp4") as copy:
        shown = source.streams.video[0]
        rate = Fraction(shown.average_rate or 12)
        stream = copy.add_stream("libx264", rate=rate, options={"preset": "veryfast", "crf": "23", "bf": "0"})
        stream.width, stream.height = shown.width // 2 * 2, shown.height // 2 * 2
        stream.pix_fmt = "yuv420p"
        stream.codec_context.gop_size = max(1, round(2 * float(rate)))
        for number, frame in enumerate(source.decode(shown)):
            still = frame.reformat(stream.width, stream.height, "yuv420p")
            still.pts, still.time_base = number, 1 / rate
            copy.mux(stream.encode(still))
        copy.mux(stream.encode(None))
    return target.resolve()
