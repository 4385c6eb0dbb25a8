"""Calibration and risk by coverage."""

from xml.etree import ElementTree

import numpy as np
import pytest

from plates.recognition.curves import (
    Judged,
    calibration,
    calibration_svg,
    expected_error,
    risk_by_coverage,
    risk_svg,
)


def honest(count: int = 4000) -> Judged:
    """Answers that are right as often as they claim."""
    rng = np.random.default_rng(1)
    confidence = rng.uniform(0.3, 1.0, count)
    return Judged("text", confidence, rng.random(count) < confidence)


def test_calibration_of_an_honest_reader_lies_on_the_diagonal() -> None:
    bins = calibration(honest())

    assert sum(item.count for item in bins) == 4000
    assert all(item.right == pytest.approx(item.confidence, abs=0.08) for item in bins)


def test_expected_error_tells_a_boaster_from_an_honest_reader() -> None:
    fair = honest()
    boaster = Judged("text", np.full(len(fair.confidence), 0.99), fair.is_right)

    assert expected_error(fair) < 0.04 < expected_error(boaster)


def test_risk_by_coverage_falls_when_only_the_sure_are_answered() -> None:
    coverage, risk = risk_by_coverage(honest())

    assert coverage[-1] == 1.0
    assert risk[399] < risk[-1]


def test_risk_by_coverage_counts_exactly() -> None:
    judged = Judged("text", np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, False, True, True]))

    coverage, risk = risk_by_coverage(judged)

    assert coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert risk.tolist() == pytest.approx([0.0, 0.5, 1 / 3, 0.25])


def test_pictures_are_well_formed_even_of_nothing() -> None:
    nothing = Judged("text", np.array([]), np.array([], bool))

    for svg in (calibration_svg([honest(), nothing], "x"), risk_svg([honest(), nothing], "y")):
        assert ElementTree.fromstring(svg).tag.endswith("svg")  # noqa: S314 - our own text
