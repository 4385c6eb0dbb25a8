"""Reads one plate: text, province and class, each with a confidence that means what it says.

`look` gives the evidence of each picture, `conclude` turns the evidence of one or several pictures of the
same plate into one reading; `read` is both for one picture. Confidences are scaled on the dev set.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from plates.recognition.alphabet import CLASSES, INPUT_HEIGHT, INPUT_WIDTH, NO_PROVINCE, PROVINCE_CODES
from plates.recognition.decoding import Candidate, likely_class, line_candidates, province_line_scores
from plates.recognition.pictures import Corners, Picture, as_picture, rectified
from plates.recognition.provinces import belongs
from plates.recognition.text import PlateClass
from plates.recognition.weights import Weights, open_session, released

WEIGHTS: Final = "reader.onnx"
_MOST_ALTERNATIVES: Final = 5
_LARGEST_BATCH: Final = 16
_INDEPENDENT: Final = 1.5
"""Pictures of one track are alike: together they count as so many independent ones at most."""

_UNTAUGHT: Final = -12.0
"""Log probability of a class that is younger than the weights."""

_CODE_TOLD: Final = 0.5
_DOUBTED: Final = 0.5
"""What is left of a province's confidence where the code on the same truck plate is another province's."""

_MISSING: Final = -12.0
"""Score of a text that one picture of a track did not propose: about one in 160,000."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one picture says: texts, and log probabilities of 78 provinces plus none, and of classes.

    `truck_code` is the code at the top right of a truck plate with its chance, "" where none is seen.
    """

    candidates: tuple[Candidate, ...]
    provinces: npt.NDArray[np.float64]
    classes: npt.NDArray[np.float32]
    truck_code: tuple[str, float] = ("", 0.0)


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another text that the plate may say."""

    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What a plate says. `province` is a code of provinces.PROVINCES, None when it cannot be told.

    `accepted` is True when text and province may be acted on without a human: at most one in 200 such
    readings of the dev set is wrong, and a plate of the class can have the text. `truck_code` is the
    province's code at the top right of a truck plate, "" where none is read.
    """

    text: str
    province: str | None
    plate_class: PlateClass
    text_confidence: float
    province_confidence: float
    accepted: bool
    alternatives: tuple[Alternative, ...] = ()
    truck_code: str = ""


NOTHING: Final = Reading("", None, PlateClass.UNKNOWN, 0.0, 0.0, accepted=False)
"""The reading of a picture that shows no letters."""


class Reader:
    """The reader network with its session; not for several threads at once."""

    def __init__(self, *, threads: int = 1, weights: Weights | None = None) -> None:
        """Open the released network, or the given one while it is being tuned; raises WeightsRefused."""
        weights = weights or released(WEIGHTS)
        self._session = open_session(weights, threads)
        self._tuning = weights.tuning

    def read(self, picture: npt.NDArray[np.generic], corners: Corners | None = None) -> Reading:
        """Read the plate inside four corners of a picture, or a picture that is the plate itself.

        Raises BadPicture on an array that is no picture.
        """
        return self.read_many([(picture, corners)])[0]

    def read_many(self, plates: Sequence[tuple[npt.NDArray[np.generic], Corners | None]]) -> list[Reading]:
        """Read several plates in as few runs of the network as possible; same order as given."""
        return [self.conclude([evidence]) for evidence in self.look(plates)]

    def look(self, plates: Sequence[tuple[npt.NDArray[np.generic], Corners | None]]) -> list[Evidence]:
        """Return what each picture of a plate says, before any conclusion."""
        flat = [_flattened(picture, corners) for picture, corners in plates]
        evidence: list[Evidence] = []
        for start in range(0, len(flat), _LARGEST_BATCH):
            evidence.extend(self._run(flat[start : start + _LARGEST_BATCH]))
        return evidence

    def _run(self, flat: Sequence[Picture]) -> list[Evidence]:
        texts, lines, names, classes = self._session.run(None, {"pictures": np.stack(flat)})
        spelled = province_line_scores(lines)
        return [self._evidence(*said) for said in zip(texts, spelled, names, classes, strict=True)]

    def _evidence(
        self,
        text: npt.NDArray[np.float32],
        spelled: npt.NDArray[np.float64],
        name: npt.NDArray[np.float32],
        kinds: npt.NDArray[np.float32],
    ) -> Evidence:
        known = np.full(len(CLASSES), _UNTAUGHT, np.float32)
        known[: len(kinds)] = kinds
        candidates, truck_code = line_candidates(text, known)
        return Evidence(tuple(candidates), self._province_scores(spelled, name), known, truck_code)

    def _province_scores(
        self, spelled: npt.NDArray[np.float64], names: npt.NDArray[np.float32]
    ) -> npt.NDArray[np.float64]:
        """Join the two ways of reading a province: letter by letter, and the name as a whole."""
        by_letters = _normalised(self._tuning["province_line"] * spelled)
        return _normalised(by_letters + self._tuning["province_name"] * names)

    def conclude(self, evidence: Sequence[Evidence], weights: Sequence[float] | None = None) -> Reading:
        """Return the reading that all pictures of one plate support, each with its weight (1 if none)."""
        shares = list(weights) if weights is not None else [1.0] * len(evidence)
        ranked = _pooled([item.candidates for item in evidence], shares)
        if not ranked:
            return NOTHING
        classes = _weighed([item.classes for item in evidence], shares)
        provinces = _normalised(_weighed([item.provinces for item in evidence], shares))
        best = next((item for item in ranked if item.is_possible), ranked[0])
        reading = self._reading(best, ranked, provinces, classes)
        return _checked(reading, _told_code([item.truck_code for item in evidence], shares))

    def _reading(
        self,
        best: Candidate,
        ranked: Sequence[Candidate],
        provinces: npt.NDArray[np.float64],
        classes: npt.NDArray[np.float64],
    ) -> Reading:
        tuning = self._tuning
        text_confidence = _scaled(math.exp(min(best.score, 0.0)), tuning["text_slope"], tuning["text_shift"])
        index = int(np.argmax(provinces))
        chance = math.exp(float(provinces[index]))
        province_confidence = _scaled(chance, tuning["province_slope"], tuning["province_shift"])
        is_told = index != NO_PROVINCE and province_confidence >= tuning["province_shown"]
        return Reading(
            text=best.text,
            province=PROVINCE_CODES[index] if is_told else None,
            plate_class=likely_class(best.text, classes),
            text_confidence=round(text_confidence, 4),
            province_confidence=round(province_confidence, 4),
            accepted=best is ranked[0]
            and best.is_possible
            and is_told
            and text_confidence >= tuning["text_accept"]
            and province_confidence >= tuning["province_accept"],
            alternatives=_alternatives(best, ranked),
        )


def _told_code(codes: Sequence[tuple[str, float]], shares: Sequence[float]) -> str:
    """Return the truck code that most of the evidence tells, "" for none."""
    votes: dict[str, float] = {}
    for (code, chance), share in zip(codes, shares, strict=True):
        votes[code] = votes.get(code, 0.0) + share * chance
    best = max(votes, key=votes.__getitem__, default="")
    return best if votes.get(best, 0.0) > _CODE_TOLD * sum(shares) else ""


def _checked(reading: Reading, truck_code: str) -> Reading:
    """Return the reading, less sure of its province where the code on the same truck plate is another's.

    One of the two is misread, or the plate is not what it seems: both are kept for a person to see.
    """
    if not truck_code or reading.plate_class is not PlateClass.TRUCK or reading.province is None:
        return reading
    if belongs(truck_code, reading.province):
        return replace(reading, truck_code=truck_code)
    doubted = round(reading.province_confidence * _DOUBTED, 4)
    return replace(reading, province_confidence=doubted, accepted=False, truck_code=truck_code)


def _flattened(picture: npt.NDArray[np.generic], corners: Corners | None) -> Picture:
    """Return the plate as the network's input picture."""
    whole = as_picture(picture)
    if corners is None:
        height, width = whole.shape[:2]
        corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    return rectified(whole, corners, (INPUT_WIDTH, INPUT_HEIGHT))


