import asyncio

from cameras.streams.starts import StartLimit


async def test_turn_lets_only_so_many_in_at_once_a_host() -> None:
    limit, inside, most = StartLimit(at_once=2, patience_s=30.0), {"a": 0, "b": 0}, {"a": 0, "b": 0}

    async def start(host: str) -> None:
        async with limit.turn(host):
            inside[host] += 1
            most[host] = max(most[host], inside[host])
            await asyncio.sleep(0)
            inside[host] -= 1

    await asyncio.gather(*(start(host) for host in "ab" for _ in range(6)))

    assert most == {"a": 2, "b": 2}


async def test_turn_comes_although_others_hang() -> None:
    limit, hung = StartLimit(at_once=1, patience_s=0.01), asyncio.Event()

    async def hang() -> None:
        async with limit.turn("a"):
            hung.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hang())
    await hung.wait()
    async with asyncio.timeout(5), limit.turn("a"):
        was_let_in = True
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert was_let_in
    async with asyncio.timeout(5), limit.turn("a"):
        pass


async def test_turn_is_given_back_by_one_who_failed() -> None:
    limit = StartLimit(at_once=1, patience_s=30.0)

    for _ in range(3):
        try:
            async with asyncio.timeout(5), limit.turn("a"):
                raise ConnectionError
        except ConnectionError:
            continue
