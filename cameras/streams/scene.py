"""Is the picture usable? Each camera is judged against what it showed before, by day and by night apart.

Everything works on one luma picture of 320 x 180 a second at most, and costs less than a millisecond. What
is dark, covered, turned away or out of focus must stay so for a while before it is told, and be well for a
while before it is not: a lorry in front of the lens is no fault. What a camera usually shows is learnt from
its first pictures and followed slowly (shadows wander), never while something seems wrong.
"""

from dataclasses import dataclass, field
from enum import StrEnum

import cv2
import numpy as np
import numpy.typing as npt

from cameras.streams.analysers import Picture
from cameras.streams.health import Condition
from ccoc.lib.sun import elevation_deg

Floats = npt.NDArray[np.float32]
PHITSANULOK = (16.82, 100.26)  # a degree of longitude is four minutes of sun: near enough for the province
SKETCH = (160, 90)  # width x height of what is remembered of a view
BLOCKS = (16, 9)
_NORMAL_WIDTH = 1.68  # standard deviations between the fifth and the fourth fifth of a normal distribution
LEARNT = 30  # pictures until a view is known; a minute at the rate of the contact sheet
KEEP_EVERY_S = 1800.0
_FOLLOW = 1 / 500  # weight of a new picture afterwards: a quarter of an hour
_TWILIGHT_DEG = 6.0  # civil twilight: lamps and infrared switch somewhere in between


class Sky(StrEnum):
    """A camera shows two pictures, by day and with its lamps; in between it is judged by neither."""

    DAY = "DAY"
    NIGHT = "NIGHT"
    TWILIGHT = "TWILIGHT"


@dataclass(slots=True)
class View:
    """What a camera usually shows under one sky. Pictures `seen`; levels are of luma, 0 to 255.

    `sketch` are its edges (see `edges_of`), `contrast` and `detail` of each block as in `Glance`, `likeness`
    how much a usual picture resembles the sketch, `sway` how far its detail lies from the usual.
    """

    sketch: Floats
    contrast: Floats
    detail: Floats
    mean: float
    spread: float
    sway: float = 0.0
    likeness: float = 1.0
    seen: int = 0

    @property
    def is_learnt(self) -> bool:
        return self.seen >= LEARNT

    def follow(self, glance: "Glance", likeness: float) -> None:
        """Take a usual picture into the view."""
        self.seen += 1
        weight = max(1 / self.seen, _FOLLOW)
        self.sketch += weight * (glance.edges - self.sketch)
        self.contrast += weight * (glance.contrast - self.contrast)
        self.mean += weight * (glance.mean - self.mean)
        self.spread += weight * (glance.spread - self.spread)
        self.sway += weight * (abs(softness(glance, self)) - self.sway)
        self.detail += weight * (glance.detail - self.detail)
        self.likeness += weight * (likeness - self.likeness)


@dataclass(frozen=True, slots=True)
class Glance:
    """What is measured of one picture, by block where a burnt-in clock would otherwise speak for the whole.

    `mean` is the middle of the blocks' brightness, `spread` their standard deviation (or the usual contrast
    within one, where that is more). By block: `contrast` is the standard deviation, `detail` the logarithm
    of the share of fine detail in it. `edges` see `edges_of`.
    """

    edges: Floats
    contrast: Floats
    detail: Floats
    mean: float
    spread: float

    def as_view(self) -> View:
        """The first picture of a view is all that is known of it."""
        copies = self.edges.copy(), self.contrast.copy(), self.detail.copy()
        return View(*copies, self.mean, self.spread, likeness=0.0)


