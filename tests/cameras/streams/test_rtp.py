import asyncio
import itertools
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cameras.streams.connection import RtspConnection
from cameras.streams.nal import join_annex_b
from cameras.streams.rtp import MAX_UNIT_BYTES, UnitAssembler, assembler, sender_wall_clock
from cameras.streams.sdp import VideoTrack
from cameras.streams.simulator.clips import Picture
from cameras.streams.simulator.packets import aggregate, fragment, frame, payloads_of, sender_report
from cameras.streams.units import Codec, MediaUnit, ReadCounters

FRAME_HEAD = 4
SETS = {
    Codec.H264: (b"\x67sps", b"\x68pps"),
    Codec.H265: (b"\x40\x01vps", b"\x42\x01sps", b"\x44\x01pps"),
}
KEY = {Codec.H264: b"\x65", Codec.H265: b"\x26\x01"}
DELTA = {Codec.H264: b"\x41", Codec.H265: b"\x02\x01"}


class Bench:
    """An assembler, what it delivered, and packets with running numbers for it."""

    def __init__(self, codec: Codec = Codec.H264, *, sets: tuple[bytes, ...] = ()) -> None:
        self.codec = codec
        self.units: list[MediaUnit] = []
        self.counters = ReadCounters()
        self.sequence = 65_530  # wraps in most tests
        track = VideoTrack(codec, 96, 90_000, "", sets)
        self.assembler: UnitAssembler = assembler(track, self.units.append, self.counters)

    def packets(self, payloads: list[bytes] | tuple[bytes, ...], ticks: int) -> list[bytes]:
        packets = []
        for number, payload in enumerate(payloads, 1):
            is_last = number == len(payloads)
            data = frame(payload, sequence=self.sequence, ticks=ticks, ssrc=1, is_last=is_last)
            packets.append(data[FRAME_HEAD:])
            self.sequence += 1
        return packets

    def push(
        self, payloads: list[bytes] | tuple[bytes, ...], ticks: int, *, without: tuple[int, ...] = ()
    ) -> None:
        for index, packet in enumerate(self.packets(payloads, ticks)):
            if index not in without:
                self.assembler.push(packet, float(ticks))

    def nal(self, body: bytes = b"delta", *, is_key: bool = False) -> bytes:
        return (KEY if is_key else DELTA)[self.codec] + body


@pytest.fixture(params=list(Codec))
def bench(request: pytest.FixtureRequest) -> Bench:
    return Bench(request.param)


@given(
    codec=st.sampled_from(list(Codec)),
    bodies=st.lists(st.binary(min_size=1, max_size=4000), min_size=1, max_size=6),
    is_key=st.booleans(),
    limit=st.integers(20, 1400),
)
def test_push_rebuilds_what_was_packed(codec: Codec, bodies: list[bytes], is_key: bool, limit: int) -> None:
    bench = Bench(codec)
    nals = [bench.nal(body, is_key=is_key) for body in bodies]

    bench.push([payload for nal in nals for payload in fragment(codec, nal, limit)], 1)

    (unit,) = bench.units
    assert unit.data == join_annex_b(nals)
    assert (unit.is_key, unit.ticks, unit.after_gap) == (is_key, 1, False)


def test_key_picture_carries_sets_sent_in_one_aggregate(bench: Bench) -> None:
    sets = SETS[bench.codec]
    picture = Picture((bench.nal(b"k" * 3000, is_key=True),), 0, True)

    bench.push(payloads_of(bench.codec, picture, sets), 1)

    assert bench.units[0].data == join_annex_b([*sets, *picture.nals])


@pytest.mark.parametrize("codec", list(Codec))
def test_key_picture_gets_described_sets_where_none_are_sent(codec: Codec) -> None:
    bench = Bench(codec, sets=SETS[codec])

    bench.push([bench.nal(is_key=True)], 1)
    bench.push([bench.nal()], 2)

    assert bench.units[0].data == join_annex_b([*SETS[codec], bench.nal(is_key=True)])
    assert bench.units[1].data == join_annex_b([bench.nal()])