def _pooled(lists: Sequence[Sequence[Candidate]], shares: Sequence[float]) -> list[Candidate]:
    """Add up what each picture says of each text; one picture's list comes back without the empty text."""
    total = max(sum(shares), 1e-9)
    texts = {item.text: item.is_possible for items in lists for item in items if item.text}
    tables = [{item.text: max(item.score, _MISSING) for item in items} for items in lists]
    sums = {
        text: sum(share * table.get(text, _MISSING) for share, table in zip(shares, tables, strict=True))
        for text in texts
    }
    if len(lists) == 1:
        sums = {text: tables[0][text] for text in texts}
    elif sums:
        scale = min(total, _INDEPENDENT) / total
        high = max(sums.values()) * scale
        rest = math.log(sum(math.exp(value * scale - high) for value in sums.values()))
        sums = {text: value * scale - high - rest for text, value in sums.items()}
    found = [Candidate(text, score, texts[text]) for text, score in sums.items()]
    return sorted(found, key=lambda candidate: -candidate.score)


def _weighed(rows: Sequence[npt.NDArray[np.floating]], shares: Sequence[float]) -> npt.NDArray[np.float64]:
    """Add up log probabilities of one track, counted as a few independent pictures at most."""
    total = max(sum(shares), 1e-9)
    scale = min(total, _INDEPENDENT) / total if len(rows) > 1 else 1.0
    return np.asarray(sum(share * row for share, row in zip(shares, rows, strict=True)) * scale, np.float64)


def _normalised(scores: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Return log probabilities that sum to one."""
    high = scores.max()
    return np.asarray(scores - high - np.log(np.exp(scores - high).sum()), np.float64)


def _scaled(chance: float, slope: float, shift: float) -> float:
    """Return the calibrated probability: the logit times a slope plus a shift, both fitted on the dev set."""
    clipped = min(max(chance, 1e-6), 1 - 1e-6)
    logit = math.log(clipped / (1 - clipped))
    return 1 / (1 + math.exp(-(slope * logit + shift)))


def _alternatives(best: Candidate, ranked: Sequence[Candidate]) -> tuple[Alternative, ...]:
    """Return the other texts, likeliest first, with their share of what the candidates have together."""
    total = sum(math.exp(item.score) for item in ranked) or 1.0
    others = [item for item in ranked if item is not best][:_MOST_ALTERNATIVES]
    return tuple(Alternative(item.text, round(math.exp(item.score) / total, 4)) for item in others)
