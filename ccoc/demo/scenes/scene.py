"""A scene in time: vehicles and people that pass before a street, and where their plates are in each picture.

The motion has the clip's length as its period, so a looped clip has no jump.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import cv2
import numpy as np

from ccoc.demo.scenes import props
from ccoc.demo.scenes.figures import Rider, Walker, lay_figure
from ccoc.demo.scenes.optics import Camera, Picture
from ccoc.demo.scenes.sensor import Caption, Sensor, glare
from ccoc.demo.scenes.street import UNIT_M, Layout, light_at, light_field, paint
from ccoc.demo.scenes.vehicles import Corners, Lighting, Vehicle, draw_plate, draw_vehicle

REACH_M = 130.0  # vehicles farther than this are not drawn
GLOW_WHITE = (255.0, 250.0, 238.0)
GLOW_RED = (40.0, 30.0, 190.0)


@dataclass(frozen=True)
class PlateFacts:
    """What a plate says: the truth that a reader is measured by."""

    text: str
    province: str
    plate_class: str


@dataclass(frozen=True)
class Passage:
    """One drive past the camera: on the line `x`, its near face at `y` metres at the time `at_s`."""

    body: Vehicle | Rider
    x: float
    y: float
    at_s: float
    speed: float
    plate: PlateFacts | None = None
    watched: bool = False

    def place(self, seconds: float) -> tuple[float, float]:
        """Where its near face is."""
        way = self.speed * (seconds - self.at_s)
        return self.x, self.y - way if self.body.towards else self.y + way


@dataclass(frozen=True)
class Stroll:
    """A person who walks in a straight line, or stands when the velocity is nothing."""

    walker: Walker
    start: tuple[float, float]
    velocity: tuple[float, float]
    from_s: float
    lasts_s: float


@dataclass(frozen=True)
class Furniture:
    """What stands along the road."""

    trees: tuple[tuple[float, float, float], ...] = ()
    poles: tuple[tuple[float, float], ...] = ()
    stalls: tuple[tuple[float, float], ...] = ()
    signs: bool = True


@dataclass(frozen=True)
class Sight:
    """A plate in one picture: whose it is and its corners, clockwise from the top left, in pixels."""

    passage: Passage
    corners: Corners


@dataclass(frozen=True)
class Scene:
    """Everything that one clip shows."""

    camera: Camera
    layout: Layout
    title: str
    lasts_s: float
    furniture: Furniture = Furniture()
    passages: tuple[Passage, ...] = ()
    strolls: tuple[Stroll, ...] = ()
    noise: float = 2.2
    seed: int = field(default=1)

    @cached_property
    def backdrop(self) -> Picture:
        """The street without anyone in it, in its light."""
        frame = paint(self.camera, self.layout, 2 if self.camera.width < 1000 else 1)
        _furnish(frame, self)
        if not self.layout.night:
            return frame
        lit = frame.astype(np.float32) * light_field(self.camera, self.layout)
        if self.layout.infrared:
            lit = np.repeat(lit.mean(axis=2, keepdims=True), 3, axis=2)
        dark: Picture = np.clip(lit, 0, 255).astype(np.uint8)
        for lamp in self.layout.lamps:
            _lamp_glare(dark, self.camera, (lamp.x, lamp.y, lamp.z))
        return dark

    @cached_property
    def sensor(self) -> Sensor:
        """The camera's electronics."""
        return Sensor(self.camera, self.seed, self.noise, gain=1.0 if self.layout.night else 1.13)

    @cached_property
    def caption(self) -> Caption:
        """The words over the picture."""
        return Caption(self.camera, self.title)

    def picture(self, number: int, fps: float) -> tuple[Picture, list[Sight]]:
        """Picture `number` at `fps`, and the plates that are wholly inside it and not covered."""
        seconds = number / fps
        frame = self.backdrop.copy()
        sights: list[Sight] = []
        for _, draw in sorted(self._actors(seconds), key=lambda actor: -actor[0]):
            sights = _draw_actor(frame, self, draw, seconds, sights)
        frame = self.sensor.expose(frame, number)
        self.caption.write(frame, seconds)
        return frame, [sight for sight in sights if _inside(sight.corners, self.camera)]

    def _actors(self, seconds: float) -> Iterator[tuple[float, "tuple[Passage | Stroll, float]"]]:
        for lap in (-2, -1, 0, 1, 2):
            moment = seconds + lap * self.lasts_s
            for passage in self.passages:
                distance = passage.place(moment)[1]
                if self.camera.position[1] + 1.5 < distance < REACH_M:
                    yield distance, (passage, moment)
            for stroll in self.strolls:
                if 0 <= moment - stroll.from_s < stroll.lasts_s:
                    yield _walked(stroll, moment)[1], (stroll, moment)


