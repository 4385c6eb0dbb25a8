"""Many walls in one process: connect, say `ready`, read a number of events each, print the delays."""

import asyncio
import json
import sys
import time

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

WAVE = 50  # connections opened at once
PATIENCE_S = 20.0  # without a message: what has not come by then is lost


async def open_one(address: str, cookie: str) -> ClientConnection:
    """Connect as a paired wall screen does; the portal refuses sockets of another origin."""
    origin = Origin(address.replace("ws://", "http://").rsplit("/ws", 1)[0])
    headers = {"Cookie": cookie}
    return await connect(
        address, origin=origin, additional_headers=headers, compression=None, ping_interval=None
    )


async def read(connection: ClientConnection, count: int, delays_ms: list[float]) -> None:
    """Collect the delay of `count` events; give up after a long silence."""
    left = count
    while left:
        try:
            text = await asyncio.wait_for(connection.recv(), PATIENCE_S)
        except TimeoutError:
            return
        arrived = time.monotonic()
        if '"event"' not in text[:30]:
            continue
        delays_ms.append((arrived - json.loads(text)["data"]["t"]) * 1000)
        left -= 1


async def main(address: str, cookie: str, clients: int, events: int) -> None:
    connections: list[ClientConnection] = []
    for start in range(0, clients, WAVE):
        wave = range(start, min(start + WAVE, clients))
        connections += await asyncio.gather(*(open_one(address, cookie) for _ in wave))
    await asyncio.gather(*(connection.recv() for connection in connections))  # hello of each
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    delays_ms: list[float] = []
    await asyncio.gather(*(read(connection, events, delays_ms) for connection in connections))
    sys.stdout.write(json.dumps(delays_ms))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
