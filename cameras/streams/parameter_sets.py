"""What the parameter sets of a stream say about its pictures: size and codec string (H.264, H.265).

Only as much is read as a container must repeat. The bytes come from a camera, so every length is checked
and whatever does not add up raises BadParameterSets.
"""

from dataclasses import dataclass

from cameras.streams.nal import nal_type
from cameras.streams.units import Codec

MAX_SIDE = 16384
_MAX_GOLOMB_ZEROS = 31
_EXTENDED_PROFILES = frozenset((100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135))
_SPS_TYPE = {Codec.H264: 7, Codec.H265: 33}


class BadParameterSets(ValueError):
    """Parameter sets that describe no picture."""


@dataclass(frozen=True, slots=True)
class PictureFormat:
    """Shown size in pixels, the RFC 6381 codec string, and what configuration records repeat.

    `profile` holds the bytes of the SPS that name profile and level: 3 with H.264, 12 with H.265.
    """

    width: int
    height: int
    codec_string: str
    profile: bytes
    chroma: int
    luma_bits: int
    chroma_bits: int


def read_format(codec: Codec, sets: tuple[bytes, ...]) -> PictureFormat:
    """The format that the first SPS among these NAL units describes. Raises BadParameterSets."""
    sps = next((nal for nal in sets if nal_type(codec, nal) == _SPS_TYPE[codec]), None)
    if sps is None:
        raise BadParameterSets("stream has no SPS")
    found = _read_h264(sps) if codec is Codec.H264 else _read_h265(sps)
    if not (0 < found.width <= MAX_SIDE and 0 < found.height <= MAX_SIDE):
        raise BadParameterSets("SPS describes no picture")
    return found