def test_key_picture_gets_newest_sets_seen_in_band() -> None:
    bench = Bench(sets=SETS[Codec.H264])
    bench.push([b"\x67new", b"\x68new", bench.nal(is_key=True)], 1)

    bench.push([bench.nal(is_key=True)], 2)

    assert bench.units[1].data.startswith(join_annex_b([b"\x67new", b"\x68new"]))


def test_sets_with_their_own_marker_belong_to_the_next_picture() -> None:
    bench = Bench()

    bench.push([aggregate(Codec.H264, SETS[Codec.H264])], 1)
    bench.push([bench.nal(is_key=True)], 2)

    (unit,) = bench.units
    assert unit.data == join_annex_b([*SETS[Codec.H264], bench.nal(is_key=True)])


def test_picture_without_marker_ends_with_its_timestamp(bench: Bench) -> None:
    first, _ = bench.packets([bench.nal(b"first"), bench.nal(b"dropped")], 1)
    bench.sequence -= 1
    bench.assembler.push(first, 0.0)

    bench.push([bench.nal(b"second")], 2)

    assert [unit.ticks for unit in bench.units] == [1, 2]


@pytest.mark.parametrize("lost", [(0,), (1,), (2,), (0, 1)])
def test_lost_packet_costs_its_picture_only(bench: Bench, lost: tuple[int, ...]) -> None:
    big = fragment(bench.codec, bench.nal(b"b" * 4000))
    assert len(big) == 3

    bench.push([bench.nal(b"before")], 1)
    bench.push(big, 2, without=lost)
    bench.push([bench.nal(b"after")], 3)
    bench.push([bench.nal(b"later")], 4)

    assert [(unit.ticks, unit.after_gap) for unit in bench.units] == [(1, False), (3, True), (4, False)]
    assert (bench.counters.gaps, bench.counters.lost_packets) == (1, len(lost))


def test_malformed_fragment_spoils_its_picture(bench: Bench) -> None:
    middle = fragment(bench.codec, bench.nal(b"b" * 4000))[1]

    bench.push([middle], 1)
    bench.push([bench.nal()], 2)

    assert [unit.ticks for unit in bench.units] == [2]
    assert bench.counters.malformed == 1


def test_endless_picture_is_cut_off(bench: Bench) -> None:
    start, middle, _ = fragment(bench.codec, bench.nal(b"b" * 4000))
    count = MAX_UNIT_BYTES // len(middle) + 10

    bench.push([start, *[middle] * count], 1)

    assert bench.units == []
    assert bench.counters.malformed >= 1


def test_other_payload_type_is_ignored() -> None:
    bench = Bench()
    (packet,) = bench.packets([bench.nal()], 1)

    bench.assembler.push(packet[:1] + bytes([0x80 | 97]) + packet[2:], 0.0)

    assert bench.units == []
    assert bench.counters.malformed == 0


def test_padding_extension_and_sources_are_skipped() -> None:
    bench = Bench()
    payload = bench.nal(b"body")
    head = struct.pack(">BBHII", 0x80 | 0x30 | 2, 0x80 | 96, 1, 7, 1)
    extension = struct.pack(">HHI", 0xABAC, 1, 0)

    bench.assembler.push(head + bytes(8) + extension + payload + b"\x00\x00\x03", 0.0)

    assert bench.units[0].data == join_annex_b([payload])


@given(st.sampled_from(list(Codec)), st.lists(st.binary(max_size=200), max_size=40))
def test_push_survives_any_bytes(codec: Codec, packets: list[bytes]) -> None:
    bench = Bench(codec)

    for packet in packets:
        bench.assembler.push(packet, 0.0)

    assert all(unit.data for unit in bench.units)


@given(
    codec=st.sampled_from(list(Codec)),
    payloads=st.lists(st.tuples(st.binary(max_size=60), st.booleans(), st.integers(0, 3)), max_size=60),
)
def test_push_survives_any_payloads_and_stays_bounded(
    codec: Codec, payloads: list[tuple[bytes, bool, int]]
) -> None:
    bench = Bench(codec)

    for payload, is_last, ticks in payloads:
        data = frame(payload, sequence=bench.sequence, ticks=ticks, ssrc=1, is_last=is_last)
        bench.sequence += 1
        bench.assembler.push(data[FRAME_HEAD:], 0.0)

    delivered = sum(len(unit.data) for unit in bench.units)
    assert delivered <= sum(len(payload) + 8 for payload, _, _ in payloads) * 3


