"""A clip of three cars that pass one after the other, for tests and benches."""

from pathlib import Path
from typing import Final

import av

from plates.recognition.synthesis import PlateSpec
from plates.recognition.text import PlateClass
from tests.plates.recognition.streets import Drive, street, with_drives

CARS: Final = (
    PlateSpec("8กน4571", "BKK", seed=2),
    PlateSpec("701234", "PLK", PlateClass.TRUCK, seed=3),
    PlateSpec("ทข2258", "PCT", PlateClass.TAXI, seed=4),
)
RATE: Final = 10
_PASSING_S, _EMPTY_S = 4, 2


def write_drives(clip: Path, rate: int = RATE) -> Path:
    """Write the clip: each car comes nearer for four seconds, then two seconds of empty street.

    `rate` pictures a second, a key picture every second.
    """
    with av.open(str(clip), "w") as container:
        stream = container.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 960, 540, "yuv420p"
        stream.codec_context.gop_size = rate
        stream.options = {
            "preset": "ultrafast",
            "tune": "zerolatency",
            "crf": "18",
            "x264-params": "scenecut=0",
        }
        for number in range(len(CARS) * (_PASSING_S + _EMPTY_S) * rate):
            car, step = divmod(number, (_PASSING_S + _EMPTY_S) * rate)
            share = step / (_PASSING_S * rate)
            drive = Drive(CARS[car], (470, 250, 75), (470, 460, 150))
            picture = with_drives([drive], share, step) if share < 1 else street()
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return clip
