"""The client against the real simulator over loopback, well and badly behaved."""

import asyncio
import contextlib
import itertools
import logging
from dataclasses import replace
from pathlib import Path

import av
import pytest

from cameras.streams.compat import read_compat
from cameras.streams.errors import (
    AddressRefused,
    AuthFailed,
    BadStream,
    Disconnected,
    NotFound,
    SessionLimit,
    Stalled,
    StreamError,
    Unreachable,
)
from cameras.streams.nal import join_annex_b
from cameras.streams.networks import AllowedNetworks, parse_address
from cameras.streams.reading import Reader, ReadLimits
from cameras.streams.rtsp import control_url, parse_channels, parse_session, read_rtsp
from cameras.streams.simulator.clips import load_clip
from cameras.streams.simulator.config import CameraConfig
from cameras.streams.simulator.faults import Fault, FaultSwitch
from cameras.streams.simulator.server import Simulator
from cameras.streams.units import MediaUnit, ReadCounters, StreamSource

PASSWORD = "p@ss:w/rd.100%"


async def collect(
    source: StreamSource, limits: ReadLimits, *, count: int, reader: Reader = read_rtsp
) -> tuple[list[MediaUnit], ReadCounters]:
    """The first units of a source, or the error that came before them."""
    units: list[MediaUnit] = []
    counters, enough = ReadCounters(), asyncio.Event()

    def deliver(unit: MediaUnit) -> None:
        units.append(unit)
        if len(units) >= count:
            enough.set()

    reading = asyncio.ensure_future(reader(source, deliver, counters, limits))
    waiting = asyncio.ensure_future(enough.wait())
    async with asyncio.timeout(8.0):
        await asyncio.wait({reading, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if reading.done():
        await reading
    reading.cancel()
    await asyncio.gather(reading, waiting, return_exceptions=True)
    return units, counters


async def failure(source: StreamSource, limits: ReadLimits, reader: Reader = read_rtsp) -> StreamError:
    """The error that ends a source."""
    with pytest.raises(StreamError) as raised:
        await collect(source, limits, count=10_000, reader=reader)
    return raised.value


async def test_client_gets_every_unit_in_order_and_without_a_seam(clip: Path, limits: ReadLimits) -> None:
    pictures = load_clip(clip).pictures
    async with Simulator([CameraConfig("/C-001", clip, offset_s=0.5)]) as simulator:
        units, counters = await collect(StreamSource("C-001", simulator.url("/C-001")), limits, count=12)

    bodies = [
        join_annex_b([nal for nal in picture.nals if nal[0] & 0x1F not in (7, 8)]) for picture in pictures
    ]
    seen = [next(index for index, body in enumerate(bodies) if unit.data.endswith(body)) for unit in units]
    assert seen == [(seen[0] + step) % len(pictures) for step in range(12)]
    assert seen[0] > seen[-1]  # the clip began anew on the way
    steps = {(later.ticks - earlier.ticks) % 2**32 for earlier, later in itertools.pairwise(units)}
    assert steps == {3600}
    assert (counters.gaps, counters.malformed) == (0, 0)
    assert abs(counters.camera_clock_skew_s or 9.0) < 0.5


@pytest.mark.parametrize("name", ["clip", "h265_clip"])
@pytest.mark.parametrize("reader", [read_rtsp, read_compat])
async def test_units_of_both_readers_decode(
    name: str, reader: Reader, limits: ReadLimits, request: pytest.FixtureRequest
) -> None:
    limits = replace(limits, handshake_s=4.0, stall_s=3.0)
    async with Simulator([CameraConfig("/C-001", request.getfixturevalue(name))]) as simulator:
        source = StreamSource("C-001", simulator.url("/C-001"))
        units, _ = await collect(source, limits, count=9, reader=reader)

    decodable = list(itertools.dropwhile(lambda unit: not unit.is_key, units))
    decoder = av.CodecContext.create(units[0].codec, "r")
    assert isinstance(decoder, av.VideoCodecContext)
    frames = [frame for unit in decodable for frame in decoder.decode(av.Packet(unit.data))]
    frames += decoder.decode(None)
    assert len(frames) == len(decodable) > 0


@pytest.mark.parametrize("auth", ["basic", "digest", "sha256"])
async def test_client_answers_each_kind_of_challenge(auth: str, clip: Path, limits: ReadLimits) -> None:
    config = CameraConfig("/C-001", clip, username="admin@x", password=PASSWORD, auth=auth)
    async with Simulator([config]) as simulator:
        source = StreamSource("C-001", simulator.url("/C-001"), "admin@x", PASSWORD)
        units, _ = await collect(source, limits, count=1)
        wrong = await failure(replace(source, password="other"), limits)
        missing = await failure(replace(source, username="", password=""), limits)

    assert units
    assert isinstance(wrong, AuthFailed)
    assert isinstance(missing, AuthFailed)


@pytest.mark.parametrize("reader", [read_rtsp, read_compat])
async def test_password_is_in_no_message(
    reader: Reader, clip: Path, limits: ReadLimits, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    config = CameraConfig("/C-001", clip, username="admin", password="different")
    async with Simulator([config]) as simulator:
        refused = await failure(
            StreamSource("C-001", simulator.url("/C-001"), "admin", PASSWORD), limits, reader
        )
        gone = StreamSource(
            "C-001", simulator.url("/C-001").replace(str(simulator.port), "1"), "admin", PASSWORD
        )
        closed = await failure(gone, limits, reader)

    assert isinstance(refused, AuthFailed)
    assert isinstance(closed, Unreachable)
    for text in (str(refused), str(closed), caplog.text):
        assert "p@ss" not in text
        assert "p%40ss" not in text


@pytest.mark.parametrize(
    ("fault", "value", "expected"),
    [
        (Fault.UNAUTHORIZED, 0.0, AuthFailed),
        (Fault.MISSING, 0.0, NotFound),
        (Fault.SESSION_LIMIT, 0, SessionLimit),
        (Fault.RESET, 0.0, Unreachable),
        (Fault.STALL, 0.0, Unreachable),
        (Fault.LORIS, 0.0, Unreachable),
        (Fault.GARBAGE, 0.0, Stalled),
    ],
)
async def test_fault_before_playing_has_its_error(
    fault: Fault, value: float, expected: type[StreamError], clip: Path, limits: ReadLimits
) -> None:
    config = CameraConfig(
        "/C-001", clip, username="a", password="b", faults=(FaultSwitch(fault, True, value),)
    )
    async with Simulator([config]) as simulator:
        error = await failure(StreamSource("C-001", simulator.url("/C-001"), "a", "b"), limits)

    assert type(error) is expected


@pytest.mark.parametrize(("fault", "expected"), [(Fault.STALL, Stalled), (Fault.RESET, Disconnected)])
async def test_fault_while_playing_has_its_error(
    fault: Fault, expected: type[StreamError], clip: Path, limits: ReadLimits
) -> None:
    async with Simulator([CameraConfig("/C-001", clip)]) as simulator:
        asyncio.get_running_loop().call_later(0.3, simulator.switch, "/C-001", FaultSwitch(fault))

        error = await failure(StreamSource("C-001", simulator.url("/C-001")), limits)

    assert type(error) is expected


async def test_lost_packets_are_counted_and_marked(large_clip: Path, limits: ReadLimits) -> None:
    limits = replace(limits, stall_s=3.0)
    loss = FaultSwitch(Fault.LOSS, True, 0.02)
    async with Simulator([CameraConfig("/C-001", large_clip, faults=(loss,))]) as simulator:
        units, counters = await collect(StreamSource("C-001", simulator.url("/C-001")), limits, count=40)

    assert counters.gaps > 0
    assert any(unit.after_gap for unit in units)


async def test_other_resolution_follows_with_its_own_sets(
    clip: Path, large_clip: Path, limits: ReadLimits
) -> None:
    async with Simulator([CameraConfig("/C-001", clip)]) as simulator:
        switch = FaultSwitch(Fault.RESOLUTION, True, str(large_clip))
        asyncio.get_running_loop().call_later(0.3, simulator.switch, "/C-001", switch)
        units, counters = await collect(StreamSource("C-001", simulator.url("/C-001")), limits, count=16)

    decoder = av.CodecContext.create("h264", "r")
    assert isinstance(decoder, av.VideoCodecContext)
    decodable = itertools.dropwhile(lambda unit: not unit.is_key, units)
    widths = [frame.width for unit in decodable for frame in decoder.decode(av.Packet(unit.data))]
    assert set(widths) == {320, 640}
    assert counters.gaps == 0


@pytest.mark.parametrize("reader", [read_rtsp, read_compat])
@pytest.mark.parametrize("url", ["file:///etc/passwd", "rtsp://a:b@127.0.0.1/", "rtsp://127.0.0.1/"])
async def test_reader_refuses_what_is_no_camera_address(url: str, reader: Reader, limits: ReadLimits) -> None:
    elsewhere = replace(limits, allowed=AllowedNetworks.parse(["10.20.0.0/16"]))

    assert isinstance(await failure(StreamSource("C-001", url), elsewhere, reader), AddressRefused)


async def test_compat_reader_tells_missing_and_stalled(clip: Path, limits: ReadLimits) -> None:
    async with Simulator([CameraConfig("/C-001", clip)]) as simulator:
        missing = await failure(StreamSource("C-404", simulator.url("/C-404")), limits, read_compat)
        asyncio.get_running_loop().call_later(0.3, simulator.switch, "/C-001", FaultSwitch(Fault.STALL))
        stalled = await failure(StreamSource("C-001", simulator.url("/C-001")), limits, read_compat)

    assert type(missing) is NotFound
    assert isinstance(stalled, Stalled | Unreachable)


class OddCamera:
    """A server that answers each request with the next prepared text, and keeps the requests."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.requests: list[str] = []
        self.url = ""

    async def __aenter__(self) -> "OddCamera":
        self._server = await asyncio.start_server(self._converse, "127.0.0.1", 0)
        self.url = f"rtsp://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/live?x=1"
        return self

    async def __aexit__(self, *error: object) -> None:
        self._server.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while self.answers:
                self.requests.append((await reader.readuntil(b"\r\n\r\n")).decode())
                writer.write(self.answers.pop(0).replace("\n", "\r\n").encode())
        writer.close()


SDP = "m=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\na=control:rtsp://10.9.9.9/evil/track1\n"


def described(headers: str = "") -> str:
    body = SDP.replace("\n", "\r\n")
    return f"RTSP/1.0 200 OK\nCSeq: 1\n{headers}Content-Length: {len(body)}\n\n{SDP}"


async def test_hosts_named_by_the_camera_are_ignored(limits: ReadLimits) -> None:
    answers = (
        "RTSP/1.0 302 Moved\nLocation: rtsp://10.9.9.9/moved\n\n",
        described("Content-Base: rtsp://10.9.9.9/base/\n"),
        "RTSP/1.0 404 Not Found\n\n",
    )
    async with OddCamera(*answers) as camera:
        error = await failure(StreamSource("C-001", camera.url), limits)

    host = camera.url.removeprefix("rtsp://").partition("/")[0]
    assert [request.split(" ")[1] for request in camera.requests] == [
        f"rtsp://{host}/live?x=1",
        f"rtsp://{host}/moved",
        f"rtsp://{host}/evil/track1",
    ]
    assert isinstance(error, NotFound)


async def test_password_is_not_offered_before_a_challenge(limits: ReadLimits) -> None:
    challenge = 'RTSP/1.0 401 Unauthorized\nWWW-Authenticate: Digest realm="r", nonce="n"\n\n'
    async with OddCamera(challenge, challenge) as camera:
        error = await failure(StreamSource("C-001", camera.url, "admin", PASSWORD), limits)

    assert isinstance(error, AuthFailed)
    assert ["Authorization" in request for request in camera.requests] == [False, True]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (("HTTP/1.1 200 OK\n\n",), BadStream),
        (("RTSP/1.0 302 Moved\nLocation: /a\n\n",) * 4, BadStream),
        (("RTSP/1.0 200 OK\nContent-Length: 99999999\n\n",), BadStream),
        (("RTSP/1.0 200 OK\nX: " + "x" * 70_000 + "\n\n",), BadStream),
        (("RTSP/1.0 400 Bad Request\n\n",), BadStream),
        (("RTSP/1.0 503 Service Unavailable\n\n",), Unreachable),
        ((described(), "RTSP/1.0 200 OK\nTransport: RTP/AVP/TCP;interleaved=0-1\n\n"), BadStream),
        ((described(), "RTSP/1.0 200 OK\nSession: 1\nTransport: RTP/AVP;client_port=1-2\n\n"), BadStream),
        ((), Unreachable),
    ],
)
async def test_odd_answers_have_their_error(
    answers: tuple[str, ...], expected: type[StreamError], limits: ReadLimits
) -> None:
    async with OddCamera(*answers) as camera:
        assert type(await failure(StreamSource("C-001", camera.url), limits)) is expected


async def test_keep_alive_is_sent_at_half_the_session_timeout(limits: ReadLimits) -> None:
    set_up = "RTSP/1.0 200 OK\nSession: 1;timeout=2\nTransport: RTP/AVP/TCP;interleaved=0-1\n\n"
    patient = replace(limits, stall_s=1.5)
    async with OddCamera(described(), set_up, "RTSP/1.0 200 OK\n\n", "", "") as camera:
        error = await failure(StreamSource("C-001", camera.url), patient)
        await asyncio.sleep(0.05)  # the last request is on its way

    methods = [request.split(" ")[0] for request in camera.requests]
    assert methods == ["DESCRIBE", "SETUP", "PLAY", "GET_PARAMETER", "TEARDOWN"]
    assert isinstance(error, Stalled)


async def test_cancelled_reader_tears_its_session_down(clip: Path, limits: ReadLimits) -> None:
    one = FaultSwitch(Fault.SESSION_LIMIT, True, 1)
    async with Simulator([CameraConfig("/C-001", clip, faults=(one,))]) as simulator:
        source = StreamSource("C-001", simulator.url("/C-001"))
        for _ in range(3):
            units, _ = await collect(source, limits, count=1)
            await asyncio.sleep(0.02)

    assert units


@pytest.mark.parametrize(
    ("base", "control", "path"),
    [
        ("/live", "", "/live"),
        ("/live", "*", "/live"),
        ("/live", "trackID=1", "/live/trackID=1"),
        ("/live/", "trackID=1", "/live/trackID=1"),
        ("/live", "/other/track", "/other/track"),
        ("/live", "rtsp://10.9.9.9:9/a/b?c=1", "/a/b?c=1"),
        ("/live", "rtsp://10.9.9.9", "/live"),
        ("/live", "http://[broken", "/live"),
    ],
)
def test_control_url_stays_on_the_checked_host(base: str, control: str, path: str) -> None:
    address = parse_address("rtsp://10.20.0.1/live")

    assert control_url(address, base, control) == f"rtsp://10.20.0.1:554{path}"


@pytest.mark.parametrize(
    ("header", "timeout_s"),
    [("12", 60), ("12;timeout=30", 30), ("12 ; Timeout=30;x=1", 30), ("1;timeout=0", 60)],
)
def test_parse_session_reads_timeout(header: str, timeout_s: float) -> None:
    assert parse_session(header)[1] == timeout_s


def test_parse_channels_defaults_where_the_camera_says_tcp_only() -> None:
    assert parse_channels("RTP/AVP/TCP;unicast") == (0, 1)
    assert parse_channels("RTP/AVP/TCP;unicast;interleaved=2-3") == (2, 3)