def glance_at(luma: Picture) -> Glance:
    """Measure a picture of 320 x 180."""
    small = cv2.resize(luma, SKETCH, interpolation=cv2.INTER_AREA).astype(np.float32)
    light = cv2.resize(small, BLOCKS, interpolation=cv2.INTER_AREA)
    square = cv2.resize(small * small, BLOCKS, interpolation=cv2.INTER_AREA)
    contrast = np.sqrt(np.maximum(square - light * light, 0)).astype(np.float32)
    low, middle, high = shares(light, 0.2, 0.5, 0.8)
    spread = max((high - low) / _NORMAL_WIDTH, shares(contrast, 0.5)[0])
    return Glance(edges_of(small), contrast, detail_of(luma, contrast), middle, spread)


def shares(values: npt.ArrayLike, *parts: float) -> list[float]:
    """Quantiles of a few values; NumPy's own take longer than all the rest of a look."""
    ordered = np.sort(values, axis=None)
    return [float(ordered[int(part * (ordered.size - 1))]) for part in parts]


def edges_of(small: Floats) -> Floats:
    """Outlines of a `SKETCH`, mean 0 and length 1, so that a dot product is a correlation.

    The square root keeps one lamp from outshining all walls; the mean over a neighbourhood is divided out
    because a cloud dims half a street.
    """
    soft = cv2.GaussianBlur(small, (3, 3), 0)
    strength = cv2.sqrt(cv2.magnitude(cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)))
    around = cv2.blur(strength, (31, 31))
    edges: Floats = np.asarray(strength / (around + 1.0), np.float32)
    edges -= edges.mean()
    edges /= float(np.linalg.norm(edges)) + 1e-6
    return edges


def detail_of(luma: Picture, contrast: Floats) -> Floats:
    """Fine detail as a share of the contrast of each block, as a logarithm."""
    fine = cv2.Laplacian(luma, cv2.CV_32F)
    blocks = cv2.resize(fine * fine, BLOCKS, interpolation=cv2.INTER_AREA)
    return np.log((blocks + 1.0) / (contrast * contrast + 4.0)).astype(np.float32)


def softness(glance: Glance, view: View) -> float:
    """How much less detail than usual, over the blocks that usually have structure; negative is softer."""
    structured = view.contrast > STRUCTURED
    return shares((glance.detail - view.detail)[structured], 0.5)[0] if structured.any() else 0.0


@dataclass(slots=True)
class Confirmed:
    """A sign that is believed after `on_s` without a picture that speaks against it, and `least` pictures.

    It is given up in the same way after `off_s` and two. A gap in time begins anew, because nobody looked.
    """

    on_s: float
    off_s: float
    least: int = 3
    is_on: bool = False
    _since: float | None = None
    _pictures: int = 0
    _GAP_S = 60.0
    _last: float = 0.0

    def see(self, sign: bool, at: float) -> bool:
        """Take one look at unix seconds; whether the sign is believed now."""
        if sign == self.is_on or not 0 <= at - self._last < self._GAP_S:
            self._since, self._pictures = None, 0
        self._last = at
        if sign == self.is_on:
            return self.is_on
        if self._since is None:
            self._since = at
        self._pictures += 1
        if self._pictures >= (self.least if sign else 2) and at - self._since >= (
            self.on_s if sign else self.off_s
        ):
            self.is_on, self._since, self._pictures = sign, None, 0
        return self.is_on


@dataclass(slots=True)
class Signs:
    """The confirmations of one camera. Seconds: what a passing lorry can do takes longest."""

    frozen: Confirmed = field(default_factory=lambda: Confirmed(18.0, 0.0, least=10))
    dark: Confirmed = field(default_factory=lambda: Confirmed(20.0, 10.0))
    covered: Confirmed = field(default_factory=lambda: Confirmed(40.0, 20.0))
    turned: Confirmed = field(default_factory=lambda: Confirmed(40.0, 20.0))
    elsewhere: Confirmed = field(default_factory=lambda: Confirmed(240.0, 20.0))
    blurred: Confirmed = field(default_factory=lambda: Confirmed(60.0, 20.0))


