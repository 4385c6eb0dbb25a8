"""What the reader is shown: real crops weighted by plate and province, and drawn ones, changed each time."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from plates.recognition.alphabet import (
    CLASSES,
    INPUT_HEIGHT,
    INPUT_WIDTH,
    NO_PROVINCE,
    PROVINCE_CODES,
    encode_skeleton,
    encode_text,
)
from plates.recognition.pack import read_pack
from plates.recognition.pictures import Picture
from plates.recognition.provinces import CODE_BY_NAME
from plates.recognition.synthesis import PlateSpec, draw_plate, random_spec
from plates.recognition.synthesis.degrade import degrade, jittered_corners, warp_out
from plates.recognition.text import CAR_LAYOUT, DIGITS, PlateClass
from plates.recognition.training.places import letter_places

_CUT_BELOW = {PlateClass.TRUCK: 0.74, PlateClass.MOTORCYCLE: None}
_CUT_CAR = 0.62
_PX_PER_MM = 0.75
_TRUCKS = 0.33
_CORRECTED = {("reader/dev.zip", "dev-00444.jpg"): "668997"}
"""Labels of the pack that are plainly wrong, read by eye; the evaluation counts against the pack's own."""


@dataclass(frozen=True, slots=True)
class Example:
    """One plate to learn: picture, text, province index (None: not known) and the classes that it may be."""

    picture: Picture
    text: str
    province: int | None
    classes: tuple[PlateClass, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """One changed picture with its targets; `province` is -1 where the loss must not look."""

    picture: Picture
    lines: tuple[list[int], list[int]]
    places: tuple[list[float], list[float]]
    skeleton: list[int] | None
    province: int
    classes: npt.NDArray[np.bool_]


def real_examples(name: str) -> list[Example]:
    """Read the labelled crops of a pack file."""
    examples = []
    for row, picture in read_pack(name):
        if row["text"] is None:
            continue
        text = _CORRECTED.get((name, row["file"]), row["text"])
        code = CODE_BY_NAME.get(row["province"] or "")
        province = PROVINCE_CODES.index(code) if code else None
        examples.append(Example(picture, text, province, _classes_of(row["kind"], text)))
    return examples


def drawn_examples(count: int, seed: int) -> list[Example]:
    """Draw `count` random plates, small enough to keep them all in memory."""
    rng = np.random.default_rng(seed)
    return [_drawn(replace(random_spec(rng), px_per_mm=_PX_PER_MM)) for _ in range(count)]


def _drawn(spec: PlateSpec) -> Example:
    province = PROVINCE_CODES.index(spec.province) if spec.province else None
    return Example(draw_plate(spec), spec.text, province, (spec.plate_class,))


def _classes_of(kind: str, text: str) -> tuple[PlateClass, ...]:
    """Return the classes that a pack label allows: it tells layouts, and first letters narrow the colours."""
    if kind != "car":
        return (PlateClass.TRUCK if kind == "truck" else PlateClass.MOTORCYCLE,)
    first = text.lstrip("123456789")[:1]
    shared = (PlateClass.HIRE, PlateClass.SERVICE, PlateClass.TAXI)
    if first in "ฒณตถบปผยรล":
        return (PlateClass.PICKUP, *shared)
    if first in "นฬอฮ":
        return (PlateClass.VAN, *shared)
    return tuple(sorted(CAR_LAYOUT))


def weights_of(examples: Sequence[Example]) -> npt.NDArray[np.float64]:
    """Return how often to show each: a plate counts once however many crops it has, rare provinces more.

    Trucks count a third: ten digits are learned long before 44 letters.
    """
    plates = Counter((example.text, example.province) for example in examples)
    provinces = Counter(province for _, province in plates)
    total = sum(provinces.values())
    share = {key: (total / count) ** 0.5 for key, count in provinces.items()}
    cap = 12 * min(share.values())
    raw = [
        min(share[example.province], cap) * _kind_weight(example) / plates[example.text, example.province]
        for example in examples
    ]
    return np.asarray(raw, np.float64) / sum(raw)


def _kind_weight(example: Example) -> float:
    return _TRUCKS if PlateClass.TRUCK in example.classes else 1.0


class Showing:
    """Picks examples and changes them; one seeded stream of `Shown`."""

    def __init__(
        self, real: Sequence[Example], drawn: Sequence[Example], *, seed: int, cut_share: float
    ) -> None:
        self._pools = (real, drawn)
        self._weights = (weights_of(real) if real else None, None)
        self._rng = np.random.default_rng(seed)
        self._cut_share = cut_share

    def batch(self, size: int, *, strength: float, drawn_share: float) -> list[Shown]:
        """Return `size` changed pictures; `strength` 0-1 says how bad, `drawn_share` how many are drawn."""
        which = (self._rng.random(size) < drawn_share).astype(int)
        return [self._show(int(pool), strength) for pool in which]

    def _show(self, pool: int, strength: float) -> Shown:
        examples = self._pools[pool] or self._pools[1 - pool]
        weights = self._weights[pool] if self._pools[pool] else None
        example = examples[int(self._rng.choice(len(examples), p=weights))]
        return changed(example, self._rng, strength, is_cut=self._rng.random() < self._cut_share)


def changed(example: Example, rng: np.random.Generator, strength: float, *, is_cut: bool) -> Shown:
    """Return the example seen at another angle, distance and light; cut under the number line if told."""
    picture, province = example.picture, example.province
    limit = _CUT_BELOW.get(example.classes[0], _CUT_CAR)
    if is_cut and limit is not None:
        picture, province = picture[: round(picture.shape[0] * limit)], NO_PROVINCE
    corners = jittered_corners(rng, picture.shape[1], picture.shape[0], strength)
    seen = degrade(warp_out(picture, corners, (INPUT_WIDTH, INPUT_HEIGHT), rng), rng, strength)
    skeleton = None if province is None else [] if province == NO_PROVINCE else encode_skeleton(province)
    allowed = np.array([kind in example.classes for kind in CLASSES])
    first, second = _lines(example)
    kind = example.classes[0]
    return Shown(
        picture=seen,
        lines=(encode_text(first), encode_text(second)),
        places=(letter_places(first, kind), letter_places(second, kind)),
        skeleton=skeleton,
        province=-1 if province is None else province,
        classes=allowed,
    )


def _lines(example: Example) -> tuple[str, str]:
    """Return the two lines of the text: motorcycles carry their digits under the province."""
    if example.classes != (PlateClass.MOTORCYCLE,):
        return example.text, ""
    head = example.text.rstrip(DIGITS)
    return head, example.text[len(head) :]
