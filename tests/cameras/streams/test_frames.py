from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from cameras.streams.frames import jpeg, planes_of, small_luma, small_picture


def frame_of(colour: tuple[int, int, int], size: tuple[int, int] = (1280, 720)) -> av.VideoFrame:
    width, height = size
    picture = np.full((height, width, 3), colour, np.uint8)
    return av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(format="yuv420p")


@pytest.mark.parametrize("colour", [(0, 0, 255), (0, 255, 0), (255, 0, 0), (128, 128, 128), (255, 255, 255)])
@pytest.mark.parametrize("size", [(1280, 720), (640, 360), (322, 182)])
def test_small_picture_keeps_colours(colour: tuple[int, int, int], size: tuple[int, int]) -> None:
    small = small_picture(planes_of(frame_of(colour, size)), (184, 104))

    assert small.shape == (104, 184, 3)
    assert np.abs(small.astype(int) - np.array(colour)).max() <= 6


def test_planes_of_converts_other_formats() -> None:
    gray = frame_of((128, 128, 128)).reformat(format="gray")

    assert planes_of(gray).u.shape == (360, 640)


def test_small_luma_reads_brightness() -> None:
    luma = small_luma(planes_of(frame_of((255, 255, 255))), (320, 180))

    assert luma.shape == (180, 320)
    assert luma.min() >= 230


def test_jpeg_is_a_picture_of_its_size() -> None:
    data = jpeg(small_picture(planes_of(frame_of((0, 0, 255))), (92, 52)))

    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    assert decoded.shape == (52, 92, 3)


def test_planes_of_reads_decoded_clip(clip: Path) -> None:
    with av.open(str(clip)) as container:
        frame = next(container.decode(video=0))

    planes = planes_of(frame)

    assert planes.y.shape == (180, 320)
    assert 40 < planes.y.mean() < 200
