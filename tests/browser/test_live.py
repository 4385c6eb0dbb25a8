"""Live tiles as a person sees them: simulated camera, ingest worker, server and browser, all real.

Each process is killed in its turn; the tile comes back by itself, without a reload.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from playwright.sync_api import BrowserContext, Page, expect

from cameras.streams.simulator.config import CameraConfig
from events.models import AuditEntry
from tests.browser.conftest import OpenWall
from tests.browser.wall import WallServer
from tests.cameras.simulated import RunningSimulator, draw_clip, simulating
from tests.wall import builders

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.enable_socket,
    pytest.mark.timeout(600),
]
PATIENCE_MS = 120_000  # a worker starts in 3 s alone and in a minute beside other jobs
LIVE = ".tile.is-live"
ADVANCES = """(from) => {
  const video = document.querySelector('.tile.is-live video');
  return video && video.currentTime > from + 1 && video.getVideoPlaybackQuality().totalVideoFrames > 5;
}"""


class IngestProcess:
    """A worker of the queue `ingest` on the test's database; it can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = ("-Q", "ingest", "--pool", "threads", "--concurrency", "1", "-n", "live-test@%h")
        quiet = ("--without-gossip", "--without-mingle", "-l", "INFO")
        command = [sys.executable, "-m", "celery", "-A", "ccoc.celery", "worker", *options, *quiet]
        with (self.folder / "ingest.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=settings.BASE_DIR, env=self._environment(), stdout=log, stderr=log
            )

    def kill(self) -> None:
        """As a power cut would end it; its decoders end by themselves."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def _environment(self) -> dict[str, str]:
        name = str(connection.settings_dict["NAME"])
        return {
            **os.environ,
            "DATABASE_URL": urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}").geturl(),
            "SECRET_KEY": settings.SECRET_KEY,
            "PICTURE_ROOT": str(self.folder / "pictures"),
            "CCOC_PROCESS": "live-test",
        }


@pytest.fixture(autouse=True)
def shared_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """What worker and server of a test share, by their environment. A socket's path must be short."""
    with TemporaryDirectory(prefix="ccoc-") as doors:
        monkeypatch.setenv("LIVE_DOORS", doors)
        monkeypatch.setenv("INGEST_SPOOL", str(tmp_path / "spool"))
        monkeypatch.setenv("CAMERA_NETWORKS", "127.0.0.0/8")
        monkeypatch.setattr(settings, "CAMERA_NETWORKS", ["127.0.0.0/8"])
        cache.clear()
        yield


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[RunningSimulator]:
    clip = draw_clip(tmp_path / "street.mp4")
    with simulating([CameraConfig(f"/{number}", clip) for number in range(1, 7)]) as running:
        yield running


@pytest.fixture
def ingest(tmp_path: Path, wall_server: WallServer) -> Iterator[IngestProcess]:
    worker = IngestProcess(wall_server.folder)
    with ExitStack() as stack:
        stack.callback(worker.kill)
        yield worker


def make_cameras(simulator: RunningSimulator, count: int) -> None:
    for number in range(1, count + 1):
        builders.make_camera(
            f"C-{number:03}",
            in_zone=True,
            stream_host="127.0.0.1",
            stream_port=simulator.port,
            stream_path=f"/{number}",
        )


def expect_live(page: Page, count: int = 1) -> None:
    """So many tiles are live, and the first one's picture moves on."""
    expect(page.locator(LIVE)).to_have_count(count, timeout=PATIENCE_MS)
    now_s = page.evaluate("document.querySelector('.tile.is-live video').currentTime")
    page.wait_for_function(ADVANCES, arg=now_s, timeout=PATIENCE_MS)


def test_tile_shows_a_moving_picture_and_says_so(
    open_wall: OpenWall, context: BrowserContext, simulator: RunningSimulator, ingest: IngestProcess
) -> None:
    complaints: list[str] = []
    context.on("console", lambda said: complaints.append(said.text) if "Policy" in said.text else None)
    make_cameras(simulator, 1)
    ingest.start()

    page = open_wall(builders.make_person("OPERATOR"))
    expect_live(page)

    assert complaints == []
    expect(page.locator(".tile-why").first).to_contain_text("สด")
    expect(page.locator(".tile-banner").first).to_be_hidden()
    viewed = AuditEntry.objects.filter(verb="cameras.watched")
    assert list(viewed.values_list("actor_label", "target_id")) == [("คนที่ officer", "C-001")]


def test_tiles_heal_after_worker_and_server_died(
    open_wall: OpenWall, simulator: RunningSimulator, ingest: IngestProcess, wall_server: WallServer
) -> None:
    make_cameras(simulator, 2)
    ingest.start()
    page = open_wall(builders.make_person("OPERATOR"))
    expect_live(page, 2)
    page.evaluate("window.notReloaded = true")

    ingest.kill()
    expect(page.locator(LIVE)).to_have_count(0, timeout=PATIENCE_MS)
    expect(page.locator(".tile-banner").first).to_be_visible(timeout=PATIENCE_MS)
    ingest.start()
    expect_live(page, 2)
    wall_server.kill()
    expect(page.locator(LIVE)).to_have_count(0, timeout=PATIENCE_MS)
    wall_server.start()
    expect_live(page, 2)

    assert page.evaluate("window.notReloaded") is True
    assert AuditEntry.objects.filter(verb="cameras.watched").count() == 2


def test_tile_that_turns_to_another_camera_never_shows_the_old_one(
    open_wall: OpenWall, simulator: RunningSimulator, ingest: IngestProcess
) -> None:
    make_cameras(simulator, 6)
    ingest.start()
    page = open_wall(builders.make_person("OPERATOR"))
    expect_live(page, 4)

    page.keyboard.press("t")

    expect(page.locator(".tile-name", has_text="C-005")).to_be_visible()
    expect(page.locator(LIVE, has_text="C-005")).to_have_count(1, timeout=PATIENCE_MS)
    expect(page.locator(".tile-name", has_text="C-001")).to_have_count(0)
