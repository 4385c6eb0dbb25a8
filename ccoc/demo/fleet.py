"""The demo's 183 cameras, its SOS points, units, watched plates and people: plain rows, the same every time.

No real camera, officer or vehicle is listed. Places are the public ones of `station.json`; where on them a
camera stands is invented, and every row that reaches the database carries `is_demo` or a note that says so.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from ccoc.demo.ground import Ground, ground, moved
from ccoc.lib.geo import Point, bearing_deg

ZONE_CAMERAS: Final = 64
ALL_CAMERAS: Final = 183
NOTE: Final = "ข้อมูลสาธิต ตำแหน่งและทิศสมมติ"
LEGAL_ZONE: Final = "พ.ร.บ.คุ้มครองข้อมูลส่วนบุคคล พ.ศ. 2562 มาตรา 4(2) ความปลอดภัยสาธารณะ"
LEGAL_PLACE: Final = "ประกาศความเป็นส่วนตัวของเจ้าของสถานที่ ติดป้ายแจ้งแล้ว"
MAKES: Final = (
    ("Hikvision", "DS-2CD2T47"),
    ("Dahua", "HFW3441"),
    ("Axis", "P1468-LE"),
    ("Hanwha", "XNO-8082R"),
)


@dataclass(frozen=True)
class CameraRow:
    """One camera of the register; `stage` names the clip it shows."""

    code: str
    name: str
    owner: str
    site: str
    pole_no: str
    point: Point
    azimuth_deg: int
    fov_deg: int
    range_m: int
    kind: str
    make: str
    model: str
    switch: str
    switch_port: str
    warranty_until: dt.date
    legal_basis: str
    reads_plates: bool
    in_zone: bool
    stage: str
    asset_no: str = ""
    notes: str = NOTE


@dataclass(frozen=True)
class SosRow:
    """An SOS point."""

    code: str
    name: str
    place: str
    point: Point


@dataclass(frozen=True)
class UnitRow:
    """A patrol that can be sent."""

    code: str
    name: str
    kind: str
    point: Point


@dataclass(frozen=True)
class WatchRow:
    """A watched plate, with the reason a court would ask for."""

    text: str
    province: str
    plate_class: str
    case_no: str
    category: str
    reason: str
    requester: str
    vehicle: str
    days: int


@dataclass(frozen=True)
class PersonRow:
    """A demo sign-in; `label` is what the landing page's button says in Thai."""

    username: str
    display_name: str
    rank: str
    role: str


@dataclass(frozen=True)
class _Spot:
    """Where a camera stands, before its other particulars."""

    name: str
    point: Point
    azimuth: float
    stage: str
    owner: str
    kind: str = "FIXED"


def cameras() -> tuple[CameraRow, ...]:
    """C-001 … C-183: first the zone, its plate lanes in front, then the rest of the station area."""
    return _cameras()


@cache
def _cameras() -> tuple[CameraRow, ...]:
    land = ground()
    spots = [*_lanes(land), *_zone_spots(land)][:ZONE_CAMERAS]
    spots += list(_outside_spots(land))[: ALL_CAMERAS - ZONE_CAMERAS]
    return tuple(_row(number, spot, land) for number, spot in enumerate(spots, start=1))


def _row(number: int, spot: _Spot, land: Ground) -> CameraRow:
    make, model = MAKES[(number * 7) % len(MAKES)]
    in_zone = land.in_zone(spot.point)
    wide = {"LPR": (24, 28), "PTZ": (58, 120), "DOME": (100, 25)}.get(spot.kind, (72 + 6 * (number % 3), 40))
    return CameraRow(
        code=f"C-{number:03d}",
        name=spot.name,
        owner=spot.owner,
        site=spot.name.split(" จุดที่")[0],
        pole_no=f"ส.{(number + 1) // 2:03d}",
        point=spot.point,
        azimuth_deg=round(spot.azimuth) % 360,
        fov_deg=wide[0],
        range_m=wide[1],
        kind=spot.kind,
        make=make,
        model=model,
        switch=f"SW-{1 + (number - 1) // 12:02d}",
        switch_port=str(1 + (number - 1) % 12),
        warranty_until=dt.date(2026 + number % 4, 1 + number % 12, 28),
        legal_basis=LEGAL_ZONE
        if spot.owner in {"สภ.เมืองพิษณุโลก", "อบจ.พิษณุโลก", "เทศบาลนครพิษณุโลก"}
        else LEGAL_PLACE,
        reads_plates=spot.kind == "LPR",
        in_zone=in_zone,
        stage=spot.stage,
        asset_no=f"สาธิต-{number:04d}/69",
    )


