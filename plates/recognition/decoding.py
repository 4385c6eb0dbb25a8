"""From the reader's outputs to texts: beam search over CTC columns, the grammar of plates, province names.

Scores are natural logarithms of probabilities unless named otherwise. This runs in the interpreter for each
plate, so it is written for few steps; tests/plates/recognition/plain_decoding.py says the same plainly.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from plates.recognition.alphabet import BLANK, CLASSES, PROVINCE_CODES, TEXT, encode_skeleton
from plates.recognition.text import PlateClass, possible_classes

Floats: TypeAlias = npt.NDArray[np.floating]

_BEAM: Final = 6
_KEEP: Final = math.log(2e-3)
_SURE_BLANK: Final = math.log(0.99)
_NEVER: Final = -1e9
_NEGLIGIBLE: Final = 30.0
"""A probability so far below another, in logarithms, that adding it changes no digit that anybody reads."""

_NOWHERE: Final = (_NEVER, _NEVER)
_CHARS: Final = ("", *TEXT)
_CLASS_FLOOR: Final = 1e-3
"""Least chance of a class that the colours speak against: dirt and night change colours, not grammar."""

_LETTER_FLOOR: Final = 1e-6
"""Least chance of a letter of a province line: one wrong letter must not rule a name out."""


_Prefix: TypeAlias = tuple[str, float, float, float]
"""A text begun: its letters, the scores of its ways that end in a blank, in a letter, and of both."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One text that the columns may say, with its score; `is_possible` tells whether a plate can say it."""

    text: str
    score: float
    is_possible: bool


def text_candidates(columns: Floats, classes: Floats) -> list[Candidate]:
    """Return the likeliest texts, best first: `columns` T x letters and `classes` n, both log probabilities.

    A text gains nothing from a class that cannot say it; impossible ones keep their place in the list, so
    that the caller can tell when grammar changed the answer.
    """
    chances = np.maximum(np.exp(classes.astype(np.float64)), _CLASS_FLOOR)
    shares = (chances / chances.sum()).tolist()
    found = []
    for text, _, _, score in _beam(columns):
        places = _class_places(possible_classes(text))
        share = sum(shares[place] for place in places)
        found.append(Candidate(text, score + math.log(max(share, 1e-9)), bool(places)))
    found.sort(key=_score, reverse=True)
    return found


def line_candidates(lines: Floats, classes: Floats) -> tuple[list[Candidate], tuple[str, float]]:
    """Return the texts that two lines say, and the truck code with its chance ("" and 0 where there is none).

    `lines` are the columns of both lines, one after the other. Under the number of a truck stands nothing to
    read, and the second line tells the code at its top right instead.
    """
    middle = len(lines) // 2
    first, second = lines[:middle], lines[middle:]
    candidates = text_candidates(first, classes)
    if (second[:, BLANK] > _SURE_BLANK).all():
        return candidates, ("", 0.0)
    if candidates and PlateClass.TRUCK in possible_classes(candidates[0].text):
        code, _, _, score = _beam(second)[0]
        return candidates, (code, math.exp(min(score, 0.0)) if code else 0.0)
    return text_candidates(lines, classes), ("", 0.0)


def likely_class(text: str, classes: Floats) -> PlateClass:
    """Return the likeliest class among those that can say the text; UNKNOWN when none can."""
    places = _class_places(possible_classes(text))
    return CLASSES[max(places, key=classes.tolist().__getitem__)] if places else PlateClass.UNKNOWN


@lru_cache(maxsize=64)
def _class_places(allowed: frozenset[PlateClass]) -> tuple[int, ...]:
    """Return where the allowed classes stand in the reader's output; a text has one of a few such sets."""
    return tuple(place for place, kind in enumerate(CLASSES) if kind in allowed)


def _score(candidate: Candidate) -> float:
    return candidate.score


def _beam(columns: Floats) -> list[_Prefix]:
    """Search the likeliest letter sequences of CTC columns."""
    beams: list[_Prefix] = [("", 0.0, _NEVER, 0.0)]
    for letters in _kept_letters(columns):
        if letters:
            beams = _best(_grown(beams, letters))
        else:
            beams = [(prefix, total, _NEVER, total) for prefix, _, _, total in beams]
    return beams


