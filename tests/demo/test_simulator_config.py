"""The simulator's list: read by the simulator's own reader."""

import stat
from pathlib import Path

import av
import numpy as np
import pytest

from cameras.streams.simulator.clips import load_clip
from cameras.streams.simulator.config import CameraConfig, load_config
from ccoc.demo import fleet
from ccoc.demo.simulator_config import Access, playable, sub_path, write_config

ACCESS = Access("ccoc", "not-a-real-password")


def write_video(path: Path, codec: str) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=10)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        for shade in range(12):
            picture = np.full((120, 160, 3), 20 * shade, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode(None))
    return path


def written(tmp_path: Path, own: Path | None = None) -> list[CameraConfig]:
    target = tmp_path / "demo" / "simulator.json"
    write_config(
        target=target, clips=tmp_path / "clips", rows=fleet.cameras(), light="day", access=ACCESS, own=own
    )
    return load_config(target)


def test_write_config_is_read_by_the_simulator(tmp_path: Path) -> None:
    found = written(tmp_path)

    assert [camera.path for camera in found] == [f"/{row.code}" for row in fleet.cameras()]
    assert {(camera.username, camera.password) for camera in found} == {("ccoc", "not-a-real-password")}
    assert found[0].clip.name.startswith("lane-in-day")


def test_write_config_begins_the_watched_lanes_at_their_start(tmp_path: Path) -> None:
    found = written(tmp_path)

    assert [camera.offset_s for camera in found[:2]] == [0.0, 0.0]


def test_write_config_shows_cameras_of_one_clip_at_different_moments(tmp_path: Path) -> None:
    found = written(tmp_path)

    offsets = [camera.offset_s for camera in found if camera.clip.name.startswith("junction")]
    assert len(offsets) > 4
    assert len(set(offsets)) > len(offsets) / 2


def test_write_config_keeps_the_password_to_its_owner(tmp_path: Path) -> None:
    written(tmp_path)

    mode = (tmp_path / "demo" / "simulator.json").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_write_config_plays_a_persons_own_video_first(tmp_path: Path) -> None:
    (tmp_path / "clips").mkdir()
    own = write_video(tmp_path / "mine.mp4", "libx264")

    found = written(tmp_path, own)

    assert found[0].clip == own
    assert load_clip(found[0].clip).pictures
    assert found[1].clip.name.startswith("lane-out")


def test_playable_turns_other_codecs_into_h264(tmp_path: Path) -> None:
    video = write_video(tmp_path / "old.avi", "mpeg4")

    copy = playable(video, tmp_path)

    assert copy != video
    assert len(load_clip(copy).pictures) == 12


def test_playable_refuses_what_is_no_video(tmp_path: Path) -> None:
    text = tmp_path / "notes.mp4"
    text.write_text("not a video")

    with pytest.raises(ValueError, match=r"notes\.mp4"):
        playable(text, tmp_path)


def test_write_config_gives_a_small_stream_to_all_but_plate_cameras(tmp_path: Path) -> None:
    found = written(tmp_path)

    offered = {camera.path for camera in found if camera.sub is not None}
    assert offered == {f"/{row.code}" for row in fleet.cameras() if not row.reads_plates}
    assert {sub_path(row) for row in fleet.cameras()} == {"", *(f"{path}/sub" for path in offered)}
