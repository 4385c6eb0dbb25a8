"""One source on show: what a viewer gets is playable, whatever the stream and the other viewers do."""

import asyncio
import io
import json
from collections.abc import Callable, Iterable
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cameras.streams.live import (
    CAPACITY,
    DELTA,
    END,
    FIRST_S,
    INIT,
    KEY,
    MAX_REORDER,
    Channel,
    DecodeTimes,
    Message,
    Muxer,
    Outbox,
    ending,
    kind_of,
)
from cameras.streams.nal import join_annex_b
from cameras.streams.simulator.clips import load_clip
from cameras.streams.units import AccessUnit, Role

Units = list[AccessUnit]
STEP_S = 0.04


def units_of(path: Path, *, times: int = 1, order: Callable[[int], float] = float) -> Units:
    """A clip, `times` over, as the hub delivers it; `order` is the place in time of picture number n."""
    clip = load_clip(path)
    units = []
    for number, picture in enumerate(clip.pictures * times):
        nals = (*clip.parameter_sets, *picture.nals) if picture.is_key else picture.nals
        pts_s = order(number) * STEP_S
        when = (pts_s, 1000.0 + pts_s, 1_700_000_000.0 + pts_s)
        unit = AccessUnit(
            "C-001", Role.SUB, join_annex_b(nals), *when, picture.is_key, clip.codec, number + 1, False
        )
        units.append(unit)
    return units


def messages_of(units: Iterable[AccessUnit], muxer: Muxer | None = None) -> list[bytes]:
    muxer = muxer or Muxer()
    return [message for unit in units for message in muxer.push(unit)]


def kinds(messages: Iterable[bytes]) -> bytes:
    return b"".join(kind_of(message) for message in messages)


def movie_of(messages: Iterable[bytes]) -> bytes:
    """What a browser would append."""
    parts = []
    for message in map(Message.decode, messages):
        skipped = 2 + int.from_bytes(message.payload[:2], "big") if message.kind == INIT else 0
        parts.append(message.payload[skipped:])
    return b"".join(parts)


def count_decoded(messages: Iterable[bytes]) -> int:
    with av.open(io.BytesIO(movie_of(messages)), "r") as container:
        return len(list(container.decode(container.streams.video[0])))


async def drain(outbox: Outbox) -> list[bytes]:
    """Everything that waits now."""
    outbox.offer(ending("test"))
    taken = []
    while (message := await outbox.take())[:1] != END:
        taken.append(message)
    return taken


@pytest.fixture(params=["clip", "h265_clip"])
def any_clip(request: pytest.FixtureRequest) -> Path:
    path: Path = request.getfixturevalue(request.param)
    return path


def test_muxer_makes_one_fragment_of_each_picture_and_all_decode(any_clip: Path) -> None:
    units = units_of(any_clip)

    messages = messages_of(units)

    assert kinds(messages)[:2] == INIT + KEY
    assert kinds(messages).count(KEY) == sum(unit.is_key for unit in units)
    assert len(messages) == len(units) + 1
    assert count_decoded(messages) == len(units)


def test_muxer_says_what_the_browser_must_support(clip: Path) -> None:
    first = Message.decode(messages_of(units_of(clip))[0])

    size = int.from_bytes(first.payload[:2], "big")
    told = json.loads(first.payload[2 : 2 + size])

    assert told["mime"].startswith('video/mp4; codecs="avc1.')
    assert (told["width"], told["height"]) == (320, 180)
    assert first.payload[2 + size :][4:8] == b"ftyp"


def test_muxer_keeps_the_cameras_time(clip: Path) -> None:
    units = units_of(clip)

    fragments = [Message.decode(message) for message in messages_of(units)][1:]

    assert [message.media_s for message in fragments] == pytest.approx(
        [FIRST_S + unit.pts_s for unit in units]
    )
    assert [message.captured_ms for message in fragments] == [unit.captured_at * 1000 for unit in units]


def test_muxer_begins_at_a_key_picture(clip: Path) -> None:
    muxer = Muxer()

    messages = messages_of(units_of(clip)[2:], muxer)

    assert kinds(messages)[:2] == INIT + KEY
    assert muxer.dropped == 3
    assert count_decoded(messages) == 15


@pytest.mark.parametrize("lost", [1, 4, 7])
def test_muxer_waits_for_a_key_picture_after_a_hole(clip: Path, lost: int) -> None:
    units = units_of(clip)

    messages = messages_of(units[:lost] + units[lost + 1 :])

    keys = [number for number, unit in enumerate(units) if unit.is_key]
    following = next(key for key in keys if key > lost)
    assert len(messages) == 1 + lost + len(units) - following
    assert count_decoded(messages) == len(messages) - 1


