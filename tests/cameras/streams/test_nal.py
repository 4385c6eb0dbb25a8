import pytest
from hypothesis import given
from hypothesis import strategies as st

from cameras.streams.nal import is_key_picture, is_parameter_set, join_annex_b, split_annex_b, split_sized
from cameras.streams.units import Codec

# NAL units hold no start code and end in no zero byte: emulation prevention sees to both
nals = st.lists(
    st.binary(min_size=1, max_size=600).map(lambda raw: raw.replace(b"\x00", b"\x01")), min_size=1, max_size=5
)


@given(nals)
def test_split_annex_b_undoes_join(units: list[bytes]) -> None:
    assert split_annex_b(join_annex_b(units)) == units


@given(nals)
def test_split_sized_reads_mp4_framing(units: list[bytes]) -> None:
    data = b"".join(len(unit).to_bytes(4, "big") + unit for unit in units)

    assert split_sized(data, 4) == units


@pytest.mark.parametrize("size", [256, 300, 511])
def test_split_sized_is_not_fooled_by_length_that_looks_like_a_start_code(size: int) -> None:
    unit = b"\x41" * size
    data = size.to_bytes(4, "big") + unit
    assert data.startswith(b"\x00\x00\x01")

    assert split_sized(data, 4) == [unit]


@given(st.binary(max_size=200), st.sampled_from([1, 2, 4]))
def test_split_sized_survives_any_bytes(data: bytes, size_bytes: int) -> None:
    assert sum(map(len, split_sized(data, size_bytes))) <= len(data)


@pytest.mark.parametrize(
    ("codec", "nal", "is_set", "is_key"),
    [
        (Codec.H264, b"\x67", True, False),
        (Codec.H264, b"\x68", True, False),
        (Codec.H264, b"\x65", False, True),
        (Codec.H264, b"\x41", False, False),
        (Codec.H265, b"\x40\x01", True, False),
        (Codec.H265, b"\x26\x01", False, True),
        (Codec.H265, b"\x2a\x01", False, True),
        (Codec.H265, b"\x02\x01", False, False),
    ],
)
def test_types_of_nal_units(codec: Codec, nal: bytes, is_set: bool, is_key: bool) -> None:
    assert is_parameter_set(codec, nal) is is_set
    assert is_key_picture(codec, nal) is is_key
