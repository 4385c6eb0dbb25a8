"""kill -9 of a recording worker: the next one takes over, and at most a group of pictures is lost.

The worker tells each picture that it takes (k: a key picture, p: another) and each group that is in its file
(w), so that what it had when it died is counted in pictures, whatever the load of the machine.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import av
import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from cameras.ingest.runner import IngestRunner
from cameras.models import Camera, CameraLease
from cameras.recording.files import path_of
from cameras.recording.models import Segment
from cameras.recording.services import set_rule
from cameras.streams.simulator.config import CameraConfig
from events.services import Actor
from tests.cameras.conftest import MakeCamera
from tests.cameras.simulated import simulating
from tests.cameras.waiting import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.enable_socket, pytest.mark.slow]
GROUP_S = 0.5  # of the clip
GROUP = 5  # pictures
TAKE_OVER_S = 1.5
BUSY_S = 3.0  # a machine that runs other tests meanwhile
CHILD = """
import os, time, django
django.setup()
from django.conf import settings
from pathlib import Path
settings.RECORDING_ROOT = Path(os.environ["RECORDING_ROOT"])
from cameras.ingest.recorder import Recorder
from cameras.ingest.runner import IngestRunner
from cameras.streams.recording_files import SegmentWriter
take, write = Recorder.take, SegmentWriter.write
def tell_take(recorder, unit):
    os.write(1, b"k" if unit.is_key else b"p")
    take(recorder, unit)
def tell_write(writer, group):
    is_taken = write(writer, group)
    os.write(1, b"w")
    return is_taken
Recorder.take, SegmentWriter.write = tell_take, tell_write
IngestRunner("victim").start()
time.sleep(600)
"""


@pytest.fixture
def camera(make_camera: MakeCamera, street_clip: Path, settings: Settings) -> Iterator[Camera]:
    settings.RECORDING_SEGMENT_S = 5
    with simulating([CameraConfig("/1", street_clip)]) as simulator:
        camera = make_camera(stream_port=simulator.port, stream_path="/1")
        set_rule(actor=Actor.system("test"), camera=camera, mode="CONTINUOUS", keep_days=7, at=timezone.now())
        yield camera


@pytest.fixture
def victim(transactional_db: None) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker in a process of its own, on the test's database and disk."""
    known = connection.get_connection_params()
    address = (
        f"postgresql://{known['user']}:{known['password']}@{known['host']}:{known['port']}/{known['dbname']}"
    )
    environment = {
        **os.environ,
        "DATABASE_URL": address,
        "DJANGO_SETTINGS_MODULE": "ccoc.settings",
        "CAMERA_NETWORKS": "127.0.0.0/8",
        "RECORDING_ROOT": str(django_settings.RECORDING_ROOT),
        "RECORDING_SEGMENT_S": "60",
        "RECORDING_RESERVE_BYTES": "0",
        "RECORDING_FLOOR_BYTES": "0",
        "INGEST_SPOOL": str(django_settings.INGEST_SPOOL),
        "LIVE_DOORS": str(django_settings.LIVE_DOORS),
        "PICTURE_ROOT": str(django_settings.PICTURE_ROOT),
    }
    process = subprocess.Popen([sys.executable, "-c", CHILD], env=environment, stdout=subprocess.PIPE)
    yield process
    process.kill()
    process.communicate()


def test_killed_worker_loses_a_group_and_the_time_of_the_take_over(
    camera: Camera, victim: "subprocess.Popen[bytes]"
) -> None:
    root = Path(django_settings.RECORDING_ROOT)
    wait_until(lambda: any(path.stat().st_size > 100_000 for path in root.rglob("*.part")), seconds=90)
    heir = IngestRunner("heir")
    heir.start()  # shares nothing yet: the only camera is read by the victim
    wait_until(lambda: heir._keeper._connection is not None)

    victim.send_signal(signal.SIGKILL)
    assert victim.stdout is not None
    told = victim.stdout.read().lstrip(b"p")  # before the first key picture nothing can be recorded
    try:
        wait_until(lambda: CameraLease.objects.get().worker == "heir", seconds=60)
        wait_until(lambda: Segment.objects.filter(worker="victim").exists(), seconds=60)
        wait_until(lambda: Segment.objects.filter(worker="heir").exists(), seconds=60)
    finally:
        heir.stop()

    saved, after = Segment.objects.order_by("started_at")[:2]
    assert (saved.worker, after.worker, after.gap_reason) == ("victim", "heir", "WORKER_LOST")
    lost = told.count(b"k") + told.count(b"p") - saved.pictures
    on_the_way = told.count(b"k") - 1 - told.count(b"w")  # groups in the hands of the writing thread
    assert saved.pictures >= GROUP * told.count(b"w")
    assert lost <= GROUP * (1 + on_the_way)
    assert after.gap_s < TAKE_OVER_S + 2 * GROUP_S + BUSY_S
    for row in (saved, after):
        with av.open(str(path_of(row.path))) as container:
            assert sum(1 for _ in container.decode(container.streams.video[0])) == row.pictures
