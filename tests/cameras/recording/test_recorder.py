"""Recording in the ingest runner: a real simulator, PostgreSQL and files that PyAV reads."""

import datetime as dt
import hashlib
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import av
import pytest
from django.conf import settings as django_settings
from django.utils import timezone
from pytest_django import Settings

from alerts.models import Alert
from cameras.models import Camera, CameraLease
from cameras.recording.files import path_of
from cameras.recording.models import Mode, Segment
from cameras.recording.services import demand, set_rule
from cameras.streams.simulator.config import CameraConfig
from cameras.streams.simulator.faults import Fault, FaultSwitch
from events.services import Actor
from tests.cameras.conftest import MakeCamera, StartRunner
from tests.cameras.simulated import RunningSimulator, simulating
from tests.cameras.waiting import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.enable_socket]


@pytest.fixture(autouse=True)
def hurry(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of two groups of pictures, and looks that do not wait long for the next one."""
    settings.RECORDING_SEGMENT_S = 1
    monkeypatch.setattr("cameras.ingest.recorder.ADOPT_EVERY_S", 0.2)
    monkeypatch.setattr("cameras.streams.recording_writer.RETRY_S", 0.2)


@pytest.fixture
def simulator(street_clip: Path) -> Iterator[RunningSimulator]:
    with simulating([CameraConfig(f"/{number}", street_clip) for number in range(1, 5)]) as running:
        yield running


@pytest.fixture
def recorded(make_camera: MakeCamera, simulator: RunningSimulator) -> Callable[..., Camera]:
    """A camera of the simulator that is recorded."""

    def make(mode: str = Mode.CONTINUOUS, **values: object) -> Camera:
        camera = make_camera(stream_port=simulator.port, **values)
        set_rule(actor=Actor.system("test"), camera=camera, mode=mode, keep_days=7, at=timezone.now())
        return camera

    return make


def rows_of(camera: Camera) -> list[Segment]:
    return list(Segment.objects.filter(camera=camera).order_by("started_at"))


def decoded(segment: Segment) -> int:
    """Pictures that FFmpeg decodes from its file."""
    with av.open(str(path_of(segment.path))) as container:
        return sum(1 for _ in container.decode(container.streams.video[0]))


def parts() -> list[Path]:
    return list(Path(django_settings.RECORDING_ROOT).rglob("*.part"))


def decoders() -> set[int]:
    """Process numbers of this process's decoders that live."""
    with suppress(FileNotFoundError):
        children = Path(f"/proc/{os.getpid()}/task").glob("*/children")
        numbers = {int(number) for path in children for number in path.read_text().split()}
        return {number for number in numbers if is_decoder(Path(f"/proc/{number}/cmdline"))}
    return set()


def is_decoder(command: Path) -> bool:
    with suppress(FileNotFoundError, ProcessLookupError):
        return b"cameras.streams.decoder" in command.read_bytes()
    return False


def test_continuous_camera_is_recorded_without_a_gap(
    recorded: Callable[..., Camera], start_runner: StartRunner
) -> None:
    camera = recorded()
    start_runner("one")

    wait_until(lambda: Segment.objects.count() >= 4, seconds=60)

    rows = rows_of(camera)[:4]
    assert [row.gap_reason for row in rows] == ["START", "", "", ""]
    assert [row.gap_s for row in rows] == [0, 0, 0, 0]
    assert Segment.objects.gaps(camera.pk, rows[0].started_at, rows[-1].ended_at) == []
    assert all(decoded(row) == row.pictures for row in rows)
    for row in rows:
        data = path_of(row.path).read_bytes()
        assert (row.bytes, row.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert abs(rows[0].started_at - timezone.now()) < dt.timedelta(seconds=60)
    first = rows[0]
    assert (first.role, first.codec, first.width, first.worker, first.epoch) == (
        "MAIN",
        "h264",
        320,
        "one",
        1,
    )


def test_recording_is_of_the_full_picture_while_the_small_one_is_looked_at(
    recorded: Callable[..., Camera], start_runner: StartRunner
) -> None:
    camera = recorded(stream_path="/1", sub_path="/2")
    runner = start_runner("one")

    wait_until(lambda: Segment.objects.exists(), seconds=60)

    assert rows_of(camera)[0].role == "MAIN"
    assert runner.camera_count == 1


def test_event_camera_records_what_is_asked_for_with_the_seconds_before(
    recorded: Callable[..., Camera], start_runner: StartRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cameras.ingest.recorder.AFTER_S", 0.5)
    camera = recorded(Mode.EVENT)
    runner = start_runner("one")
    wait_until(lambda: any(tap.kept_bytes > 20_000 for tap in runner._recorder._taps.values()), seconds=30)

    asked_at = timezone.now()
    demand(camera_ids=[camera.pk], until=asked_at + dt.timedelta(seconds=1), reason="ALERT")

    wait_until(lambda: Segment.objects.exists(), seconds=60)
    row = rows_of(camera)[0]
    assert row.mode == "EVENT"
    assert row.started_at < asked_at


def test_camera_without_a_rule_records_nothing_but_what_is_asked_for(
    make_camera: MakeCamera, simulator: RunningSimulator, start_runner: StartRunner
) -> None:
    asked, other = (make_camera(stream_port=simulator.port) for _ in range(2))
    demand(camera_ids=[asked.pk], until=timezone.now() + dt.timedelta(minutes=5), reason="HOLD")
    start_runner("one")

    wait_until(lambda: Segment.objects.filter(camera=asked).exists(), seconds=60)

    assert not Segment.objects.filter(camera=other).exists()


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("rst", "DISCONNECTED"), pytest.param("stall", "STALLED", marks=pytest.mark.slow)],
)
def test_camera_that_was_away_has_a_gap_with_its_reason(
    recorded: Callable[..., Camera],
    simulator: RunningSimulator,
    start_runner: StartRunner,
    fault: str,
    reason: str,
) -> None:
    camera, steady = recorded(stream_path="/1"), recorded(stream_path="/2")
    start_runner("one")
    wait_until(lambda: Segment.objects.filter(camera=camera).exists(), seconds=60)

    simulator.switch(FaultSwitch(Fault(fault), True), "/1")
    wait_until(lambda: camera_health(camera) not in ("LIVE", "DEGRADED"), seconds=60)
    simulator.switch(FaultSwitch(Fault(fault), False), "/1")

    wait_until(lambda: Segment.objects.filter(camera=camera, gap_reason=reason).exists(), seconds=60)
    row = Segment.objects.filter(camera=camera, gap_reason=reason)[0]
    before = Segment.objects.before(camera.pk, row.started_at)
    assert before is not None
    assert row.gap_s == pytest.approx((row.started_at - before.ended_at).total_seconds(), abs=0.01)
    assert [row.gap_reason for row in rows_of(steady)[1:]] == [""] * (len(rows_of(steady)) - 1)


def test_decoders_that_die_leave_no_gap_in_recordings(
    recorded: Callable[..., Camera], start_runner: StartRunner
) -> None:
    camera = recorded()
    start_runner("one")
    wait_until(lambda: Segment.objects.exists() and bool(decoders()), seconds=60)

    dead = decoders()
    for process_id in dead:
        os.kill(process_id, signal.SIGSEGV)
    wait_until(lambda: bool(decoders() - dead), seconds=60)
    known = Segment.objects.count()
    wait_until(lambda: Segment.objects.count() >= known + 2, seconds=60)

    rows = rows_of(camera)
    assert [row.gap_reason for row in rows[1:]] == [""] * (len(rows) - 1)
    assert Segment.objects.gaps(camera.pk, rows[0].started_at, rows[-1].ended_at) == []


def test_stopped_worker_leaves_rows_for_all_it_wrote(
    recorded: Callable[..., Camera], start_runner: StartRunner
) -> None:
    camera = recorded()
    runner = start_runner("one")
    wait_until(lambda: Segment.objects.exists(), seconds=60)

    runner.stop()

    assert parts() == []
    rows = rows_of(camera)
    assert Segment.objects.gaps(camera.pk, rows[0].started_at, rows[-1].ended_at) == []


def test_worker_that_lost_its_lease_writes_no_row_and_the_next_one_adopts(
    recorded: Callable[..., Camera], start_runner: StartRunner
) -> None:
    camera = recorded()
    runner = start_runner("one")
    wait_until(lambda: Segment.objects.exists(), seconds=60)

    CameraLease.objects.update(epoch=99, worker="other")
    known = Segment.objects.count()
    wait_until(lambda: len(parts()) > 2, seconds=60)
    runner.stop()
    left = len(parts())
    assert Segment.objects.count() == known
    start_runner("two")

    wait_until(lambda: Segment.objects.filter(worker="one").count() == known + left, seconds=60)
    wait_until(lambda: Segment.objects.filter(worker="two").exists(), seconds=60)
    gaps = [row.gap_reason for row in rows_of(camera)]
    assert [gap for gap in gaps if gap] == ["START", "WORKER_LOST"]
    assert all(decoded(row) == row.pictures for row in rows_of(camera))


def test_disk_that_takes_nothing_is_one_alert_until_it_is_well(
    recorded: Callable[..., Camera], start_runner: StartRunner, settings: Settings
) -> None:
    for number in (1, 2):
        recorded(stream_path=f"/{number}")
    settings.RECORDING_RESERVE_BYTES = 1 << 62
    runner = start_runner("one")

    wait_until(lambda: Alert.objects.filter(kind="SYSTEM").count() == 1, seconds=60)
    rules = runner._recorder.writer._rules
    runner._recorder.writer._rules = replace(rules, reserve_bytes=0)

    wait_until(lambda: Alert.objects.filter(kind="SYSTEM", state="CLOSED").count() == 1, seconds=60)
    wait_until(lambda: Segment.objects.values("camera").distinct().count() == 2, seconds=60)
    assert set(Segment.objects.values_list("gap_reason", flat=True)) <= {"DISK_FULL", ""}
    assert runner.camera_count == 2


def camera_health(camera: Camera) -> str:
    camera.health.refresh_from_db()
    return camera.health.health
