"""Packs of what the recorder itself wrote: its files, and the whole way from a camera to the verifier."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from cameras.evidence import building, verify
from cameras.evidence.clips import cut, join, write_clip
from cameras.evidence.models import State
from cameras.evidence.recordings import read_recording
from cameras.evidence.services import Wish, path_of, request_pack
from cameras.ingest.runner import IngestRunner
from cameras.models import Camera
from cameras.recording.models import Mode, Segment
from cameras.recording.services import set_rule
from cameras.streams.recording import Gap
from cameras.streams.simulator.config import CameraConfig
from events.services import Actor
from tests.cameras.conftest import MakeCamera
from tests.cameras.evidence.conftest import ACTOR
from tests.cameras.evidence.footage import pictures_of
from tests.cameras.simulated import simulating
from tests.cameras.streams.footage import Camera as Sender
from tests.cameras.streams.test_recording_files import Disk, record
from tests.cameras.waiting import wait_until


def test_files_of_the_recorder_are_joined_picture_by_picture(tmp_path: Path, street_clip: Path) -> None:
    disk, sender = Disk(tmp_path / "recordings", segment_s=2.0), Sender(street_clip)
    record(disk, sender, 12, gap=Gap.START)
    disk.writer.finish()
    begin = dt.datetime.fromtimestamp(disk.files[0].label.started_at, dt.UTC)
    end = begin + dt.timedelta(minutes=1)

    pieces = [
        cut(
            read_recording(done.path),
            done.sha256,
            dt.datetime.fromtimestamp(done.label.started_at, dt.UTC),
            begin,
            end,
        )
        for done in disk.files
    ]
    clips = join([piece for piece in pieces if piece is not None])
    clip = tmp_path / "clip.mp4"
    with clip.open("wb") as file:
        write_clip(clips[0], file.write)

    assert len(disk.files) > 1
    assert len(clips) == 1
    recorded = [checksum for done in disk.files for _at, checksum in pictures_of(done.path)]
    assert [checksum for _at, checksum in pictures_of(clip)] == recorded


@pytest.fixture
def recording(make_camera: MakeCamera, street_clip: Path, settings: Settings) -> Iterator[Camera]:
    """A camera of the simulator that is being recorded."""
    settings.RECORDING_SEGMENT_S = 2
    with simulating([CameraConfig("/1", street_clip)]) as running:
        camera = make_camera("C-001", stream_port=running.port, stream_path="/1")
        set_rule(
            actor=Actor.system("test"), camera=camera, mode=Mode.CONTINUOUS, keep_days=7, at=timezone.now()
        )
        runner = IngestRunner("one")
        runner.start()
        try:
            yield camera
        finally:
            runner.stop()


@pytest.mark.slow
@pytest.mark.enable_socket
@pytest.mark.django_db(transaction=True)
def test_camera_to_verifier(recording: Camera) -> None:
    wait_until(lambda: Segment.objects.count() >= 3, seconds=60)
    segments = list(Segment.objects.order_by("started_at"))
    at = timezone.now()
    wish = Wish(
        cameras=[recording],
        begin=segments[0].started_at,
        end=segments[2].ended_at,
        case_number="1/2569",
        reason="ทดสอบทั้งเส้นทาง",
        requester="ผู้ทดสอบ",
        keep_until=(at + dt.timedelta(days=30)).date(),
    )
    pack = request_pack(actor=ACTOR, wish=wish, at=at)

    building.build_next(at=timezone.now())

    pack.refresh_from_db()
    assert (pack.state, pack.clips, pack.gaps) == (State.READY, 1, 0)
    found = verify.opened(str(path_of(pack)))
    assert found is not None
    report = verify.check(found)
    assert report.is_whole
    assert report.manifest is not None
    assert {source["state"] for source in report.manifest["sources"]} == {"AS_RECORDED"}
    assert report.manifest["clips"][0]["pictures"] == sum(segment.pictures for segment in segments[:3])
