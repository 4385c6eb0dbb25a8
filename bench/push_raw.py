"""The floor: a bare websocket server that broadcasts the same messages from memory."""

import asyncio
import json
import sys
import time

from websockets.asyncio.server import ServerConnection, broadcast, serve

from bench.push_writer import BODY

LINGER_S = 3.0


async def main(events: int, rate: float) -> None:
    connections: set[ServerConnection] = set()

    async def keep(connection: ServerConnection) -> None:
        connections.add(connection)
        await connection.send('{"type": "hello"}')
        await connection.wait_closed()

    async with serve(keep, "127.0.0.1", 0, compression=None, ping_interval=None) as server:
        sys.stdout.write(f"{next(iter(server.sockets)).getsockname()[1]}\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.readline)
        for seq in range(events):
            event = {
                "type": "event",
                "seq": seq,
                "name": "alerts.changed",
                "data": {**BODY, "t": time.monotonic()},
            }
            broadcast(connections, json.dumps(event))
            await asyncio.sleep(1 / rate)
        await asyncio.sleep(LINGER_S)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
