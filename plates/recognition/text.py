"""Plate text: one written form, and what each class of plate may say.

The written form has no spaces, hyphens or dots, is NFC and uses digits 0-9: `1กข1234`, `701234`
(truck 70-1234), `ก0123` (temporary ก-0123), `ท120034` (diplomatic). Formats follow the Land Transport and
Motor Vehicle Acts as collected in docs/model-card.md; letters that are rarely issued are flagged, never
refused. Of diplomatic plates only the letter ท is known for sure; the digits are our reading of their form.
"""

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache
from typing import Final

CONSONANTS: Final = "กขคฆงจฉชซฌญฎฐฒณดตถทธนบปผพฟภมยรลวศษสหฬอฮ"
SUSPECT_CONSONANTS: Final = "ฃฅฏฑฝ"
LEADING_VOWELS: Final = "เแโใไ"
FOLLOWING_VOWELS: Final = "ะาำ"
MARKS: Final = "ัิีึืฺุู็่้๊๋์ํ"
DIGITS: Final = "0123456789"
LETTERS: Final = CONSONANTS + SUSPECT_CONSONANTS

_THAI_DIGITS: Final = {ord("๐") + value: str(value) for value in range(10)}
_WORD_LETTERS_MIN: Final = 2
_WORD_PLACES_MAX: Final = 7
_DROPPED_CATEGORIES: Final = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Pd", "Po", "Pc"})


class PlateClass(StrEnum):
    """What a plate's layout and colours say about the vehicle. Codes are stored; labels are translated."""

    CAR = "CAR"
    PICKUP = "PICKUP"
    VAN = "VAN"
    THREE_WHEELER = "THREE_WHEELER"
    TAXI = "TAXI"
    HIRE = "HIRE"
    SERVICE = "SERVICE"
    TRAILER = "TRAILER"
    TRUCK = "TRUCK"
    MOTORCYCLE = "MOTORCYCLE"
    TEMPORARY = "TEMPORARY"
    WORD = "WORD"
    DIPLOMATIC = "DIPLOMATIC"
    UNKNOWN = "UNKNOWN"


CAR_LAYOUT: Final = frozenset(
    {
        PlateClass.CAR,
        PlateClass.PICKUP,
        PlateClass.VAN,
        PlateClass.THREE_WHEELER,
        PlateClass.TAXI,
        PlateClass.HIRE,
        PlateClass.SERVICE,
        PlateClass.TRAILER,
    }
)
"""Classes that share the text `CC`+N or `9CC`+N and differ by colour only."""

_NUMBER = "[1-9][0-9]{0,3}"
_LETTER = f"[{LETTERS}]"
_CAR = re.compile(f"[1-9]?{_LETTER}{{2}}{_NUMBER}")
_MOTORCYCLE = re.compile(f"(?:{_LETTER}{{3}}|[1-9]{_LETTER}{{2,3}}){_NUMBER}")
_SYLLABLE = f"(?:[{LEADING_VOWELS}]?{_LETTER}[{MARKS}]{{0,3}}[{FOLLOWING_VOWELS}]?)"
_WORD = re.compile(f"{_SYLLABLE}+{_NUMBER}")

_GRAMMAR: Final[dict[PlateClass, re.Pattern[str]]] = {
    **dict.fromkeys(CAR_LAYOUT, _CAR),
    PlateClass.TRUCK: re.compile("[1-9][0-9]{5}"),
    PlateClass.MOTORCYCLE: _MOTORCYCLE,
    PlateClass.TEMPORARY: re.compile(f"{_LETTER}[0-9]{{4}}"),
    PlateClass.WORD: _WORD,
    PlateClass.DIPLOMATIC: re.compile("ท[0-9]{5,7}"),
}

_FORMS: Final = tuple({form: plate_class for plate_class, form in reversed(_GRAMMAR.items())}.values())
"""One class for each written form: the classes of the car layout share theirs."""


def normalise(raw: str) -> str:
    """Return the written form of a plate text: NFC, no spaces or punctuation, Arabic digits.

    Idempotent, so reader, watchlist and search may each apply it to the other's text.
    """
    arabic = unicodedata.normalize("NFC", raw).translate(_THAI_DIGITS)
    kept = "".join(char for char in arabic if unicodedata.category(char) not in _DROPPED_CATEGORIES)
    # Some keyboards type sara am as nikhahit + sara aa; Unicode calls that a compatibility form.
    return unicodedata.normalize("NFC", kept.replace("ํา", "ำ"))


def is_possible(text: str, plate_class: PlateClass) -> bool:
    """Tell whether a plate of this class can say `text` (already normalised)."""
    if plate_class is PlateClass.UNKNOWN:
        return any(is_possible(text, other) for other in _GRAMMAR)
    if not _GRAMMAR[plate_class].fullmatch(text):
        return False
    return plate_class is not PlateClass.WORD or _is_word(text)


def possible_classes(text: str) -> frozenset[PlateClass]:
    """Return every class whose plates can say `text` (already normalised)."""
    return _united(tuple(name for name in _FORMS if is_possible(text, name)))


@lru_cache(maxsize=64)
def _united(forms: tuple[PlateClass, ...]) -> frozenset[PlateClass]:
    """Return every class that shares a form with those named."""
    found = {_GRAMMAR[name] for name in forms}
    return frozenset(plate_class for plate_class, form in _GRAMMAR.items() if form in found)


def has_suspect_letter(text: str) -> bool:
    """Tell whether the text holds a letter that no series is known to use: read it again before acting."""
    return any(char in SUSPECT_CONSONANTS for char in text)


def spaced(text: str) -> str:
    """Return the text as people write it: `1กข 1234`, `70-1234`, `ก-0123`, `ท 12-0034`."""
    if is_possible(text, PlateClass.TRUCK):
        return f"{text[:2]}-{text[2:]}"
    if is_possible(text, PlateClass.DIPLOMATIC):
        return f"{text[:1]} {text[1:-4]}-{text[-4:]}"
    if is_possible(text, PlateClass.TEMPORARY):
        return f"{text[:1]}-{text[1:]}"
    head = text.rstrip(DIGITS)
    return f"{head} {text[len(head) :]}".strip()


def places(text: str) -> int:
    """Count the places that a text takes on the plate: marks stand above or below and take none."""
    return sum(char not in MARKS for char in text)


def _is_word(text: str) -> bool:
    """Tell whether a word plate is long and short enough: two letters at least, seven places at most."""
    return places(text.rstrip(DIGITS)) >= _WORD_LETTERS_MIN and places(text) <= _WORD_PLACES_MAX
