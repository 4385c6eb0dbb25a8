"""Watches one lane: follows each plate, votes over its pictures and tells every passing vehicle once.

`LaneAnalyser.feed` takes the pictures of one camera in order. A plate in sight gives a preview after a few
pictures, another when the text turns out otherwise. The pass itself is told once: as soon as several
pictures agree with confidence, else when the plate has left. The same plate seen again soon after is the
same pass.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from plates.recognition.detector import Detector, Found
from plates.recognition.pictures import Picture, as_picture
from plates.recognition.reader import Evidence, Reader, Reading
from plates.recognition.tracking import Direction, LaneLine, Track, Tracker

KIND: Final = "plate_pass"
PREVIEW: Final = "plate_preview"

_PREVIEW_LOOKS: Final = 2
_PREVIEW_CONFIDENCE: Final = 0.5
"""A preview is more likely right than wrong: it may be corrected, so it waits for no more."""

_AGREE: Final = 4
"""Pictures that must support a text before it is told while the plate is still in sight."""

_EARLY_CONFIDENCE: Final = 0.98
_LEAST_CONFIDENCE: Final = 0.35
"""Below it, what looked like a plate is told to nobody: signs and grilles end here."""

_CLEAR_WIDTH_PX: Final = 60.0
"""Narrower plates support a text less than they seem to: all of their pictures err alike."""

_LEAST_WIDTH_PX: Final = 36.0
_MOST_LOOKS: Final = 24
"""Pictures of one pass that are kept; of a car that stays in sight only better ones are read then."""

_CUT: Final = 0.2
"""Weight of a plate that the picture's edge cuts: its province is what is missing first."""

_MOST_SHOTS: Final = 3
"""Texts of a pass whose best pictures are kept: a picture is three megabytes."""

_SURE: Final = 0.9
_ANOTHER: Final = 3
"""Characters that must differ before a picture shows another vehicle: misreadings change one or two."""

_FOLD_SAME_S: Final = 12.0
"""The same text again within this is the same pass. Our choice: at 30 km/h a vehicle is 100 m away after 12 s
and cannot have turned and come back, while a lorry that stands in the way hides a plate for some seconds."""

_FOLD_ALIKE_S: Final = 3.0
"""The same with one place read otherwise: so soon after, at the same camera, it is the same plate."""

_SCENE_SIDE: Final = 1280
_FIND_SIDE: Final = 960
"""Plates wide enough to be read are found in this as well as in 1280 pixels, in half the time."""


@dataclass(frozen=True, slots=True)
class Result:
    """What an analyser tells: `body` is ready for JSON, times in seconds since 1970 by the camera's clock."""

    kind: str
    body: dict[str, Any]  # JSON: text, numbers, lists; its keys are listed at `_body`
    pictures: dict[str, bytes]


@dataclass(slots=True)
class LaneCounts:
    """What became of the pictures of a lane, and of the plates in them."""

    pictures: int = 0
    empty: int = 0
    plates: int = 0
    read: int = 0
    left_told: int = 0
    left_no_better: int = 0
    passes: int = 0
    folded: int = 0
    unreadable: int = 0


@dataclass(slots=True)
class _Look:
    """One reading of one picture of a pass."""

    evidence: Evidence
    weight: float
    width: float


@dataclass(frozen=True, slots=True)
class _Shot:
    """A picture of a pass with the plate in it, and its weight as evidence."""

    weight: float
    found: Found
    picture: Picture


@dataclass(slots=True)
class _Pass:
    """What is known of one plate in sight; `shots` are the best pictures by what each says for itself."""

    track: Track
    looks: list[_Look] = field(default_factory=list)
    shots: dict[str, _Shot] = field(default_factory=dict)
    previewed: str = ""
    is_told: bool = False

    def shot(self, text: str) -> _Shot | None:
        """Return the best picture that says `text` itself, else the best of all.

        What a person compares with the text must show that text: pictures of a pass may be of two vehicles
        where one follows another closely.
        """
        return self.shots.get(text) or max(self.shots.values(), key=_shot_weight, default=None)


