"""Measures finding and reading together: loose photographs of cars, and passes through a drawn street."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from plates.recognition.alphabet import CLASSES
from plates.recognition.detector import Detector
from plates.recognition.lane import LaneAnalyser, Result
from plates.recognition.moving import film, passes, rides
from plates.recognition.pack import read_pack
from plates.recognition.pictures import Picture
from plates.recognition.provinces import CODE_BY_NAME
from plates.recognition.reader import Reader
from plates.recognition.synthesis import draw_plate, random_spec

PHOTOS: Final = ("whole-car", "plate-photo")
"""Sets of reader/gold-dev.zip with pictures looser than the plate; the pack has no whole photographs."""

NEAR_PX: Final = (80.0, 140.0)
FAR_PX: Final = (45.0, 79.0)
TRACKS: Final = 60
"""Passes of each kind: an interval of ten percent, two minutes of processor time for all four kinds."""

_LANE_SIDE: Final = 960
_SEED: Final = 11

Plate = tuple[Picture, str, str | None]
"""Picture, text, province code (None where it is not known)."""


@dataclass(frozen=True, slots=True)
class Whole:
    """What came of one car: were text and province right (None: not known), was what is wrong accepted."""

    is_text_right: bool
    is_province_right: bool | None
    is_wrongly_accepted: bool


def judge_photos(reader: Reader) -> list[Whole]:
    """Find and read the plate of each loose photograph; a plate that is not found is a wrong one."""
    detector = Detector(near=True)
    pack = [item for item in read_pack("reader/gold-dev.zip") if item[0]["set"] in PHOTOS]
    return [_judged(row, reader, detector, picture) for row, picture in pack]


def _judged(row: dict[str, Any], reader: Reader, detector: Detector, picture: Picture) -> Whole:
    found = detector.find(picture)
    said = reader.read_many([(picture, plate.corners) for plate in found[:1]])
    name = CODE_BY_NAME[row["province"]] if row["province"] else None
    right = any(reading.text == row["text"] for reading in said)
    named = None if name is None else any(reading.province == name for reading in said)
    wrong = any(reading.accepted and not (right and named is not False) for reading in said)
    return Whole(right, named, wrong)


def judge_passes(reader: Reader, plates: Iterator[Plate], widths: tuple[float, float]) -> list[Whole]:
    """Let plates pass two by two and compare what the lane tells of each."""
    rng, detector = np.random.default_rng(_SEED), Detector(longest_side=_LANE_SIDE)
    judged: list[Whole] = []
    while len(judged) < TRACKS:
        pair = [next(plates), next(plates)]
        lane = LaneAnalyser(detector=detector, reader=reader)
        told = passes(lane, film(rides(pair, widths, rng), rng))
        judged += [_compared(plate, pair, told) for plate in pair]
    return judged


def _compared(plate: Plate, pair: Sequence[Plate], told: Sequence[Result]) -> Whole:
    """Judge one plate; a pass with a text of neither car is laid to the first of them."""
    _, text, province = plate
    mine = [result.body for result in told if result.body["text"] == text]
    named = None if province is None else any(body["province"] == province for body in mine)
    truths = {other for _, other, _ in pair}
    strays = [result.body for result in told if result.body["text"] not in truths]
    blamed = [*mine, *(strays if plate is pair[0] else [])]
    wrong = any(body["accepted"] and (body["text"] != text or named is False) for body in blamed)
    return Whole(bool(mine), named, wrong)


def dev_plates() -> Iterator[Plate]:
    """Yield the labelled crops of reader/dev.zip in a fixed random order."""
    pack = [(row, picture) for row, picture in read_pack("reader/dev.zip") if row["text"]]
    for index in np.random.default_rng(_SEED).permutation(len(pack)):
        row, picture = pack[int(index)]
        yield picture, row["text"], CODE_BY_NAME.get(row["province"] or "")


def drawn_plates() -> Iterator[Plate]:
    """Yield drawn plates for ever, one class after the other."""
    rng = np.random.default_rng(_SEED)
    for kind in itertools.cycle(CLASSES):
        spec = random_spec(rng, plate_class=kind)
        yield draw_plate(spec), spec.text, spec.province
