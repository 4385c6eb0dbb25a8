"""The door of a worker on a real unix socket: viewers come, lag, vanish, and never disturb one another."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, suppress
from pathlib import Path

import pytest

from cameras.ingest.live import FULL, LET_GO, MAX_VIEWERS, NOT_READ, Door, _listen, serve_live
from cameras.live import door_path, fetch_messages
from cameras.streams.live import CAPACITY, END, INIT, KEY, Message, kind_of
from tests.cameras.live_viewer import STEP_S, Studio, count_decoded, units_of

WORKER = "ingest-1@a-host-with-a-name-as-long-as-cloud-machines-like-to-have.internal.example"


@pytest.fixture
async def studio() -> AsyncIterator[Studio]:
    """Pictures behind an open door."""
    studio = Studio()
    serving = asyncio.create_task(serve_live(studio, WORKER))
    await until(door_path(WORKER).exists)
    yield studio
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


async def until(holds: Callable[[], bool], seconds: float = 20.0) -> None:
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.005)


async def watch(code: str, *, count: int, messages: list[bytes] | None = None) -> list[bytes]:
    """The first messages of a view, each in the list as it comes."""
    messages = [] if messages is None else messages
    async with asyncio.timeout(60), aclosing(fetch_messages(door_path(WORKER), code)) as coming:
        async for message in coming:
            messages.append(message)
            if len(messages) == count or kind_of(message) == END:
                break
    return messages


async def test_viewer_gets_the_group_at_once_and_then_what_comes(studio: Studio, street_clip: Path) -> None:
    units = units_of(street_clip, times=2)
    studio.group = units[5:9]

    watching = asyncio.create_task(watch("C-001", count=2 + 31))
    await until(lambda: bool(studio.subscriptions))
    await studio.show(units[9:])
    messages = await watching

    assert [kind_of(message) for message in messages[:2]] == [INIT, KEY]
    assert Message.decode(messages[1]).media_s == pytest.approx(1 + 3 * STEP_S)
    assert count_decoded(messages) == 35


async def test_camera_that_the_worker_does_not_read_ends_at_once(studio: Studio) -> None:
    messages = await watch("C-002", count=1)

    assert Message.decode(messages[0]) == (END, 0.0, 0.0, NOT_READ.encode())


@pytest.mark.parametrize(
    "line", [b"GET / HTTP/1.1\r\n", b"[]\n", b"{}\n", b'{"code": 7}\n', b"\xff\n", b"x" * 100_000]
)
async def test_nonsense_is_hung_up_on(studio: Studio, line: bytes) -> None:
    reader, writer = await asyncio.open_unix_connection(door_path(WORKER))

    writer.write(line)
    writer.write_eof()
    async with asyncio.timeout(20):
        answer = await reader.read()

    assert answer == b""
    writer.close()


async def test_camera_is_let_go_with_its_last_viewer(studio: Studio, street_clip: Path) -> None:
    studio.group = units_of(street_clip)[:3]

    await watch("C-001", count=2)

    await until(lambda: not studio.subscriptions)


async def test_camera_is_muxed_once_for_all_its_viewers(studio: Studio, street_clip: Path) -> None:
    units = units_of(street_clip)
    studio.group = units[:3]
    seen: list[list[bytes]] = [[] for _ in range(5)]
    viewers = [asyncio.create_task(watch("C-001", count=2 + 17, messages=mine)) for mine in seen]
    await until(lambda: all(len(mine) == 2 for mine in seen))

    subscribed = len(studio.subscriptions)
    await studio.show(units[3:])
    await asyncio.gather(*viewers)

    assert subscribed == 1
    assert [count_decoded(messages) for messages in seen] == [20] * 5


async def test_viewer_that_never_reads_costs_the_others_nothing(studio: Studio, street_clip: Path) -> None:
    units = units_of(street_clip, times=60)
    studio.group = units[:1]
    _reader, writer = await asyncio.open_unix_connection(door_path(WORKER))
    writer.write(json.dumps({"code": "C-001"}).encode() + b"\n")
    writer.transport.pause_reading()  # type: ignore[attr-defined] # a ReadTransport as well
    await until(lambda: bool(studio.subscriptions))

    messages: list[bytes] = []
    watching = asyncio.create_task(watch("C-001", count=2 + 1199, messages=messages))
    await until(lambda: len(messages) == 2)
    await studio.show(units[1:])
    await watching

    assert count_decoded(messages) == 1200
    writer.close()


async def test_late_viewer_is_bounded_and_goes_on_at_a_key_picture(street_clip: Path) -> None:
    studio = Studio()
    door = Door(studio)
    units = units_of(street_clip, times=40)
    studio.group = units[:1]
    show = await door._open("C-001")
    assert show is not None
    outbox = show.channel.join()

    await studio.show(units[1:])
    await until(lambda: outbox.dropped > 0)
    waiting = list(outbox._messages)
    await door.close()

    assert len(waiting) <= CAPACITY
    assert [kind_of(message) for message in waiting[:2]] == [INIT, KEY]
    assert count_decoded(waiting) == len(waiting) - 1


async def test_viewers_are_told_when_the_camera_is_let_go(studio: Studio, street_clip: Path) -> None:
    studio.group = units_of(street_clip)[:1]
    messages: list[bytes] = []
    watching = asyncio.create_task(watch("C-001", count=9, messages=messages))
    await until(lambda: len(messages) == 2)

    studio.subscriptions[0].close()
    await watching

    assert Message.decode(messages[-1]).payload == LET_GO.encode()


async def test_odd_stream_ends_its_own_show_only(
    studio: Studio, street_clip: Path, caplog: pytest.LogCaptureFixture
) -> None:
    studio.group = units_of(street_clip)[:1]
    watching = asyncio.create_task(watch("C-001", count=9))
    await until(lambda: bool(studio.subscriptions))
    broken = studio.group[0]._replace(data=None)  # type: ignore[arg-type] # what no reader delivers

    await studio.show([broken])
    messages = await watching
    again = await watch("C-001", count=2)

    assert kind_of(messages[-1]) == END
    assert [kind_of(message) for message in again] == [INIT, KEY]
    assert "live view of camera C-001 failed" in caplog.text


async def test_door_that_is_full_says_so(street_clip: Path) -> None:
    studio = Studio()
    door = Door(studio)
    door.viewers = MAX_VIEWERS
    path = door_path("full")
    server = await asyncio.start_unix_server(door.answer, path)
    async with aclosing(fetch_messages(path, "C-001")) as coming:
        messages = [await anext(coming)]
    server.close()

    assert Message.decode(messages[0]).payload == FULL.encode()


async def test_door_of_a_killed_worker_is_opened_again(street_clip: Path) -> None:
    path = door_path(WORKER)
    dead = await asyncio.start_unix_server(lambda reader, writer: None, path)
    dead.close()
    assert path.exists()
    studio = Studio()
    studio.group = units_of(street_clip)[:1]

    serving = asyncio.create_task(serve_live(studio, WORKER))
    messages: list[bytes] = []
    async with asyncio.timeout(60):
        while not messages:
            with suppress(ConnectionRefusedError, FileNotFoundError):
                await watch("C-001", count=2, messages=messages)
            await asyncio.sleep(0.01)
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)

    assert [kind_of(message) for message in messages] == [INIT, KEY]
    assert not path.exists()


async def test_closing_the_door_leaves_that_of_a_newer_worker_alone(street_clip: Path) -> None:
    older = asyncio.create_task(serve_live(Studio(), WORKER))
    path = door_path(WORKER)
    await until(path.exists)
    first = path.stat().st_ino
    newer = asyncio.create_task(serve_live(Studio(), WORKER))
    await until(lambda: path.exists() and path.stat().st_ino != first)

    older.cancel()
    await asyncio.gather(older, return_exceptions=True)

    assert path.exists()
    newer.cancel()
    await asyncio.gather(newer, return_exceptions=True)


async def test_folder_that_takes_no_socket_is_an_error_of_the_door(
    live_doors: Path,
) -> None:
    (live_doors / "in-the-way").write_text("")
    path = live_doors / "in-the-way" / "x"

    with pytest.raises(OSError, match="in-the-way"):
        await _listen(path, Door(Studio()))


async def test_fetch_from_a_door_that_nobody_opened_fails() -> None:
    with pytest.raises(OSError, match="No such file"):
        async for _message in fetch_messages(door_path("nobody"), "C-001"):
            pass


async def test_fetch_refuses_messages_that_are_too_large(live_doors: Path) -> None:
    async def shout(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\xff\xff\xff\xff")
        writer.close()

    server = await asyncio.start_unix_server(shout, door_path("loud"))
    with pytest.raises(ValueError, match="not a live message"):
        async for _message in fetch_messages(door_path("loud"), "C-001"):
            pass
    server.close()