@dataclass(frozen=True, slots=True)
class _Told:
    """A pass told lately, for folding what is seen of it again."""

    text: str
    province: str | None
    last_seen: float


class LaneAnalyser:
    """The analyser of one camera that reads plates. Opens both networks at the first picture.

    `counts` says what became of the pictures: how many were empty, how many plates were read, and how many
    were left alone because their pass was told already or because better pictures of them are known.
    """

    def __init__(
        self,
        *,
        detector: Detector | None = None,
        reader: Reader | None = None,
        line: LaneLine | None = None,
    ) -> None:
        self._detector, self._reader = detector, reader
        self._line = line or LaneLine()
        self.counts = LaneCounts()
        self._tracker = Tracker()
        self._passes: dict[int, _Pass] = {}
        self._told: deque[_Told] = deque(maxlen=64)

    def feed(self, picture: npt.NDArray[np.generic], captured_at: float) -> list[Result]:
        """Take the next picture (H x W x 3 uint8 BGR); return previews, and passes now certain or ended.

        `captured_at` is the camera's time in seconds since 1970 and must not go back. Raises BadPicture.
        """
        whole = as_picture(picture)
        results = self._see(whole, captured_at)
        results.extend(self._news(item) for item in list(self._passes.values()))
        lost = self._tracker.take_lost(captured_at)
        results.extend(self._end(self._passes.pop(track.number)) for track in lost)
        return [result for result in results if result is not None]

    def finish(self) -> list[Result]:
        """End the clip: return the passes that are still in sight and not told."""
        ended = [self._end(item) for item in self._passes.values()]
        self._passes.clear()
        self._tracker = Tracker()
        return [result for result in ended if result is not None]

    def _see(self, picture: Picture, at: float) -> list[Result | None]:
        """Find the plates of a picture, join them to their passes and read those that need it.

        Returns the passes that ended because another vehicle's plate stands in their place.
        """
        self._detector = self._detector or Detector(longest_side=_FIND_SIDE)
        self._reader = self._reader or Reader()
        found = self._detector.find(picture)
        self.counts.pictures += 1
        self.counts.empty += not found
        self.counts.plates += len(found)
        owners = [self._pass_of(track) for track in self._tracker.update(found, at)]
        asked = [
            (item, plate, weight)
            for item, plate in zip(owners, found, strict=True)
            if self._is_worth_reading(item, weight := _quality(picture, plate))
        ]
        evidence = self._reader.look([(picture, plate.corners) for _, plate, _ in asked])
        ended = []
        for (owner, plate, weight), said in zip(asked, evidence, strict=True):
            item = owner
            if self._is_another(owner, said):
                self._passes.pop(owner.track.number)
                item = self._pass_of(self._tracker.part(owner.track))
                ended.append(self._end(owner))
            if not item.is_told:
                _note(item, picture, plate, _Look(said, weight, plate.width))
        return ended

    def _is_another(self, item: _Pass, said: Evidence) -> bool:
        """Tell whether a picture shows another vehicle's plate than the pass that it was joined to."""
        if self._reader is None or not (item.is_told or len(item.looks) >= _PREVIEW_LOOKS):
            return False
        seen, known = self._reader.conclude([said]), self._reading(item)
        # A far plate is misread by many characters: two vehicles are told apart by sure texts only.
        if min(seen.text_confidence, known.text_confidence) < _SURE:
            return False
        return edits(seen.text, known.text) >= _ANOTHER

    def _is_worth_reading(self, item: _Pass, weight: float) -> bool:
        """Tell whether a reading of this picture may change what is told of the pass."""
        if item.is_told and not item.track.has_jumped():
            self.counts.left_told += 1
            return False
        is_full = len(item.looks) >= _MOST_LOOKS and not item.is_told
        if is_full and weight <= min(look.weight for look in item.looks) and not item.track.has_jumped():
            self.counts.left_no_better += 1
            return False
        self.counts.read += 1
        return True

    def _pass_of(self, track: Track) -> _Pass:
        return self._passes.setdefault(track.number, _Pass(track))

    def _reading(self, item: _Pass) -> Reading:
        if self._reader is None:
            raise RuntimeError("a pass is read only after its pictures were")
        looks = item.looks
        return self._reader.conclude([look.evidence for look in looks], [look.weight for look in looks])

    def _news(self, item: _Pass) -> Result | None:
        """Return the pass once it is certain, before that a preview where it says something new."""
        if item.is_told or len(item.looks) < _PREVIEW_LOOKS:
            return None
        reading = self._reading(item)
        if _is_certain(item, reading):
            return self._tell(item)
        is_new = bool(reading.text) and reading.text != item.previewed
        shot = item.shot(reading.text)
        if not is_new or reading.text_confidence < _PREVIEW_CONFIDENCE or shot is None:
            return None
        body = self._body(reading, item, shot)
        body |= {"track": item.track.number, "corrects": item.previewed or None}
        item.previewed = reading.text
        return Result(PREVIEW, body, {})

    def _end(self, item: _Pass) -> Result | None:
        """Tell a pass whose plate has left, unless it was told or shows nothing that a plate can say."""
        if item.is_told or not item.looks:
            self._refresh(item)
            return None
        reading = self._reading(item)
        is_seen = len(item.looks) >= 2 or reading.accepted
        is_wide = max(look.width for look in item.looks) >= _LEAST_WIDTH_PX
        is_read = reading.text_confidence >= _LEAST_CONFIDENCE and reading.plate_class != "UNKNOWN"
        if is_seen and is_wide and is_read:
            return self._tell(item)
        self.counts.unreadable += 1
        return None

    def _tell(self, item: _Pass) -> Result | None:
        """Return the result of a pass, or None where it continues one that was told."""
        reading = self._reading(item)
        item.is_told = True
        shot = item.shot(reading.text)
        first_seen, last_seen = item.track.first_seen, item.track.last_seen
        is_again = any(_is_same(told, reading, first_seen) for told in self._told)
        self._told.append(_Told(reading.text, reading.province, last_seen))
        if is_again or shot is None:
            self.counts.folded += is_again
            return None
        self.counts.passes += 1
        return Result(KIND, self._body(reading, item, shot), _pictures(shot.picture, shot.found))

    def _body(self, reading: Reading, item: _Pass, shot: _Shot) -> dict[str, Any]:
        size = (shot.picture.shape[1], shot.picture.shape[0])
        return _body(reading, item, shot.found, item.track.direction(self._line, size))

    def _refresh(self, item: _Pass) -> None:
        """Remember that a told plate was in sight until now, so that its return is not another pass."""
        if item.is_told:
            reading = self._reading(item)
            self._told.append(_Told(reading.text, reading.province, item.track.last_seen))