def cut(data: bytes, edges: list[int]) -> list[bytes]:
    """The data in pieces that end at these offsets."""
    bounds = sorted({0, len(data), *(edge for edge in edges if edge < len(data))})
    return [data[start:stop] for start, stop in itertools.pairwise(bounds)]


def picture_ends(frames: list[bytes]) -> list[int]:
    """Offsets behind the frames that carry a marker: where cameras stop writing for a while."""
    ends = itertools.accumulate(len(data) for data in frames)
    return [end for end, data in zip(ends, frames, strict=True) if len(data) > 5 and data[5] & 0x80]


def frames_of(bench: Bench, pictures: list[list[bytes]], limit: int, ending: str) -> list[bytes]:
    """Interleaved frames of pictures that are NAL units: large ones as fragments, small ones together."""
    frames = []
    for ticks, nals in enumerate(pictures, 1):
        small = [nal for nal in nals if len(nal) < 40]
        payloads = [aggregate(bench.codec, small)] if len(small) > 1 else small
        payloads += [piece for nal in nals if len(nal) >= 40 for piece in fragment(bench.codec, nal, limit)]
        for number, payload in enumerate(payloads, 1):
            is_last = number == len(payloads) and ending == "marker"
            frames.append(
                frame(payload, sequence=bench.sequence, ticks=ticks * 7200, ssrc=1, is_last=is_last)
            )
            bench.sequence += 1
    return frames


def deliver_in_blocks(codec: Codec, blocks: list[bytes]) -> tuple[list[MediaUnit], ReadCounters]:
    """What the connection and the fast path make of the bytes as they arrive."""
    bench = Bench(codec, sets=SETS[codec])

    async def run() -> None:
        connection = RtspConnection(bench.counters)
        connection.channels = {1: lambda packet, arrival_s: None}
        connection.play(0, bench.assembler)
        for block in blocks:
            connection.data_received(block)

    asyncio.run(run())
    return bench.units, bench.counters


def deliver_singly(codec: Codec, frames: list[bytes]) -> tuple[list[MediaUnit], ReadCounters]:
    """What `push` makes of each packet: the plain way that the fast one is held against."""
    bench = Bench(codec, sets=SETS[codec])
    for data in frames:
        if data[1] == 0:
            bench.counters.packets += 1
            bench.assembler.push(data[FRAME_HEAD:], 0.0)
        else:
            bench.counters.packets += 1
        bench.counters.bytes += len(data)
    return bench.units, bench.counters


def without_arrival(units: list[MediaUnit]) -> list[MediaUnit]:
    return [unit._replace(arrival_s=0.0, data=unit.data) for unit in units]


_NALS = st.lists(
    st.tuples(st.booleans(), st.sampled_from([1, 20, 60, 300, 301, 900, 5000])), min_size=1, max_size=3
)


