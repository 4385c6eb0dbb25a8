"""The pieces of sound that travel beside the pictures of a source."""

from enum import StrEnum
from typing import NamedTuple


class AudioCodec(StrEnum):
    """Codecs of cameras' microphones; the values are FFmpeg's decoder names."""

    AAC = "aac"
    PCMU = "pcm_mulaw"
    PCMA = "pcm_alaw"


class AudioFormat(NamedTuple):
    """How a source's sound is to be read. `rate` is samples a second of one channel.

    `config` is the AudioSpecificConfig (14496-3, 1.6.2.1) of AAC, and empty for G.711.
    """

    codec: AudioCodec
    rate: int
    channels: int
    config: bytes = b""


class AudioUnit(NamedTuple):
    """A piece of sound: one raw AAC frame without ADTS header, or one packet of G.711 samples.

    `pts` is in seconds on the same time line as `AccessUnit.pts_s` of the source.
    """

    pts: float
    data: bytes
