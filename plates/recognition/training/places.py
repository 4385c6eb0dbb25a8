"""Where on the plate each letter stands, roughly: a guide for the first lessons of the reader.

CTC alone is free to name a letter anywhere before the next one. Left to itself it names both letters of a car
plate at the left edge, where only a guess is possible, and stays there. Shares are of the plate's width.
"""

from plates.recognition.text import MARKS, PlateClass

_CAR_SPAN, _CAR_PITCH, _CAR_GAP = 0.93, 0.12, 0.055
_BIKE_PITCH = 0.22
_TRUCK_PITCH, _TRUCK_HYPHEN = 0.125, 0.7
_TRUCK_CODE_AT, _TRUCK_CODE_PITCH, _TRUCK_CODE_MOST = 0.825, 0.04, 3
_RED_PITCH = 0.138
_DIPLOMATIC_PITCH = 0.113


def letter_places(line: str, kind: PlateClass) -> list[float]:
    """Return the middle of each letter of one line, 0 (left) to 1 (right)."""
    if kind is PlateClass.TRUCK and len(line) <= _TRUCK_CODE_MOST:
        middles = _laid([1.0] * len(line), _TRUCK_CODE_PITCH, {})
        return [middle - 0.5 + _TRUCK_CODE_AT for middle in middles]
    if kind is PlateClass.TRUCK:
        return _laid([1.0] * len(line), _TRUCK_PITCH, {2: _TRUCK_HYPHEN})
    if kind is PlateClass.TEMPORARY:
        return _laid([1.0] * len(line), _RED_PITCH, {1: 1.0})
    if kind is PlateClass.DIPLOMATIC:
        return _laid([1.0] * len(line), _DIPLOMATIC_PITCH, {len(line) - 4: 1.0})
    widths = [0.0 if char in MARKS else 1.0 for char in line]
    if kind is PlateClass.MOTORCYCLE:
        return _laid(widths, _BIKE_PITCH, {})
    pitch = min((_CAR_SPAN - _CAR_GAP) / max(sum(widths), 1.0), _CAR_PITCH)
    return _laid(widths, pitch, {len(line.rstrip("0123456789")): _CAR_GAP / pitch})


def _laid(widths: list[float], pitch: float, gaps: dict[int, float]) -> list[float]:
    """Return middles of cells laid side by side around the plate's middle; `gaps` stand before a cell."""
    total = sum(widths) + sum(gaps.values())
    left, middles = 0.5 - total * pitch / 2, []
    for index, width in enumerate(widths):
        left += gaps.get(index, 0.0) * pitch
        middles.append(left + width * pitch / 2)
        left += width * pitch
    return middles
