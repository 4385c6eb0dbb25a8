"""Pictures as fragmented MP4 (ISO/IEC 14496-12 and -15): what browsers play and recordings are made of.

An init segment once, then one fragment (moof and mdat) a picture. Nothing is transcoded. Times are ticks of
1/90000 s. The movie's duration is left 0, by which Chromium knows a live stream and holds no picture back.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from cameras.streams.nal import is_parameter_set, nal_type
from cameras.streams.parameter_sets import BadParameterSets, PictureFormat, read_format
from cameras.streams.units import Codec

TIMESCALE = 90_000
TRACK_ID = 1
MAX_SETS = 31  # configuration records count SPS in 5 bits
MAX_SET_BYTES = 0xFFFF
_SYNC_SAMPLE = 0x02000000  # depends on no other
_OTHER_SAMPLE = 0x01010000  # depends on others, is no sync sample
_UNITY = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
# Access unit delimiters, ends of sequence and stream, and filler say nothing that MP4 does not say better.
_NEEDLESS = {Codec.H264: frozenset((9, 10, 11, 12)), Codec.H265: frozenset((35, 36, 37, 38))}
# moof(mfhd, traf(tfhd, tfdt, trun)) and the head of mdat: always the same boxes, so written in one go.
_FRAGMENT = struct.Struct(">I4s I4sII I4s I4sII I4sIQ I4sIIi IIIi I4s")
_MOOF_BYTES = _FRAGMENT.size - 8
_GROUP = struct.Struct(">I4s I4sII I4s I4sII I4sIQ I4sIIi")  # the same up to the first picture's entry
_TFHD_FLAGS = 0x020000  # default-base-is-moof
_TRUN_FLAGS = 0x01000F01  # version 1: signed offsets; data offset, duration, size, flags, time offset


@dataclass(frozen=True, slots=True)
class Track:
    """One video track: its parameter sets (NAL units without start code) and what they say."""

    codec: Codec
    sets: tuple[bytes, ...]
    format: PictureFormat

    @classmethod
    def of(cls, codec: Codec, sets: tuple[bytes, ...]) -> "Track":
        """Raises BadParameterSets."""
        if len(sets) > MAX_SETS or any(len(nal) > MAX_SET_BYTES for nal in sets):
            raise BadParameterSets("stream has too many parameter sets, or too long ones")
        return cls(codec, sets, read_format(codec, sets))

    @property
    def mime(self) -> str:
        """What `MediaSource.isTypeSupported` wants to hear."""
        return f'video/mp4; codecs="{self.format.codec_string}"'


def sample_of(codec: Codec, nals: list[bytes]) -> bytes:
    """An access unit as MP4 stores it: sizes in front, parameter sets and padding left out."""
    return b"".join(sample_parts(codec, nals))


def sample_parts(codec: Codec, nals: Sequence[bytes]) -> list[bytes]:
    """The same, not put together."""
    needless = _NEEDLESS[codec]
    kept = (nal for nal in nals if not is_parameter_set(codec, nal) and nal_type(codec, nal) not in needless)
    return [part for nal in kept for part in (len(nal).to_bytes(4, "big"), nal)]


def fragment(
    sequence: int, sample: bytes, *, decode_ticks: int, duration_ticks: int, offset_ticks: int, is_key: bool
) -> bytes:
    """One picture. `offset_ticks`: shown so much later than decoded; `sequence` grows by one each."""
    size = len(sample)
    head = _FRAGMENT.pack(
        *(_MOOF_BYTES, b"moof"),
        *(16, b"mfhd", 0, sequence & 0xFFFFFFFF),
        *(80, b"traf"),
        *(16, b"tfhd", _TFHD_FLAGS, TRACK_ID),
        *(20, b"tfdt", 0x01000000, decode_ticks),
        *(36, b"trun", _TRUN_FLAGS, 1, _FRAGMENT.size),
        *(duration_ticks, size, _SYNC_SAMPLE if is_key else _OTHER_SAMPLE, offset_ticks),
        *(8 + size, b"mdat"),
    )
    return head + sample


class Sample(NamedTuple):
    """One picture of a group, in parts. `offset`: shown so much later than decoded; may be negative."""

    parts: Sequence[bytes]
    duration: int
    offset: int
    is_key: bool


def group_fragment(sequence: int, samples: Sequence[Sample], *, decode_ticks: int) -> bytes:
    """Several pictures in one fragment, the first decoded at `decode_ticks`, each after the one before."""
    fields: list[int] = []
    size = 0
    for parts, duration, offset, is_key in samples:
        length = sum(map(len, parts))
        fields += (duration, length, _SYNC_SAMPLE if is_key else _OTHER_SAMPLE, offset)
        size += length
    entries = struct.pack(">" + "IIIi" * len(samples), *fields)
    moof_bytes = _MOOF_BYTES - 16 + len(entries)
    head = _GROUP.pack(
        *(moof_bytes, b"moof"),
        *(16, b"mfhd", 0, sequence & 0xFFFFFFFF),
        *(moof_bytes - 24, b"traf"),
        *(16, b"tfhd", _TFHD_FLAGS, TRACK_ID),
        *(20, b"tfdt", 0x01000000, decode_ticks),
        *(20 + len(entries), b"trun", _TRUN_FLAGS, len(samples), moof_bytes + 8),
    )
    mdat = (8 + size).to_bytes(4, "big") + b"mdat"
    return b"".join((head, entries, mdat, *chain.from_iterable(sample.parts for sample in samples)))


def init_segment(track: Track) -> bytes:
    """`ftyp` and `moov` of a live stream without end."""
    brands = b"iso6" + bytes(4) + b"iso6mp41" + (b"avc1" if track.codec is Codec.H264 else b"hvc1")
    extends = _full(b"trex", 0, 0, struct.pack(">5I", TRACK_ID, 1, 0, 0, 0))
    return _box(b"ftyp", brands) + _box(b"moov", _movie_header(), _track(track), _box(b"mvex", extends))


def _box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return (8 + len(body)).to_bytes(4, "big") + kind + body


def _full(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    return _box(kind, (version << 24 | flags).to_bytes(4, "big"), *parts)


def _movie_header() -> bytes:
    times = struct.pack(">4I", 0, 0, TIMESCALE, 0)
    rate_and_volume = struct.pack(">IH10x", 0x10000, 0x100)
    return _full(b"mvhd", 0, 0, times, rate_and_volume, _UNITY, bytes(24), struct.pack(">I", TRACK_ID + 1))


def _track(track: Track) -> bytes:
    size = struct.pack(">II", track.format.width << 16, track.format.height << 16)
    place = struct.pack(">3I4x4x8x4H", 0, 0, TRACK_ID, 0, 0, 0, 0)
    header = _full(b"tkhd", 0, 3, place, _UNITY, size)
    return _box(b"trak", header, _box(b"mdia", *_media(track)))


def _media(track: Track) -> tuple[bytes, ...]:
    undetermined = 0x55C4  # language "und"
    header = _full(b"mdhd", 0, 0, struct.pack(">4I2H", 0, 0, TIMESCALE, 0, undetermined, 0))
    handler = _full(b"hdlr", 0, 0, struct.pack(">4x4s12x", b"vide"), b"video\x00")
    reference = _full(b"dref", 0, 0, struct.pack(">I", 1), _full(b"url ", 0, 1))
    parts = _full(b"vmhd", 0, 1, bytes(8)), _box(b"dinf", reference), _sample_table(track)
    return header, handler, _box(b"minf", *parts)


def _sample_table(track: Track) -> bytes:
    """A table without samples: they are all in fragments."""
    nothing = struct.pack(">I", 0)
    description = _full(b"stsd", 0, 0, struct.pack(">I", 1), _sample_entry(track))
    tables = [_full(kind, 0, 0, nothing) for kind in (b"stts", b"stsc", b"stco")]
    return _box(b"stbl", description, *tables, _full(b"stsz", 0, 0, nothing, nothing))


def _sample_entry(track: Track) -> bytes:
    """VisualSampleEntry at 72 dpi with the codec's configuration record."""
    dots = 72 << 16
    size = track.format.width, track.format.height
    head = struct.pack(">6xH16xHHIIIH32xHh", 1, *size, dots, dots, 0, 1, 24, -1)
    if track.codec is Codec.H264:
        return _box(b"avc1", head, _box(b"avcC", _avc_configuration(track)))
    return _box(b"hvc1", head, _box(b"hvcC", _hevc_configuration(track)))


