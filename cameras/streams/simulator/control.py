"""Switching faults while the simulator runs: one JSON object a line over a loopback socket.

{"path": "/C-001", "fault": "stall", "on": true}   {"path": "*", "fault": "loss", "value": 0.05}
{"server": "down"}   {"server": "up"}   Each line is answered by {"ok": true} or {"ok": false, "error": …}.
"""

import asyncio
import json

from cameras.streams.simulator.faults import parse_switch
from cameras.streams.simulator.server import Simulator


async def serve_control(simulator: Simulator, port: int) -> asyncio.Server:
    """Listen for orders on loopback only."""

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(json.dumps(await obey(simulator, line)).encode() + b"\n")
            await writer.drain()
        writer.close()

    return await asyncio.start_server(converse, "127.0.0.1", port)


async def obey(simulator: Simulator, line: bytes) -> dict[str, object]:
    """Carry out one order; a wrong one is answered, never raised."""
    try:
        order = json.loads(line)
        if "server" in order:
            await (simulator.take_down() if order["server"] == "down" else simulator.bring_up())
        else:
            simulator.switch(order["path"], parse_switch(order))
    except (ValueError, KeyError, TypeError, OSError) as error:
        return {"ok": False, "error": f"{type(error).__name__}: {error}"}
    return {"ok": True}
