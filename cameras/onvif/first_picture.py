"""The first key picture of a stream, read by our own client and decoded in a process of its own."""

import asyncio
import time
from typing import Any

from cameras.streams.decoding import DecoderPool, PoolRules
from cameras.streams.errors import Stalled, StreamError
from cameras.streams.networks import AllowedNetworks
from cameras.streams.reading import ReadLimits
from cameras.streams.results import DecoderResult, KeyPicture
from cameras.streams.rtsp import read_rtsp
from cameras.streams.units import AccessUnit, MediaUnit, ReadCounters, StreamSource

KEY_WITHIN_S = 12.0  # cameras send a key picture every ten seconds at the least
DECODED_WITHIN_S = 20.0


async def first_picture(source: StreamSource, allowed: AllowedNetworks) -> bytes:
    """JPEG of at most 640x360. Raises StreamError."""
    return await _decoded(await _first_key(source, allowed), source)


async def _first_key(source: StreamSource, allowed: AllowedNetworks) -> MediaUnit:
    arrived: asyncio.Future[MediaUnit] = asyncio.get_running_loop().create_future()

    def deliver(unit: MediaUnit) -> None:
        if unit.is_key and not arrived.done():
            arrived.set_result(unit)

    reading = asyncio.create_task(
        read_rtsp(source, deliver, ReadCounters(), ReadLimits(allowed))  # ends only by its error
    )
    try:
        either: set[asyncio.Future[Any]] = {arrived, reading}
        done, _waiting = await asyncio.wait(either, timeout=KEY_WITHIN_S, return_when=asyncio.FIRST_COMPLETED)
        if reading in done and arrived not in done:
            await reading
        if arrived not in done:
            raise Stalled("no key picture in time")
        return arrived.result()
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


async def _decoded(unit: MediaUnit, source: StreamSource) -> bytes:
    """Hostile video may crash a decoder: it runs in a child, which ends with the pool."""
    loop = asyncio.get_running_loop()
    made: asyncio.Future[DecoderResult] = loop.create_future()

    def take(result: DecoderResult) -> None:
        if not made.done():
            made.set_result(result)

    async with DecoderPool(take, rules=PoolRules(workers=1, has_spare=False)) as pool:
        pool.watch(source.code, time.monotonic() + DECODED_WITHIN_S)
        pool.offer(_placed(unit, source))
        try:
            async with asyncio.timeout(DECODED_WITHIN_S):
                result = await made
        except TimeoutError:
            raise Stalled("picture was not decoded in time") from None
    picture = (result.still or result.thumbnail) if isinstance(result, KeyPicture) else b""
    if not picture:
        raise StreamError("picture could not be decoded")
    return picture


def _placed(unit: MediaUnit, source: StreamSource) -> AccessUnit:
    return AccessUnit(
        source.code, source.role, unit.data, 0.0, unit.arrival_s, time.time(), True, unit.codec, 1, False
    )
