"""Our two ends against strangers: ffmpeg reads our simulator, our client reads somebody else's server.

The server is Debian's gst-rtsp-server where the system's own Python has it (packages `python3-gi` and
`gir1.2-gst-rtsp-server-1.0`), and the file server of `aio-rtsp-toolkit` where that is installed, best in
an environment of its own: AIO_RTSP_SERVER names its program `rtsp-server`. What is missing is said.
"""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av

from bench.cameras_footage import Cameras
from bench.report import Row
from cameras.streams.errors import StreamError
from cameras.streams.networks import AllowedNetworks
from cameras.streams.reading import ReadLimits
from cameras.streams.rtsp import read_rtsp
from cameras.streams.units import MediaUnit, ReadCounters, StreamSource

PICTURES = 50
WITHIN_S = 30.0
SYSTEM_PYTHON = "/usr/bin/python3"
_GST_SERVER = """
import sys
import gi
gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer
Gst.init(None)
port, clip = sys.argv[1:]
server, factory = GstRtspServer.RTSPServer(), GstRtspServer.RTSPMediaFactory()
server.set_service(port)
factory.set_launch(f"( filesrc location={clip} ! qtdemux ! h264parse ! rtph264pay name=pay0 pt=96 )")
server.get_mount_points().add_factory("/stranger", factory)
server.attach(None)
GLib.MainLoop().run()
"""


async def meet_strangers(cameras: Cameras) -> list[Row]:
    """Both ways; pictures decoded of `PICTURES` read."""
    clip = cameras.small_clip
    return [
        _row("ffmpeg reads our simulator", await asyncio.to_thread(_ffmpeg_pictures, cameras.urls[0])),
        _row("our client reads gst-rtsp-server", await _read_server(_gst_command(clip), "/stranger")),
        _row("our client reads aio-rtsp-toolkit", await _read_server(_aio_command(clip), f"/{clip.name}")),
    ]


def _row(measure: str, pictures: int | None) -> Row:
    """`pictures` None where the stranger is not installed."""
    if pictures is None:
        return Row(f"{measure}: not installed", 0, "pictures")
    return Row(measure, pictures, "pictures", f">= {PICTURES}", ok=pictures >= PICTURES)


def _ffmpeg_pictures(url: str) -> int | None:
    if shutil.which("ffmpeg") is None:
        return None
    command = ["ffmpeg", "-v", "error", "-nostdin", "-rtsp_transport", "tcp", "-i", url]
    command += ["-frames:v", str(PICTURES), "-f", "framemd5", "-"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=WITHIN_S, check=False)
    return sum(not line.startswith("#") for line in done.stdout.splitlines())


Command = tuple[list[str], int]


def _gst_command(clip: Path) -> Command | None:
    probe = "import gi; gi.require_version('GstRtspServer', '1.0')"
    if not Path(SYSTEM_PYTHON).exists():
        return None
    if subprocess.run([SYSTEM_PYTHON, "-c", probe], capture_output=True, check=False).returncode:
        return None
    port = _free_port()
    return [SYSTEM_PYTHON, "-c", _GST_SERVER, str(port), str(clip)], port


def _aio_command(clip: Path) -> Command | None:
    program = os.environ.get("AIO_RTSP_SERVER") or str(Path(sys.executable).parent / "rtsp-server")
    if not Path(program).exists():
        return None
    port = _free_port()
    arguments = ["--dir", str(clip.parent), "--host", "127.0.0.1", "--port", str(port)]
    return [program, *arguments, "--control-port", str(_free_port())], port


async def _read_server(command: Command | None, path: str) -> int | None:
    """Pictures of a stranger's stream that decode."""
    if command is None:
        return None
    arguments, port = command
    with _running(arguments, port):
        units = await _read(StreamSource("stranger", f"rtsp://127.0.0.1:{port}{path}"))
    decoder = av.CodecContext.create("h264", "r")
    assert isinstance(decoder, av.VideoCodecContext)  # noqa: S101 - narrows PyAV's union
    frames = [frame for unit in units for frame in decoder.decode(av.Packet(unit.data))]
    return len(frames + decoder.decode(None))


async def _read(source: StreamSource) -> list[MediaUnit]:
    """Enough pictures, or those that came before the stream ended."""
    units: list[MediaUnit] = []
    enough = asyncio.Event()

    def take(unit: MediaUnit) -> None:
        units.append(unit)
        if len(units) > PICTURES:
            enough.set()

    limits = ReadLimits(AllowedNetworks.parse(["127.0.0.0/8"]))
    reading = asyncio.create_task(read_rtsp(source, take, ReadCounters(), limits))
    waiting = asyncio.create_task(enough.wait())
    await asyncio.wait({reading, waiting}, timeout=WITHIN_S, return_when=asyncio.FIRST_COMPLETED)
    reading.cancel()
    waiting.cancel()
    ended = await asyncio.gather(reading, waiting, return_exceptions=True)
    if isinstance(ended[0], StreamError):
        sys.stderr.write(f"stranger: {ended[0]}\n")
    return units


@contextmanager
def _running(arguments: list[str], port: int) -> Iterator[None]:
    """A server until it listens, and to the end of the block."""
    with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            until_s = time.monotonic() + WITHIN_S
            while time.monotonic() < until_s and process.poll() is None and not _listens(port):
                time.sleep(0.05)
            yield
        finally:
            process.terminate()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
