"""Live view, server to screen: a picture's arrival at the worker until a browser has drawn it.

A real simulator, ingest worker, web process and Debian's Chromium on one machine, so one clock. Both ends are
measured by what the product itself carries: each message says when its picture reached the worker, and
requestVideoFrameCallback when it was drawn. Beside it, in the same run: the moment the same picture's bytes
reached the page (what decoding and drawing add), and the JPEG stills that tiles showed before.
`python -m bench.live`.
"""

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from playwright.sync_api import Page, sync_playwright

from bench.cameras_footage import encode_street
from bench.report import Row, conditions, write_rows
from bench.rig import Rig
from bench.takeover import COUNT, wait_until
from ccoc.local import processes
from ccoc.local.home import PROJECT_ROOT, first_free_port

CAMERAS = 16
TARGETS_MS = {1: 200.0, CAMERAS: 400.0}
WARM_S, MEASURE_S = 8, 20
SEED = """
from django.utils import timezone
from cameras.services import register_camera
from events.services import Actor
for number in range({count}):
    register_camera(actor=Actor.system("bench"), at=timezone.now(), code=f"C-{{number:03}}", name="bench",
                    stream_host="127.0.0.1", stream_port={port}, stream_path=f"/{{number}}")
"""
# Plays so many cameras with the wall's own player, and notes each picture twice: come, and drawn.
PLAY = """async ([codes, measureMs, warmMs]) => {
  const { LivePlayer } = await import('/static/wall/live_player.js');
  const { createApi } = await import('/static/wall/api.js');
  const config = JSON.parse(document.getElementById('wall-config').textContent);
  const api = createApi(config);
  const results = { shown: [], came: [], stills: [], playing: 0, pictures: 0 };
  let isMeasuring = false;
  const grid = document.body.appendChild(document.createElement('div'));
  grid.style.cssText = 'position:fixed;inset:0;z-index:99;display:grid;grid-template-columns:repeat(4,1fr)';
  const players = codes.map((code) => {
    const video = grid.appendChild(document.createElement('video'));
    video.muted = true;
    video.style.width = '100%';
    let frames = 0;
    const player = new LivePlayer({
      video,
      url: `${location.origin.replace('http', 'ws')}/ws/live/${code}`,
      askTicket: () => api.command(`cameras/${code}/live`),
      onFrame: ({ takenAt }) => {
        if (!isMeasuring) return;
        frames += 1;
        results.shown.push(Date.now() - takenAt);
      },
      onDown: () => {},
    });
    const take = player.take.bind(player);
    player.link.onMessage = (message) => {
      if (isMeasuring && message.kind !== 'I') results.came.push(Date.now() - message.capturedMs);
      take(message);
    };
    player.start();
    return { player, frames: () => frames };
  });
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  await wait(warmMs);
  isMeasuring = true;
  const begun = performance.now();
  const end = begun + measureMs;
  while (performance.now() < end) {
    const still = await api.still(codes[0]).catch(() => null);
    if (still?.takenAt) {
      const picture = await createImageBitmap(still.blob);
      results.stills.push(Date.now() - still.takenAt);
      picture.close();
    }
    await wait(1000);
  }
  isMeasuring = false;
  results.seconds = [(performance.now() - begun) / 1000];
  results.playing = players.filter(({ frames }) => frames() > measureMs / 1000).length;
  players.forEach(({ player }) => player.stop());
  grid.remove();
  return results;
}"""


@contextmanager
def started() -> Iterator[Rig]:
    """Portal, simulator and one ingest worker that reads every camera."""
    folder = Path(tempfile.mkdtemp(prefix="ccoc-live-"))
    folder.chmod(0o755)  # PostgreSQL may run as another account when we are root
    rig, port = Rig(folder), first_free_port(8600)
    own = {"CAMERA_NETWORKS": "127.0.0.0/8", "PICTURE_ROOT": str(folder / "pictures")}
    rig.environment = {**rig.environment, **own}
    web = rig.programs["web"]
    rig.programs["web"] = type(web)(web.name, web.argv, rig.environment, is_ready=web.is_ready)
    rig.programs["ingest-1"] = processes.ingest(1, rig.environment, ())
    simulator = serve_cameras(folder, port)
    try:
        rig.start()
        rig.manage("shell", "--no-imports", "--command", SEED.format(count=CAMERAS, port=port))
        rig.start_one("ingest-1")
        with psycopg.connect(rig.environment["DATABASE_URL"], autocommit=True) as database:
            wait_until(lambda: database.execute(COUNT, ["%"]).fetchone() == (CAMERAS,), 120)
        yield rig
    finally:
        simulator.terminate()
        simulator.wait()
        rig.stop()
        shutil.rmtree(folder, ignore_errors=True)