class SceneWatch:
    """Notices what spoils the pictures of one camera. `turns`: a PTZ has no view of its own to leave."""

    def __init__(self, views: dict[Sky, View] | None = None, *, turns: bool = False) -> None:
        self.views = views or {}
        self._turns = turns
        self._signs = Signs()
        self._stillness = Stillness()
        self._alike = 1.0
        self._kept, self._kept_at = len(self.views), -KEEP_EVERY_S
        self.mean = self.spread = 0.0

    def look(self, luma: Picture, at: float) -> frozenset[Condition]:
        """What is wrong with the picture taken at unix seconds; `luma` is 320 x 180 and kept."""
        glance = glance_at(luma)
        self.mean, self.spread = glance.mean, glance.spread
        is_still = self._stillness.is_still(luma) and glance.spread >= BLACK_SPREAD  # black has no noise
        self._signs.frozen.see(is_still, at)
        sky = sky_at(at)
        view = self.views.get(sky)
        is_usual = self._judge(glance, view, sky, at)
        if is_usual and not is_still and sky is not Sky.TWILIGHT:
            self._learn(glance, sky)
        return self._found()

    def memory(self, at: float) -> dict[Sky, View] | None:
        """What is worth keeping over a restart, now and then from the moment something is learnt."""
        learnt = {sky: view for sky, view in self.views.items() if view.is_learnt}
        is_news = len(learnt) > self._kept or (learnt and not 0 <= at - self._kept_at < KEEP_EVERY_S)
        if not is_news:
            return None
        self._kept, self._kept_at = len(learnt), at
        return learnt

    def _judge(self, glance: Glance, view: View | None, sky: Sky, at: float) -> bool:
        """Update the signs, the coarsest first: of a dark picture nothing else can be said."""
        signs = self._signs
        is_dark = looks_dark(glance, view, sky)
        signs.dark.see(is_dark, at)
        is_covered = not is_dark and looks_covered(glance, None if self._turns else view)
        if not is_dark:
            signs.covered.see(is_covered, at)
        if is_dark or is_covered:
            return False
        if self._turns or view is None or not view.is_learnt:
            return True
        likeness, is_blurred = likeness_of(glance, view), looks_blurred(glance, view)
        self._alike += _ALIKE_WEIGHT * (likeness - self._alike)
        is_other = likeness < UNLIKE * view.likeness and not is_blurred
        is_turned = is_other and is_aside(glance.edges, view.sketch, view.likeness)
        signs.turned.see(is_turned, at)
        signs.elsewhere.see(is_other and self._alike < STRANGE * view.likeness, at)
        if not is_turned:
            signs.blurred.see(is_blurred, at)
        return not (is_turned or is_blurred or likeness < STRANGE * view.likeness)

    def _learn(self, glance: Glance, sky: Sky) -> None:
        view = self.views.get(sky)
        if view is None:
            self.views[sky] = glance.as_view()
            return
        view.follow(glance, likeness_of(glance, view))

    def _found(self) -> frozenset[Condition]:
        """The one word that says most, and FROZEN, which needs no other eye."""
        signs, found = self._signs, set()
        if signs.frozen.is_on:
            found.add(Condition.FROZEN)
        if signs.dark.is_on:
            found.add(Condition.DARK)
        elif signs.covered.is_on:
            found.add(Condition.COVERED)
        elif signs.turned.is_on or signs.elsewhere.is_on:
            found.add(Condition.MOVED)
        elif signs.blurred.is_on:
            found.add(Condition.BLURRED)
        return frozenset(found)


def sky_at(at: float) -> Sky:
    """Day or night over the province."""
    height = elevation_deg(*PHITSANULOK, at)
    if abs(height) < _TWILIGHT_DEG:
        return Sky.TWILIGHT
    return Sky.DAY if height > 0 else Sky.NIGHT


BLACK_MEAN, BLACK_SPREAD = 45.0, 12.0  # video black is 16; a lens cap lets some noise through
FLAT = 6.0