def test_muxer_waits_for_a_key_picture_after_a_gap_of_the_network(clip: Path) -> None:
    units = units_of(clip)
    units[7] = units[7]._replace(after_gap=True)

    messages = messages_of(units)

    assert len(messages) == 1 + 7 + 10
    assert count_decoded(messages) == 17


def test_muxer_begins_anew_when_the_format_changes(clip: Path, large_clip: Path) -> None:
    small, large = units_of(clip), units_of(large_clip, order=lambda number: number + 20)
    large = [unit._replace(number=unit.number + 20) for unit in large]

    messages = messages_of(small + large)

    assert kinds(messages).count(INIT) == 2
    second = kinds(messages).rindex(INIT)
    assert Message.decode(messages[second + 1]).media_s == FIRST_S
    assert count_decoded(messages[second:]) == len(large)


def test_muxer_begins_anew_when_the_time_line_goes_back(clip: Path) -> None:
    before = units_of(clip, order=lambda number: number + 1000)
    after = [unit._replace(number=unit.number + 20) for unit in units_of(clip)]

    messages = messages_of(before + after)

    assert kinds(messages).count(INIT) == 2
    assert Message.decode(messages[-1]).media_s == pytest.approx(FIRST_S + 19 * STEP_S)


def test_muxer_drops_pictures_whose_parameter_sets_make_no_sense(clip: Path) -> None:
    units = units_of(clip)
    units[5] = units[5]._replace(data=join_annex_b([b"\x67\x64", b"\x65\x88\x80"]))

    messages = messages_of(units)

    assert kinds(messages[:6]) == INIT + KEY + DELTA * 4
    assert kinds(messages[6:8]) == INIT + KEY
    assert len(messages) == 2 + 5 + 10


