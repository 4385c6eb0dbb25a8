"""Damaged, hostile and senseless input for the decoder and the reader: `python -m bench.fuzz_plates`.

Three kinds of cases, by seed: picture files with flipped, cut and inserted bytes; arrays of any shape and
type with any corners; outputs of the network from noise to nonsense, straight into decoding. Every case has
to end in a result that keeps the contract or in a typed error; anything else is a crash and is counted.
"""

import argparse
import contextlib
import faulthandler
import itertools
import math
import os
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from bench.report import Row, conditions, write_rows
from plates.recognition.alphabet import CLASSES, PROVINCE_TEXT, TEXT
from plates.recognition.decoding import province_line_scores, text_candidates
from plates.recognition.detector import Detector
from plates.recognition.files import read_photo
from plates.recognition.pictures import BadPicture, Corners
from plates.recognition.provinces import PROVINCES
from plates.recognition.reader import Reader, Reading
from plates.recognition.synthesis import PlateSpec, draw_plate
from plates.recognition.text import is_possible, normalise

FORMATS = (".jpg", ".png", ".bmp", ".webp", ".tif")
SHARES = {"decoding": 0.70, "files": 0.27, "pictures": 0.03}
_DTYPES: tuple[npt.DTypeLike, ...] = (np.uint8, np.uint16, np.int16, np.float32, np.bool_)


@dataclass(slots=True)
class Tried:
    """How many cases of each kind ended how."""

    ends: Counter[str]
    crashes: list[str]


class Fuzzer:
    """Makes and tries cases; the networks are opened once."""

    def __init__(self) -> None:
        self._reader, self._detector = Reader(), Detector(longest_side=320)
        plate = draw_plate(PlateSpec("1กข1234", "PLK", seed=1))
        small = cv2.resize(plate, (96, 42), interpolation=cv2.INTER_AREA)
        self._files = [cv2.imencode(ending, small)[1].tobytes() for ending in FORMATS]

    def decoding(self, rng: np.random.Generator) -> str:
        """Noise, peaks, infinities and constants as the network's outputs."""
        spread = float(rng.choice([0.0, 0.5, 3.0, 40.0]))
        columns = _normalised(rng.normal(0, spread, (int(rng.integers(0, 24)), len(TEXT) + 1)))
        kinds = _normalised(rng.normal(0, spread, (1, len(CLASSES))))[0]
        candidates = text_candidates(columns, kinds)
        scores = [item.score for item in candidates]
        if scores != sorted(scores, reverse=True) or not all(map(math.isfinite, scores)):
            raise AssertionError("candidates are not in order")
        if rng.random() < 0.2:
            line = _normalised(rng.normal(0, spread, (1, 44, len(PROVINCE_TEXT) + 1)))
            if not np.isfinite(province_line_scores(line)).all():
                raise AssertionError("a province has no score")
        return "decoded"

    def files(self, rng: np.random.Generator) -> str:
        """A picture file with damaged bytes."""
        try:
            picture = read_photo(damaged(self._files[int(rng.integers(len(self._files)))], rng))
        except BadPicture:
            return "refused"
        if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
            raise AssertionError("a photo is no picture")
        if rng.random() < 0.02:
            self._check(self._reader.read(picture))
        return "opened"

    def pictures(self, rng: np.random.Generator) -> str:
        """An array of any shape and type, with any corners."""
        array = _any_array(rng)
        try:
            self._check(self._reader.read(array, _any_corners(rng)))
            if rng.random() < 0.1:
                for found in self._detector.find(array):
                    self._check(self._reader.read(array, found.corners))
        except BadPicture:
            return "refused"
        return "read"

    def _check(self, reading: Reading) -> None:
        """The contract of a reading."""
        shares = (reading.text_confidence, reading.province_confidence)
        if not all(0 <= share <= 1 for share in shares):
            raise AssertionError("a confidence is no share")
        if reading.province is not None and reading.province not in PROVINCES:
            raise AssertionError("a province is unknown")
        if reading.text != normalise(reading.text):
            raise AssertionError("a text is not normalised")
        if reading.accepted and not is_possible(reading.text, reading.plate_class):
            raise AssertionError("an impossible plate is accepted")


