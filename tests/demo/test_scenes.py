"""The drawn pictures: repeatable, in perspective, with plates where the truth says."""

from itertools import pairwise

import numpy as np
import pytest

from ccoc.demo.scenes.bodies import PLANS, mesh_of, screen_corners
from ccoc.demo.scenes.casting import (
    BYPASS_TOWARDS,
    IN_TOWARDS,
    OUT_AWAY,
    OUT_BIKES,
    STAGES,
    Role,
)
from ccoc.demo.scenes.figures import Rider, Walker, lay_figure
from ccoc.demo.scenes.optics import Camera
from ccoc.demo.scenes.scene import Passage, PlateFacts, Scene
from ccoc.demo.scenes.street import Lamp, Layout, light_at, paint, trace
from ccoc.demo.scenes.vehicles import Lighting, Vehicle, draw_vehicle

CAMERA = Camera(320, 180, 700.0, (0.8, 0.0, 3.6), 0.0, 7.7)
STREET = Layout(seed=4, left=-9.0, right=9.0)
PLATE = np.full((150, 340, 3), 235, np.uint8)
DAY = Lighting()


def a_scene(*, night: bool = False, seed: int = 4) -> Scene:
    car = Vehicle("sedan", (200.0, 200.0, 200.0), 0, True, PLATE)
    facts = PlateFacts("กข1234", "PLK", "CAR")
    layout = Layout(seed=seed, left=-9.0, right=9.0, night=night, infrared=night)
    return Scene(
        CAMERA, layout, "ภาพสาธิต", 10.0, passages=(Passage(car, 1.0, 16.0, 2.0, 4.0, facts),), seed=seed
    )


def test_project_puts_the_point_ahead_in_the_middle() -> None:
    level = Camera(640, 360, 500.0, (0.0, 0.0, 2.0))

    u, v = level.pixel(0.0, 10.0, 2.0)

    assert (u, v) == pytest.approx((320.0, 180.0))


def test_project_halves_a_width_at_twice_the_distance() -> None:
    near = CAMERA.pixel(1.0, 10.0, 0.5)[0] - CAMERA.pixel(0.0, 10.0, 0.5)[0]
    far = CAMERA.pixel(1.0, 20.0, 0.5)[0] - CAMERA.pixel(0.0, 20.0, 0.5)[0]

    assert near / far == pytest.approx(2.0, rel=0.06)


def test_rays_lead_back_to_the_point_that_was_projected() -> None:
    u, v = CAMERA.pixel(1.5, 25.0, 0.0)

    surface = trace(CAMERA, STREET, 1, range(CAMERA.height))

    assert surface.x[int(v), int(u)] == pytest.approx(1.5, abs=0.1)
    assert surface.y[int(v), int(u)] == pytest.approx(25.0, abs=0.8)
    assert surface.kind[int(v), int(u)] == 1


def test_paint_is_the_same_for_the_same_seed() -> None:
    assert np.array_equal(paint(CAMERA, STREET, 1), paint(CAMERA, STREET, 1))


def test_paint_differs_for_another_seed() -> None:
    other = Layout(seed=5, left=-9.0, right=9.0)

    assert not np.array_equal(paint(CAMERA, STREET, 1), paint(CAMERA, other, 1))


def test_light_at_is_brighter_under_a_lamp() -> None:
    layout = Layout(seed=4, night=True, lamps=(Lamp(0.0, 20.0),))

    assert light_at(0.0, 20.0, layout, CAMERA) > 2 * light_at(0.0, 80.0, layout, CAMERA)


def test_light_at_by_day_changes_nothing() -> None:
    assert light_at(3.0, 30.0, STREET, CAMERA) == 1.0


@pytest.mark.parametrize("kind", sorted(PLANS))
def test_mesh_is_as_large_as_its_plan(kind: str) -> None:
    corners, plan = mesh_of(kind).corners, PLANS[kind]

    assert corners[:, 0].max() == pytest.approx(plan.half, abs=0.01)
    assert corners[:, 0].min() == pytest.approx(-plan.half, abs=0.01)
    assert corners[:, 1].max() == pytest.approx(plan.length)
    assert corners[:, 2].max() == pytest.approx(plan.height, rel=0.03)


@pytest.mark.parametrize("kind", sorted(PLANS))
@pytest.mark.parametrize("towards", [True, False])
def test_draw_vehicle_covers_its_own_part_of_the_frame(kind: str, towards: bool) -> None:
    frame = np.full((180, 320, 3), 120, np.uint8)
    vehicle = Vehicle(kind, (60.0, 60.0, 160.0), 1, towards, PLATE)

    drawn = draw_vehicle(frame, CAMERA, vehicle, (0.5, 22.0), DAY)

    assert drawn is not None
    left, top, right, bottom = drawn.box
    inside = frame[top:bottom, left:right]
    assert (np.abs(inside.astype(int) - 120).max(axis=2) > 12).mean() > 0.3
    frame[max(0, top - 40) : bottom + 40, max(0, left - 40) : right + 60] = 120
    assert (frame == 120).all()