def looks_dark(glance: Glance, view: View | None, sky: Sky) -> bool:
    """By day a black picture is a fault; by night only one far below this camera's own nights."""
    if sky is Sky.DAY:
        return glance.mean < BLACK_MEAN and glance.spread < BLACK_SPREAD
    if sky is Sky.TWILIGHT or view is None or not view.is_learnt or view.spread < BLACK_SPREAD:
        return False
    return glance.spread < 0.3 * view.spread and glance.mean < 0.6 * view.mean


HIDDEN = 0.25  # of its usual contrast in a block
STRUCTURED = 8.0
COVERED_SHARE = 0.5


def looks_covered(glance: Glance, view: View | None) -> bool:
    """Half of what usually has structure is flat, or the whole picture is a bright nothing."""
    if glance.spread < FLAT and glance.mean >= BLACK_MEAN:
        return True
    if view is None or not view.is_learnt:
        return False
    structured = view.contrast > STRUCTURED
    if structured.mean() < 0.2:
        return False
    flat = glance.contrast < np.maximum(HIDDEN * view.contrast, 2.0)
    return float(flat[structured].mean()) > COVERED_SHARE


SOFT = -1.0  # a factor of e: more than rain on the dome or an early lamp makes
SWAYS = 5.0


def looks_blurred(glance: Glance, view: View) -> bool:
    """Fine detail is much rarer than in this camera's usual pictures, by more than they vary."""
    return softness(glance, view) < min(SOFT, -SWAYS * view.sway)


def likeness_of(glance: Glance, view: View) -> float:
    """Correlation of the outlines with the usual ones, at most 1."""
    return float(np.vdot(glance.edges, view.sketch)) / (float(np.linalg.norm(view.sketch)) + 1e-6)


_ALIKE_WEIGHT = 0.1  # one picture of ten: a street full of lorries is not another place
UNLIKE = 0.6  # of the usual likeness; a street full of cars keeps more
STRANGE = 0.4
LEAST_SHIFT_PX = 3.0  # of 160: two hundredths of the picture's width; wind sways a pole by less
_MIDDLE = (
    slice(18, 72),
    slice(32, 128),
)  # rows, columns: a turn of a fifth keeps them


def is_aside(edges: Floats, sketch: Floats, likeness: float) -> bool:
    """Whether the middle of the learnt view is found again, but not in the middle."""
    match = cv2.matchTemplate(edges, sketch[_MIDDLE], cv2.TM_CCOEFF_NORMED)
    _, best, _, (x, y) = cv2.minMaxLoc(match)
    shift = max(abs(x - _MIDDLE[1].start), abs(y - _MIDDLE[0].start))
    return shift >= LEAST_SHIFT_PX and best >= UNLIKE * likeness


class Stillness:
    """Notices a picture that stands while time goes on.

    A living sensor has noise, so that no two pictures are equal. The picture that began the stillness stays
    the measure, because light drifts slowly; a burnt-in clock may go on in a few blocks.
    """

    CLOCK_SHARE = 0.12  # of the blocks: a line of text as wide as the picture
    QUIET = 0.3  # of the camera's usual noise
    LEAST = 0.02  # grey levels: nothing but the last bit of the encoder
    LOUD = 3.0  # more than this is no noise, but traffic that fills the picture

    def __init__(self) -> None:
        self._anchor: Picture | None = None
        self._noise: float | None = None

    def is_still(self, luma: Picture) -> bool:
        """Whether this picture is the one before, but for a clock; `luma` is kept."""
        if self._anchor is None:
            self._anchor = luma
            return False
        change = cv2.absdiff(luma, self._anchor).astype(np.float32)
        blocks = cv2.resize(change, BLOCKS, interpolation=cv2.INTER_AREA)
        if float((blocks > max(self.LEAST, self.QUIET * (self._noise or 0.0))).mean()) <= self.CLOCK_SHARE:
            return True
        noise = min(shares(blocks, 0.2)[0], self.LOUD)
        self._noise = noise if self._noise is None else min(self._noise + 0.02 * (noise - self._noise), noise)
        self._anchor = luma
        return False
