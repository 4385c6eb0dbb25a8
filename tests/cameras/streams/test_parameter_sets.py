"""Size and codec string of parameter sets, from real encoders and from nonsense."""

import contextlib
from fractions import Fraction
from pathlib import Path

import av
import pytest
from av.video.stream import VideoStream
from hypothesis import given
from hypothesis import strategies as st

from cameras.streams.parameter_sets import MAX_SIDE, BadParameterSets, read_format
from cameras.streams.simulator.clips import load_clip
from cameras.streams.units import Codec


def clip_of(folder: Path, codec: str, size: tuple[int, int], **options: str) -> Path:
    """One picture of this size by a real encoder."""
    path = folder / "one.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=5)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height = size
        stream.pix_fmt = options.pop("pix_fmt", "yuv420p")
        stream.time_base = Fraction(1, 5)
        stream.codec_context.options = options
        frame = av.VideoFrame(*size, stream.pix_fmt)
        for plane in frame.planes:  # a new frame holds whatever its memory held
            plane.update(bytes(plane.buffer_size))
        frame.pts = 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("options", "codec_string"),
    [
        ({"profile": "baseline", "level": "3.0"}, "avc1.42C01E"),
        ({"profile": "main", "level": "3.1"}, "avc1.4D401F"),
        ({"profile": "high", "level": "4.0"}, "avc1.640028"),
        ({"profile": "high", "level": "4.0", "x264-params": "interlaced=1"}, "avc1.640028"),
    ],
)
@pytest.mark.parametrize("size", [(320, 180), (1920, 1080), (352, 288), (98, 60)])
def test_read_format_of_h264_gives_the_shown_size_and_the_codec_string(
    tmp_path: Path, options: dict[str, str], codec_string: str, size: tuple[int, int]
) -> None:
    clip = load_clip(clip_of(tmp_path, "libx264", size, preset="veryfast", **options))

    found = read_format(Codec.H264, clip.parameter_sets)

    assert (found.width, found.height, found.codec_string) == (*size, codec_string)


def test_read_format_skips_scaling_lists_and_reads_other_chroma(tmp_path: Path) -> None:
    options = {"preset": "veryfast", "pix_fmt": "yuv444p", "x264-params": "cqm=jvt"}
    clip = load_clip(clip_of(tmp_path, "libx264", (322, 182), **options))

    found = read_format(Codec.H264, clip.parameter_sets)

    assert (found.width, found.height, found.chroma) == (322, 182, 3)
    assert found.codec_string.startswith("avc1.F4")


@pytest.mark.parametrize("size", [(320, 180), (1920, 1080)])
def test_read_format_of_h265(tmp_path: Path, size: tuple[int, int]) -> None:
    # x265 gives one lone picture an arbitrary decoding time when it may reorder pictures.
    quiet = {"preset": "ultrafast", "x265-params": "log-level=none:bframes=0"}
    clip = load_clip(clip_of(tmp_path, "libx265", size, **quiet))

    found = read_format(Codec.H265, clip.parameter_sets)

    assert (found.width, found.height) == size
    assert found.codec_string.startswith("hvc1.1.6.L")
    assert (found.chroma, found.luma_bits, found.chroma_bits) == (1, 8, 8)


@pytest.mark.parametrize("codec", list(Codec))
def test_read_format_without_an_sps_is_refused(codec: Codec) -> None:
    with pytest.raises(BadParameterSets):
        read_format(codec, (b"\x68\xce\x3c\x80",))


@pytest.mark.parametrize(("codec", "head"), [(Codec.H264, b"\x67"), (Codec.H265, b"\x42\x01")])
@given(body=st.binary(max_size=200))
def test_read_format_of_any_bytes_is_a_picture_or_refused(codec: Codec, head: bytes, body: bytes) -> None:
    with contextlib.suppress(BadParameterSets):
        found = read_format(codec, (head + body,))

        assert 0 < found.width <= MAX_SIDE
        assert 0 < found.height <= MAX_SIDE


@pytest.mark.parametrize("name", ["clip", "h265_clip"])
@given(
    flips=st.lists(st.tuples(st.integers(0, 10_000), st.integers(1, 255)), max_size=6), cut=st.integers(0, 80)
)
def test_read_format_of_a_damaged_sps_is_a_picture_or_refused(
    request: pytest.FixtureRequest, name: str, flips: list[tuple[int, int]], cut: int
) -> None:
    clip = load_clip(request.getfixturevalue(name))
    damaged = []
    for nal in clip.parameter_sets:
        data = bytearray(nal)
        for place, mask in flips:
            data[2 + place % (len(data) - 2)] ^= mask
        damaged.append(bytes(data[: max(3, len(data) - cut)]))

    with contextlib.suppress(BadParameterSets):
        found = read_format(clip.codec, tuple(damaged))

        assert found.codec_string.count(".") >= 1
