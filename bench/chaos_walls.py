"""Walls that reconnect from their last `seq` for as long as it takes, and keep book of what they got."""

import asyncio
import json
import random
import sys
from dataclasses import dataclass, field

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import WebSocketException

from bench.push_clients import open_one

GIVE_UP_S = 60.0


@dataclass
class Wall:
    """One wall's book: what arrived, and every breach of the promise."""

    seqs: list[int] = field(default_factory=list)
    repeated: int = 0
    disordered: int = 0
    resets: int = 0

    @property
    def last(self) -> int:
        return self.seqs[-1] if self.seqs else 0

    def take(self, text: str) -> None:
        message = json.loads(text)
        if message["type"] == "hello":
            self.resets += message["reset"]
        elif message["type"] == "event" and message["seq"] <= self.last:
            self.repeated += 1
        elif message["type"] == "event":
            self.disordered += message["prev"] != self.last
            self.seqs.append(message["seq"])


async def follow(wall: Wall, address: str, cookie: str) -> None:
    """Connect and read for ever; any break is answered by a new connection."""
    while True:
        try:
            connection = await open_one(f"{address}?after={wall.last}", cookie)
            async with connection:
                await read(wall, connection)
        except (OSError, WebSocketException, TimeoutError):
            await asyncio.sleep(random.uniform(0.05, 0.4))


async def read(wall: Wall, connection: ClientConnection) -> None:
    async for text in connection:
        wall.take(str(text))


async def main(address: str, cookie: str, count: int) -> None:
    walls = [Wall() for _ in range(count)]
    readers = [asyncio.create_task(follow(wall, address, cookie)) for wall in walls]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    end = int(await asyncio.to_thread(sys.stdin.readline))
    loop = asyncio.get_running_loop()
    until = loop.time() + GIVE_UP_S
    while loop.time() < until and any(wall.last < end for wall in walls):
        await asyncio.sleep(0.05)
    for reader in readers:
        reader.cancel()
    for wall in walls:
        sys.stdout.write(json.dumps(vars(wall)) + "\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
