"""Cameras as tests need them: through the service, so that every row is one a person could make."""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.utils import timezone
from pytest_django import Settings

from cameras.ingest.runner import IngestRunner
from cameras.models import Camera
from cameras.services import register_camera
from events.services import Actor
from tests.cameras.simulated import draw_clip

MakeCamera = Callable[..., Camera]
StartRunner = Callable[[str], IngestRunner]


@pytest.fixture
def make_camera(db: None) -> MakeCamera:
    """Factory: `make_camera("C-001", lat=16.8, lon=100.2)`."""

    def make(code: str = "", **values: object) -> Camera:
        number = Camera.objects.count() + 1
        defaults: dict[str, object] = {
            "name": f"จุดที่ {number}",
            "owner": "เทศบาลนครพิษณุโลก",
            "lat": 16.8271,
            "lon": 100.2518,
            "azimuth_deg": 90.0,
            "stream_host": "127.0.0.1",
            "stream_port": 8554,
            "stream_path": f"/{number}",
        }
        return register_camera(
            actor=Actor.system("test"),
            at=timezone.now(),
            code=code or f"C-{number:03}",
            **{**defaults, **values},  # type: ignore[arg-type] # each test gives real fields
        )

    return make


@pytest.fixture
def start_runner(transactional_db: None) -> Iterator[StartRunner]:
    """Factory of ingest workers, which end with the test: `start_runner("one")`."""
    runners: list[IngestRunner] = []

    def start(name: str) -> IngestRunner:
        runner = IngestRunner(name)
        runner.start()
        runners.append(runner)
        return runner

    yield start
    for runner in runners:
        runner.stop()


@pytest.fixture(autouse=True)
def picture_root(tmp_path: Path, settings: Settings) -> Path:
    """Pictures of a test stay in its own folder, and its cameras on this machine."""
    root = tmp_path / "pictures"
    settings.PICTURE_ROOT = root
    settings.INGEST_SPOOL = tmp_path / "spool"
    settings.RECORDING_ROOT = tmp_path / "recordings"
    settings.RECORDING_FLOOR_BYTES = settings.RECORDING_RESERVE_BYTES = 0
    settings.CAMERA_NETWORKS = ["127.0.0.0/8"]
    return root


@pytest.fixture(autouse=True)
def live_doors(settings: Settings) -> Iterator[Path]:
    """Workers of a test open their doors in its own folder, whose path is short enough for a socket."""
    with TemporaryDirectory(prefix="ccoc-") as folder:
        settings.LIVE_DOORS = Path(folder)
        yield Path(folder)


@pytest.fixture(scope="session")
def street_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short clip for the camera simulator."""
    return draw_clip(tmp_path_factory.mktemp("clips") / "street.mp4")
