"""The demo's rows: how many, where, and that none of them can be taken for a real one."""

from collections import Counter

from ccoc.demo import fleet
from ccoc.demo.ground import ground
from ccoc.demo.scenes.casting import STAGES
from ccoc.lib.geo import distance_m
from plates.recognition.provinces import PROVINCES
from plates.recognition.text import PlateClass, is_possible


def test_cameras_are_183_with_codes_of_their_own() -> None:
    codes = [row.code for row in fleet.cameras()]

    assert codes == [f"C-{number:03d}" for number in range(1, 184)]


def test_cameras_are_64_in_the_zone_and_119_outside() -> None:
    land = ground()

    inside = [row.code for row in fleet.cameras() if land.in_zone(row.point)]

    assert inside == [f"C-{number:03d}" for number in range(1, 65)]
    assert inside == [row.code for row in fleet.cameras() if row.in_zone]


def test_cameras_stand_inside_the_station_area() -> None:
    land = ground()

    for row in fleet.cameras():
        assert land.south_west.lat < row.point.lat < land.north_east.lat
        assert land.south_west.lon < row.point.lon < land.north_east.lon
        assert land.in_station(row.point), row.code


def test_cameras_do_not_stand_on_one_another() -> None:
    places = Counter(row.point for row in fleet.cameras())

    assert max(places.values()) == 1


def test_cameras_say_that_they_are_made_up() -> None:
    assert all("สาธิต" in row.notes and "สาธิต" in row.asset_no for row in fleet.cameras())


def test_three_lanes_near_the_market_read_plates() -> None:
    market = dict(ground().places)["ตลาดบ้านคลอง"]

    lanes = [row for row in fleet.cameras() if row.reads_plates]

    assert [row.code for row in lanes] == [f"C-{number:03d}" for number in range(1, 4)]
    assert all(row.kind == "LPR" and distance_m(row.point, market) < 250 for row in lanes)


def test_every_camera_shows_a_clip_that_exists() -> None:
    for row in fleet.cameras():
        assert STAGES[row.stage].lane is row.reads_plates


def test_each_switch_serves_no_more_cameras_than_it_has_ports() -> None:
    ports = Counter((row.switch, row.switch_port) for row in fleet.cameras())

    assert max(ports.values()) == 1
    assert max(int(row.switch_port) for row in fleet.cameras()) <= 12


def test_cameras_are_the_same_every_time() -> None:
    fleet._cameras.cache_clear()
    before = fleet.cameras()
    fleet._cameras.cache_clear()

    assert fleet.cameras() == before


def test_sos_points_stand_in_the_zone() -> None:
    assert [row.code for row in fleet.sos_points()] == ["SOS-01", "SOS-02"]
    assert all(ground().in_zone(row.point) for row in fleet.sos_points())


def test_watched_plates_are_possible_plates_of_real_provinces() -> None:
    for row in fleet.watchlist():
        assert is_possible(row.text, PlateClass(row.plate_class))
        assert row.province in PROVINCES
        assert row.case_no.startswith("คดี ")


def test_people_are_one_for_each_role() -> None:
    roles = [row.role for row in fleet.people()]

    assert sorted(roles) == ["AUDITOR", "CAMERA_ADMIN", "OPERATOR", "SUPERVISOR", "VOLUNTEER"]


def test_units_are_six() -> None:
    assert len({row.code for row in fleet.units()}) == 6
