"""Follows plates from picture to picture: which found plate is the one that was seen before.

Times are the camera's own clock in seconds; positions are pixels of the camera's picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from plates.recognition.detector import Found

LOST_AFTER_S: Final = 0.9
"""A plate not seen for so long has left: at 5 pictures a second four misses in a row."""

Direction = Literal["TOWARDS", "AWAY", "UNKNOWN"]

_REACH: Final = 1.6
"""How far a plate may move between two pictures, in its own widths, beside what its speed foretells."""

_PAUSE_S: Final = 0.35
_JUMP: Final = 0.35
"""So many seconds without a picture, or plate widths aside, are enough for another vehicle to have come."""

_GROWTH: Final = 1.08
_SIZE_RATIO: Final = 1.6


@dataclass(frozen=True, slots=True)
class LaneLine:
    """A line across the lane, in shares of the picture's width and height (x right, y down).

    Seen from `start` to `end`, whoever crosses it from the left hand to the right comes towards the camera.
    Unless given, it lies level a little below the middle: a camera looks down on its lane, so what comes
    nearer crosses it downwards.
    """

    start: tuple[float, float] = (0.0, 0.55)
    end: tuple[float, float] = (1.0, 0.55)

    def side(self, x: float, y: float) -> float:
        """Return a number whose sign tells the side: positive where those arrive that come nearer."""
        along_x, along_y = self.end[0] - self.start[0], self.end[1] - self.start[1]
        return along_x * (y - self.start[1]) - along_y * (x - self.start[0])


@dataclass(slots=True)
class Track:
    """One plate on its way through the picture."""

    number: int
    sightings: list[tuple[float, Found]] = field(default_factory=list)

    @property
    def first_seen(self) -> float:
        """Camera time of the first sighting."""
        return self.sightings[0][0]

    @property
    def last_seen(self) -> float:
        """Camera time of the latest sighting."""
        return self.sightings[-1][0]

    @property
    def latest(self) -> Found:
        """Where the plate was last."""
        return self.sightings[-1][1]

    def expected_centre(self, at: float) -> tuple[float, float]:
        """Return where the plate should be at a time, by its latest speed."""
        x, y = (float(value) for value in self.latest.centre)
        if len(self.sightings) < 2:
            return x, y
        before_at, before = self.sightings[-2]
        elapsed = max(self.last_seen - before_at, 1e-3)
        ahead = min((at - self.last_seen) / elapsed, 3.0)
        return x + (x - float(before.centre[0])) * ahead, y + (y - float(before.centre[1])) * ahead

    def has_jumped(self) -> bool:
        """Tell whether the latest sighting is later or elsewhere than one of the same vehicle should be."""
        if len(self.sightings) < 3:
            return True
        before = Track(self.number, self.sightings[:-1])
        at, found = self.sightings[-1]
        x, y = before.expected_centre(at)
        off = float(np.hypot(found.centre[0] - x, found.centre[1] - y)) / max(found.width, 1.0)
        return at - before.last_seen > _PAUSE_S or off > _JUMP

    def direction(self, line: LaneLine | None = None, size: tuple[int, int] | None = None) -> Direction:
        """Return whether the vehicle comes nearer or leaves.

        Which way it crossed the lane line tells, where a line and the picture's size (width, height) are
        given and it did; else whether its plate grew.
        """
        if len(self.sightings) < 2:
            return "UNKNOWN"
        if line is not None and size is not None:
            first, last = (self._side(line, size, place) for place in (0, -1))
            if first * last < 0:
                return "TOWARDS" if last > 0 else "AWAY"
        third = max(1, len(self.sightings) // 3)
        widths = [found.width for _, found in self.sightings]
        ratio = float(np.median(widths[-third:]) / np.median(widths[:third]))
        if ratio > _GROWTH:
            return "TOWARDS"
        return "AWAY" if ratio < 1 / _GROWTH else "UNKNOWN"

    def _side(self, line: LaneLine, size: tuple[int, int], place: int) -> float:
        x, y = (float(value) for value in self.sightings[place][1].centre)
        return line.side(x / size[0], y / size[1])


class Tracker:
    """The plates now in one camera's picture."""

    def __init__(self) -> None:
        self.tracks: list[Track] = []
        self._count = 0

    def update(self, found: Sequence[Found], at: float) -> list[Track]:
        """Join found plates to tracks, begin tracks for the rest; return the track of each found plate."""
        pairs = sorted(
            (cost, row, track.number)
            for row, item in enumerate(found)
            for track in self.tracks
            if (cost := _distance(track, item, at)) is not None
        )
        by_number = {track.number: track for track in self.tracks}
        owners: dict[int, Track] = {}
        for _, row, number in pairs:
            if row not in owners and number in by_number:
                owners[row] = by_number.pop(number)
        for row, item in enumerate(found):
            owner = owners.setdefault(row, self._begin())
            owner.sightings.append((at, item))
        self.tracks = [track for track in self.tracks if track.sightings]
        return [owners[row] for row in range(len(found))]

    def part(self, track: Track) -> Track:
        """Give the latest sighting of a track to a new one, and let go of the old: another vehicle came."""
        latest = track.sightings.pop()
        self.tracks.remove(track)
        fresh = self._begin()
        fresh.sightings.append(latest)
        return fresh

    def take_lost(self, at: float) -> list[Track]:
        """Remove and return the tracks whose plate has left."""
        lost = [track for track in self.tracks if at - track.last_seen > LOST_AFTER_S]
        self.tracks = [track for track in self.tracks if at - track.last_seen <= LOST_AFTER_S]
        return lost

    def _begin(self) -> Track:
        self._count += 1
        track = Track(self._count)
        self.tracks.append(track)
        return track


def _distance(track: Track, found: Found, at: float) -> float | None:
    """Return how far a found plate is from where the track expects it, in plate widths; None when too far."""
    ratio = found.width / max(track.latest.width, 1.0)
    if not 1 / _SIZE_RATIO < ratio < _SIZE_RATIO:
        return None
    x, y = track.expected_centre(at)
    distance = float(np.hypot(found.centre[0] - x, found.centre[1] - y)) / max(found.width, 1.0)
    return distance if distance < _REACH else None