def damaged(data: bytes, rng: np.random.Generator) -> bytes:
    """Flip, cut, repeat and insert bytes."""
    array = bytearray(data)
    for _ in range(int(rng.integers(1, 12))):
        array[int(rng.integers(len(array)))] = int(rng.integers(256))
    if rng.random() < 0.3:
        del array[int(rng.integers(1, len(array))) :]
    if rng.random() < 0.2:
        place = int(rng.integers(len(array) + 1))
        array[place:place] = rng.bytes(int(rng.integers(1, 64)))
    return bytes(array)


def _normalised(scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    high = scores.max(axis=-1, keepdims=True, initial=-1e9)
    total = np.log(np.exp(scores - high).sum(axis=-1, keepdims=True) + 1e-300)
    return np.asarray(scores - high - total, np.float32)


def _any_array(rng: np.random.Generator) -> npt.NDArray[np.generic]:
    shape = tuple(int(rng.choice([0, 1, 2, 7, 40, 130])) for _ in range(int(rng.choice([1, 2, 3, 3, 3, 4]))))
    if len(shape) == 3 and rng.random() < 0.8:
        shape = (*shape[:2], int(rng.integers(1, 5)))
    dtype = np.dtype(_DTYPES[int(rng.choice([0, 0, 0, 0, 1, 1, 2, 3, 4]))])
    return rng.integers(0, 255, shape).astype(dtype)


def _any_corners(rng: np.random.Generator) -> Corners | None:
    chance = rng.random()
    if chance < 0.4:
        return None
    corners = rng.normal(50, float(rng.choice([0.0, 30.0, 1e4])), (4, 2)).astype(np.float32)
    if chance > 0.97:
        corners[int(rng.integers(4)), 0] = rng.choice([np.nan, np.inf, -np.inf])
    return corners


def cases(count: int) -> Iterator[str]:
    """The kind of each case, mixed by their shares."""
    cycle = [kind for kind, share in SHARES.items() for _ in range(round(share * 100))]
    return itertools.islice(itertools.cycle(cycle), count)


def run(count: int, seed: int) -> Tried:
    """Try so many cases; a crash is kept with what raises it again."""
    fuzzer, tried = Fuzzer(), Tried(Counter(), [])
    kinds: dict[str, Callable[[np.random.Generator], str]] = {kind: getattr(fuzzer, kind) for kind in SHARES}
    for number, kind in enumerate(cases(count)):
        try:
            tried.ends[f"{kind} {kinds[kind](np.random.default_rng([seed, number]))}"] += 1
        except Exception:  # noqa: BLE001 - whatever comes is the finding
            tried.ends[f"{kind} crashed"] += 1
            tried.crashes.append(f"{kind} of seed {seed}, {number}: {traceback.format_exc(limit=-2)}")
    return tried


@contextlib.contextmanager
def ours_alone() -> Iterator[None]:
    """Keep from the screen what libpng, libtiff and OpenCV say of each damaged file, right at descriptor 2.

    What Python writes to its standard error is still seen.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    with Path(os.devnull).open("wb") as nothing, os.fdopen(kept, "w", buffering=1) as ours:
        os.dup2(nothing.fileno(), 2)
        try:
            with contextlib.redirect_stderr(ours):
                yield
        finally:
            os.dup2(kept, 2)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=120_000)
    parser.add_argument("--seed", type=int, default=191)
    asked = parser.parse_args()
    began = time.process_time()
    faulthandler.enable(os.dup(2))  # past the silence: where a library takes the process down
    with ours_alone():
        tried = run(asked.cases, asked.seed)
    told = conditions(f"seed {asked.seed}, {time.process_time() - began:.0f} s of one core")
    for crash in tried.crashes[:5]:
        sys.stdout.write(crash + "\n")
    rows = [
        Row("cases", sum(tried.ends.values()), "", ">= 100000", ok=asked.cases >= 100_000, conditions=told),
        Row("crashes", len(tried.crashes), "", "0", ok=not tried.crashes, conditions=told),
        *(Row(f"cases {end}", number, conditions=told) for end, number in sorted(tried.ends.items())),
    ]
    return write_rows("fuzz_plates", rows)


if __name__ == "__main__":
    sys.exit(main())