def _walked(stroll: Stroll, moment: float) -> tuple[float, float]:
    since = moment - stroll.from_s
    return stroll.start[0] + stroll.velocity[0] * since, stroll.start[1] + stroll.velocity[1] * since


def _draw_actor(
    frame: Picture, scene: Scene, actor: "tuple[Passage | Stroll, float]", seconds: float, sights: list[Sight]
) -> list[Sight]:
    who, moment = actor
    if isinstance(who, Stroll):
        _draw_stroll(frame, scene, who, moment)
        return sights
    place = who.place(moment)
    night = scene.layout.night
    light = Lighting(light_at(*place, scene.layout, scene.camera), night, scene.layout.infrared)
    drawn = _draw_vehicle(frame, scene, who, place, light, sights)
    if night:
        _lamps(frame, scene, who, place)
    return drawn


def _draw_vehicle(
    frame: Picture,
    scene: Scene,
    who: Passage,
    place: tuple[float, float],
    light: Lighting,
    sights: list[Sight],
) -> list[Sight]:
    if isinstance(who.body, Rider):
        return [*sights, *_draw_rider(frame, scene, who, who.body, place, light)]
    drawn = draw_vehicle(frame, scene.camera, who.body, place, light)
    if drawn is None:
        return sights
    kept = [sight for sight in sights if not drawn.hides(sight.corners)]
    return kept if drawn.plate is None else [*kept, Sight(who, drawn.plate)]


def _draw_rider(
    frame: Picture, scene: Scene, who: Passage, rider: Rider, place: tuple[float, float], light: Lighting
) -> list[Sight]:
    lay_figure(frame, scene.camera, rider.sheet, (1.0, rider.height), place, light)
    if rider.plate is None:
        return []
    corners = scene.camera.project(rider.plate_corners(*place))[0].astype(np.float32)
    draw_plate(frame, rider.plate_levels, corners, light)
    return [Sight(who, corners)]


def _draw_stroll(frame: Picture, scene: Scene, stroll: Stroll, moment: float) -> None:
    place = _walked(stroll, moment)
    scale = scene.camera.scale_at(*place)
    if not 4 < scale < 900:
        return
    pace = abs(stroll.velocity[0]) + abs(stroll.velocity[1])
    paper = stroll.walker.drawn(min(120.0, scale * 2), moment * pace * 0.65 if pace else 0.0)
    light = Lighting(light_at(*place, scene.layout, scene.camera), scene.layout.night, scene.layout.infrared)
    lay_figure(frame, scene.camera, paper.finish(), (1.0, paper.top), place, light)


def _lamps(frame: Picture, scene: Scene, who: Passage, place: tuple[float, float]) -> None:
    if isinstance(who.body, Rider):
        spots = [(0.0, 0.96 if who.body.towards else 0.76)]
    else:
        spots = list(who.body.face.lamps)
    scale = scene.camera.scale_at(*place)
    colour = GLOW_WHITE if who.body.towards else GLOW_RED
    if scene.layout.infrared:
        colour = (230.0, 230.0, 230.0) if who.body.towards else (96.0, 96.0, 96.0)
    reach = min(260.0, max(5.0, (0.62 if who.body.towards else 0.24) * scale))
    if who.body.towards:
        _beam(frame, scene, place)
    for across, up in spots:
        glare(frame, scene.camera.pixel(place[0] + across, place[1] - 0.05, up), reach, colour)


