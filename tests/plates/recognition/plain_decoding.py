"""Decoding said plainly, one step after the other: what the quick one is compared with.

Beam search and forward sum in the order of the textbook, without a thought for speed.
"""

import math
from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from plates.recognition.alphabet import BLANK, CLASSES, PROVINCE_CODES, TEXT, encode_skeleton
from plates.recognition.decoding import Candidate
from plates.recognition.text import is_possible

Floats: TypeAlias = npt.NDArray[np.floating]

_BEAM: Final = 6
_KEEP: Final = math.log(2e-3)
_SURE_BLANK: Final = math.log(0.99)
_NEVER: Final = -1e9
_IMPOSSIBLE: Final = -1e6
_CLASS_FLOOR: Final = 1e-3
"""Least chance of a class that the colours speak against: dirt and night change colours, not grammar."""


def text_candidates(columns: Floats, classes: Floats) -> list[Candidate]:
    """Return the likeliest texts, best first: `columns` T x letters and `classes` n, both log probabilities.

    A text gains nothing from a class that cannot say it; impossible ones keep their place in the list, so
    that the caller can tell when grammar changed the answer.
    """
    chances = np.maximum(np.exp(classes), _CLASS_FLOOR)
    chances = chances / chances.sum()
    found = []
    for text, score in beam(columns):
        allowed = [kind for kind in CLASSES if is_possible(text, kind)]
        share = sum(float(chance) for kind, chance in zip(CLASSES, chances, strict=True) if kind in allowed)
        found.append(Candidate(text, score + math.log(max(share, 1e-9)), bool(allowed)))
    return sorted(found, key=lambda candidate: -candidate.score)


def beam(columns: Floats) -> list[tuple[str, float]]:
    """Search the likeliest letter sequences of CTC columns, each with its score, best first."""
    beams: dict[tuple[int, ...], tuple[float, float]] = {(): (0.0, _NEVER)}
    for column in columns:
        if column[BLANK] > _SURE_BLANK:
            beams = {prefix: (_add(*ends), _NEVER) for prefix, ends in beams.items()}
            continue
        letters = [(int(index), float(column[index])) for index in np.flatnonzero(column > _KEEP)]
        beams = _best(_grown(beams, letters))
    ranked = sorted(((_add(*ends), prefix) for prefix, ends in beams.items()), reverse=True)
    ranked = [item for item in ranked if item[0] > _IMPOSSIBLE]
    return [("".join(TEXT[index - 1] for index in prefix), score) for score, prefix in ranked]


def _grown(
    beams: dict[tuple[int, ...], tuple[float, float]], letters: list[tuple[int, float]]
) -> dict[tuple[int, ...], tuple[float, float]]:
    """Extend each prefix by each letter of a column; values are scores ending in blank and in a letter."""
    grown: dict[tuple[int, ...], tuple[float, float]] = {}
    for prefix, (blank_end, letter_end) in beams.items():
        either = _add(blank_end, letter_end)
        for letter, score in letters:
            if letter == BLANK:
                _merge(grown, prefix, either + score, _NEVER)
            elif prefix and prefix[-1] == letter:
                _merge(grown, prefix, _NEVER, letter_end + score)
                _merge(grown, (*prefix, letter), _NEVER, blank_end + score)
            else:
                _merge(grown, (*prefix, letter), _NEVER, either + score)
    return grown


def _merge(
    beams: dict[tuple[int, ...], tuple[float, float]],
    prefix: tuple[int, ...],
    blank_end: float,
    letter_end: float,
) -> None:
    old = beams.get(prefix, (_NEVER, _NEVER))
    beams[prefix] = (_add(old[0], blank_end), _add(old[1], letter_end))


def _best(beams: dict[tuple[int, ...], tuple[float, float]]) -> dict[tuple[int, ...], tuple[float, float]]:
    """Keep the likeliest prefixes."""
    return dict(sorted(beams.items(), key=lambda item: -_add(*item[1]))[:_BEAM])


def _add(one: float, other: float) -> float:
    """Return the logarithm of the sum of two probabilities given as logarithms."""
    high, low = (one, other) if one > other else (other, one)
    return high if low < high - 30 else high + math.log1p(math.exp(low - high))


@lru_cache(maxsize=1)
def lexicon() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Return for the 78 names and the empty one: letters with blanks between, where a skip may go, ends."""
    words = [*(encode_skeleton(index) for index in range(len(PROVINCE_CODES))), []]
    length = 2 * max(len(word) for word in words) + 1
    letters = np.zeros((len(words), length), np.int64)
    skips = np.zeros((len(words), length), np.float64)
    for row, word in enumerate(words):
        letters[row, 1 : 2 * len(word) : 2] = word
        for place in range(3, 2 * len(word), 2):
            skips[row, place] = letters[row, place] != letters[row, place - 2]
    return letters, skips, np.array([2 * len(word) for word in words])


def province_line_scores(columns: Floats) -> npt.NDArray[np.float64]:
    """Return scores of the 78 names and of "no name" (last): from B x T x letters to B x 79.

    The CTC forward sum over all names at once, in probabilities: 44 columns floored at 1e-6 stay above the
    smallest double.
    """
    letters, skips, ends = lexicon()
    chances = np.maximum(np.exp(columns.astype(np.float64)), 1e-6)
    ahead = np.zeros((len(chances), *letters.shape))
    ahead[:, :, 0] = chances[:, 0, BLANK, None]
    ahead[:, :, 1] = chances[:, 0, letters[:, 1]] * (ends > 0)
    for place in range(1, chances.shape[1]):
        step = ahead.copy()
        step[:, :, 1:] += ahead[:, :, :-1]
        step[:, :, 2:] += ahead[:, :, :-2] * skips[:, 2:]
        ahead = step * chances[:, place, letters]
    rows = np.arange(len(ends))
    last = ahead[:, rows, ends] + np.where(ends > 0, ahead[:, rows, np.maximum(ends - 1, 0)], 0.0)
    return np.asarray(np.log(np.maximum(last, 1e-300)))
