"""The command line: one JSON line a read."""

import json
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from plates.recognition.__main__ import main
from plates.recognition.synthesis import PlateSpec, draw_plate
from tests.plates.recognition.streets import Drive, street, with_drives

CAR = PlateSpec("8กน4571", "BKK", seed=2)
KEYS = {
    "file", "frame", "text", "province", "province_code", "class", "text_confidence", "province_confidence",
    "accepted", "corners", "alternatives",
}  # fmt: skip


def lines(captured: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    """Return the printed lines, parsed."""
    return [json.loads(line) for line in captured.readouterr().out.splitlines()]


def written(path: Path, picture: np.ndarray) -> str:
    """Write a PNG and return its path."""
    assert cv2.imwrite(str(path), picture)
    return str(path)


def test_main_reads_a_photo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photo = written(tmp_path / "a.png", with_drives([Drive(CAR, (470, 330, 120), (470, 330, 120))], 0))

    status = main([photo])

    [read] = lines(capsys)
    assert status == 0
    assert set(read) == KEYS
    assert (read["text"], read["province"], read["province_code"]) == (CAR.text, "กรุงเทพมหานคร", "BKK")


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
    clip = tmp_path / "a.mp4"
    with av.open(str(clip), "w") as container:
        stream = container.add_stream("libx264", rate=5, options={"crf": "18"})
        stream.width, stream.height, stream.pix_fmt = 960, 540, "yuv420p"
        for step in range(22):
            drive = Drive(CAR, (470, 230, 60), (470, 470, 150))
            picture = with_drives([drive], step / 13, step) if step < 14 else street()
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode(None))

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
