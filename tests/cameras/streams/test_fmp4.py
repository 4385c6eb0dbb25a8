"""Fragmented MP4 read back by others: PyAV, and Debian's ffprobe and ffmpeg where they are installed."""

import io
import json
import shutil
import subprocess
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cameras.streams.fmp4 import TIMESCALE, Track, fragment, init_segment, sample_of
from cameras.streams.nal import is_parameter_set, split_sized
from cameras.streams.parameter_sets import BadParameterSets
from cameras.streams.simulator.clips import Clip, load_clip
from cameras.streams.units import Codec

TICKS = st.integers(0, 2**62)
CLIPS = ["clip", "large_clip", "h265_clip"]


def file_of(clip: Clip) -> bytes:
    """A clip as init segment and one fragment a picture."""
    parts = [init_segment(Track.of(clip.codec, clip.parameter_sets))]
    step = clip.duration_ticks // len(clip.pictures)
    for number, picture in enumerate(clip.pictures):
        sample = sample_of(clip.codec, list(picture.nals))
        place = {"decode_ticks": number * step, "duration_ticks": step, "offset_ticks": 0}
        parts.append(fragment(number + 1, sample, is_key=picture.is_key, **place))
    return b"".join(parts)


def boxes(data: bytes) -> list[tuple[bytes, bytes]]:
    """Kinds and bodies of boxes one after the other; fails where the sizes do not add up."""
    found, position = [], 0
    while position < len(data):
        size = int.from_bytes(data[position : position + 4], "big")
        assert 8 <= size <= len(data) - position
        found.append((data[position + 4 : position + 8], data[position + 8 : position + size]))
        position += size
    return found


def walk(data: bytes) -> list[bytes]:
    """Kinds of all boxes, those inside others after them."""
    holders = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"dinf", b"mvex", b"moof", b"traf"}
    kinds = []
    for kind, body in boxes(data):
        kinds += [kind, *(walk(body) if kind in holders else ())]
    return kinds


@pytest.mark.parametrize("name", CLIPS)
def test_pyav_reads_and_decodes_every_picture(request: pytest.FixtureRequest, name: str) -> None:
    clip = load_clip(request.getfixturevalue(name))

    with av.open(io.BytesIO(file_of(clip)), "r") as container:
        stream = container.streams.video[0]
        frames = list(container.decode(stream))

    track = Track.of(clip.codec, clip.parameter_sets)
    assert len(frames) == len(clip.pictures)
    assert {(frame.width, frame.height) for frame in frames} == {(track.format.width, track.format.height)}
    times = [frame.time for frame in frames]
    assert times == pytest.approx([number * clip.duration_s / len(frames) for number in range(len(frames))])


@pytest.mark.parametrize("name", CLIPS)
def test_pyav_finds_the_key_pictures(request: pytest.FixtureRequest, name: str) -> None:
    clip = load_clip(request.getfixturevalue(name))

    with av.open(io.BytesIO(file_of(clip)), "r") as container:
        keys = [packet.is_keyframe for packet in container.demux(video=0) if packet.size]

    assert keys == [picture.is_key for picture in clip.pictures]


@pytest.mark.parametrize("name", CLIPS)
def test_ffprobe_and_ffmpeg_agree(request: pytest.FixtureRequest, name: str, tmp_path: Path) -> None:
    if shutil.which("ffprobe") is None or shutil.which("ffmpeg") is None:
        pytest.skip("no ffmpeg on this machine")
    clip = load_clip(request.getfixturevalue(name))
    path = tmp_path / "fragments.mp4"
    path.write_bytes(file_of(clip))

    asked = ["-v", "error", "-count_frames", "-show_streams", "-of", "json", str(path)]
    probed = subprocess.run(["ffprobe", *asked], capture_output=True, check=True, text=True)
    decoded = subprocess.run(
        ["ffmpeg", "-v", "error", "-xerror", "-i", str(path), "-f", "null", "-"],
        capture_output=True,
        check=True,
        text=True,
    )

    stream = json.loads(probed.stdout)["streams"][0]
    track = Track.of(clip.codec, clip.parameter_sets)
    assert (probed.stderr, decoded.stderr) == ("", "")
    assert int(stream["nb_read_frames"]) == len(clip.pictures)
    assert (stream["width"], stream["height"]) == (track.format.width, track.format.height)
    assert stream["codec_tag_string"] == track.format.codec_string[:4]
    assert stream["time_base"] == f"1/{TIMESCALE}"


@pytest.mark.parametrize("name", CLIPS)
def test_init_segment_is_a_live_movie_without_samples(request: pytest.FixtureRequest, name: str) -> None:
    clip = load_clip(request.getfixturevalue(name))

    data = init_segment(Track.of(clip.codec, clip.parameter_sets))

    kinds = walk(data)
    assert kinds[:2] == [b"ftyp", b"moov"]
    for kind in (b"mvhd", b"tkhd", b"mdhd", b"hdlr", b"vmhd", b"dref", b"stsd", b"stts", b"stsz", b"trex"):
        assert kinds.count(kind) == 1
    movie = dict(boxes(data))[b"moov"]
    assert dict(boxes(movie))[b"mvhd"][16:20] == bytes(4)  # no duration: live


@given(
    sequence=st.integers(0, 2**40),
    sample=st.binary(max_size=5000),
    decode=TICKS,
    duration=st.integers(0, 2**31),
    offset=st.integers(-(2**31), 2**31 - 1),
    is_key=st.booleans(),
)
def test_fragment_sizes_always_add_up(
    sequence: int, sample: bytes, decode: int, duration: int, offset: int, is_key: bool
) -> None:
    data = fragment(
        sequence,
        sample,
        decode_ticks=decode,
        duration_ticks=duration,
        offset_ticks=offset,
        is_key=is_key,
    )

    assert walk(data) == [b"moof", b"mfhd", b"traf", b"tfhd", b"tfdt", b"trun", b"mdat"]
    outer = dict(boxes(data))
    inner = dict(boxes(dict(boxes(outer[b"moof"]))[b"traf"]))
    run = inner[b"trun"]
    data_offset = int.from_bytes(run[8:12], "big")
    assert data[data_offset:] == sample == outer[b"mdat"]
    assert int.from_bytes(inner[b"tfdt"][4:], "big") == decode
    assert int.from_bytes(run[12:16], "big") == duration
    assert int.from_bytes(run[16:20], "big") == len(sample)
    assert int.from_bytes(run[24:28], "big", signed=True) == offset


@given(nals=st.lists(st.binary(min_size=2, max_size=700), max_size=8))
def test_sample_of_keeps_every_slice_and_nothing_needless(nals: list[bytes]) -> None:
    sample = sample_of(Codec.H264, nals)

    kept = split_sized(sample, 4)
    assert kept == [nal for nal in nals if nal[0] & 0x1F not in (7, 8, 9, 10, 11, 12)]
    assert not any(is_parameter_set(Codec.H264, nal) for nal in kept)


def test_track_with_more_sets_than_a_record_counts_is_refused(clip: Path) -> None:
    sets = load_clip(clip).parameter_sets

    with pytest.raises(BadParameterSets):
        Track.of(Codec.H264, sets * 16)
    with pytest.raises(BadParameterSets):
        Track.of(Codec.H264, (*sets, b"\x68" + bytes(70_000)))
