import asyncio

from cameras.streams.fanout import Subscription
from cameras.streams.units import AccessUnit, Codec, Role


def unit(number: int) -> AccessUnit:
    return AccessUnit("C-001", Role.MAIN, b"", 0.0, 0.0, 0.0, False, Codec.H264, number, False)


async def test_full_queue_keeps_newest_and_counts_losses() -> None:
    subscription = Subscription(3, lambda closed: None)

    subscription.extend(unit(number) for number in range(10))

    assert [(await anext(subscription)).number for _ in range(3)] == [7, 8, 9]
    assert subscription.dropped == 7


async def test_reader_waits_for_the_next_unit() -> None:
    subscription = Subscription(3, lambda closed: None)
    reading = asyncio.ensure_future(anext(subscription))
    await asyncio.sleep(0)

    subscription.offer(unit(1))

    assert (await reading).number == 1


async def test_close_ends_iteration_after_what_is_queued() -> None:
    closed: list[Subscription] = []
    subscription = Subscription(3, closed.append)
    subscription.offer(unit(1))

    subscription.close()
    subscription.close()

    assert [received.number async for received in subscription] == [1]
    assert closed == [subscription]
