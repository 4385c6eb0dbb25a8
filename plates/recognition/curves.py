"""Draws how far a reader's confidence can be trusted: calibration, and what abstaining buys.

Both are SVG text without any library, so that the documents' pictures come from the same run as the figures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

_SIDE: Final = 320
_LEFT, _TOP, _FOOT = 56, 34, 46
_BINS: Final = 10
_INK, _FAINT, _OURS, _OTHER = "#1b1f24", "#c9cfd6", "#b3001b", "#0b5cad"


@dataclass(frozen=True, slots=True)
class Judged:
    """Confidences of one field (0-1) and whether each answer was right."""

    name: str
    confidence: npt.NDArray[np.float64]
    is_right: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Bin:
    """One range of confidence: its mean, the share that was right, and how many there were."""

    confidence: float
    right: float
    count: int


def calibration(judged: Judged) -> list[Bin]:
    """Return bins of equal count, least confident first; empty for nothing judged."""
    order = np.argsort(judged.confidence, kind="stable")
    parts = [part for part in np.array_split(order, _BINS) if len(part)]
    return [
        Bin(float(judged.confidence[part].mean()), float(judged.is_right[part].mean()), len(part))
        for part in parts
    ]


def risk_by_coverage(judged: Judged) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the share answered and the share wrong of it, from the surest answer alone to all of them."""
    order = np.argsort(-judged.confidence, kind="stable")
    counts = np.arange(1, len(order) + 1)
    return counts / max(len(order), 1), np.cumsum(~judged.is_right[order]) / counts


def expected_error(judged: Judged) -> float:
    """Return the expected calibration error: the mean distance of confidence and truth over the bins."""
    total = sum(item.count for item in calibration(judged)) or 1
    return sum(abs(item.confidence - item.right) * item.count for item in calibration(judged)) / total


def calibration_svg(fields: Sequence[Judged], title: str) -> str:
    """Return a picture of confidence against truth; the diagonal is a reader that knows what it knows."""
    lines = [_path([(0.0, 0.0), (1.0, 1.0)], _FAINT)]
    for judged, colour in zip(fields, (_OURS, _OTHER), strict=False):
        points = [(item.confidence, item.right) for item in calibration(judged)]
        lines.append(_path(points, colour))
        lines += [_dot(point, colour) for point in points]
    return _frame(title, ("confidence", "share right"), (1.0, 1.0), lines, [item.name for item in fields])


def risk_svg(fields: Sequence[Judged], title: str, most_risk: float = 0.05) -> str:
    """Return a picture of the share wrong against the share answered, up to `most_risk`."""
    lines = []
    for judged, colour in zip(fields, (_OURS, _OTHER), strict=False):
        coverage, risk = risk_by_coverage(judged)
        points = [(float(x), min(float(y) / most_risk, 1.0)) for x, y in zip(coverage, risk, strict=True)]
        lines.append(_path(points, colour))
    names = [item.name for item in fields]
    return _frame(title, ("share answered", "share wrong"), (1.0, most_risk), lines, names)


def _at(point: tuple[float, float]) -> tuple[float, float]:
    return _LEFT + point[0] * _SIDE, _TOP + (1 - point[1]) * _SIDE


def _path(points: Sequence[tuple[float, float]], colour: str) -> str:
    places = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(_at, points))
    return f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="2"/>'


def _dot(point: tuple[float, float], colour: str) -> str:
    x, y = _at(point)
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>'


def _text(x: float, y: float, words: str, *, anchor: str = "middle", colour: str = _INK) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" fill="{colour}">{words}</text>'


def _frame(
    title: str, axes: tuple[str, str], ends: tuple[float, float], lines: Sequence[str], names: Sequence[str]
) -> str:
    """Put axes, numbers, a title and a legend around the lines."""
    width, height = _LEFT + _SIDE + 20, _TOP + _SIDE + _FOOT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
        f'font-size="12"><rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<rect x="{_LEFT}" y="{_TOP}" width="{_SIDE}" height="{_SIDE}" fill="none" stroke="{_FAINT}"/>',
        _text(_LEFT + _SIDE / 2, 20, title),
        _text(_LEFT + _SIDE / 2, height - 8, axes[0]),
        f'<g transform="translate(14 {_TOP + _SIDE / 2}) rotate(-90)">{_text(0, 0, axes[1])}</g>',
    ]
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        x, y = _at((share, share))
        parts.append(_text(x, _TOP + _SIDE + 18, f"{share * ends[0]:g}"))
        parts.append(_text(_LEFT - 6, y + 4, f"{share * ends[1]:.4g}", anchor="end"))
    for index, (name, colour) in enumerate(zip(names, (_OURS, _OTHER), strict=False)):
        parts.append(_text(_LEFT + 10, _TOP + 20 + 18 * index, name, anchor="start", colour=colour))
    return "\n".join([*parts, *lines, "</svg>", ""])