@given(
    codec=st.sampled_from(list(Codec)),
    pictures=st.lists(_NALS, min_size=1, max_size=6),
    limit=st.sampled_from([20, 100, 101, 1400]),
    ending=st.sampled_from(["marker", "timestamp"]),
    edges=st.lists(st.integers(0, 20_000), max_size=12),
    lost=st.sets(st.integers(0, 60), max_size=3),
    damage=st.lists(st.tuples(st.integers(0, 60), st.integers(4, 22), st.integers(0, 255)), max_size=3),
    reports=st.sets(st.integers(0, 60), max_size=3),
    is_by_picture=st.booleans(),
)
def test_take_frames_does_what_push_does_however_the_bytes_arrive(
    codec: Codec,
    pictures: list[list[tuple[bool, int]]],
    limit: int,
    ending: str,
    edges: list[int],
    lost: set[int],
    damage: list[tuple[int, int, int]],
    reports: set[int],
    is_by_picture: bool,
) -> None:
    bench = Bench(codec)
    nals = [
        [bench.nal(bytes([size % 251]) * size, is_key=key) for key, size in picture] for picture in pictures
    ]
    frames = [bytearray(data) for data in frames_of(bench, nals, limit, ending)]
    for number, offset, value in damage:
        if number < len(frames) and offset < len(frames[number]):
            frames[number][offset] = value
    report = sender_report(ssrc=1, ticks=2, wall_s=1_795_447_162.25, packets=3, octets=4)
    sent = []
    for number, data in enumerate(frames):
        sent += [report] * (number in reports) + [bytes(data)] * (number not in lost)

    blocks = cut(b"".join(sent), picture_ends(sent) if is_by_picture else edges)
    fast, fast_counters = deliver_in_blocks(codec, blocks)
    plain, plain_counters = deliver_singly(codec, sent)

    assert without_arrival(fast) == plain
    assert fast_counters == plain_counters


@pytest.mark.parametrize("codec", list(Codec))
@pytest.mark.parametrize("frame_number", [0, 1, 2, 3])
def test_take_picture_leaves_a_block_alone_that_is_wrong_anywhere(codec: Codec, frame_number: int) -> None:
    bench = Bench(codec)
    bench.sequence = 100
    first, second = bench.nal(b"a" * 300), bench.nal(b"b" * 300)
    frames = frames_of(bench, [[first], [second]], 100, "marker")
    bench.assembler.push(b"".join(frames[:1])[FRAME_HEAD:], 0.0)
    for data in frames[1 : len(frames) // 2]:
        bench.assembler.push(data[FRAME_HEAD:], 0.0)
    good = b"".join(frames[len(frames) // 2 :])
    head_bytes = 18 if codec is Codec.H264 else 19
    start = sum(map(len, frames[len(frames) // 2 : len(frames) // 2 + frame_number]))

    wrong = [
        good[:at] + bytes((good[at] ^ 0x55,)) + good[at + 1 :] for at in range(start, start + head_bytes)
    ]
    # The first two bytes are the connection's to check, timestamp and source may change with the picture.
    taken = [bench.assembler.take_picture(block, 1.0) for block in (wrong[2:] if not frame_number else wrong)]

    assert not any(taken)
    assert bench.assembler.take_picture(good, 1.0)
    assert [unit.data for unit in bench.units] == [join_annex_b([first]), join_annex_b([second])]


@pytest.mark.parametrize("codec", list(Codec))
def test_take_frames_rebuilds_pictures_split_at_every_byte(codec: Codec) -> None:
    bench = Bench(codec)
    nals = [[bench.nal(b"k" * 500, is_key=True)], [bench.nal(b"d" * 250)], [bench.nal(b"s"), bench.nal(b"t")]]
    frames = frames_of(bench, nals, 100, "marker")
    data = b"".join(frames)
    plain, _ = deliver_singly(codec, frames)
    assert len(plain) == 3

    for edge in range(len(data)):
        fast, counters = deliver_in_blocks(codec, cut(data, [edge]))
        assert without_arrival(fast) == plain
        assert counters.gaps == counters.malformed == 0


def test_take_frames_leaves_the_frames_of_another_channel() -> None:
    bench = Bench()
    first, second = frames_of(bench, [[bench.nal(b"first")], [bench.nal(b"second")]], 100, "marker")
    data = first + second[:1] + b"\x05" + second[2:]

    assert bench.assembler.take_frames(data, 0, 1.0) == len(first)
    assert len(bench.units) == 1


def test_sender_wall_clock_reads_report() -> None:
    report = sender_report(ssrc=1, ticks=2, wall_s=1_795_447_162.25, packets=3, octets=4)

    assert sender_wall_clock(report[FRAME_HEAD:]) == pytest.approx(1_795_447_162.25, abs=1e-6)


@given(st.binary(max_size=40))
def test_sender_wall_clock_survives_any_bytes(report: bytes) -> None:
    assert sender_wall_clock(report) is None or report[1] == 200
