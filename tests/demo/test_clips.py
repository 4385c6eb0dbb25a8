"""Clips as files: size, rate, groups of pictures, and the truth beside them."""

import json
from pathlib import Path

import av
import numpy as np
import pytest

from ccoc.demo import clips
from ccoc.demo.clips import LANE, STREET, ClipTruth, Format, build_clip, clip_name, describe, light_at
from ccoc.demo.scenes import casting
from ccoc.demo.scenes.optics import Camera
from ccoc.demo.scenes.scene import Furniture, Passage, PlateFacts, Scene, Sight
from ccoc.demo.scenes.street import Layout
from ccoc.demo.scenes.vehicles import Vehicle
from plates.recognition.synthesis import PlateSpec, draw_plate

SHORT = 4.0


def short_lane(night: bool = False) -> Scene:
    """Four seconds of a lane at full size: one watched car."""
    plate = draw_plate(PlateSpec("กข1234", "PLK"))
    car = Vehicle("sedan", (40.0, 38.0, 37.0), 0, True, plate)
    passage = Passage(car, 1.8, 16.0, 2.4, 4.5, PlateFacts("กข1234", "PLK", "CAR"), watched=True)
    camera = Camera(1280, 720, 5600.0, (1.1, 0.0, 3.6), 0.4, 7.7)
    layout = Layout(3, left=-9.0, right=9.0, night=night, infrared=night)
    return Scene(camera, layout, "ภาพสาธิต", SHORT, Furniture(signs=False), (passage,))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One short lane clip, drawn and encoded once for this module."""
    patch = pytest.MonkeyPatch()
    stage = casting.STAGES["lane-in"]
    patch.setitem(casting.STAGES, "lane-in", type(stage)(stage.title, True, short_lane))
    found = build_clip("lane-in", "day", tmp_path_factory.mktemp("clips"))
    patch.undo()
    return found


@pytest.fixture
def truth(built: Path) -> ClipTruth:
    found: ClipTruth = json.loads(built.with_suffix(".json").read_text("utf-8"))
    return found


def test_build_clip_encodes_as_a_camera_would(built: Path) -> None:
    with av.open(str(built)) as container:
        stream = container.streams.video[0]
        frames = list(container.decode(stream))

    assert stream.codec_context.name == "h264"
    assert stream.codec_context.profile == "Main"
    assert (frames[0].width, frames[0].height) == (1280, 720)
    assert stream.average_rate == LANE.fps
    assert len(frames) == SHORT * LANE.fps


def test_build_clip_has_a_key_picture_each_two_seconds_and_no_b_pictures(built: Path) -> None:
    with av.open(str(built)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.pts is not None]

    keys = [number for number, packet in enumerate(packets) if packet.is_keyframe]
    assert keys == [0, 20]
    assert all(packet.pts == packet.dts for packet in packets)


def test_build_clip_leaves_no_half_file(built: Path) -> None:
    assert {path.suffix for path in built.parent.iterdir()} == {".mp4", ".json"}


def test_build_clip_keeps_what_is_there(built: Path) -> None:
    before = built.stat().st_mtime_ns

    again = build_clip("lane-in", "day", built.parent)

    assert again == built
    assert built.stat().st_mtime_ns == before


def test_truth_names_the_plate_and_when_it_is_clear(truth: ClipTruth) -> None:
    (only,) = truth["passes"]

    assert (only["text"], only["province"], only["plate_class"]) == ("กข1234", "PLK", "CAR")
    assert (only["vehicle"], only["direction"], only["watched"]) == ("sedan", "TOWARDS", True)
    assert only["t_clear_from"] is not None
    assert only["t_clear_to"] is not None
    assert only["t_enter"] <= only["t_clear_from"] < only["t_clear_to"] <= only["t_leave"]
    assert only["t_clear_to"] - only["t_clear_from"] >= 1.4
    assert only["widest_px"] > 100


def test_truth_corners_lie_on_a_bright_plate_inside_the_picture(built: Path, truth: ClipTruth) -> None:
    track = {
        round(at * LANE.fps): np.array(corners).reshape(4, 2) for at, corners in truth["passes"][0]["track"]
    }
    with av.open(str(built)) as container:
        pictures = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]

    for number, corners in track.items():
        assert corners.min() >= 0
        assert (corners.max(axis=0) < (truth["width"], truth["height"])).all()
        left, top = corners.min(axis=0).astype(int)
        right, bottom = corners.max(axis=0).astype(int)
        assert np.median(pictures[number][top:bottom, left:right]) > 150


def test_describe_cuts_a_pass_where_the_plate_was_away() -> None:
    scene = short_lane()
    seen = [scene.picture(number, 5)[1] for number in range(5, 12)]
    away: list[list[Sight]] = [[], [], [], []]

    found = describe("x", scene, Format(5, 200, 1), [*seen[:3], *away, *seen[3:]])

    assert len(found["passes"]) == 2
    assert found["passes"][0]["t_leave"] < found["passes"][1]["t_enter"]


def test_describe_leaves_out_plates_too_narrow_to_read() -> None:
    scene = short_lane()
    small = Scene(
        Camera(320, 180, 700.0, (1.1, 0.0, 3.6), 0.4, 7.7), scene.layout, "", SHORT, passages=scene.passages
    )
    seen = [small.picture(number, 5)[1] for number in range(12)]

    assert any(seen)
    assert describe("x", small, STREET, seen)["passes"] == []


@pytest.mark.parametrize(
    ("utc", "light"),
    [(0, "day"), (22.9, "night"), (23, "day"), (10.9, "day"), (11, "night"), (17, "night")],
)
def test_light_at_follows_the_sun_of_thailand(utc: float, light: str) -> None:
    assert light_at(utc * 3600) == light


def test_clip_name_carries_the_version() -> None:
    assert clip_name("soi", "night") == f"soi-night-v{clips.VERSION}"


def test_main_draws_only_what_is_missing(
    built: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = casting.STAGES["lane-in"]
    monkeypatch.setattr("ccoc.demo.clips.STAGES", {"lane-in": stage})

    status = clips.main(["--out", str(built.parent), "--light", "day"])

    assert status == 0
    assert capsys.readouterr().out == ""
