"""The command line: one JSON line a read."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from cameras.streams.simulator.config import CameraConfig
from plates.recognition.__main__ import main
from plates.recognition.synthesis import PlateSpec, draw_plate
from tests.cameras.simulated import simulating
from tests.plates.recognition.streets import Drive, street, with_drives

CAR = PlateSpec("8กน4571", "BKK", seed=2)
KEYS = {
    "file", "frame", "text", "province", "class", "text_confidence", "province_confidence",
    "accepted", "corners", "alternatives",
}  # fmt: skip


def lines(captured: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    """Return the printed lines, parsed."""
    return [json.loads(line) for line in captured.readouterr().out.splitlines()]


def written(path: Path, picture: np.ndarray) -> str:
    """Write a PNG and return its path."""
    assert cv2.imwrite(str(path), picture)
    return str(path)


def drive_by(clip: Path, steps: int = 22) -> Path:
    """Write a clip of one car that comes nearer and leaves, or of the first steps of it."""
    with av.open(str(clip), "w") as container:
        stream = container.add_stream("libx264", rate=5, options={"crf": "18"})
        stream.width, stream.height, stream.pix_fmt = 960, 540, "yuv420p"
        for step in range(steps):
            drive = Drive(CAR, (470, 230, 60), (470, 470, 150))
            picture = with_drives([drive], step / 13, step) if step < 14 else street()
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode(None))
    return clip


def test_main_reads_a_photo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photo = written(tmp_path / "a.png", with_drives([Drive(CAR, (470, 330, 120), (470, 330, 120))], 0))

    status = main([photo])

    [read] = lines(capsys)
    assert status == 0
    assert set(read) == KEYS
    assert (read["text"], read["province"]) == (CAR.text, "กรุงเทพมหานคร")


def test_main_reads_crops_of_a_folder_in_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, text in (("b", "กข1111"), ("a", "ฮอ9999")):
        written(tmp_path / f"{name}.png", draw_plate(PlateSpec(text, "PLK")))

    status = main(["--crops", str(tmp_path)])

    assert status == 0
    assert [read["text"] for read in lines(capsys)] == ["ฮอ9999", "กข1111"]


def test_main_abstains_on_a_crop_that_shows_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    crop = written(tmp_path / "a.png", np.full((60, 140, 3), 128, np.uint8))

    main(["--crops", crop])

    [read] = lines(capsys)
    assert read["text"] is None
    assert read["accepted"] is False


def test_main_draws_what_it_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photo = written(tmp_path / "a.png", with_drives([Drive(CAR, (470, 330, 120), (470, 330, 120))], 0))

    main([photo, "--draw", str(tmp_path / "drawn")])

    [drawn] = (tmp_path / "drawn").iterdir()
    before, after = cv2.imread(photo), cv2.imread(str(drawn))
    assert before is not None
    assert after is not None
    assert not np.array_equal(before, after)


def test_main_tells_passing_vehicles_of_a_clip(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clip = drive_by(tmp_path / "a.mp4")

    status = main(["--tracks", str(clip)])

    [told] = lines(capsys)
    assert status == 0
    assert (told["text"], told["province"], told["direction"]) == (CAR.text, "กรุงเทพมหานคร", "TOWARDS")


@pytest.mark.parametrize("data", [b"", b"no picture", b"\x89PNG\r\n\x1a\n cut"])
@pytest.mark.parametrize("name", ["a.png", "a.mp4"])
def test_main_reports_a_broken_file_and_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes, name: str
) -> None:
    broken = tmp_path / name
    broken.write_bytes(data)
    good = written(tmp_path / "z.png", draw_plate(PlateSpec("กข1111", "PLK")))

    status = main(["--crops", str(broken), good])

    printed = capsys.readouterr()
    assert status == 2
    assert name in printed.err
    assert json.loads(printed.out)["text"] == "กข1111"


def test_main_reports_a_missing_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["/nowhere/at/all.jpg"]) == 2
    assert "all.jpg" in capsys.readouterr().err


def test_main_reads_only_photos_and_clips_of_a_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "notes.txt").write_text("no picture")
    written(tmp_path / "in" / "deep" / "a.PNG", draw_plate(PlateSpec("กข1111", "PLK")))

    status = main(["--crops", str(tmp_path / "in")])

    assert (status, [read["text"] for read in lines(capsys)]) == (0, ["กข1111"])


def test_main_says_when_a_folder_holds_nothing_to_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path)]) == 2
    assert str(tmp_path) in capsys.readouterr().err


def test_main_draws_every_crop_under_a_name_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        written(tmp_path / folder / "a.png", draw_plate(PlateSpec("กข1111", "PLK")))

    main(["--crops", "--draw", str(tmp_path / "drawn"), str(tmp_path / "one"), str(tmp_path / "two")])

    assert len(list((tmp_path / "drawn").iterdir())) == len(lines(capsys)) == 2


def test_main_tells_the_passes_before_a_clip_breaks_off(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = drive_by(tmp_path / "a.ts")
    broken = tmp_path / "b.ts"
    broken.write_bytes(clip.read_bytes()[: clip.stat().st_size * 9 // 10])

    main(["--tracks", "--draw", str(tmp_path / "drawn"), str(broken)])

    assert [told["text"] for told in lines(capsys)] == [CAR.text]
    assert len(list((tmp_path / "drawn").iterdir())) == 1


@contextmanager
def heard(number: signal.Signals, way: signal.Handlers) -> Iterator[None]:
    """Let programs that are started meanwhile begin with a signal ignored or not."""
    before = signal.signal(number, way)
    try:
        yield
    finally:
        signal.signal(number, before)


@pytest.mark.parametrize("way", [signal.SIG_DFL, signal.SIG_IGN], ids=["at a terminal", "beside a script"])
def test_main_follows_a_camera_until_it_is_told_to_stop(tmp_path: Path, way: signal.Handlers) -> None:
    clip = drive_by(tmp_path / "a.mp4", steps=5)
    with simulating([CameraConfig("/C-001", clip, username="eye", password="keep-out")]) as simulator:
        address = f"rtsp://eye:keep-out@127.0.0.1:{simulator.port}/C-001"
        command = [sys.executable, "-m", "plates.recognition", address]
        with heard(signal.SIGINT, way):
            reading = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            assert reading.stdout is not None
            told = json.loads(reading.stdout.readline())

            reading.send_signal(signal.SIGINT)
            _, complaints = reading.communicate(timeout=30)
        finally:
            reading.kill()
            reading.communicate()

    assert told["file"] == f"rtsp://127.0.0.1:{simulator.port}/C-001"
    assert (reading.returncode, complaints) == (0, "")


def test_the_command_line_knows_no_web_framework() -> None:
    code = "import sys, plates.recognition.__main__; sys.exit(bool({'django', 'celery'} & set(sys.modules)))"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
