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
from plates.recognition.corrections import extra_packs, held_back, read_extra
from plates.recognition.pack import read_pack
from plates.recognition.pictures import Picture
from plates.recognition.provinces import BY_CODE, CODE_BY_NAME
from plates.recognition.synthesis import PlateSpec, draw_plate, random_spec
from plates.recognition.synthesis.degrade import degrade, jittered_corners, warp_out
from plates.recognition.synthesis.film import PLATES, filmed
from plates.recognition.text import CAR_LAYOUT, DIGITS, PlateClass, is_possible, possible_classes
from plates.recognition.training.places import letter_places

_CUT_BELOW = {PlateClass.TRUCK: 0.74, PlateClass.MOTORCYCLE: None}
_CUT_CAR = 0.62
_PX_PER_MM = 0.75
_TRUCKS = 0.33
_CORRECTED = {("reader/dev.zip", "dev-00444.jpg"): "668997"}
"""Labels of the pack that are plainly wrong, read by eye; the evaluation counts against the pack's own."""


@dataclass(frozen=True, slots=True)
class Example:
    """One plate to learn: picture, text, province index (None: not known) and the classes that it may be.

    `truck_code` is what stands at the top right of a truck plate, "" for nothing, None where it is not known.
    """

    picture: Picture
    text: str
    province: int | None
    classes: tuple[PlateClass, ...]
    truck_code: str | None = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """One changed picture with its targets.

    `province` is -1 and `is_second_known` False where the loss must not look.
    """

    picture: Picture
    lines: tuple[list[int], list[int]]
    places: tuple[list[float], list[float]]
    skeleton: list[int] | None
    province: int
    classes: npt.NDArray[np.bool_]
    is_second_known: bool = True


def real_examples(name: str) -> list[Example]:
    """Read the labelled crops of a pack file."""
    return [
        _labelled(picture, _CORRECTED.get((name, row["file"]), row["text"]), row["province"], row["kind"])
        for row, picture in read_pack(name)
        if row["text"] is not None
    ]


def own_examples(*, is_held_back: bool) -> list[Example]:
    """Read the station's reviewed plates of PLATE_EXTRA_PACKS: those to learn, or those held back."""
    return [
        _labelled(picture, row["text"], row.get("province"), row.get("kind") or "car")
        for path in extra_packs()
        for row, picture in read_extra(path)
        if row.get("text") and held_back(row["text"]) is is_held_back
    ]


def _labelled(picture: Picture, text: str, name: str | None, kind: str) -> Example:
    code = CODE_BY_NAME.get(name or "")
    classes = _classes_of(kind, text)
    province = PROVINCE_CODES.index(code) if code else None
    own = BY_CODE[code].truck_code if code else None
    return Example(picture, text, province, classes, own if classes == (PlateClass.TRUCK,) else "")


def drawn_examples(count: int, seed: int) -> list[Example]:
    """Draw `count` random plates, small enough to keep them all in memory."""
    rng = np.random.default_rng(seed)
    return [_drawn(replace(random_spec(rng), px_per_mm=_PX_PER_MM)) for _ in range(count)]


def filmed_examples(examples: Sequence[Example], share: float, seed: int) -> list[Example]:
    """Return a share of the examples as an H.264 stream shows them: made once, since coding takes long."""
    rng = np.random.default_rng(seed)
    chosen = [
        examples[int(index)] for index in rng.permutation(len(examples))[: round(len(examples) * share)]
    ]
    found: list[Example] = []
    for start in range(0, len(chosen), PLATES):
        group = chosen[start : start + PLATES]
        pictures = filmed([example.picture for example in group], rng)
        found += [replace(item, picture=seen) for item, seen in zip(group, pictures, strict=True)]
    return found


def _drawn(spec: PlateSpec) -> Example:
    province = PROVINCE_CODES.index(spec.province) if spec.province else NO_PROVINCE
    return Example(draw_plate(spec), spec.text, province, (spec.plate_class,), spec.code)


def _classes_of(kind: str, text: str) -> tuple[PlateClass, ...]:
    """Return the classes that a pack label allows: it tells layouts, and first letters narrow the colours."""
    if kind != "car":
        return (PlateClass.TRUCK if kind == "truck" else PlateClass.MOTORCYCLE,)
    odd = possible_classes(text) - CAR_LAYOUT - {PlateClass.MOTORCYCLE}
    if not is_possible(text, PlateClass.CAR) and odd:
        return tuple(sorted(odd))
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
    is_second_known = second is not None
    kind = example.classes[0]
    return Shown(
        picture=seen,
        lines=(encode_text(first), encode_text(second or "")),
        places=(letter_places(first, kind), letter_places(second or "", kind)),
        skeleton=skeleton,
        province=-1 if province is None else province,
        classes=allowed,
        is_second_known=is_second_known,
    )


def _lines(example: Example) -> tuple[str, str | None]:
    """Return the two lines: motorcycles carry digits under the province, trucks a code at the top right."""
    if example.classes == (PlateClass.TRUCK,):
        return example.text, example.truck_code
    if example.classes != (PlateClass.MOTORCYCLE,):
        return example.text, ""
    head = example.text.rstrip(DIGITS)
    return head, example.text[len(head) :]