def serve_cameras(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """Each camera at its own moment of the clip: 640x360, 12.5 pictures a second, as sub-streams are."""
    clip = small_street(folder)
    config = folder / "simulator.json"
    entries = [{"path": f"/{n}", "clip": clip.name, "offset_s": n * 1.5} for n in range(CAMERAS)]
    config.write_text(json.dumps(entries))
    command = [
        sys.executable,
        "-m",
        "cameras.streams.simulator",
        "--port",
        str(port),
        "--config",
        str(config),
    ]
    return subprocess.Popen(command, cwd=PROJECT_ROOT, stdout=subprocess.DEVNULL)


def small_street(folder: Path) -> Path:
    """The street of the camera measurement at a quarter of its size."""
    large, small = encode_street(folder / "large.mp4"), folder / "street.mp4"
    scaled = ["-vf", "scale=640:360", "-c:v", "libx264", "-preset", "veryfast", "-profile:v", "main"]
    steady = ["-bf", "0", "-g", "25", "-sc_threshold", "0", "-b:v", "300k", "-threads", "1"]
    subprocess.run(["ffmpeg", "-v", "error", "-i", str(large), *scaled, *steady, str(small)], check=True)
    return small


def watch(page: Page, count: int) -> dict[str, list[float]]:
    """Milliseconds of every picture: `shown`, `came`, `stills`; and `seconds`. Raises where a tile stands."""
    codes = [f"C-{number:03}" for number in range(count)]
    found = page.evaluate(PLAY, [codes, MEASURE_S * 1000, WARM_S * 1000])
    if found["playing"] != count:
        raise RuntimeError(f"only {found['playing']} of {count} tiles play")
    return {name: list(found[name]) for name in ("shown", "came", "stills", "seconds")}


def p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95) - 1]


def rows_of(count: int, found: dict[str, list[float]], told: str) -> list[Row]:
    """The figures of one wall beside the stills of the same run."""
    tiles = f"{count} tile" + ("s" if count > 1 else "")
    shown, came, stills = found["shown"], found["came"], found["stills"]
    target, middle = TARGETS_MS[count], statistics.median(shown)
    peer = "JPEG still each second, same run"
    return [
        Row(
            f"server to screen, {tiles}, p50",
            middle,
            "ms",
            f"<= {target:.0f}",
            peer,
            statistics.median(stills),
            middle <= target,
            told,
        ),
        Row(f"server to screen, {tiles}, p95", p95(shown), "ms", "", peer, p95(stills), None, told),
        Row(f"server to page, not yet decoded, {tiles}, p50", statistics.median(came), "ms", conditions=told),
        Row(f"server to page, not yet decoded, {tiles}, p95", p95(came), "ms", conditions=told),
        Row(f"pictures drawn a second, {tiles}", len(shown) / found["seconds"][0], "fps", conditions=told),
    ]


def main() -> int:
    """Measure one tile, then sixteen, and print the table."""
    rows: list[Row] = []
    with started() as rig, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1920, "height": 1080})
        address = f"http://127.0.0.1:{rig.port}"
        context.add_cookies([{"name": "ccoc_wall", "value": rig.token, "url": address}])
        page = context.new_page()
        page.goto(f"{address}/wall/")
        page.locator('body[data-link="live"]').wait_for(timeout=60_000)
        # The wall's own tiles would play beside the measured ones.
        page.evaluate("document.querySelector('.tiles').remove()")
        for count in TARGETS_MS:
            told = conditions(f"{count} of {CAMERAS} simulated 640x360 cameras at 12.5 fps, {MEASURE_S} s")
            rows += rows_of(count, watch(page, count), told)
        browser.close()
    return write_rows("live", rows)


if __name__ == "__main__":
    sys.exit(main())
