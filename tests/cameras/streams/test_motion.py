import numpy as np
import pytest

from cameras.streams.analysers import Picture
from cameras.streams.motion import MotionGate


class Scene:
    """A street at 320x180 with sensor noise; `light` scales its brightness."""

    def __init__(self) -> None:
        self._random = np.random.default_rng(3)
        self._street = self._random.integers(60, 160, (180, 320)).astype(np.float32)

    def picture(self, *, thing_at: int | None = None, light: float = 1.0, noise: float = 3.0) -> Picture:
        luma = self._street * light
        if thing_at is not None:
            luma[100:130, thing_at : thing_at + 12] += 60  # a person far away
        luma += self._random.normal(0, noise, luma.shape)
        return np.asarray(np.clip(luma, 0, 255), np.uint8)


def taught(scene: Scene, *, noise: float = 3.0) -> MotionGate:
    gate = MotionGate()
    for _ in range(30):
        gate.look(scene.picture(noise=noise))
    return gate


@pytest.mark.parametrize("noise", [1.0, 3.0, 6.0])
def test_look_is_quiet_in_an_empty_street(noise: float) -> None:
    scene = Scene()
    gate = taught(scene, noise=noise)

    assert not any(gate.look(scene.picture(noise=noise)).is_moving for _ in range(60))


def test_look_sees_a_small_thing_moving() -> None:
    scene = Scene()
    gate = taught(scene)

    seen = [gate.look(scene.picture(thing_at=20 * step)).is_moving for step in range(10)]

    assert all(seen)


def test_look_takes_switched_light_for_light() -> None:
    scene = Scene()
    gate = taught(scene)

    assert not gate.look(scene.picture(light=0.3)).is_moving


def test_look_learns_before_it_judges() -> None:
    scene = Scene()
    gate = MotionGate()

    assert not any(gate.look(scene.picture(thing_at=20 * step)).is_moving for step in range(4))