def _road(land: Ground) -> tuple[Point, float]:
    """The market on Singhawat road, and the road's bearing towards the city."""
    places = dict(land.places)
    return places["ตลาดบ้านคลอง"], bearing_deg(places["ตลาดบ้านคลอง"], places["ศาลากลางจังหวัด"])


def _along(start: Point, bearing: float, forward_m: float, right_m: float = 0.0) -> Point:
    turn = np.radians(bearing)
    east = forward_m * np.sin(turn) + right_m * np.cos(turn)
    north = forward_m * np.cos(turn) - right_m * np.sin(turn)
    return moved(start, east_m=float(east), north_m=float(north))


def _lanes(land: Ground) -> Iterator[_Spot]:
    """Plate lanes at the market's junction, then three ordinary cameras there.

    Three lanes because two cores also draw the wall; the first two see the watched plates.
    """
    market, bearing = _road(land)
    lanes = (
        ("แยกตลาดบ้านคลอง ขาเข้าเมือง ช่อง 1", -70.0, 6.0, 180.0, "lane-in"),
        ("แยกตลาดบ้านคลอง ขาออกเมือง ช่อง 1", 60.0, -6.0, 180.0, "lane-out"),
        ("ถ.สิงหวัฒน์ ขาเข้าเมือง หน้าตลาด", -190.0, 8.0, 180.0, "lane-bypass"),
        ("ถ.สิงหวัฒน์ ขาออกเมือง หน้าตลาด", 170.0, -8.0, 0.0, "highway"),
        ("แยกตลาดบ้านคลอง ด้านทิศใต้", 10.0, 55.0, 90.0, "junction"),
        ("แยกตลาดบ้านคลอง ด้านทิศเหนือ", -10.0, -55.0, 270.0, "junction"),
    )
    for name, forward, right, turn, stage in lanes:
        owner = "สภ.เมืองพิษณุโลก" if turn in {180.0, 0.0} else "แขวงทางหลวงพิษณุโลกที่ 1"
        kind = "LPR" if stage.startswith("lane") else "FIXED"
        yield _Spot(name, _along(market, bearing, forward, right), bearing + turn, stage, owner, kind)


def _zone_spots(land: Ground) -> Iterator[_Spot]:
    market, bearing = _road(land)
    for number in range(14):
        side = 1 if number % 2 else -1
        spot = _along(market, bearing, -560.0 + 85.0 * number, side * 10.0)
        stage = ("highway", "junction", "temple")[number % 3]
        owner = ("อบจ.พิษณุโลก", "เทศบาลนครพิษณุโลก")[number % 2]
        yield _Spot(f"ถ.สิงหวัฒน์ จุดที่ {number + 1}", spot, bearing + (0 if side > 0 else 180), stage, owner)
    yield from _market(market, bearing)
    for place, (name, point) in enumerate(land.communities):
        yield from _community(name, point, bearing + 90 + 14 * place)


