"""Who drives and walks where in each clip: fixed tables, so that the truth is known and stays.

In Thailand traffic keeps left: vehicles that go away from a camera are on the left, x < 0.
Plates on the demo's watchlist are marked here; `ccoc.demo.fleet` lists the same plates with their cases.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from ccoc.demo.scenes.fascia import Colour
from ccoc.demo.scenes.figures import Rider, Walker
from ccoc.demo.scenes.optics import Camera, Picture
from ccoc.demo.scenes.scene import Furniture, Passage, PlateFacts, Scene, Stroll
from ccoc.demo.scenes.street import Lamp, Layout
from ccoc.demo.scenes.vehicles import Vehicle
from plates.recognition.synthesis import PlateSpec, draw_plate
from plates.recognition.text import PlateClass

LANE_S = 30.0
STREET_S = 20.0
LANE_SPEED = 4.5  # m/s: vehicles slow down for a junction
REFERENCE_M = 16.0  # a lane's clock: when the near face is this far away

PAINTS: dict[str, Colour] = {
    "white": (222, 226, 227),
    "silver": (176, 176, 174),
    "grey": (104, 102, 99),
    "black": (40, 38, 37),
    "red": (44, 40, 142),
    "blue": (128, 76, 38),
    "bronze": (70, 96, 118),
    "green": (70, 104, 52),
    "yellow": (52, 150, 206),
    "cream": (176, 200, 208),
}


@dataclass(frozen=True)
class Role:
    """One vehicle of a lane: when its near face passes the reference, what it is and what its plate says."""

    at_s: float
    kind: str
    paint: str
    text: str
    province: str
    plate_class: PlateClass
    watched: bool = False
    palette: int = 0


_C = PlateClass
# Gaps leave each plate wide and uncovered for 1.5 s and more: what follows a tall vehicle waits longer.
IN_TOWARDS = (
    Role(2.0, "sedan", "white", "กค7215", "PLK", _C.CAR),
    Role(5.2, "pickup", "grey", "ผน4402", "PLK", _C.PICKUP),
    Role(9.2, "sedan", "black", "กข1234", "PLK", _C.CAR, watched=True),
    Role(12.4, "suv", "silver", "1กฉ5067", "BKK", _C.CAR),
    Role(16.4, "van", "white", "นข3160", "PLK", _C.VAN),
    Role(21.6, "sedan", "grey", "กข1284", "PLK", _C.CAR),
    Role(24.8, "pickup", "black", "บย6718", "STI", _C.PICKUP),
    Role(28.6, "suv", "white", "รวย168", "PLK", _C.WORD),
)
IN_AWAY = (
    Role(1.8, "pickup", "white", "ตก2093", "PLK", _C.PICKUP),
    Role(6.0, "truck", "blue", "702384", "PLK", _C.TRUCK),
    Role(10.6, "sedan", "yellow", "ทก4471", "PLK", _C.TAXI),
    Role(15.0, "hatchback", "silver", "งก9154", "UTT", _C.CAR),
    Role(19.2, "sedan", "cream", "ก0512", "PLK", _C.TEMPORARY),
    Role(24.0, "suv", "black", "3กท2508", "BKK", _C.CAR),
)
OUT_AWAY = (
    Role(1.0, "sedan", "silver", "กต6031", "PLK", _C.CAR),
    Role(4.2, "pickup", "bronze", "ผล4087", "STI", _C.PICKUP),
    Role(7.4, "hatchback", "white", "ขก5520", "KPT", _C.CAR),
    Role(10.7, "pickup", "black", "ฒก7741", "PLK", _C.PICKUP, watched=True),
    Role(13.9, "sedan", "white", "กข1234", "BKK", _C.CAR),
    Role(19.2, "truck", "green", "814907", "PCT", _C.TRUCK, palette=1),
    Role(22.6, "suv", "grey", "กน8362", "PLK", _C.CAR),
    Role(27.2, "van", "silver", "ฮก1909", "PNB", _C.VAN),
)
OUT_BIKES = (
    Role(2.6, "motorcycle", "red", "1กก4821", "PLK", _C.MOTORCYCLE),
    Role(9.2, "motorcycle", "black", "กขค305", "PLK", _C.MOTORCYCLE),
    Role(12.5, "motorcycle", "blue", "2กง7160", "PCT", _C.MOTORCYCLE),
    Role(22.9, "motorcycle", "grey", "กวม88", "STI", _C.MOTORCYCLE),
)
OUT_TOWARDS = (
    Role(3.0, "sedan", "white", "กง4419", "PLK", _C.CAR),
    Role(8.0, "pickup", "silver", "ถก3702", "PCT", _C.PICKUP),
    Role(13.0, "bus", "yellow", "101442", "PLK", _C.TRUCK),
    Role(21.5, "hatchback", "blue", "ขข2278", "PLK", _C.CAR),
    Role(26.0, "sedan", "black", "5ขศ6013", "BKK", _C.CAR),
)
BYPASS_TOWARDS = (
    Role(2.0, "pickup", "white", "บล1173", "PLK", _C.PICKUP),
    Role(6.0, "suv", "black", "กพ9008", "PLK", _C.CAR),
    Role(10.0, "truck", "green", "829015", "NSN", _C.TRUCK, palette=1),
    Role(15.6, "sedan", "green", "กท2041", "PLK", _C.SERVICE),
    Role(18.8, "pickup", "grey", "ปก6694", "PNB", _C.PICKUP),
    Role(22.8, "van", "white", "ฬก530", "PLK", _C.VAN),
    Role(28.0, "hatchback", "bronze", "4กจ7782", "BKK", _C.CAR),
)
BYPASS_AWAY = (
    Role(2.4, "sedan", "black", "กร5186", "PLK", _C.CAR),
    Role(7.0, "pickup", "red", "ฟก412", "PLK", _C.HIRE),
    Role(12.0, "truck", "cream", "635528", "KPT", _C.TRUCK),
    Role(17.0, "suv", "white", "งข7093", "PLK", _C.CAR),
    Role(22.0, "pickup", "silver", "ยก2865", "LEI", _C.PICKUP),
    Role(27.0, "sedan", "blue", "ขม9940", "PCT", _C.CAR),
)


def _plate(role: Role) -> Picture:
    seed = sum(ord(letter) * (place + 3) for place, letter in enumerate(role.text))
    spec = PlateSpec(
        role.text, role.province, role.plate_class, seed=seed, palette=role.palette, px_per_mm=1.2
    )
    return draw_plate(spec)


def _passages(roles: Iterable[Role], x: float, *, towards: bool, speed: float = LANE_SPEED) -> list[Passage]:
    found = []
    for number, role in enumerate(roles):
        facts = PlateFacts(role.text, role.province, role.plate_class)
        body: Vehicle | Rider
        if role.kind == "motorcycle":
            body = _rider(number, PAINTS[role.paint], towards=towards, plate=_plate(role))
        else:
            body = Vehicle(role.kind, PAINTS[role.paint], number, towards, _plate(role))
        lane = x + 0.1 * ((number * 7) % 5 - 2)  # nobody drives on one line
        found.append(Passage(body, lane, REFERENCE_M, role.at_s, speed, facts, role.watched))
    return found


def _rider(number: int, paint: Colour, *, towards: bool, plate: Picture | None) -> Rider:
    shirts = ((152, 116, 70), (186, 188, 190), (70, 62, 128), (60, 58, 56), (92, 130, 84))
    helmets = ((42, 40, 40), (190, 192, 194), (40, 36, 120), (110, 70, 40))
    return Rider(paint, shirts[number % 5], helmets[number % 4], towards, plate)


@dataclass(frozen=True)
class Stage:
    """A view without its light: what `scene` needs to build the day and the night clip."""

    title: str
    lane: bool
    build: Callable[[bool], Scene]


def _lane_camera(x: float) -> Camera:
    return Camera(1280, 720, 5600.0, (x, 0.0, 3.6), yaw_deg=0.4 if x > 0 else -0.4, pitch_deg=7.7)


def _lane_scene(title: str, camera: Camera, seed: int, passages: list[Passage], night: bool) -> Scene:
    layout = Layout(seed, left=-9.0, right=9.0, night=night, infrared=night, ambient=0.1)
    trees = tuple((5.4 if seed % 2 else -5.4, y, 5.5) for y in (38.0, 63.0))
    strolls = tuple(
        Stroll(WALKERS[(seed + number) % 6], (side * (4.6 + 0.4 * number), start), (0.0, pace), at_s, 26.0)
        for number, (side, start, pace, at_s) in enumerate(
            ((1, 46.0, -1.1, 2.0), (-1, 20.0, 1.2, 8.0), (1, 55.0, -0.9, 14.0))
        )
    )
    return Scene(camera, layout, title, LANE_S, Furniture(trees=trees), tuple(passages), strolls,
                 4.6 if night else 2.0, seed)  # fmt: skip


WALKERS = (
    Walker((96, 74, 150), (74, 62, 50)),
    Walker((196, 198, 202), (66, 54, 44), skirt=True, bag=True),
    Walker((84, 150, 186), (110, 84, 60)),
    Walker((58, 56, 54), (130, 110, 84), height=1.72),
    Walker((128, 150, 96), (60, 50, 46), bag=True),
    Walker((190, 176, 150), (84, 74, 120), height=1.55, skirt=True),
)


def _lane_in(night: bool) -> Scene:
    people = _passages(IN_TOWARDS, 1.8, towards=True) + _passages(IN_AWAY, -1.8, towards=False)
    return _lane_scene("ภาพสาธิต แยกตลาดบ้านคลอง รถเข้าเมือง", _lane_camera(1.1), 3, people, night)


def _lane_out(night: bool) -> Scene:
    away = _passages(OUT_AWAY, -1.5, towards=False) + _passages(OUT_BIKES, -3.2, towards=False)
    people = away + _passages(OUT_TOWARDS, 1.8, towards=True)
    return _lane_scene("ภาพสาธิต แยกตลาดบ้านคลอง รถออกเมือง", _lane_camera(-1.9), 8, people, night)


def _lane_bypass(night: bool) -> Scene:
    people = _passages(BYPASS_TOWARDS, 1.8, towards=True) + _passages(BYPASS_AWAY, -1.8, towards=False)
    return _lane_scene("ภาพสาธิต ถนนสิงหวัฒน์ ช่องตรวจทะเบียน", _lane_camera(1.4), 13, people, night)


def _traffic(seed: int, speed: float, every_s: float, *, bikes: bool = True) -> tuple[Passage, ...]:
    """Ordinary traffic whose plates are too small to read: both ways, with motorcycles at the edges."""
    rng = np.random.default_rng(seed)
    kinds, paints = ("sedan", "pickup", "hatchback", "suv", "van", "pickup", "truck"), list(PAINTS.values())
    blank = np.full((30, 68, 3), 214, np.uint8)
    found = []
    for towards, x in ((False, -1.8), (True, 1.8)):
        for number in range(int(STREET_S / every_s)):
            at_s = number * every_s + rng.uniform(0, 0.35) * every_s
            kind, paint = kinds[int(rng.integers(7))], paints[int(rng.integers(10))]
            body = Vehicle(kind, paint, int(rng.integers(9)), towards, blank)
            found.append(Passage(body, x + rng.uniform(-0.25, 0.25), 16.0, at_s, speed))
        if bikes:
            rider = _rider(int(rng.integers(20)), paints[int(rng.integers(10))], towards=towards, plate=None)
            found.append(Passage(rider, x * 1.62, 16.0, rng.uniform(0, STREET_S), speed * 1.05))
    return tuple(found)


def _people(seed: int, count: int, left: float, right: float) -> tuple[Stroll, ...]:
    rng = np.random.default_rng(seed)
    found = []
    for number in range(count):
        x = float(rng.choice([left, right]) + rng.uniform(-0.7, 0.7))
        standing = number % 3 == 2
        pace = 0.0 if standing else float(rng.choice([-1, 1]) * rng.uniform(0.9, 1.3))
        start = float(rng.uniform(9, 40) if standing else (4.0 if pace > 0 else 30.0))
        walker, from_s = WALKERS[(seed + number) % 6], float(rng.uniform(0, STREET_S))
        found.append(Stroll(walker, (x, start), (0.0, pace), from_s, STREET_S))
    return tuple(found)


@dataclass(frozen=True)
class View:
    """A street camera: how it hangs and what it looks at."""

    title: str
    seed: int
    camera: Camera
    furniture: Furniture
    wall_left: str = "shops"
    wall_right: str = "shops"
    centre_line: str = "dash"
    infrared: bool = False  # what it does at night: lamps and colour, or its own infra-red
    speed: float = 8.0
    every_s: float = 4.0
    people: int = 9

    def scene(self, night: bool) -> Scene:
        """The view by day or by night; nights have half the people."""
        lamps = tuple(Lamp(side * 3.4, float(y)) for y in range(14, 130, 26) for side in (-1, 1))
        layout = Layout(
            self.seed, left=-8.4, right=8.4, wall_left=self.wall_left, wall_right=self.wall_right,
            centre_line=self.centre_line, night=night, infrared=night and self.infrared,
            lamps=() if self.infrared else lamps, ambient=0.1 if self.infrared else 0.15,
        )  # fmt: skip
        crowd = _people(self.seed, self.people // (2 if night else 1), -5.7, 5.7)
        traffic = _traffic(self.seed, self.speed, self.every_s * (1.6 if night else 1.0))
        return Scene(self.camera, layout, self.title, STREET_S, self.furniture, traffic, crowd,
                     4.2 if night else 2.2, self.seed)  # fmt: skip


def _hung(x: float, z: float, yaw: float, pitch: float, focal: float = 500.0) -> Camera:
    return Camera(640, 360, focal, (x, 0.0, z), yaw, pitch)


def _row(x: float, ys: Iterable[float]) -> tuple[tuple[float, float], ...]:
    return tuple((x, float(y)) for y in ys)


def _trees(x: float, ys: Iterable[float], height: float = 5.6) -> tuple[tuple[float, float, float], ...]:
    return tuple((x, float(y), height) for y in ys)


VIEWS = {
    "market": View("ภาพสาธิต ถนนหน้าตลาด", 5, _hung(-6.2, 5.2, 13, 13),
                   Furniture(_trees(5.4, (24, 46)), _row(4.6, range(18, 120, 26)),
                             _row(-6.2, (15, 19, 23, 27, 31))),
                   people=14, speed=6.0),
    "soi": View("ภาพสาธิต ปากซอยชุมชน", 21, _hung(5.6, 4.6, -12, 14, 470),
                Furniture(_trees(-5.2, (28, 52), 4.6), _row(-4.6, range(16, 120, 24))), centre_line="none",
                infrared=True, speed=5.0, every_s=6.0),
    "temple": View("ภาพสาธิต หน้าวัด", 34, _hung(-5.6, 5.0, 15, 12),
                   Furniture(_trees(6.6, (17, 27, 39, 53), 6.4), _row(-4.6, range(20, 120, 28))),
                   wall_right="fence", speed=7.0, every_s=5.0),
    "school": View("ภาพสาธิต หน้าโรงเรียน", 47, _hung(5.8, 5.4, -13, 13),
                   Furniture(_trees(-6.8, (18, 30, 44), 5.2), _row(4.6, range(24, 120, 26))),
                   wall_left="fence", centre_line="solid", people=12, speed=6.0),
    "highway": View("ภาพสาธิต ถนนสิงหวัฒน์", 55, _hung(-4.4, 6.4, 6, 13, 560),
                    Furniture(_trees(5.6, (40, 66)), _row(-5.2, range(22, 130, 30))), centre_line="solid",
                    speed=11.0, every_s=2.9, people=5),
    "junction": View("ภาพสาธิต ทางเข้าชุมชน", 68, _hung(0.4, 6.0, -2, 15, 460),
                     Furniture(_trees(-5.4, (22, 36)), _row(5.0, range(18, 120, 26)), _row(6.4, (24, 28))),
                     speed=7.0, every_s=3.4),
    "parking": View("ภาพสาธิต ลานจอดรถตลาด", 73, _hung(6.4, 5.6, -17, 15, 440),
                    Furniture(_trees(-6.2, (16, 34), 5.0), (), _row(5.9, (20, 24, 28))), infrared=True,
                    centre_line="none", speed=4.2, every_s=6.5, people=12),
    "canal": View("ภาพสาธิต ทางเลียบชุมชน", 86, _hung(-5.8, 4.8, 11, 11, 520),
                  Furniture(_trees(5.8, (15, 24, 33, 44, 58), 6.0), _row(-4.8, range(18, 120, 24))),
                  wall_right="none", infrared=True, speed=7.0, every_s=6.0, people=5),
}  # fmt: skip

STAGES: dict[str, Stage] = {
    "lane-in": Stage("แยกตลาดบ้านคลอง รถเข้าเมือง", True, _lane_in),
    "lane-out": Stage("แยกตลาดบ้านคลอง รถออกเมือง", True, _lane_out),
    "lane-bypass": Stage("ถนนสิงหวัฒน์", True, _lane_bypass),
    **{name: Stage(view.title, False, view.scene) for name, view in VIEWS.items()},
}
