"""The ingest runner against a real simulator, PostgreSQL and cache: pictures, health, leases, results."""

import itertools
import logging
import time
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from cameras import pictures, results, watching
from cameras.ingest.leases import WORKER_CLASS
from cameras.models import Camera, CameraHealth, CameraLease
from cameras.services import change_camera, retire_camera, set_credential
from cameras.streams.results import Finding
from cameras.streams.simulator.config import CameraConfig
from cameras.streams.simulator.faults import Fault, FaultSwitch
from events.models import OutboxEvent
from events.services import Actor
from tests.cameras.conftest import MakeCamera, StartRunner
from tests.cameras.simulated import RunningSimulator, simulating
from tests.cameras.waiting import wait_until

PASSWORD = "ร.ล@b%w/d"
ADMIN = Actor.system("test")

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.enable_socket]


@pytest.fixture
def simulator(street_clip: object) -> Iterator[RunningSimulator]:
    paths = [f"/{number}" for number in range(1, 7)]
    cameras = [CameraConfig(path, street_clip) for path in paths]  # type: ignore[arg-type]
    cameras.append(CameraConfig("/locked", street_clip, username="viewer", password=PASSWORD))  # type: ignore[arg-type]
    with simulating(cameras) as running:
        yield running


def health_of(camera: Camera) -> str:
    return CameraHealth.objects.get(camera=camera).health


def test_runner_brings_a_camera_to_life_within_seconds(
    make_camera: MakeCamera, simulator: RunningSimulator, start_runner: StartRunner
) -> None:
    camera = make_camera("C-001", stream_port=simulator.port)

    start_runner("one")

    wait_until(lambda: health_of(camera) == "LIVE")
    wait_until(lambda: pictures.captured_at("C-001") is not None)
    picture = pictures.read(pictures.THUMBS, "C-001")
    assert picture is not None
    assert picture.jpeg.startswith(b"\xff\xd8")
    assert abs(picture.captured_ms / 1000 - time.time()) < 5
    assert OutboxEvent.objects.filter(name="cameras.changed", data__health="LIVE").exists()
    row = CameraHealth.objects.get()
    assert (row.worker, row.epoch) == ("one", 1)


def gaps_between_thumbnails(code: str, count: int, look: Callable[[str], None]) -> list[float]:
    """Seconds between the moments at which so many thumbnails in a row were taken, while `look` goes on."""
    taken: list[float] = []

    def has_enough() -> bool:
        look(code)
        at = pictures.captured_at(code)
        if at is not None and at not in taken:
            taken.append(at)
        return len(taken) > count

    wait_until(has_enough, seconds=60)
    return [later - earlier for earlier, later in itertools.pairwise(taken)]


def test_runner_spares_thumbnails_that_nobody_watches(
    make_camera: MakeCamera, simulator: RunningSimulator, start_runner: StartRunner
) -> None:
    make_camera("C-001", stream_port=simulator.port)
    start_runner("one")

    assert min(gaps_between_thumbnails("C-001", 3, lambda code: None)) > 1.5


def test_runner_looks_at_a_watched_camera_each_second(
    make_camera: MakeCamera, simulator: RunningSimulator, start_runner: StartRunner
) -> None:
    make_camera("C-002", stream_port=simulator.port)
    start_runner("one")

    assert min(gaps_between_thumbnails("C-002", 4, watching.mark_watched)) < 1.5


def test_runner_makes_stills_of_watched_cameras_only(
    make_camera: MakeCamera, simulator: RunningSimulator, start_runner: StartRunner
) -> None:
    for code in ("C-001", "C-002"):
        make_camera(code, stream_port=simulator.port)
    start_runner("one")

    def has_still() -> bool:
        watching.mark_watched("C-002")
        return pictures.read(pictures.STILLS, "C-002") is not None

    wait_until(has_still)

    assert pictures.read(pictures.STILLS, "C-001") is None


def test_runner_tells_of_a_stall_and_of_the_return(
    make_camera: MakeCamera, simulator: RunningSimulator, start_runner: StartRunner
) -> None:
    camera = make_camera("C-001", stream_port=simulator.port)
    start_runner("one")
    wait_until(lambda: health_of(camera) == "LIVE")

    simulator.take_down()
    wait_until(lambda: health_of(camera) in ("UNREACHABLE", "BACKOFF"))
    assert CameraHealth.objects.get().down_since is not None
    simulator.bring_up()

    wait_until(lambda: health_of(camera) == "LIVE")
    assert CameraHealth.objects.get().down_since is None