def _market(market: Point, bearing: float) -> Iterator[_Spot]:
    corners = ("ประตู 1", "ประตู 2", "แผงผัก", "แผงปลา", "แผงผลไม้", "ลานกลาง", "ลานจอดรถ", "ท้ายตลาด",
               "ทางออกฉุกเฉิน", "จุดทิ้งขยะ", "ศาลาพัก", "ป้อมตำรวจ")  # fmt: skip
    for number, corner in enumerate(corners):
        point = _along(market, bearing, -75.0 + 50.0 * (number % 4), 35.0 + 45.0 * (number // 4))
        stage = "parking" if "จอด" in corner else ("market", "junction")[number % 2]
        kind = "PTZ" if number in {5, 11} else "DOME" if number in {2, 3} else "FIXED"
        azimuth = bearing + 90.0 * (number % 4) + 20
        yield _Spot(f"ตลาดบ้านคลอง {corner}", point, azimuth, stage, "เทศบาลนครพิษณุโลก", kind)


def _community(name: str, middle: Point, bearing: float) -> Iterator[_Spot]:
    posts = ("ปากซอย", "กลางซอย", "ลานอเนกประสงค์", "ท้ายซอย", "หน้าโรงเรียน", "หน้าวัด", "ทางเลียบคลอง")
    owners = {"หน้าโรงเรียน": "โรงเรียน", "หน้าวัด": "วัด"}
    stages = {"หน้าโรงเรียน": "school", "หน้าวัด": "temple", "ทางเลียบคลอง": "canal", "ลานอเนกประสงค์": "parking"}
    for number, post in enumerate(posts):
        point = _along(middle, bearing, -120.0 + 40.0 * number, 9.0 * (1 if number % 2 else -1))
        azimuth = bearing + (0 if number < 4 else 180)
        owner = owners.get(post, ("เทศบาลนครพิษณุโลก", "อบจ.พิษณุโลก")[number % 2])
        yield _Spot(f"{name} {post}", point, azimuth, stages.get(post, "soi"), owner)


# Cameras per public place; the rest of the 119 are spread over the sub-districts.
_PLACE_CAMERAS: Final = {
    "ศาลากลางจังหวัด": (9, "อบจ.พิษณุโลก"),
    "สถานีรถไฟพิษณุโลก": (9, "เทศบาลนครพิษณุโลก"),
    "บขส. 1": (8, "เทศบาลนครพิษณุโลก"),
    "บขส. 2 อินโดจีน": (8, "อบจ.พิษณุโลก"),
    "เซ็นทรัล พิษณุโลก": (8, "อบจ.พิษณุโลก"),
    "สนามบินพิษณุโลก": (6, "สภ.เมืองพิษณุโลก"),
    "รพ.พุทธชินราช": (5, "อบจ.พิษณุโลก"),
    "แยกอินโดจีน": (6, "แขวงทางหลวงพิษณุโลกที่ 1"),
}


def _outside_spots(land: Ground) -> Iterator[_Spot]:
    places = dict(land.places)
    for place, (count, owner) in _PLACE_CAMERAS.items():
        stage = "highway" if "แยก" in place else ("junction", "parking", "market")[count % 3]
        yield from _ring(place, places[place], count, owner, stage)
    for number, (area, corners) in enumerate(land.areas):
        middle = _outside_zone(_inner_point(corners), land)
        owner = ("วัด", "โรงเรียน", "อบจ.พิษณุโลก")[number % 3]
        yield from _ring(area, middle, 3, owner, ("temple", "school", "canal")[number % 3])


def _ring(place: str, middle: Point, count: int, owner: str, stage: str) -> Iterator[_Spot]:
    """Cameras round a place, looking outwards along the ways that leave it."""
    for number in range(count):
        turn = 360.0 * number / count + 20.0
        point = _along(middle, turn, 45.0 + 30.0 * (number % 3))
        kind = "PTZ" if number == 0 and count > 5 else "FIXED"
        yield _Spot(f"{place} จุดที่ {number + 1}", point, turn + (0 if number % 2 else 180), stage, owner, kind)


def _outside_zone(point: Point, land: Ground) -> Point:
    """The point itself, or one further west where it lies so near the zone that a camera would be in it."""
    while any(land.in_zone(moved(point, east_m=east)) for east in (-200.0, 0.0, 200.0)):
        point = moved(point, east_m=-300.0)
    return point


def _inner_point(corners: tuple[Point, ...]) -> Point:
    """The centre of gravity of a ring: well inside for the shapes of these sub-districts."""
    rows = np.array(corners)
    after = np.roll(rows, -1, axis=0)
    cross = rows[:, 0] * after[:, 1] - after[:, 0] * rows[:, 1]
    lat, lon = ((rows + after) * cross[:, None]).sum(axis=0) / (3 * cross.sum())
    return Point(round(float(lat), 6), round(float(lon), 6))


def sos_points() -> tuple[SosRow, ...]:
    """The two SOS points of the zone."""
    market, bearing = _road(ground())
    soi = moved(dict(ground().communities)["ชุมชนพระลือ"], north_m=60)
    return (
        SosRow("SOS-01", "ตลาดบ้านคลอง", "จุดที่ 1 เสาหน้าตลาดบ้านคลอง", _along(market, bearing, -20.0, 22.0)),
        SosRow("SOS-02", "ชุมชนพระลือ", "จุดที่ 2 ปากซอยชุมชนพระลือ", soi),
    )


def units() -> tuple[UnitRow, ...]:
    """Six patrols in and round the zone."""
    market, bearing = _road(ground())
    return (
        UnitRow("จยย. 34", "สายตรวจจักรยานยนต์ 34", "MOTORCYCLE", _along(market, bearing, -260.0, 60.0)),
        UnitRow("จยย. 36", "สายตรวจจักรยานยนต์ 36", "MOTORCYCLE", _along(market, bearing, 340.0, -120.0)),
        UnitRow("จยย. 38", "สายตรวจจักรยานยนต์ 38", "MOTORCYCLE", _along(market, bearing, -620.0, -240.0)),
        UnitRow("รถ 21", "สายตรวจรถยนต์ 21", "CAR", _along(market, bearing, 620.0, 90.0)),
        UnitRow("รถ 22", "สายตรวจรถยนต์ 22", "CAR", dict(ground().places)["ศาลากลางจังหวัด"]),
        UnitRow("เดินเท้า 5", "สายตรวจเดินเท้าตลาด", "FOOT", _along(market, bearing, 30.0, 80.0)),
    )


def watchlist() -> tuple[WatchRow, ...]:
    """Plates that pass in the lane clips, and two that never do. `กข1234` of another province passes too."""
    investigator = "พ.ต.ท.วีระ (สาธิต) งานสืบสวน"
    return (
        WatchRow("กข1234", "PLK", "CAR", "คดี 1123/2569", "STOLEN", "รถถูกลัก", investigator, "รถเก๋ง สีดำ", 27),
        WatchRow(
            "ฒก7741", "PLK", "PICKUP", "คดี 0987/2569", "WANTED", "ชนแล้วหนี", investigator, "รถกระบะ สีดำ", 14
        ),
        WatchRow(
            "2กฎ5501", "BKK", "CAR", "คดี 1088/2569", "FALSE_PLATE", "ใช้ป้ายปลอม", investigator, "รถตู้ สีขาว", 20
        ),
        WatchRow(
            "1กฌ4040", "PLK", "MOTORCYCLE", "คดี 1150/2569", "WANTED", "วิ่งราว", investigator, "จยย. สีแดง", 9
        ),
    )


def people() -> tuple[PersonRow, ...]:
    """One demo person for each role."""
    return (
        PersonRow("demo-operator", "ศศิธร (สาธิต)", "ร.ต.อ.หญิง", "OPERATOR"),
        PersonRow("demo-supervisor", "มานพ (สาธิต)", "พ.ต.ท.", "SUPERVISOR"),
        PersonRow("demo-cameras", "ธนกร (สาธิต)", "ส.ต.อ.", "CAMERA_ADMIN"),
        PersonRow("demo-volunteer", "สมพร (สาธิต)", "อส.ตร.", "VOLUNTEER"),
        PersonRow("demo-auditor", "วิภา (สาธิต)", "พ.ต.อ.หญิง", "AUDITOR"),
    )