def _avc_configuration(track: Track) -> bytes:
    """AVCDecoderConfigurationRecord (14496-15, 5.3.3.1); high profiles repeat their sample format."""
    known = track.format
    sps = [nal for nal in track.sets if nal_type(Codec.H264, nal) == 7]
    pps = [nal for nal in track.sets if nal_type(Codec.H264, nal) == 8]
    head = bytes((1, *known.profile, 0xFF, 0xE0 | len(sps)))
    record = head + _sized(sps) + bytes((len(pps),)) + _sized(pps)
    if known.profile[0] in (66, 77, 88):
        return record
    return record + bytes((0xFC | known.chroma, 0xF8 | known.luma_bits - 8, 0xF8 | known.chroma_bits - 8, 0))


def _hevc_configuration(track: Track) -> bytes:
    """HEVCDecoderConfigurationRecord (14496-15, 8.3.3.1): all arrays complete, 4-byte sizes."""
    known = track.format
    record = bytes((1,)) + known.profile
    record += struct.pack(">HB", 0xF000, 0xFC)  # spatial segmentation and parallelism: unknown
    record += bytes((0xFC | known.chroma, 0xF8 | known.luma_bits - 8, 0xF8 | known.chroma_bits - 8))
    record += struct.pack(">HBB", 0, 0x0F, 3)  # frame rate unknown; one layer, nested, 4-byte sizes
    for kind in (32, 33, 34):
        nals = [nal for nal in track.sets if nal_type(Codec.H265, nal) == kind]
        record += struct.pack(">BH", 0x80 | kind, len(nals)) + _sized(nals)
    return record


def _sized(nals: list[bytes]) -> bytes:
    return b"".join(len(nal).to_bytes(2, "big") + nal for nal in nals)
