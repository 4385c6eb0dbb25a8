"""Photos, clips and cameras are opened as pictures; whatever is wrong with them is a typed error."""

import io
import struct
import zlib
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from cameras.streams.simulator.config import CameraConfig
from plates.recognition.files import BadFile, frames, is_stream, read_photo, shown, turned
from plates.recognition.pictures import BadPicture
from plates.recognition.synthesis import PlateSpec, draw_plate
from tests.cameras.simulated import draw_clip, simulating

PLATE = draw_plate(PlateSpec("8กน4571", "BKK", seed=2))


def encoded(picture: np.ndarray, ending: str = ".jpg") -> bytes:
    """Return a picture as a file's bytes."""
    return cv2.imencode(ending, picture)[1].tobytes()


def png_of_size(width: int, height: int) -> bytes:
    """Return a PNG that says a size and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0"))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("ending", [".jpg", ".png", ".bmp", ".webp", ".tif"])
def test_read_photo_takes_the_usual_formats(ending: str) -> None:
    picture = read_photo(encoded(PLATE, ending))

    assert picture.shape == PLATE.shape
    assert abs(picture.astype(int) - PLATE.astype(int)).mean() < 6


@pytest.mark.parametrize(
    "array",
    [
        cv2.cvtColor(PLATE, cv2.COLOR_BGR2GRAY),
        (PLATE.astype(np.uint16) * 257),
        np.dstack([PLATE, np.full(PLATE.shape[:2], 255, np.uint8)]),
    ],
    ids=["grey", "16 bits", "with alpha"],
)
def test_read_photo_makes_every_kind_of_pixel_three_bytes(array: np.ndarray) -> None:
    picture = read_photo(encoded(array, ".png"))

    assert (picture.shape, picture.dtype.name) == (PLATE.shape, "uint8")
    assert abs(picture.mean() - PLATE.mean()) < 8


@pytest.mark.parametrize(("note", "quarters"), [(1, 0), (3, 2), (6, 3), (8, 1)])
def test_read_photo_turns_what_was_taken_sideways(note: int, quarters: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = note
    lying = np.rot90(PLATE, -quarters)
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(lying[:, :, ::-1])).save(file, "JPEG", quality=95, exif=exif)

    picture = read_photo(file.getvalue())

    assert picture.shape == PLATE.shape
    assert abs(picture.astype(int) - PLATE.astype(int)).mean() < 6


@pytest.mark.parametrize("size", [(60_000, 60_000), (2_000_000_000, 1), (9_000, 9_000)])
def test_read_photo_refuses_a_huge_size_before_decoding(size: tuple[int, int]) -> None:
    with pytest.raises(BadPicture):
        read_photo(png_of_size(*size))


@pytest.mark.parametrize("size", [(0, 0), (0, 5), (7, 7)])
def test_read_photo_of_a_lying_head_is_refused_or_small(size: tuple[int, int]) -> None:
    try:
        picture = read_photo(png_of_size(*size))
    except BadPicture:
        return
    assert picture.shape == (size[1], size[0], 3)


@pytest.mark.parametrize(
    "data", [b"", b"no picture", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"\0" * 999]
)
def test_read_photo_of_no_picture_is_a_typed_error(data: bytes) -> None:
    with pytest.raises(BadPicture):
        read_photo(data)


@pytest.mark.parametrize("ending", [".jpg", ".png", ".webp", ".tif", ".bmp"])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
def test_read_photo_of_a_cut_file_is_refused_or_as_large_as_it_was(ending: str, share: float) -> None:
    data = encoded(PLATE, ending)

    try:
        picture = read_photo(data[: int(len(data) * share)])
    except BadPicture:
        return
    assert picture.shape == PLATE.shape


def test_read_photo_takes_no_harm_from_what_a_file_says_about_itself() -> None:
    notes = PngInfo()
    notes.add_text("Comment", "\x1b[2J'; DROP TABLE plates; --" + "ก" * 5000, zip=True)
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(PLATE[:, :, ::-1])).save(file, "PNG", pnginfo=notes)

    assert np.array_equal(read_photo(file.getvalue()), PLATE)


def test_read_photo_refuses_a_note_that_unpacks_to_very_much() -> None:
    bomb = b"iCCP" + b"x\0\0" + zlib.compress(b"\0" * 200_000_000)
    chunk = struct.pack(">I", len(bomb) - 4) + bomb + struct.pack(">I", zlib.crc32(bomb))
    data = encoded(PLATE, ".png")

    try:
        picture = read_photo(data[:33] + chunk + data[33:])
    except BadPicture:
        return
    assert picture.shape == PLATE.shape


def test_frames_of_a_photo_is_one(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(encoded(PLATE, ".png"))

    [frame] = frames(str(tmp_path / "a.png"))

    assert (frame.number, frame.at_s) == (0, 0.0)


def test_frames_of_a_photo_without_a_telling_name(tmp_path: Path) -> None:
    (tmp_path / "upload").write_bytes(encoded(PLATE))

    assert len(list(frames(str(tmp_path / "upload")))) == 1


def test_frames_of_a_clip_are_numbered_and_timed(tmp_path: Path) -> None:
    clip = draw_clip(tmp_path / "a.mp4")

    seen = list(frames(str(clip)))

    assert [frame.number for frame in seen] == list(range(20))
    assert seen[0].at_s == 0.0
    assert seen[-1].at_s == pytest.approx(1.9, abs=0.02)
    assert seen[0].picture.shape == (180, 320, 3)


def test_frames_of_a_cut_clip_are_those_before_the_cut(tmp_path: Path) -> None:
    whole = draw_clip(tmp_path / "a.ts").read_bytes()
    cut = tmp_path / "b.ts"
    cut.write_bytes(whole[: len(whole) * 2 // 3])

    seen = list(frames(str(cut)))

    assert 0 < len(seen) < 20


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.mp4", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n"),
        ("a.ts", "ffconcat version 1.0\nfile /etc/passwd\n"),
        ("letter.txt", "plates are personal data\n" * 50),
        ("a.mp4", "v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n"),
        ("a.mkv", ""),
    ],
)
def test_frames_of_a_list_that_names_other_files_are_none(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)

    with pytest.raises(BadFile):
        list(frames(str(tmp_path / name)))


def test_frames_of_a_clip_with_sound_only_say_so(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.mp4"), "w") as container:
        stream = container.add_stream("aac", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.sample_rate, frame.time_base, frame.pts = 8000, Fraction(1, 8000), 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))

    with pytest.raises(BadFile, match="no pictures"):
        list(frames(str(tmp_path / "a.mp4")))


@pytest.mark.parametrize("path", ["/nowhere/a.jpg", "/nowhere/a.mp4", "/nowhere/a", "/"])
def test_frames_of_what_is_not_there_say_so(path: str) -> None:
    with pytest.raises(BadFile):
        list(frames(path))


@pytest.mark.parametrize("address", ["http://127.0.0.1/a.jpg", "file:///etc/passwd", "concat:a|b://", "://"])
def test_frames_of_any_other_address_are_refused(address: str) -> None:
    with pytest.raises(BadFile):
        list(frames(address))


def test_frames_of_a_camera_come_as_long_as_somebody_asks(tmp_path: Path) -> None:
    clip = draw_clip(tmp_path / "a.mp4")
    with simulating([CameraConfig("/C-001", clip)]) as simulator:
        pictures = frames(f"rtsp://127.0.0.1:{simulator.port}/C-001")

        seen = [next(pictures) for _ in range(5)]
        pictures.close()

    assert [frame.picture.shape for frame in seen] == [(180, 320, 3)] * 5
    assert [frame.at_s for frame in seen] == sorted(frame.at_s for frame in seen)


def test_frames_of_a_camera_end_with_an_error_when_it_goes(tmp_path: Path) -> None:
    clip = draw_clip(tmp_path / "a.mp4")
    with simulating([CameraConfig("/C-001", clip)]) as simulator:
        pictures = frames(f"rtsp://127.0.0.1:{simulator.port}/C-001")
        next(pictures)

        simulator.take_down()

        with pytest.raises(BadFile):
            list(pictures)


def test_frames_of_a_camera_with_a_wrong_password_tell_no_password(tmp_path: Path) -> None:
    clip = draw_clip(tmp_path / "a.mp4")
    with simulating([CameraConfig("/C-001", clip, username="eye", password="right-one")]) as simulator:
        address = f"rtsp://eye:wrong-one@127.0.0.1:{simulator.port}/C-001"

        with pytest.raises(BadFile) as refusal:
            list(frames(address))

    assert "wrong-one" not in str(refusal.value)
    assert "wrong-one" not in shown(address)
    assert shown(address).endswith(f"127.0.0.1:{simulator.port}/C-001")


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("rtsp://a:b@h/x", "rtsp://h/x"),
        ("rtsp://a:p@ss@h/x", "rtsp://h/x"),
        ("rtsp://h/x@y", "rtsp://h/x@y"),
        ("plain@name.jpg", "plain@name.jpg"),
    ],
)
def test_shown_leaves_out_who_signs_in(path: str, wanted: str) -> None:
    assert shown(path) == wanted


def test_is_stream_tells_addresses_from_files() -> None:
    assert is_stream("rtsp://h/x")
    assert not is_stream("/a/b:c.jpg")


def test_turned_turns_anticlockwise_by_quarters() -> None:
    picture = np.arange(18, dtype=np.uint8).reshape(2, 3, 3)

    assert np.array_equal(turned(picture, 90), np.rot90(picture))
    assert np.array_equal(turned(picture, -180), np.rot90(picture, 2))
    assert np.array_equal(turned(picture, 12), picture)