def test_muxer_shows_uneven_pictures_without_a_hole_in_decoding(clip: Path) -> None:
    gaps = (0.0, 1.0, 1.4, 9.0, 9.1, 10.0, 30.0, 31.0)
    units = units_of(clip, order=lambda number: gaps[number % 8] + 40 * (number // 8))

    messages = messages_of(units)

    assert len(messages) == len(units) + 1
    with av.open(io.BytesIO(movie_of(messages)), "r") as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
    begins = [packet.dts or 0 for packet in packets]
    ends = [begin + (packet.duration or 0) for begin, packet in zip(begins, packets, strict=True)]
    assert begins[1:] == ends[:-1]


def test_muxer_learns_how_far_a_camera_reorders(clip: Path) -> None:
    shown = (0, 3, 1, 2, 4)
    units = units_of(clip, times=4, order=lambda number: number // 5 * 5 + shown[number % 5])

    messages = messages_of(units)

    last_groups = [Message.decode(message).media_s for message in messages[-10:]]
    assert kinds(messages[-10:]) == (KEY + DELTA * 4) * 2
    assert last_groups == pytest.approx(
        [FIRST_S + (70 + n // 5 * 5 + shown[n % 5]) * STEP_S for n in range(10)]
    )


@given(
    reorder=st.integers(0, MAX_REORDER),
    steps=st.lists(st.integers(1, 200_000), min_size=1, max_size=60),
    swaps=st.lists(st.integers(0, 60), max_size=20),
)
def test_decode_times_leave_no_hole_and_no_empty_interval(
    reorder: int, steps: list[int], swaps: list[int]
) -> None:
    shown = [90_000 + sum(steps[:count]) for count in range(len(steps))]
    for place in swaps:
        if reorder and place + 1 < len(shown):
            shown[place], shown[place + 1] = shown[place + 1], shown[place]
    times = DecodeTimes(shown[0], 3600, reorder)

    end = None
    for ticks in shown:
        placing = times.place(ticks)
        if placing is None:
            continue
        assert placing.duration > 0
        assert placing.decode + placing.offset >= ticks
        assert end is None or placing.decode == end
        end = placing.decode + placing.duration


@given(
    kind=st.sampled_from([INIT, KEY, DELTA, END]),
    captured_ms=st.floats(0, 1e14),
    media_s=st.floats(0, 1e9),
    payload=st.binary(max_size=300),
)
def test_message_survives_its_way(kind: bytes, captured_ms: float, media_s: float, payload: bytes) -> None:
    message = Message(kind, captured_ms, media_s, payload)

    assert Message.decode(message.encode()) == message


@given(data=st.binary(max_size=40))
def test_decode_of_any_bytes_is_a_message_or_refused(data: bytes) -> None:
    try:
        message = Message.decode(data)
    except ValueError:
        return

    assert kind_of(message.encode()) in (INIT, KEY, DELTA, END)


async def test_new_viewer_gets_the_group_so_far_and_then_every_picture(clip: Path) -> None:
    units = units_of(clip, times=2)
    channel = Channel()
    for unit in units[:8]:
        channel.push(unit)

    outbox = channel.join()
    for unit in units[8:]:
        channel.push(unit)
    messages = await drain(outbox)

    assert kinds(messages)[:3] == INIT + KEY + DELTA
    assert count_decoded(messages) == len(units) - 5
    assert Message.decode(messages[1]).media_s == pytest.approx(FIRST_S + 7 * STEP_S)


async def test_group_that_is_too_long_is_waited_for(clip: Path) -> None:
    units = units_of(clip)
    channel = Channel(group_bytes=2000)
    for unit in units[:8]:
        channel.push(unit)

    outbox = channel.join()
    for unit in units[8:]:
        channel.push(unit)
    messages = await drain(outbox)

    assert kinds(messages)[:1] == INIT
    assert count_decoded(messages) in (10, 12)


async def test_viewer_that_never_reads_is_bounded_and_disturbs_nobody(clip: Path) -> None:
    channel = Channel(capacity=10)
    lazy, busy = channel.join(), channel.join()

    seen: list[bytes] = []
    for unit in units_of(clip, times=20):
        channel.push(unit)
        while busy._messages:
            seen.append(await busy.take())
    waiting = await drain(lazy)

    assert count_decoded(seen) == 400
    assert (busy.dropped, len(waiting) <= 11) == (0, True)
    assert kinds(waiting)[:2] == INIT + KEY
    assert lazy.dropped == 400 - len(waiting) + 1
    assert Message.decode(waiting[-1]).media_s == Message.decode(seen[-1]).media_s
    assert count_decoded(waiting) == len(waiting) - 1


async def test_viewer_that_was_late_goes_on_at_a_key_picture(clip: Path) -> None:
    units = units_of(clip, times=3)
    channel = Channel(capacity=12)
    outbox = channel.join()
    for unit in units[:1]:
        channel.push(unit)
    first = [await outbox.take(), await outbox.take()]
    for unit in units[1:]:
        channel.push(unit)

    rest = await drain(outbox)

    assert kinds(first) == INIT + KEY
    assert kinds(rest)[:1] == KEY
    assert count_decoded([first[0], *rest]) == len(rest)


async def test_outbox_forgets_what_came_before_a_new_format() -> None:
    outbox = Outbox()
    for kind in (INIT, KEY, DELTA, INIT, KEY):
        outbox.offer(Message(kind, 0.0, 0.0, b"").encode())

    assert kinds(await drain(outbox)) == INIT + KEY


async def test_outbox_takes_nothing_after_the_end() -> None:
    outbox = Outbox(capacity=2)
    for kind in (KEY, DELTA, DELTA, END, KEY):
        outbox.offer(Message(kind, 0.0, 0.0, b"").encode())

    assert await outbox.take() == Message(END, 0.0, 0.0, b"").encode()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(outbox.take(), 0.05)


async def test_end_reaches_every_viewer_with_its_reason(clip: Path) -> None:
    channel = Channel()
    outboxes = [channel.join(), channel.join()]

    channel.end("camera moved to another worker")

    for outbox in outboxes:
        assert Message.decode(await outbox.take()).payload == b"camera moved to another worker"


@given(
    offered=st.lists(st.sampled_from([INIT, KEY, DELTA, DELTA, DELTA]), max_size=200),
    capacity=st.integers(1, 70),
)
def test_outbox_never_holds_more_than_its_bound_nor_a_broken_stream(
    offered: list[bytes], capacity: int
) -> None:
    outbox = Outbox(capacity)
    group = 0
    for kind in (INIT, KEY, *offered):
        group += kind in (INIT, KEY)
        outbox.offer(Message(kind, group, 0.0, b"").encode())

        waiting = [Message.decode(message) for message in outbox._messages]
        assert len(waiting) <= capacity + 1
        shown = [message for message in waiting if message.kind != INIT]
        groups = [message.captured_ms for message in shown]
        assert groups == sorted(groups)


def test_capacity_is_the_bound_of_the_design() -> None:
    assert CAPACITY == 60
