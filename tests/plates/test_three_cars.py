"""Three cars drive past a camera: from its RTSP packets to three rows with pictures."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from cameras.ingest.runner import IngestRunner
from cameras.services import register_camera
from cameras.streams.simulator.config import CameraConfig
from events.services import Actor
from plates import partitions, pictures
from plates.models import PlateRead
from plates.workflow import KEEP_READS
from tests.cameras.simulated import simulating
from tests.cameras.waiting import wait_until
from tests.plates.recognition.drives import CARS, write_drives

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.enable_socket]


@pytest.fixture
def runner(settings: Settings, tmp_path: Path) -> Iterator[Callable[[], IngestRunner]]:
    settings.INGEST_SPOOL = tmp_path / "spool"
    settings.CAMERA_NETWORKS = ["127.0.0.0/8"]
    started: list[IngestRunner] = []

    def start() -> IngestRunner:
        started.append(IngestRunner("lane"))
        started[0].start()
        return started[0]

    yield start
    for each in started:
        each.stop()


@pytest.mark.timeout(900)
def test_three_passing_cars_become_three_reads_with_crops(
    tmp_path: Path, runner: Callable[[], IngestRunner]
) -> None:
    """The clip plays round and round, so a slow machine sees a car in a later round at the latest."""
    partitions.keep_up(at=timezone.now(), keep=KEEP_READS)
    clip = write_drives(tmp_path / "cars.mp4")
    wanted = {(car.text, car.province) for car in CARS}
    with simulating([CameraConfig("/lane", clip)]) as simulator:
        register_camera(
            actor=Actor.system("test"), at=timezone.now(), code="C-001", name="ด่าน", owner="สภ.",
            stream_host="127.0.0.1", stream_port=simulator.port, stream_path="/lane", reads_plates=True,
        )  # fmt: skip

        runner()

        accepted = PlateRead.objects.filter(accepted=True)
        wait_until(lambda: wanted <= set(accepted.values_list("text", "province")), seconds=800)

    rows = list(accepted)
    assert {(row.text, row.province) for row in rows} == wanted
    assert all(row.first_seen_at <= row.seen_at for row in rows)
    assert all((pictures.read(row.crop) or b"").startswith(b"\xff\xd8") for row in rows)
    assert all((pictures.read(row.scene) or b"").startswith(b"\xff\xd8") for row in rows)
