"""A video file as NAL units in time, read once and shared by every camera that plays it."""

import functools
from dataclasses import dataclass, replace
from pathlib import Path

import av
from av.container import InputContainer

from cameras.streams.nal import is_key_picture, is_parameter_set, split_annex_b, split_sized
from cameras.streams.units import Codec

CLOCK_RATE = 90_000
_CODECS = {"h264": Codec.H264, "hevc": Codec.H265}
_CONFIGURATION_VERSION = 1  # first byte of avcC and hvcC; Annex B begins with 0


@dataclass(frozen=True, slots=True)
class Picture:
    """NAL units of one access unit; `ticks` from the start of the clip at 90 kHz."""

    nals: tuple[bytes, ...]
    ticks: int
    is_key: bool


@dataclass(frozen=True, slots=True)
class Clip:
    """Pictures in sending order. Its end is its start again, one picture later than its last."""

    codec: Codec
    parameter_sets: tuple[bytes, ...]
    pictures: tuple[Picture, ...]
    duration_ticks: int

    @property
    def duration_s(self) -> float:
        return self.duration_ticks / CLOCK_RATE


@functools.cache
def load_clip(path: Path) -> Clip:
    """Read a clip; raises ValueError where it has no H.264 or H.265 video."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        codec = _CODECS.get(stream.codec_context.name)
        if codec is None:
            raise ValueError("clip is neither H.264 nor H.265")
        framing = _Framing.of(codec, stream.codec_context.extradata or b"")
        pictures = _read_pictures(container, codec, framing)
    if not pictures:
        raise ValueError("clip has no pictures")
    sets = framing.parameter_sets or _first_sets(codec, pictures)
    return Clip(codec, sets, pictures, _duration_ticks(pictures))


@dataclass(frozen=True, slots=True)
class _Framing:
    """How NAL units are told apart: `size_bytes` of their length fields, 0 for start codes.

    Taken from the file's configuration record and never from the payload: a NAL unit of 256 to 511 bytes
    has a length field that looks just like a start code.
    """

    size_bytes: int
    parameter_sets: tuple[bytes, ...]

    @classmethod
    def of(cls, codec: Codec, extradata: bytes) -> "_Framing":
        if not extradata or extradata[0] != _CONFIGURATION_VERSION:
            return cls(0, tuple(n for n in split_annex_b(extradata) if is_parameter_set(codec, n)))
        if codec is Codec.H264:
            return cls((extradata[4] & 3) + 1, _avcc_sets(extradata))
        return cls((extradata[21] & 3) + 1, _hvcc_sets(extradata))

    def split(self, data: bytes) -> list[bytes]:
        return split_sized(data, self.size_bytes) if self.size_bytes else split_annex_b(data)


def _read_pictures(container: InputContainer, codec: Codec, framing: _Framing) -> tuple[Picture, ...]:
    stream = container.streams.video[0]
    pictures = []
    for packet in container.demux(stream):
        nals = framing.split(bytes(packet))
        if packet.pts is not None and nals:
            ticks = round(packet.pts * packet.time_base * CLOCK_RATE)
            is_key = any(is_key_picture(codec, nal) for nal in nals)
            pictures.append(Picture(tuple(nals), ticks, is_key))
    first = min((picture.ticks for picture in pictures), default=0)
    return tuple(replace(picture, ticks=picture.ticks - first) for picture in pictures)


def _avcc_sets(record: bytes) -> tuple[bytes, ...]:
    """SPS and PPS of an AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1)."""
    sets: list[bytes] = []
    position = 5
    for mask in (0x1F, 0xFF):
        count = record[position] & mask
        position += 1
        for _ in range(count):
            position = _take_set(record, position, sets)
    return tuple(sets)


def _hvcc_sets(record: bytes) -> tuple[bytes, ...]:
    """VPS, SPS and PPS of an HEVCDecoderConfigurationRecord (ISO/IEC 14496-15, 8.3.3.1)."""
    sets: list[bytes] = []
    position = 23
    for _ in range(record[22]):
        count = int.from_bytes(record[position + 1 : position + 3], "big")
        position += 3
        for _ in range(count):
            position = _take_set(record, position, sets)
    return tuple(nal for nal in sets if is_parameter_set(Codec.H265, nal))


def _take_set(record: bytes, position: int, sets: list[bytes]) -> int:
    size = int.from_bytes(record[position : position + 2], "big")
    sets.append(record[position + 2 : position + 2 + size])
    return position + 2 + size


def _first_sets(codec: Codec, pictures: tuple[Picture, ...]) -> tuple[bytes, ...]:
    return tuple(nal for nal in pictures[0].nals if is_parameter_set(codec, nal))


def _duration_ticks(pictures: tuple[Picture, ...]) -> int:
    stamps = sorted(picture.ticks for picture in pictures)
    last_step = stamps[-1] - stamps[-2] if len(stamps) > 1 else CLOCK_RATE
    return stamps[-1] + last_step
