"""What the reader's outputs mean: letters, provinces and classes in the order of the weights.

The order is part of the weights: changing it needs new training.
"""

from typing import Final

from plates.recognition.provinces import TABLE
from plates.recognition.text import DIGITS, FOLLOWING_VOWELS, LEADING_VOWELS, LETTERS, MARKS, PlateClass

BLANK: Final = 0
"""Index of the CTC blank in both alphabets; letters follow from 1."""

TEXT: Final = DIGITS + LETTERS + LEADING_VOWELS + FOLLOWING_VOWELS + MARKS
CLASSES: Final = tuple(kind for kind in PlateClass if kind is not PlateClass.UNKNOWN)
PROVINCE_CODES: Final = tuple(province.code for province in TABLE)
NO_PROVINCE: Final = len(PROVINCE_CODES)
"""Index of "no province to be seen" in the reader's province output, after the 78 names."""


def _skeleton(name: str) -> str:
    """Drop what stands above or below: 78 names stay apart without, and each column holds one letter."""
    return "".join(char for char in name if char not in MARKS)


PROVINCE_SKELETONS: Final = tuple(_skeleton(province.name) for province in TABLE)
PROVINCE_TEXT: Final = "".join(sorted(set("".join(PROVINCE_SKELETONS))))

INPUT_WIDTH: Final = 176
INPUT_HEIGHT: Final = 72
"""Size to which every plate is rectified, whatever its class."""


def encode_text(text: str) -> list[int]:
    """Return the output indices of a normalised plate text."""
    return [TEXT.index(char) + 1 for char in text]


def encode_skeleton(province: int) -> list[int]:
    """Return the output indices of the letters of a province, by its index in PROVINCE_CODES."""
    return [PROVINCE_TEXT.index(char) + 1 for char in PROVINCE_SKELETONS[province]]
