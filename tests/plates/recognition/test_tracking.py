"""Plates are followed from picture to picture."""

import numpy as np

from plates.recognition.detector import Found
from plates.recognition.tracking import LOST_AFTER_S, LaneLine, Track, Tracker


def plate(x: float, y: float, width: float = 80) -> Found:
    """A found plate around a centre."""
    half = np.array([width, width / 2.27]) / 2
    return Found(np.asarray([[x, y]] + half * [[-1, -1], [1, -1], [1, 1], [-1, 1]], np.float32), 0.9)


def test_update_keeps_one_track_for_a_plate_that_moves() -> None:
    tracker = Tracker()

    for step in range(10):
        tracker.update([plate(100 + 40 * step, 200)], step * 0.2)

    assert len(tracker.tracks) == 1
    assert len(tracker.tracks[0].sightings) == 10


def test_update_follows_a_fast_plate_by_its_speed() -> None:
    tracker = Tracker()

    for step in range(6):
        tracker.update([plate(100 + 120 * step, 200)], step * 0.2)

    assert len(tracker.tracks) == 1


def test_update_keeps_two_plates_apart() -> None:
    tracker = Tracker()

    for step in range(6):
        owners = tracker.update([plate(100, 100 + 20 * step), plate(500, 400 - 20 * step)], step * 0.2)

    assert [track.number for track in owners] == [1, 2]
    assert all(len(track.sightings) == 6 for track in tracker.tracks)


def test_update_does_not_join_plates_of_very_different_size() -> None:
    tracker = Tracker()
    tracker.update([plate(100, 100, 60)], 0.0)

    tracker.update([plate(100, 100, 200)], 0.2)

    assert len(tracker.tracks) == 2


def test_update_bridges_two_missed_pictures() -> None:
    tracker = Tracker()
    tracker.update([plate(100, 100)], 0.0)
    tracker.update([plate(130, 100)], 0.2)
    tracker.update([], 0.4)
    tracker.update([], 0.6)

    tracker.update([plate(220, 100)], 0.8)

    assert len(tracker.tracks) == 1


def test_take_lost_returns_a_track_once_its_plate_has_left() -> None:
    tracker = Tracker()
    tracker.update([plate(100, 100)], 0.0)

    assert tracker.take_lost(LOST_AFTER_S) == []
    assert len(tracker.take_lost(LOST_AFTER_S + 0.01)) == 1
    assert tracker.take_lost(100.0) == []


def test_direction_is_told_by_growth() -> None:
    for widths, told in (
        ((60, 70, 90, 110), "TOWARDS"),
        ((110, 90, 70, 60), "AWAY"),
        ((80, 81, 80), "UNKNOWN"),
    ):
        tracker = Tracker()
        for step, width in enumerate(widths):
            tracker.update([plate(100, 100, width)], step * 0.2)
        assert tracker.tracks[0].direction() == told


def test_direction_of_a_single_sighting_is_unknown() -> None:
    tracker = Tracker()
    tracker.update([plate(100, 100)], 0.0)

    assert tracker.tracks[0].direction() == "UNKNOWN"


def followed(*places: tuple[float, float, float]) -> Track:
    """Return the track of a plate seen at these places (x, y, width)."""
    tracker = Tracker()
    for step, (x, y, width) in enumerate(places):
        tracker.update([plate(x, y, width)], step * 0.2)
    assert len(tracker.tracks) == 1
    return tracker.tracks[0]


def test_direction_is_told_by_the_way_the_lane_line_is_crossed() -> None:
    down, up = followed((300, 240, 80), (300, 330, 80)), followed((300, 330, 80), (300, 240, 80))

    assert down.direction(LaneLine(), (960, 540)) == "TOWARDS"
    assert up.direction(LaneLine(), (960, 540)) == "AWAY"


def test_direction_across_a_slanting_line_follows_its_sense() -> None:
    track = followed((300, 300, 80), (420, 300, 80))
    upwards, downwards = LaneLine((0.4, 1.0), (0.4, 0.0)), LaneLine((0.4, 0.0), (0.4, 1.0))

    assert track.direction(upwards, (960, 540)) == "TOWARDS"
    assert track.direction(downwards, (960, 540)) == "AWAY"


def test_direction_of_who_does_not_cross_the_line_is_told_by_growth() -> None:
    track = followed((300, 400, 70), (300, 420, 80), (300, 440, 95))

    assert track.direction(LaneLine(), (960, 540)) == "TOWARDS"
