"""Draws random plates by the habits of each class: letters, numbers and colours that belong together."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from plates.recognition.provinces import PROVINCES
from plates.recognition.synthesis.spec import PALETTES, PlateSpec
from plates.recognition.text import (
    CONSONANTS,
    DIGITS,
    FOLLOWING_VOWELS,
    LEADING_VOWELS,
    SUSPECT_CONSONANTS,
    PlateClass,
    places,
)

CLASS_SHARES: Final[Mapping[PlateClass, float]] = {
    PlateClass.CAR: 0.14,
    PlateClass.PICKUP: 0.10,
    PlateClass.VAN: 0.05,
    PlateClass.THREE_WHEELER: 0.01,
    PlateClass.TAXI: 0.04,
    PlateClass.HIRE: 0.04,
    PlateClass.SERVICE: 0.10,
    PlateClass.TRAILER: 0.03,
    PlateClass.TRUCK: 0.08,
    PlateClass.MOTORCYCLE: 0.22,
    PlateClass.TEMPORARY: 0.06,
    PlateClass.WORD: 0.13,
}
"""How often training draws each class: rarer ones more often than the street shows them."""

_FIRST_LETTERS: Final[Mapping[PlateClass, str]] = {
    PlateClass.PICKUP: "ฒณตถบปผยรล",
    PlateClass.VAN: "นฬอฮ",
    PlateClass.TAXI: "ทม",
    PlateClass.HIRE: "ฟสกจ",
    PlateClass.TRAILER: "ซฆ",
}
_WORD_LIST: Final = (
    "รวย เฮง ดี มั่งมี สุข รักดี โชค โชคดี มาลี พลัง เพชร ทอง เศรษฐี ใจดี สบาย แม่ พ่อ ไทย เก่ง ชนะ รุ่งเรือง "
    "เจริญ มงคล พร ลาภ เงิน ยิ้ม ขยัน กล้า เด่น ใหญ่ น้ำใจ ฟ้าใส ตะวัน ดวงดี แก้ว ปัญญา บุญ กำไร อุดม ภูผา ซื่อ "
    "ฉลาด ญาดา ณเดช ธนา จันทร์ วิเศษ ห้าว โตโต้ ศิริ ษมา ฝน ฐิติ คำ"
)
_WORDS: Final = tuple(_WORD_LIST.split())
_WORD_LETTERS: Final = 5


def random_spec(
    rng: np.random.Generator, *, plate_class: PlateClass | None = None, province: str | None = None
) -> PlateSpec:
    """Return a random plate; class by CLASS_SHARES and province evenly over all 78 unless given."""
    if plate_class is None:
        plate_class = list(CLASS_SHARES)[int(rng.choice(len(CLASS_SHARES), p=list(CLASS_SHARES.values())))]
    codes = list(PROVINCES)
    return PlateSpec(
        text=random_text(rng, plate_class),
        province=province or codes[int(rng.integers(len(codes)))],
        plate_class=plate_class,
        seed=int(rng.integers(2**31)),
        palette=int(rng.integers(len(PALETTES[plate_class]))),
        is_auctioned=plate_class is PlateClass.CAR and rng.random() < 0.12,
    )


def random_text(rng: np.random.Generator, plate_class: PlateClass) -> str:
    """Return a text that a plate of the class can say."""
    if plate_class is PlateClass.TRUCK:
        return f"{rng.integers(10, 100)}{_digits(rng, 4)}"
    if plate_class is PlateClass.TEMPORARY:
        return _letters(rng, 1) + _digits(rng, 4)
    if plate_class is PlateClass.WORD:
        return _random_word(rng) + str(int(rng.integers(1, 100)))
    if plate_class is PlateClass.MOTORCYCLE:
        head = str(rng.integers(1, 10)) if rng.random() < 0.4 else ""
        return head + _letters(rng, 2 if head and rng.random() < 0.7 else 3) + _number(rng)
    head = str(rng.integers(1, 10)) if rng.random() < 0.45 else ""
    first = _FIRST_LETTERS.get(plate_class, CONSONANTS)
    return head + first[int(rng.integers(len(first)))] + _letters(rng, 1) + _number(rng)


def _random_word(rng: np.random.Generator) -> str:
    """Return a plate word of at most five places, so that two digits still fit.

    Half of them are syllables that mean nothing: a reader that knows words would read what it expects.
    """
    if rng.random() < 0.5:
        words = [word for word in _WORDS if 1 < places(word) <= _WORD_LETTERS]
        return words[int(rng.integers(len(words)))]
    while True:
        word = "".join(_syllable(rng) for _ in range(int(rng.integers(1, 4))))
        if 1 < places(word) <= _WORD_LETTERS:
            return word


def _syllable(rng: np.random.Generator) -> str:
    """Return a made-up syllable: vowels and tone marks stand where Thai writing allows them."""
    head, tail = _letters(rng, 1), _letters(rng, 1) if rng.random() < 0.5 else ""
    tone = _pick(rng, "่้๊๋", 0.25)
    roll = rng.random()
    if roll < 0.25:
        return _pick(rng, LEADING_VOWELS, 1.0) + head + tone + tail
    if roll < 0.6:
        return head + _pick(rng, "ัิีึืุู", 1.0) + tone + tail
    if roll < 0.85:
        return head + tone + _pick(rng, FOLLOWING_VOWELS, 1.0) + tail
    return head + tail + _pick(rng, "์", 0.4 if tail else 0.0)


def _pick(rng: np.random.Generator, pool: str, share: float) -> str:
    return pool[int(rng.integers(len(pool)))] if rng.random() < share else ""


def _letters(rng: np.random.Generator, count: int) -> str:
    pool = CONSONANTS + SUSPECT_CONSONANTS if rng.random() < 0.05 else CONSONANTS
    return "".join(pool[int(index)] for index in rng.integers(len(pool), size=count))


def _number(rng: np.random.Generator) -> str:
    """Return 1-9999 without a leading zero, four digits most often, as on the street."""
    length = int(rng.choice(4, p=[0.05, 0.1, 0.2, 0.65])) + 1
    return str(int(rng.integers(10 ** (length - 1), 10**length)))


def _digits(rng: np.random.Generator, count: int) -> str:
    return "".join(DIGITS[int(index)] for index in rng.integers(10, size=count))
