"""Fits on the dev set what stands beside the weights: province mix, calibration, accept thresholds.

Half of the pictures are dev crops as they are, half the same crops seen badly, so that confidence falls with
the picture; nothing here changes the network.
"""

from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from plates.recognition.alphabet import INPUT_HEIGHT, INPUT_WIDTH, PROVINCE_CODES
from plates.recognition.pictures import Picture
from plates.recognition.reader import Evidence, Reader
from plates.recognition.synthesis.degrade import degrade, jittered_corners, warp_out
from plates.recognition.training.reader_data import Example, real_examples
from plates.recognition.weights import Weights

NEUTRAL: Final[dict[str, float]] = {
    "province_line": 1.0,
    "province_name": 1.0,
    "text_slope": 1.0,
    "text_shift": 0.0,
    "province_slope": 1.0,
    "province_shift": 0.0,
    "province_shown": 0.0,
    "text_accept": 0.0,
    "province_accept": 0.0,
}
WRONG_ACCEPTED: Final = 0.005
_SHOWN: Final = 0.5
_BAD: Final = 0.6
_LEAST_FIT: Final = (0.3, -3.0)
_MOST_FIT: Final = (2.0, 3.0)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Judged:
    """Chances that the network gave and whether it was right."""

    chance: Floats
    is_right: npt.NDArray[np.bool_]


def tune_reader(file: Path, seed: int) -> dict[str, float]:
    """Return the tuning of the exported reader file, fitted on reader/dev.zip."""
    examples = real_examples("reader/dev.zip")
    pictures = [example.picture for example in examples]
    rng = np.random.default_rng(seed)
    pictures += [_badly_seen(example, rng) for example in examples]
    examples = examples * 2
    tuning = dict(NEUTRAL)
    tuning["province_line"], tuning["province_name"] = _best_mix(file, examples, pictures)
    evidence = _look(file, tuning, pictures)
    text, province = _judged(file, tuning, examples, evidence)
    tuning["text_slope"], tuning["text_shift"] = _platt(text)
    tuning["province_slope"], tuning["province_shift"] = _platt(province)
    tuning["province_shown"] = _SHOWN
    text, province = _judged(file, tuning, examples, evidence)
    tuning["text_accept"] = _threshold(text, WRONG_ACCEPTED / 2)
    tuning["province_accept"] = _threshold(province, WRONG_ACCEPTED / 2)
    return tuning


def _badly_seen(example: Example, rng: np.random.Generator) -> Picture:
    height, width = example.picture.shape[:2]
    corners = jittered_corners(rng, width, height, _BAD)
    return degrade(warp_out(example.picture, corners, (INPUT_WIDTH, INPUT_HEIGHT), rng), rng, _BAD)


def _reader(file: Path, tuning: dict[str, float]) -> Reader:
    return Reader(weights=Weights(file.read_bytes(), tuning))


def _look(file: Path, tuning: dict[str, float], pictures: list[Picture]) -> list[Evidence]:
    return _reader(file, tuning).look([(picture, None) for picture in pictures])


def _best_mix(file: Path, examples: list[Example], pictures: list[Picture]) -> tuple[float, float]:
    """Return the weights of the two province readings that err least on the labelled crops."""
    known = [index for index, example in enumerate(examples) if example.province is not None]
    goals = np.array([examples[index].province for index in known])
    shown = [pictures[index] for index in known]
    line = _province_rows(file, {**NEUTRAL, "province_name": 0.0}, shown)
    word = _province_rows(file, {**NEUTRAL, "province_line": 0.0}, shown)

    def errors(mix: tuple[float, float]) -> tuple[float, float]:
        scores = mix[0] * line + mix[1] * word
        scores -= scores.max(axis=1, keepdims=True)
        scores -= np.log(np.exp(scores).sum(axis=1, keepdims=True))
        wrong = float((scores.argmax(axis=1) != goals).mean())
        return wrong, -float(scores[np.arange(len(goals)), goals].mean())

    return min(product((0.1, 0.2, 0.4, 0.7, 1.0), (0.2, 0.4, 0.7, 1.0)), key=errors)


def _province_rows(file: Path, tuning: dict[str, float], pictures: list[Picture]) -> Floats:
    return np.stack([item.provinces for item in _look(file, tuning, pictures)])


def _judged(
    file: Path, tuning: dict[str, float], examples: list[Example], evidence: list[Evidence]
) -> tuple[_Judged, _Judged]:
    """Return confidences and verdicts of text and province of each example."""
    reader = _reader(file, tuning)
    readings = [reader.conclude([item]) for item in evidence]
    pairs = list(zip(examples, readings, strict=True))
    text = _Judged(
        np.array([reading.text_confidence for _, reading in pairs]),
        np.array([reading.text == example.text for example, reading in pairs]),
    )
    known = [(example, reading) for example, reading in pairs if example.province is not None]
    province = _Judged(
        np.array([reading.province_confidence for _, reading in known]),
        np.array([reading.province == PROVINCE_CODES[example.province or 0] for example, reading in known]),
    )
    return text, province


def _platt(judged: _Judged) -> tuple[float, float]:
    """Fit slope and shift of the logit by Newton steps, with a light pull towards no change."""
    chance = np.clip(judged.chance, 1e-4, 1 - 1e-4)
    inputs = np.stack([np.log(chance / (1 - chance)), np.ones(len(chance))], axis=1)
    values, start = np.array([1.0, 0.0]), np.array([1.0, 0.0])
    for _ in range(30):
        guess = 1 / (1 + np.exp(-np.clip(inputs @ values, -30, 30)))
        slope = inputs.T @ (guess - judged.is_right) + (values - start)
        curve = (inputs * (guess * (1 - guess))[:, None]).T @ inputs + np.eye(2)
        values = np.clip(values - np.linalg.solve(curve, slope), _LEAST_FIT, _MOST_FIT)
    return float(values[0]), float(values[1])


def _threshold(judged: _Judged, wrong: float) -> float:
    """Return the least confidence above which no more than the share `wrong` is wrong; 0.5 at least."""
    order = np.argsort(-judged.chance)
    rights = judged.is_right[order]
    shares = np.cumsum(~rights) / np.arange(1, len(rights) + 1)
    good = np.flatnonzero(shares <= wrong)
    return max(0.5, float(judged.chance[order[good[-1]]])) if len(good) else 1.0
