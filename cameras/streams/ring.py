"""The last seconds of a camera, kept for the moment before an alarm."""

from collections import deque
from dataclasses import dataclass

from cameras.streams.units import AccessUnit


@dataclass(frozen=True, slots=True)
class RingLimits:
    """At least one of the two bounds always holds. 8 MB is 10 s at 6.4 Mbps, six times a usual camera."""

    seconds: float = 10.0
    bytes: int = 8 * 1024 * 1024


class Ring:
    """Newest pictures of one source, bounded by time and by bytes."""

    def __init__(self, limits: RingLimits) -> None:
        self._seconds, self._bytes = limits.seconds, limits.bytes
        self._units: deque[AccessUnit] = deque()
        self.size_bytes = 0

    def __len__(self) -> int:
        return len(self._units)

    def append(self, unit: AccessUnit) -> None:
        """Add the newest picture and drop what is now too old or too much."""
        units = self._units
        units.append(unit)
        size = self.size_bytes + len(unit[2])
        oldest_s = unit.arrival_s - self._seconds
        while units and (size > self._bytes or units[0].arrival_s < oldest_s):
            size -= len(units.popleft()[2])
        self.size_bytes = size

    def snapshot(self) -> tuple[AccessUnit, ...]:
        """The kept pictures from the oldest key picture on: what can be decoded."""
        units = tuple(self._units)
        start = next((index for index, unit in enumerate(units) if unit.is_key), len(units))
        return units[start:]

    def last_group(self) -> tuple[AccessUnit, ...]:
        """The pictures since the newest key picture: what a new viewer needs to begin at once."""
        group: list[AccessUnit] = []
        for unit in reversed(self._units):
            group.append(unit)
            if unit.is_key:
                return tuple(reversed(group))
        return ()
