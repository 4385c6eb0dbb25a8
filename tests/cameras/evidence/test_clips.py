"""Clips: whole groups of pictures, the very pictures that were recorded, and any player plays them."""

import datetime as dt
import json
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest

from cameras.evidence.clips import Piece, cut, duration_s, join, write_clip
from cameras.evidence.recordings import BadRecording, read_recording
from tests.cameras.evidence.footage import AT, PICTURES, pictures_of, record, record_with_sound

LONG = dt.timedelta(minutes=1)


def seconds(number: float) -> dt.datetime:
    return AT + dt.timedelta(seconds=number)


@pytest.fixture
def recorded(tmp_path: Path, street_clip: Path) -> Path:
    return record(tmp_path / "a.mp4", street_clip, first_ticks=2**33)


def piece_of(path: Path, begin: float = -60, end: float = 60, started: float = 0) -> Piece:
    piece = cut(read_recording(path), "digest", seconds(started), seconds(begin), seconds(end))
    assert piece is not None
    return piece


def written(path: Path, pieces: list[Piece]) -> tuple[Path, list[int]]:
    with path.open("wb") as file:
        starts = write_clip(pieces, file.write)
    return path, starts


@pytest.mark.parametrize(
    ("begin", "end", "first", "count"),
    [
        (0.0, 2.0, 0.0, 20),
        (0.6, 0.9, 0.5, 5),
        (0.49, 0.51, 0.0, 10),
        (0.5, 1.0, 0.5, 5),
        (1.9, 99.0, 1.5, 5),
        (-9.0, 0.1, 0.0, 5),
    ],
)
def test_cut_takes_whole_groups_that_touch_the_span(
    recorded: Path, begin: float, end: float, first: float, count: int
) -> None:
    piece = piece_of(recorded, begin, end)

    assert piece.begin == seconds(first)
    assert piece.end == seconds(first + count / 10)
    assert piece.pictures == count


@pytest.mark.parametrize(("begin", "end"), [(-2.0, 0.0), (2.0, 3.0)])
def test_cut_outside_the_recording_is_nothing(recorded: Path, begin: float, end: float) -> None:
    assert cut(read_recording(recorded), "", AT, seconds(begin), seconds(end)) is None


def test_clip_shows_the_pictures_that_were_recorded(tmp_path: Path, recorded: Path) -> None:
    clip, starts = written(tmp_path / "clip.mp4", [piece_of(recorded, 0.6, 1.2)])

    shown, whole = pictures_of(clip), pictures_of(recorded)

    assert [checksum for _at, checksum in shown] == [checksum for _at, checksum in whole[5:15]]
    assert [at for at, _checksum in shown] == [number / 10 for number in range(10)]
    assert starts == [0]


def test_clip_of_recordings_in_a_row_is_one(tmp_path: Path, street_clip: Path) -> None:
    pieces = [
        piece_of(record(tmp_path / f"{number}.mp4", street_clip, first_ticks=number), started=number * 2.04)
        for number in range(3)
    ]

    clips = join(pieces)
    clip, starts = written(tmp_path / "clip.mp4", clips[0])

    assert len(clips) == 1
    assert starts == [0, 2040, 4080]
    assert duration_s(clips[0]) == pytest.approx(6.08)
    times = [at for at, _checksum in pictures_of(clip)]
    assert len(times) == 3 * PICTURES
    assert times[PICTURES] == pytest.approx(2.04)
    assert all(before < after for before, after in pairwise(times))


def test_clip_of_recordings_that_overlap_a_little_goes_forward(tmp_path: Path, street_clip: Path) -> None:
    pieces = [
        piece_of(record(tmp_path / f"{number}.mp4", street_clip), started=number * 1.7) for number in range(2)
    ]

    clip, _starts = written(tmp_path / "clip.mp4", join(pieces)[0])

    times = [at for at, _checksum in pictures_of(clip)]
    assert len(times) == 2 * PICTURES
    assert all(before < after for before, after in pairwise(times))


def test_join_parts_at_a_gap_and_at_another_decoder(tmp_path: Path, street_clip: Path) -> None:
    first = piece_of(record(tmp_path / "1.mp4", street_clip))
    late = piece_of(record(tmp_path / "2.mp4", street_clip), started=3.0)
    other = piece_of(record_with_sound(tmp_path / "3.mp4"), started=5.0)

    assert [len(part) for part in join([first, late, other])] == [1, 1, 1]


def test_clip_keeps_sound_and_pictures_out_of_order(tmp_path: Path) -> None:
    recorded = record_with_sound(tmp_path / "sound.mp4")
    clip, _starts = written(tmp_path / "clip.mp4", [piece_of(recorded, 0.6, 1.2)])

    shown, whole = pictures_of(clip), pictures_of(recorded)

    checksums = [checksum for _at, checksum in whole]
    found = [checksum for _at, checksum in shown]
    assert found == checksums[checksums.index(found[0]) :][: len(found)]
    assert 5 <= len(found) < PICTURES


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe is not installed")
def test_clip_is_a_plain_file_to_ffprobe(tmp_path: Path) -> None:
    recorded = record_with_sound(tmp_path / "sound.mp4")
    clip, _starts = written(tmp_path / "clip.mp4", [piece_of(recorded)])

    asked = ["-v", "error", "-show_streams", "-show_format", "-count_frames", "-of", "json"]
    told = subprocess.run(["ffprobe", *asked, str(clip)], check=True, capture_output=True)

    assert told.stderr == b""
    found = json.loads(told.stdout)
    video, sound = sorted(found["streams"], key=lambda stream: stream["codec_type"], reverse=True)
    assert int(video["nb_frames"]) == int(video["nb_read_frames"]) == PICTURES
    assert int(sound["nb_read_frames"]) >= 29
    assert float(video["start_time"]) == 0
    assert float(found["format"]["duration"]) == pytest.approx(2, abs=0.2)
    assert found["format"]["tags"]["creation_time"].startswith("2026-11-23T14:00:00")


def test_recording_cut_off_in_its_last_fragment_loses_only_that(recorded: Path) -> None:
    data = recorded.read_bytes()
    recorded.write_bytes(data[:-100])

    found = read_recording(recorded)

    assert not found.is_whole
    assert len(found.video.samples) == PICTURES - 1


@pytest.mark.parametrize(
    "data",
    [b"", b"no video here", b"\0\0\0\x08moov", bytes(64), b"\0\0\0\x10moov\0\0\0\x99trak", b"\0\0\0\x01mdat"],
)
def test_recording_of_something_else_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(data)

    with pytest.raises(BadRecording):
        read_recording(path)
