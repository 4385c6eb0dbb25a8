"""Session description of a camera: which video it offers and how it is packed (RFC 8866, 6184, 7798)."""

import base64
import binascii
from dataclasses import dataclass, field

from cameras.streams.errors import BadStream
from cameras.streams.units import Codec

MAX_SDP_BYTES = 65536
_ENCODINGS = {"H264": Codec.H264, "H265": Codec.H265, "HEVC": Codec.H265}
_SPROP_KEYS = ("sprop-vps", "sprop-sps", "sprop-pps", "sprop-parameter-sets")


@dataclass(frozen=True, slots=True)
class VideoTrack:
    """The track to set up; `parameter_sets` are NAL units without start code, in sending order."""

    codec: Codec
    payload_type: int
    clock_rate: int
    control: str
    parameter_sets: tuple[bytes, ...]


@dataclass(slots=True)
class _Media:
    formats: tuple[str, ...]
    control: str = ""
    rtpmap: dict[str, str] = field(default_factory=dict)
    fmtp: dict[str, str] = field(default_factory=dict)


def parse_sdp(body: bytes) -> VideoTrack:
    """The first video track that we can read; raises BadStream where there is none."""
    if len(body) > MAX_SDP_BYTES:
        raise BadStream("session description is too large")
    lines = body.decode("utf-8", "replace").splitlines()
    for media in _video_sections(lines):
        for payload in media.formats:
            track = _track(media, payload)
            if track is not None:
                return track
    raise BadStream("camera offers no H.264 or H.265 video")


def _video_sections(lines: list[str]) -> list[_Media]:
    sections: list[_Media] = []
    current: _Media | None = None
    for line in lines:
        kind, _, value = line.strip().partition("=")
        if kind == "m":
            words = value.split()
            current = _Media(tuple(words[3:])) if words[:1] == ["video"] else None
            if current is not None:
                sections.append(current)
        elif kind == "a" and current is not None:
            _attribute(current, value)
    return sections


def _attribute(media: _Media, text: str) -> None:
    name, _, value = text.partition(":")
    if name == "control":
        media.control = value.strip()
    elif name in ("rtpmap", "fmtp"):
        payload, _, rest = value.strip().partition(" ")
        target = media.rtpmap if name == "rtpmap" else media.fmtp
        target[payload] = rest.strip()


def _track(media: _Media, payload: str) -> VideoTrack | None:
    encoding, _, rate = media.rtpmap.get(payload, "").partition("/")
    codec = _ENCODINGS.get(encoding.upper())
    number, clock_rate = _number(payload), _number(rate.partition("/")[0])
    if codec is None or clock_rate == 0 or not 0 <= number <= 127:
        return None
    parameters = _parameters(media.fmtp.get(payload, ""))
    if parameters.get("packetization-mode") == "2":
        raise BadStream("interleaved H.264 packing is not supported")
    sets = [nal for key in _SPROP_KEYS for nal in _decode_sets(parameters.get(key, ""))]
    return VideoTrack(codec, number, clock_rate, media.control, tuple(sets))


def _parameters(text: str) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in text.split(";"))
    return {key.lower(): value for key, _, value in pairs if key}


def _decode_sets(text: str) -> list[bytes]:
    sets = []
    for part in filter(None, text.split(",")):
        try:
            sets.append(base64.b64decode(part, validate=True))
        except binascii.Error:
            return []  # parameter sets are also sent in band, so a broken hint is no reason to give up
    return [nal for nal in sets if nal]


def _number(text: str) -> int:
    """A decimal number, or 0; bounded so that a hostile description cannot make a huge one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
