import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cameras.streams.errors import BadStream
from cameras.streams.sdp import MAX_SDP_BYTES, parse_sdp
from cameras.streams.units import Codec

SPS, PPS, VPS = b"\x67\x42\x00\x1f\x01", b"\x68\xce\x01", b"\x40\x01\x0c"


def encoded(nal: bytes) -> str:
    return base64.b64encode(nal).decode()


SETS = f"{encoded(SPS)},{encoded(PPS)}"


def description(*lines: str) -> bytes:
    return "\r\n".join(["v=0", "s=x", *lines, ""]).encode()


def test_parse_sdp_reads_h264_of_a_typical_camera() -> None:
    body = description(
        "a=control:*",
        "m=audio 0 RTP/AVP 8",
        "a=control:trackID=2",
        "m=video 0 RTP/AVP 96",
        "a=rtpmap:96 H264/90000",
        f"a=fmtp:96 profile-level-id=42001F; packetization-mode=1; sprop-parameter-sets={SETS}",
        "a=control:trackID=1",
    )

    track = parse_sdp(body)

    assert (track.codec, track.payload_type, track.clock_rate) == (Codec.H264, 96, 90_000)
    assert track.control == "trackID=1"
    assert track.parameter_sets == (SPS, PPS)


def test_parse_sdp_reads_h265_sets_in_decoding_order() -> None:
    body = description(
        "m=video 0 RTP/AVP 98",
        "a=rtpmap:98 H265/90000",
        f"a=fmtp:98 sprop-pps={encoded(PPS)};sprop-sps={encoded(SPS)};sprop-vps={encoded(VPS)}",
    )

    track = parse_sdp(body)

    assert track.codec is Codec.H265
    assert track.parameter_sets == (VPS, SPS, PPS)


def test_parse_sdp_takes_first_readable_of_two_videos() -> None:
    body = description(
        "m=video 0 RTP/AVP 26",
        "a=control:jpeg",
        "m=video 0 RTP/AVP 97",
        "a=rtpmap:97 h264/90000",
        "a=control:good",
    )

    assert parse_sdp(body).control == "good"


def test_parse_sdp_survives_broken_parameter_sets() -> None:
    body = description("m=video 0 RTP/AVP 96", "a=rtpmap:96 H264/90000", "a=fmtp:96 sprop-parameter-sets=!!!")

    assert parse_sdp(body).parameter_sets == ()


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("m=audio 0 RTP/AVP 96", "a=rtpmap:96 H264/90000"),
        ("m=video 0 RTP/AVP 26",),
        ("m=video 0 RTP/AVP 96", "a=rtpmap:96 VP8/90000"),
        ("m=video 0 RTP/AVP 96", "a=rtpmap:96 H264/0"),
        ("m=video 0 RTP/AVP 96", "a=rtpmap:96 H264/" + "9" * 5000),
        ("m=video 0 RTP/AVP 300", "a=rtpmap:300 H264/90000"),
        ("m=video 0 RTP/AVP 96", "a=rtpmap:96 H264/90000", "a=fmtp:96 packetization-mode=2"),
    ],
)
def test_parse_sdp_refuses_without_readable_video(lines: tuple[str, ...]) -> None:
    with pytest.raises(BadStream):
        parse_sdp(description(*lines))


def test_parse_sdp_refuses_too_large_a_body() -> None:
    with pytest.raises(BadStream, match="too large"):
        parse_sdp(b"v" * (MAX_SDP_BYTES + 1))


@given(st.binary(max_size=2000))
def test_parse_sdp_never_raises_anything_else(body: bytes) -> None:
    try:
        parse_sdp(body)
    except BadStream:
        return


@given(
    st.lists(
        st.sampled_from(
            ["m=", "video", " 96", "a=rtpmap:96 ", "H264/", "90000", "\r\n", "a=fmtp:96 ", "=", ";", ","]
        )
    )
)
def test_parse_sdp_survives_shuffled_pieces(pieces: list[str]) -> None:
    try:
        parse_sdp("".join(pieces).encode())
    except BadStream:
        return