def _beam(frame: Picture, scene: Scene, place: tuple[float, float]) -> None:
    """The pool of light on the road before a vehicle that comes closer."""
    x, y = place
    ring = [(x - 0.9, y - 1.0), (x + 0.9, y - 1.0), (x + 1.7, y - 9.0), (x - 1.7, y - 9.0)]
    seen, depth = scene.camera.project(np.array([(*spot, 0.0) for spot in ring]))
    if depth.min() < 3:
        return
    low, high = np.floor(seen.min(axis=0)).astype(int) - 20, np.ceil(seen.max(axis=0)).astype(int) + 20
    low, high = np.maximum(low, 0), np.minimum(high, (frame.shape[1], frame.shape[0]))
    if (high - low).min() < 4:
        return
    mask = np.zeros(((high[1] - low[1]) // 4 + 1, (high[0] - low[0]) // 4 + 1), np.uint8)
    cv2.fillConvexPoly(mask, ((seen - low) / 4 * 16).astype(np.int32), (34,), cv2.LINE_AA, 4)
    mask = cv2.blur(mask, (9, 7))
    soft = cv2.resize(mask, (int(high[0] - low[0]), int(high[1] - low[1])))
    region = frame[low[1] : high[1], low[0] : high[0]]
    cv2.add(region, cv2.merge([soft] * 3), region)


def _lamp_glare(frame: Picture, camera: Camera, place: tuple[float, float, float]) -> None:
    seen, depth = camera.project(np.array([place]))
    if depth[0] > 3:
        reach = max(6.0, 0.9 * camera.focal_px / float(depth[0]))
        glare(frame, (float(seen[0, 0]), float(seen[0, 1])), reach, (190.0, 225.0, 255.0))


def _inside(corners: Corners, camera: Camera) -> bool:
    return bool(
        corners.min() >= 0 and corners[:, 0].max() < camera.width and corners[:, 1].max() < camera.height
    )


def _furnish(frame: Picture, scene: Scene) -> None:
    camera, layout, rng = scene.camera, scene.layout, np.random.default_rng(scene.layout.seed + 99)
    if scene.furniture.signs:
        _hang_signs(frame, scene, rng)
    things: list[tuple[float, str, tuple[float, ...]]] = []
    things += [(y, "tree", (x, y, height)) for x, y, height in scene.furniture.trees]
    things += [(y, "pole", (x, y)) for x, y in scene.furniture.poles]
    things += [(y, "stall", (x, y)) for x, y in scene.furniture.stalls]
    things += [(lamp.y, "lamp", (lamp.x + (1.8 if lamp.x > 0 else -1.8), lamp.y)) for lamp in layout.lamps]
    for _, kind, where in sorted(things, key=lambda thing: -thing[0]):
        if kind == "tree":
            props.tree(frame, camera, where[0], where[1], where[2], rng)
        elif kind == "stall":
            props.stall(frame, camera, where[0], where[1], rng)
        else:
            props.pole(frame, camera, where[0], where[1], lamp=kind == "lamp")
    for x in sorted({x for x, _ in scene.furniture.poles}):
        props.wires(frame, camera, x, sorted(y for at, y in scene.furniture.poles if at == x))


def _hang_signs(frame: Picture, scene: Scene, rng: np.random.Generator) -> None:
    for x, style in (
        (scene.layout.left, scene.layout.wall_left),
        (scene.layout.right, scene.layout.wall_right),
    ):
        if style != "shops":
            continue
        for unit in range(14, 0, -1):
            text = props.SIGN_WORDS[int(rng.integers(len(props.SIGN_WORDS)))]
            props.sign(frame, scene.camera, x, unit * UNIT_M + 0.5, text)