def test_runner_signs_in_with_the_sealed_password_and_never_logs_it(
    make_camera: MakeCamera,
    simulator: RunningSimulator,
    start_runner: StartRunner,
    caplog: pytest.LogCaptureFixture,
) -> None:
    profile = set_credential(
        actor=ADMIN, at=timezone.now(), name="ชุดเดียว", username="viewer", secret=PASSWORD
    )
    values = {"stream_port": simulator.port, "stream_path": "/locked"}
    opened = make_camera("C-001", credential=profile, **values)
    refused = make_camera("C-002", **values)

    with caplog.at_level(logging.DEBUG):
        start_runner("one")
        wait_until(lambda: health_of(opened) == "LIVE")
        wait_until(lambda: health_of(refused) == "AUTH_FAILED")

    assert PASSWORD not in caplog.text


def test_runner_follows_a_change_of_the_register(
    make_camera: MakeCamera, simulator: RunningSimulator, start_runner: StartRunner
) -> None:
    camera = make_camera("C-001", stream_port=simulator.port, stream_path="/missing")
    start_runner("one")
    wait_until(lambda: health_of(camera) not in ("UNKNOWN", "CONNECTING"))

    change_camera(camera_id=camera.pk, actor=ADMIN, at=timezone.now(), stream_path="/2")

    wait_until(lambda: health_of(camera) == "LIVE")


def test_runner_lets_go_of_a_retired_camera(
    make_camera: MakeCamera, simulator: RunningSimulator, start_runner: StartRunner
) -> None:
    camera = make_camera("C-001", stream_port=simulator.port)
    runner = start_runner("one")
    wait_until(lambda: health_of(camera) == "LIVE")

    retire_camera(camera_id=camera.pk, actor=ADMIN, at=timezone.now(), reason="ย้าย")

    wait_until(lambda: runner.camera_count == 0)
    time.sleep(1.2)
    assert health_of(camera) == "DISABLED"


def test_two_runners_share_and_one_inherits_from_the_other(
    make_camera: MakeCamera, simulator: RunningSimulator, start_runner: StartRunner
) -> None:
    for number in range(1, 7):
        make_camera(stream_port=simulator.port, stream_path=f"/{number}")
    first, second = start_runner("one"), start_runner("two")
    wait_until(lambda: (first.camera_count, second.camera_count) == (3, 3))

    first.stop()

    wait_until(lambda: second.camera_count == 6)
    wait_until(lambda: CameraHealth.objects.filter(health="LIVE", worker="two").count() == 6)
    assert set(CameraLease.objects.values_list("worker", flat=True)) == {"two"}


def test_runner_survives_the_loss_of_its_lease_connection(
    make_camera: MakeCamera, simulator: RunningSimulator, start_runner: StartRunner
) -> None:
    camera = make_camera("C-001", stream_port=simulator.port)
    start_runner("one")
    wait_until(lambda: health_of(camera) == "LIVE")

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s",
            [WORKER_CLASS],
        )

    wait_until(lambda: CameraLease.objects.get().epoch == 2)
    wait_until(lambda: CameraHealth.objects.get().epoch == 2 and health_of(camera) == "LIVE")


def test_runner_hands_findings_of_plate_cameras_to_who_asked(
    make_camera: MakeCamera,
    simulator: RunningSimulator,
    start_runner: StartRunner,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.CAMERA_ANALYSERS = {"PLATES": "tests.cameras.counting:Counting"}
    heard: list[Finding] = []
    monkeypatch.setitem(results._handlers, "counted", [heard.extend])
    make_camera("C-001", stream_port=simulator.port, reads_plates=True)
    make_camera("C-002", stream_port=simulator.port)

    start_runner("one")

    wait_until(lambda: len(heard) >= 3)
    assert {finding.code for finding in heard} == {"C-001"}
    assert heard[0].result.pictures == {"crop": b"jpeg"}
    assert len({finding.result.body["pass_id"] for finding in heard}) == len(heard)


def test_runner_marks_a_camera_that_sends_nonsense_as_poor(
    make_camera: MakeCamera,
    simulator: RunningSimulator,
    start_runner: StartRunner,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cameras.ingest.fleet.UNSEEN_S", 2.5)
    camera = make_camera("C-001", stream_port=simulator.port)
    other = make_camera("C-002", stream_port=simulator.port)
    start_runner("one")
    wait_until(lambda: health_of(camera) == "LIVE")

    simulator.switch(FaultSwitch(Fault.GARBAGE), "/1")

    wait_until(lambda: health_of(camera) != "LIVE")
    assert health_of(other) == "LIVE"
