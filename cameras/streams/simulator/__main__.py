"""Run the simulator: `python -m cameras.streams.simulator --port 8554 --config cameras.json`."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Iterable
from pathlib import Path

import uvloop

from cameras.streams import redaction
from cameras.streams.simulator.config import CameraConfig, load_config
from cameras.streams.simulator.control import serve_control
from cameras.streams.simulator.server import Simulator


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    arguments = _parse()
    if arguments.config is not None:
        cameras = load_config(arguments.config)
    else:
        cameras = [CameraConfig(arguments.path, arguments.clip)]
    guard_passwords(cameras)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(cameras, arguments))


def guard_passwords(cameras: Iterable[CameraConfig]) -> None:
    """The simulator's passwords may be real ones, tried before a camera hangs: keep them out of its log."""
    for camera in cameras:
        redaction.REDACTOR.add(camera.password, username=camera.username)
    redaction.install()


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m cameras.streams.simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8554)
    parser.add_argument("--control-port", type=int, help="loopback port for fault orders, one JSON a line")
    parser.add_argument("--path", default="/C-001", help="path of a single camera")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--config", type=Path, help="JSON list of cameras")
    source.add_argument("--clip", type=Path, help="clip of a single camera")
    return parser.parse_args()


async def _serve(cameras: list[CameraConfig], arguments: argparse.Namespace) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with Simulator(cameras, host=arguments.host, port=arguments.port) as simulator:
        if arguments.control_port is not None:
            await serve_control(simulator, arguments.control_port)
        sys.stdout.write(f"{len(cameras)} cameras on {simulator.url('/')}\n")
        sys.stdout.flush()
        await ended.wait()


if __name__ == "__main__":
    main()