class _Bits:
    """A reader of single bits and Exp-Golomb numbers over a NAL unit without emulation prevention."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = len(data) * 8

    def take(self, count: int) -> int:
        if count > self._left:
            raise BadParameterSets("SPS is cut")
        self._left -= count
        return self._value >> self._left & (1 << count) - 1

    def golomb(self) -> int:
        """`ue(v)`: as many zeros as bits follow the one."""
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > _MAX_GOLOMB_ZEROS:
                raise BadParameterSets("SPS holds an endless number")
        return (1 << zeros) - 1 + self.take(zeros)

    def signed_golomb(self) -> int:
        number = self.golomb()
        return (number + 1) // 2 if number & 1 else -(number // 2)


def _without_emulation(nal: bytes) -> bytes:
    return nal.replace(b"\x00\x00\x03", b"\x00\x00")


def _read_h264(sps: bytes) -> PictureFormat:
    """ITU-T H.264, 7.3.2.1.1; the size comes from macroblocks of 16 pixels less the cropping."""
    data = _without_emulation(sps)
    if len(data) < 5:
        raise BadParameterSets("SPS is cut")
    profile = data[1:4]
    bits = _Bits(data[4:])
    bits.golomb()  # seq_parameter_set_id
    chroma, luma_bits, chroma_bits = 1, 8, 8
    if profile[0] in _EXTENDED_PROFILES:
        chroma, luma_bits, chroma_bits = _read_high_profile(bits)
    bits.golomb()  # log2_max_frame_num_minus4
    _skip_picture_order(bits)
    bits.golomb()  # max_num_ref_frames
    bits.take(1)  # gaps_in_frame_num_value_allowed_flag
    width, height_units = (bits.golomb() + 1) * 16, bits.golomb() + 1
    is_frames = bits.take(1)
    fields = 2 - is_frames
    if not is_frames:
        bits.take(1)  # mb_adaptive_frame_field_flag
    bits.take(1)  # direct_8x8_inference_flag
    left, right, top, bottom = [bits.golomb() for _ in range(4)] if bits.take(1) else (0, 0, 0, 0)
    unit_x, unit_y = (2 if chroma in (1, 2) else 1), (2 if chroma == 1 else 1) * fields
    return PictureFormat(
        width - unit_x * (left + right),
        height_units * 16 * fields - unit_y * (top + bottom),
        f"avc1.{profile.hex().upper()}",
        profile,
        chroma,
        luma_bits,
        chroma_bits,
    )


def _read_high_profile(bits: _Bits) -> tuple[int, int, int]:
    """Chroma format and bit depths; scaling matrices are skipped."""
    chroma = bits.golomb()
    if chroma == 3:
        bits.take(1)  # separate_colour_plane_flag
    luma_bits, chroma_bits = bits.golomb() + 8, bits.golomb() + 8
    bits.take(1)  # qpprime_y_zero_transform_bypass_flag
    if bits.take(1):
        for index in range(12 if chroma == 3 else 8):
            if bits.take(1):
                _skip_scaling_list(bits, 16 if index < 6 else 64)
    if chroma > 3 or luma_bits > 14 or chroma_bits > 14:
        raise BadParameterSets("SPS has an unknown sample format")
    return chroma, luma_bits, chroma_bits


def _skip_scaling_list(bits: _Bits, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.signed_golomb()) % 256
        last = following or last


def _skip_picture_order(bits: _Bits) -> None:
    kind = bits.golomb()
    if kind == 0:
        bits.golomb()  # log2_max_pic_order_cnt_lsb_minus4
    elif kind == 1:
        bits.take(1)  # delta_pic_order_always_zero_flag
        bits.signed_golomb()
        bits.signed_golomb()
        count = bits.golomb()
        if count > 255:
            raise BadParameterSets("SPS has an endless picture order cycle")
        for _ in range(count):
            bits.signed_golomb()


def _read_h265(sps: bytes) -> PictureFormat:
    """ITU-T H.265, 7.3.2.2.1; profile_tier_level begins in the fourth byte and is 12 bytes long."""
    data = _without_emulation(sps)
    if len(data) < 16:
        raise BadParameterSets("SPS is cut")
    sub_layers = data[2] >> 1 & 7
    profile = data[3:15]
    bits = _Bits(data[15:])
    _skip_sub_layers(bits, sub_layers)
    bits.golomb()  # sps_seq_parameter_set_id
    chroma = bits.golomb()
    if chroma == 3:
        bits.take(1)  # separate_colour_plane_flag
    width, height = bits.golomb(), bits.golomb()
    left, right, top, bottom = [bits.golomb() for _ in range(4)] if bits.take(1) else (0, 0, 0, 0)
    luma_bits, chroma_bits = bits.golomb() + 8, bits.golomb() + 8
    if chroma > 3 or luma_bits > 16 or chroma_bits > 16:
        raise BadParameterSets("SPS has an unknown sample format")
    unit_x, unit_y = (2 if chroma in (1, 2) else 1), (2 if chroma == 1 else 1)
    return PictureFormat(
        width - unit_x * (left + right),
        height - unit_y * (top + bottom),
        _hevc_codec_string(profile),
        profile,
        chroma,
        luma_bits,
        chroma_bits,
    )


def _skip_sub_layers(bits: _Bits, count: int) -> None:
    """Profiles and levels of temporal sub-layers; their flags are padded to eight pairs."""
    if not count:
        return
    flags = [(bits.take(1), bits.take(1)) for _ in range(count)]
    bits.take(2 * (8 - count))
    for has_profile, has_level in flags:
        bits.take(88 * has_profile)
        bits.take(8 * has_level)


def _hevc_codec_string(profile: bytes) -> str:
    """ISO/IEC 14496-15, annex E.3: compatibility flags bit-reversed, trailing zero constraints left out."""
    space = ("", "A", "B", "C")[profile[0] >> 6]
    compatibility = int(f"{int.from_bytes(profile[1:5], 'big'):032b}"[::-1], 2)
    tier = "H" if profile[0] >> 5 & 1 else "L"
    constraints = profile[5:11].rstrip(b"\x00")
    parts = [f"hvc1.{space}{profile[0] & 0x1F}", f"{compatibility:X}", f"{tier}{profile[11]}"]
    return ".".join(parts + [f"{byte:X}" for byte in constraints])