def _is_certain(item: _Pass, reading: Reading) -> bool:
    """Tell whether enough pictures agree to tell the pass while the plate is still in sight."""
    if len(item.looks) < _AGREE:
        return False
    supporters = sum(
        look.width >= _CLEAR_WIDTH_PX and look.evidence.candidates[0].text == reading.text
        for look in item.looks
    )
    return reading.accepted and reading.text_confidence >= _EARLY_CONFIDENCE and supporters >= _AGREE


def _note(item: _Pass, picture: Picture, found: Found, look: _Look) -> None:
    """Keep what a picture says, in place of the weakest where there are enough."""
    if len(item.looks) >= _MOST_LOOKS:
        item.looks.remove(min(item.looks, key=_weight))
    item.looks.append(look)
    candidates = look.evidence.candidates
    text = candidates[0].text if candidates else ""
    if text not in item.shots or look.weight >= item.shots[text].weight:
        item.shots[text] = _Shot(look.weight, found, picture)
    if len(item.shots) > _MOST_SHOTS:
        item.shots.pop(min(item.shots, key=lambda said: _votes(item, said)))


def _votes(item: _Pass, text: str) -> tuple[float, float]:
    """Return how much the pictures of a pass say for a text, and how good its best picture is."""
    said = [look for look in item.looks if look.evidence.candidates]
    votes = sum(look.weight for look in said if look.evidence.candidates[0].text == text)
    return votes, item.shots[text].weight


