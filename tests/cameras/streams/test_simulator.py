"""The simulator as a program: its configuration, its control socket, its clips."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from cameras.streams.errors import NotFound, SessionLimit
from cameras.streams.nal import is_parameter_set, split_annex_b
from cameras.streams.networks import AllowedNetworks
from cameras.streams.parameter_sets import read_format
from cameras.streams.reading import ReadLimits
from cameras.streams.redaction import MASK
from cameras.streams.rtsp import read_rtsp
from cameras.streams.simulator.clips import load_clip
from cameras.streams.simulator.config import CameraConfig, load_config
from cameras.streams.simulator.control import obey, serve_control
from cameras.streams.simulator.faults import Fault, FaultSwitch, parse_switch
from cameras.streams.simulator.server import Simulator
from cameras.streams.units import Codec, MediaUnit, ReadCounters, StreamSource


@pytest.mark.parametrize(("name", "codec", "sets"), [("clip", Codec.H264, 2), ("h265_clip", Codec.H265, 3)])
def test_load_clip_reads_every_picture(
    name: str, codec: Codec, sets: int, request: pytest.FixtureRequest
) -> None:
    clip = load_clip(request.getfixturevalue(name))

    assert (clip.codec, len(clip.parameter_sets), len(clip.pictures)) == (codec, sets, 20)
    assert clip.duration_s == pytest.approx(0.8)
    assert [index for index, picture in enumerate(clip.pictures) if picture.is_key] == [0, 5, 10, 15]


def test_load_config_reads_cameras_with_faults(tmp_path: Path) -> None:
    entries = [
        {
            "path": "/C-001",
            "clip": "a.mp4",
            "offset_s": 1.5,
            "username": "u",
            "password": "p",
            "auth": "basic",
        },
        {"path": "/C-002", "clip": "a.mp4", "faults": ["stall", {"fault": "loss", "value": 0.1}]},
    ]
    (tmp_path / "cameras.json").write_text(json.dumps(entries))

    first, second = load_config(tmp_path / "cameras.json")

    assert first == CameraConfig("/C-001", tmp_path / "a.mp4", 1.5, "u", "p", "basic")
    assert second.faults == (FaultSwitch(Fault.STALL), FaultSwitch(Fault.LOSS, True, 0.1))


@pytest.mark.parametrize("entry", ["unknown", {"fault": "x"}, {"fault": "loss", "value": [1]}])
def test_parse_switch_refuses_unknown_faults(entry: str | dict[str, object]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the enum's own message
        parse_switch(entry)


@pytest.mark.parametrize(
    "line",
    [b"no json", b"{}", b"[]", b'{"path": "/C-404", "fault": "stall"}', b'{"path": "*", "fault": "x"}'],
)
async def test_obey_answers_wrong_orders(line: bytes, clip: Path) -> None:
    assert (await obey(Simulator([CameraConfig("/C-001", clip)]), line))["ok"] is False


async def test_control_socket_switches_faults_and_the_server(clip: Path) -> None:
    async with Simulator([CameraConfig("/C-001", clip)]) as simulator:
        control = await serve_control(simulator, 0)
        reader, writer = await asyncio.open_connection(*control.sockets[0].getsockname()[:2])
        for order in ({"path": "*", "fault": "stall"}, {"server": "down"}):
            writer.write(json.dumps(order).encode() + b"\n")
            assert json.loads(await reader.readline()) == {"ok": True}

        with pytest.raises(OSError):  # noqa: PT011 - refused or reset, as the system likes
            await asyncio.open_connection(simulator.host, simulator.port)
        writer.write(b'{"server": "up"}\n')
        assert json.loads(await reader.readline()) == {"ok": True}
        writer.close()
        await writer.wait_closed()
        control.close()


async def test_two_viewers_of_a_camera_see_the_same_packets(clip: Path) -> None:
    limits = ReadLimits(AllowedNetworks.parse(["127.0.0.0/8"]))
    seen: tuple[list[MediaUnit], list[MediaUnit]] = ([], [])
    async with Simulator([CameraConfig("/C-001", clip)]) as simulator:
        source = StreamSource("C-001", simulator.url("/C-001"))
        reading = [
            asyncio.ensure_future(read_rtsp(source, units.append, ReadCounters(), limits)) for units in seen
        ]
        async with asyncio.timeout(10):
            while min(len(units) for units in seen) < 8:
                await asyncio.sleep(0.02)
        for task in reading:
            task.cancel()
        await asyncio.gather(*reading, return_exceptions=True)

    first, second = ({unit.ticks: unit.data for unit in units} for units in seen)
    common = first.keys() & second.keys()
    assert len(common) > 3
    assert all(first[ticks] == second[ticks] for ticks in common)


def test_program_serves_one_clip_until_told_to_stop(clip: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "cameras.streams.simulator",
        "--clip",
        str(clip),
        "--path",
        "/C-007",
        "--port",
        "0",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        started_s = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.wait(5)

    assert line.startswith("1 cameras on rtsp://127.0.0.1:")
    assert process.returncode == 0
    assert time.monotonic() - started_s < 5


def test_program_keeps_its_cameras_passwords_out_of_its_log() -> None:
    source = (
        "import logging\n"
        "from pathlib import Path\n"
        "from cameras.streams.simulator.__main__ import guard_passwords\n"
        "from cameras.streams.simulator.config import CameraConfig\n"
        "guard_passwords([CameraConfig('/1', Path('clip.mp4'), username='u', password='hunter2')])\n"
        "logging.warning('answered hunter2')\n"
    )

    done = subprocess.run([sys.executable, "-c", source], stderr=subprocess.PIPE, text=True, check=True)

    assert done.stderr.endswith(f"answered {MASK}\n")


async def test_small_stream_shares_faults_and_sessions_with_its_camera(
    clip: Path, large_clip: Path, limits: ReadLimits
) -> None:
    async with Simulator([CameraConfig("/C-001", large_clip, sub=clip)]) as simulator:
        main, sub = (StreamSource("C-001", simulator.url(path)) for path in ("/C-001", "/C-001/sub"))
        sizes = [await _first_key_size(source, limits) for source in (main, sub)]
        simulator.switch("/C-001", FaultSwitch(Fault.SESSION_LIMIT, True, 1))
        async with _held(main, limits):
            with pytest.raises(SessionLimit):
                await _first_key_size(sub, limits)
        simulator.switch("/C-001", FaultSwitch(Fault.MISSING))
        with pytest.raises(NotFound):
            await _first_key_size(sub, limits)

    assert sizes == [(640, 360), (320, 180)]


@asynccontextmanager
async def _held(source: StreamSource, limits: ReadLimits) -> AsyncIterator[None]:
    """A session of a source, from its first picture on."""
    arrived = asyncio.Event()
    reading = asyncio.create_task(read_rtsp(source, lambda unit: arrived.set(), ReadCounters(), limits))
    async with asyncio.timeout(5):
        await arrived.wait()
    yield
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)


async def _first_key_size(source: StreamSource, limits: ReadLimits) -> tuple[int, int]:
    """Size of the first key picture, or the error before it."""
    sizes: asyncio.Future[tuple[int, int]] = asyncio.get_running_loop().create_future()

    def look(unit: MediaUnit) -> None:
        if unit.is_key and not sizes.done():
            sets = tuple(nal for nal in split_annex_b(unit.data) if is_parameter_set(unit.codec, nal))
            found = read_format(unit.codec, sets)
            sizes.set_result((found.width, found.height))

    reading = asyncio.create_task(read_rtsp(source, look, ReadCounters(), limits))
    async with asyncio.timeout(8):
        while not (reading.done() or sizes.done()):
            await asyncio.sleep(0.01)
    if not sizes.done():
        await reading
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    return sizes.result()