def _kept_letters(columns: Floats) -> list[list[tuple[int, float]]]:
    """Return for each column the letters worth following, none where it is surely blank.

    Of neighbouring sure blanks one is left: the second says nothing that the first did not.
    """
    is_blank = columns[:, BLANK] > _SURE_BLANK
    is_told = ~is_blank | np.concatenate([[True], ~is_blank[:-1]])
    rows, letters = np.nonzero((columns > _KEEP) & ~is_blank[:, None])
    kept: list[list[tuple[int, float]]] = [[] for _ in range(len(columns))]
    for row, letter, score in zip(
        rows.tolist(), letters.tolist(), columns[rows, letters].tolist(), strict=True
    ):
        kept[row].append((letter, score))
    return [kept[row] for row in np.flatnonzero(is_told).tolist()]


def _grown(beams: list[_Prefix], letters: list[tuple[int, float]]) -> dict[str, tuple[float, float]]:
    """Extend each prefix by each letter of a column; values are scores ending in blank and in a letter.

    A prefix has one way to end in a blank, by itself, and up to two to end in a letter: by its own last
    letter once more, and by the prefix before it.
    """
    grown: dict[str, tuple[float, float]] = {}
    for prefix, blank_end, letter_end, total in beams:
        for letter, score in letters:
            if letter == BLANK:
                grown[prefix] = (total + score, grown.get(prefix, _NOWHERE)[1])
                continue
            char = _CHARS[letter]
            came = total
            if prefix[-1:] == char:
                ends = grown.get(prefix, _NOWHERE)
                grown[prefix] = (ends[0], _add(ends[1], letter_end + score))
                if blank_end <= _NEVER:
                    continue
                came = blank_end
            ends = grown.get(prefix + char, _NOWHERE)
            grown[prefix + char] = (ends[0], _add(ends[1], came + score))
    return grown


def _best(grown: dict[str, tuple[float, float]]) -> list[_Prefix]:
    """Keep the likeliest prefixes, best first."""
    ends = [(prefix, blank, letter, _add(blank, letter)) for prefix, (blank, letter) in grown.items()]
    ends.sort(key=_total, reverse=True)
    return [end for end in ends[:_BEAM] if end[3] > _NEVER / 2]


def _total(prefix: _Prefix) -> float:
    return prefix[3]


def _add(one: float, other: float) -> float:
    """Return the logarithm of the sum of two probabilities given as logarithms."""
    high, low = (one, other) if one > other else (other, one)
    return high if low < high - _NEGLIGIBLE else high + math.log1p(math.exp(low - high))


@lru_cache(maxsize=1)
def _lexicon() -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64], npt.NDArray[np.intp]]:
    """Return the letters of the 78 names and of the empty one in a row, where a skip may go, and the ends.

    Each name is followed by one place for its end, whose letter is the blank: a place of no letter of its
    own, so that nothing runs over from one name into the next.
    """
    words = [*(encode_skeleton(index) for index in range(len(PROVINCE_CODES))), []]
    letters = np.array([letter for word in words for letter in (*word, BLANK)], np.intp)
    skips = np.concatenate([[False], letters[1:] != letters[:-1]]).astype(np.float64)
    return letters, skips, np.flatnonzero(letters == BLANK)


def province_line_scores(columns: Floats) -> npt.NDArray[np.float64]:
    """Return scores of the 78 names and of "no name" (last): from B x T x letters to B x 79.

    The CTC forward sum over all names at once, in probabilities: 44 columns floored at 1e-6 stay above the
    smallest double. `at_letter` holds the ways that end in a letter of the row, `before` those that end in
    the blank before it; `late` is `at_letter` one place on, the letter before at the same index.
    """
    letters, skips, ends = _lexicon()
    chances = np.maximum(np.exp(columns.astype(np.float64)), _LETTER_FLOOR).transpose(1, 0, 2)
    blanks = np.ascontiguousarray(chances[:, :, BLANK, None])
    chances = np.ascontiguousarray(chances)
    chances[:, :, BLANK] = 0.0
    shape = (len(columns), len(letters))
    padded = np.zeros((shape[0], shape[1] + 1))
    late, at_letter = padded[:, :-1], padded[:, 1:]
    before, said, reached = np.zeros(shape), np.empty(shape), np.empty(shape)
    before[:, 0] = before[:, ends[:-1] + 1] = 1.0
    for chance, blank in zip(chances, blanks, strict=True):
        np.take(chance, letters, axis=1, out=said, mode="clip")
        np.multiply(late, skips, out=reached)
        reached += at_letter
        reached += before
        before += late
        before *= blank
        np.multiply(reached, said, out=at_letter)
    last = before[:, ends] + late[:, ends]
    return np.asarray(np.log(np.maximum(last, 1e-300)))