def _shot_weight(shot: _Shot) -> float:
    return shot.weight


def edits(one: str, other: str) -> int:
    """Return how many characters must be changed, added or dropped to make one text of the other."""
    row = list(range(len(other) + 1))
    for place, char in enumerate(one, 1):
        before, row[0] = row[0], place
        for column, wish in enumerate(other, 1):
            kept = before + (char != wish)
            before, row[column] = row[column], min(kept, row[column] + 1, row[column - 1] + 1)
    return row[-1]


def _weight(look: _Look) -> float:
    return look.weight


def _quality(picture: Picture, found: Found) -> float:
    """Return a weight of 0.05 to 1: plates of 100 px and more count fully, blurred or cut ones far less."""
    low, high = found.corners.min(axis=0), found.corners.max(axis=0)
    area = picture[max(int(low[1]), 0) : int(high[1]) + 1, max(int(low[0]), 0) : int(high[0]) + 1]
    if area.size == 0:
        return 0.05
    grey = cv2.cvtColor(area, cv2.COLOR_BGR2GRAY)
    contrast = max(float(grey.std()), 1.0)
    sharpness = float(cv2.Laplacian(grey, cv2.CV_32F).std()) / contrast
    size = min(found.width / 100.0, 1.0) ** 1.5
    whole = 1.0 if low.min() > 0 and (high < (picture.shape[1], picture.shape[0])).all() else _CUT
    return float(max(0.05, size * whole * min(1.0, 0.33 + sharpness)))


def _is_same(told: _Told, reading: Reading, first_seen: float) -> bool:
    """Tell whether a reading continues a pass told before: the same text, or one place off right after."""
    gap = first_seen - told.last_seen
    if told.text == reading.text:
        return gap <= _FOLD_SAME_S
    return (
        gap <= _FOLD_ALIKE_S and _differ_by_one(told.text, reading.text) and told.province == reading.province
    )


def _differ_by_one(one: str, other: str) -> bool:
    """Tell whether two texts differ by one changed, missing or added character."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    rests = {
        (one[start + 1 :], other[start + 1 :]),
        (one[start + 1 :], other[start:]),
        (one[start:], other[start + 1 :]),
    }
    return any(left == right for left, right in rests)


def _body(reading: Reading, item: _Pass, best: Found, direction: Direction) -> dict[str, Any]:
    """Return the result as JSON; `corners` are those of the best picture, [[x, y] x 4] in its pixels."""
    return {
        "text": reading.text,
        "province": reading.province,
        "plate_class": str(reading.plate_class),
        "text_confidence": reading.text_confidence,
        "province_confidence": reading.province_confidence,
        "accepted": reading.accepted,
        "first_seen": item.track.first_seen,
        "last_seen": item.track.last_seen,
        "frames": len(item.track.sightings),
        "corners": np.round(best.corners.astype(np.float64), 1).tolist(),
        "direction": direction,
        "alternatives": [
            {"text": other.text, "confidence": other.confidence} for other in reading.alternatives
        ],
    }


def _pictures(picture: Picture, found: Found) -> dict[str, bytes]:
    """Return the JPEG files of the plate with some surround, and of the whole scene."""
    low, high = found.corners.min(axis=0), found.corners.max(axis=0)
    border = 0.25 * (high - low)
    left, top = np.maximum(np.floor(low - border), 0).astype(int)
    right, bottom = np.ceil(high + border).astype(int) + 1
    scale = min(1.0, _SCENE_SIDE / max(picture.shape[:2]))
    scene = (
        picture
        if scale == 1.0
        else cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    )
    return {"crop": _jpeg(picture[top:bottom, left:right], 92), "scene": _jpeg(scene, 80)}


def _jpeg(picture: npt.NDArray[Any], quality: int) -> bytes:
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return data.tobytes()
