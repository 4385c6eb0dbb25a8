"""Pictures of a test clip as the hub delivers them, on a clock that a test moves."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cameras.streams.nal import join_annex_b
from cameras.streams.simulator.clips import Clip, load_clip
from cameras.streams.units import AccessUnit, Role

BEGAN = 1_764_000_000.0  # on our clock


@dataclass(slots=True)
class Camera:
    """Sends a clip again and again. `pts_s` is the next picture's, `wall_s` our clock at `pts_s` 0."""

    clip: Path
    code: str = "C-001"
    pts_s: float = 0.0
    wall_s: float = BEGAN
    number: int = 0
    after_gap: bool = False
    loaded: Clip = field(init=False)

    def __post_init__(self) -> None:
        self.loaded = load_clip(self.clip)

    @property
    def step_s(self) -> float:
        return self.loaded.duration_ticks / len(self.loaded.pictures) / 90_000

    def send(self, pictures: int) -> Iterator[AccessUnit]:
        """The next pictures; the first of all and each after the clip's end is a key picture."""
        for _ in range(pictures):
            yield self._next()

    def lose(self, seconds: float) -> None:
        """Nothing arrives for a while; what comes then begins with a key picture."""
        self.pts_s += seconds
        self.number += -self.number % len(self.loaded.pictures)
        self.after_gap = True

    def _next(self) -> AccessUnit:
        picture = self.loaded.pictures[self.number % len(self.loaded.pictures)]
        sets = self.loaded.parameter_sets if picture.is_key else ()
        unit = AccessUnit(
            self.code,
            Role.MAIN,
            join_annex_b((*sets, *picture.nals)),
            self.pts_s,
            self.pts_s,
            self.wall_s + self.pts_s,
            picture.is_key,
            self.loaded.codec,
            self.number,
            self.after_gap,
        )
        self.after_gap = False
        self.number += 1
        self.pts_s += self.step_s
        return unit
