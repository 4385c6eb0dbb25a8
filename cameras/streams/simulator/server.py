"""The simulator: many cameras behind one port, as behind a recorder."""

import asyncio
import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from types import TracebackType

from cameras.streams.simulator.camera import SimulatedCamera
from cameras.streams.simulator.client import ClientConnection
from cameras.streams.simulator.config import CameraConfig
from cameras.streams.simulator.faults import FaultSwitch

EVERY_CAMERA = "*"
SUB = "/sub"


class Simulator:
    """Serves cameras over RTSP with interleaved TCP. An asynchronous context manager, in one event loop."""

    def __init__(self, cameras: Iterable[CameraConfig], *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._cameras = {path: camera for config in cameras for path, camera in _streams_of(config)}
        self._connections: set[ClientConnection] = set()
        self._server: asyncio.Server | None = None
        self.host, self.port = host, port

    async def __aenter__(self) -> "Simulator":
        await self.bring_up()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.take_down()

    def url(self, path: str) -> str:
        """Address of a camera."""
        return f"rtsp://{self.host}:{self.port}{path}"

    def switch(self, path: str, switch: FaultSwitch) -> None:
        """Switch a fault of one camera, or of every one; raises KeyError for an unknown path."""
        chosen = list(self._cameras) if path == EVERY_CAMERA else [path.rstrip("/")]
        for name in chosen:
            self._cameras[name].apply(switch)

    async def bring_up(self) -> None:
        """Listen; after `take_down` again on the same port. What makes a connection refused is being down."""
        if self._server is None:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(self._connection, self.host, self.port, backlog=512)
            self.port = self._server.sockets[0].getsockname()[1]

    async def take_down(self) -> None:
        """Stop listening and reset every connection: a power cut of the whole site."""
        if self._server is None:
            return
        self._server.close()
        for connection in list(self._connections):
            connection.reset()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                await self._server.wait_closed()
        self._server = None

    def _connection(self) -> ClientConnection:
        return ClientConnection(self._cameras.get, self._connections)


def _streams_of(config: CameraConfig) -> Iterator[tuple[str, SimulatedCamera]]:
    """The paths of a camera: its full stream, and its small one where it has one."""
    path = config.path.rstrip("/")
    main = SimulatedCamera(config)
    yield path, main
    if config.sub is not None:
        yield path + SUB, SimulatedCamera(replace(config, path=path + SUB, clip=config.sub), main)