def test_draw_vehicle_returns_plate_corners_clockwise_from_the_top_left() -> None:
    frame = np.full((180, 320, 3), 120, np.uint8)

    drawn = draw_vehicle(frame, CAMERA, Vehicle("sedan", (90.0,) * 3, 0, True, PLATE), (0.8, 20.0), DAY)

    assert drawn is not None
    assert drawn.plate is not None
    top_left, top_right, bottom_right, bottom_left = drawn.plate
    assert top_left[0] < top_right[0]
    assert bottom_left[0] < bottom_right[0]
    assert top_left[1] < bottom_left[1]
    middle = drawn.plate.mean(axis=0).round().astype(int)
    assert frame[middle[1], middle[0]].min() > 180


def test_draw_vehicle_behind_the_camera_draws_nothing() -> None:
    frame = np.full((180, 320, 3), 120, np.uint8)

    assert draw_vehicle(frame, CAMERA, Vehicle("bus", (90.0,) * 3, 0, True), (0.0, -20.0), DAY) is None
    assert (frame == 120).all()


def test_screen_corners_are_left_out_where_the_face_has_the_window() -> None:
    assert screen_corners("bus", towards=True) is None
    assert screen_corners("hatchback", towards=False) is None
    assert screen_corners("sedan", towards=True) is not None


@pytest.mark.parametrize("towards", [True, False])
def test_lay_figure_stands_a_rider_on_the_road(towards: bool) -> None:
    frame = np.full((180, 320, 3), 120, np.uint8)
    rider = Rider((60.0, 60.0, 160.0), (90.0,) * 3, (40.0,) * 3, towards)

    lay_figure(frame, CAMERA, rider.sheet, (1.0, rider.height), (0.8, 22.0), DAY)

    rows = np.flatnonzero((frame != 120).any(axis=(1, 2)))
    foot = CAMERA.pixel(0.8, 22.0, 0.0)[1]
    assert rows[-1] == pytest.approx(foot, abs=6)
    assert len(rows) == pytest.approx(rider.height * CAMERA.scale_at(0.8, 22.0), rel=0.2)


def test_walker_steps_change_the_drawing() -> None:
    walker = Walker((90.0,) * 3, (60.0,) * 3)

    still, step = walker.drawn(60.0, 0.0).finish(), walker.drawn(60.0, 0.25).finish()

    assert not np.array_equal(still, step)


def test_picture_is_the_same_for_the_same_moment() -> None:
    first, sights = a_scene().picture(12, 10)
    second, again = a_scene().picture(12, 10)

    assert np.array_equal(first, second)
    assert np.array_equal(sights[-1].corners, again[-1].corners)


def test_picture_repeats_after_the_clip_except_for_noise_and_clock() -> None:
    scene = a_scene()

    first, second = scene.picture(20, 10)[1], scene.picture(120, 10)[1]

    assert np.allclose(first[-1].corners, second[-1].corners, atol=0.01)


def test_picture_by_night_is_darker_and_its_plate_still_bright() -> None:
    day, _ = a_scene().picture(20, 10)
    night, sights = a_scene(night=True).picture(20, 10)

    middle = sights[-1].corners.mean(axis=0).round().astype(int)
    assert night.mean() < 0.7 * day.mean()
    assert night[middle[1] - 2 : middle[1] + 3, middle[0] - 2 : middle[0] + 3].mean() > 150


def test_picture_hides_a_plate_behind_a_nearer_vehicle() -> None:
    near = Passage(Vehicle("truck", (90.0,) * 3, 0, True), 1.0, 13.0, 2.0, 4.0)
    far = a_scene().passages[0]
    scene = Scene(CAMERA, STREET, "ภาพสาธิต", 10.0, passages=(far, near))

    _, sights = scene.picture(20, 10)

    assert all(sight.corners[1][0] - sight.corners[0][0] < 10 for sight in sights)  # only far away


@pytest.mark.parametrize("roles", [IN_TOWARDS, OUT_AWAY, BYPASS_TOWARDS])
def test_lanes_have_gaps_after_tall_vehicles(roles: tuple[Role, ...]) -> None:
    times = [role.at_s for role in roles]

    assert times == sorted(times)
    assert min(after - before for before, after in pairwise(times)) >= 3.0


def test_watched_plates_pass_in_the_first_fifteen_seconds() -> None:
    watched = [role for role in (*IN_TOWARDS, *OUT_AWAY, *OUT_BIKES) if role.watched]

    assert {role.text for role in watched} == {"กข1234", "ฒก7741"}
    assert all(role.at_s <= 15 for role in watched)


@pytest.mark.parametrize("stage", sorted(STAGES))
def test_stages_can_be_built_for_day_and_night(stage: str) -> None:
    day, night = STAGES[stage].build(False), STAGES[stage].build(True)

    assert (day.camera.width, day.camera.height) == ((1280, 720) if STAGES[stage].lane else (640, 360))
    assert night.layout.night
    assert not day.layout.night
