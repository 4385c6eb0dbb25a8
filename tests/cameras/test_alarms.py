"""From faults to alarms: confirmed twice, one for a common cause, closed when the picture is back."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from alerts.models import Alert
from alerts.services import close_alert
from cameras.alarms import FLEET_KEY, Fault, group_faults, judge_cameras
from cameras.models import Camera, CameraHealth
from cameras.querysets import HealthReport
from cameras.services import record_health, retire_camera
from events.services import Actor

MakeCamera = Callable[..., Camera]
START = dt.datetime(2026, 11, 23, 3, tzinfo=dt.UTC)
STEP = dt.timedelta(seconds=5)
PERSON = Actor("USER", "1", "ร.ต.ท.กิตติ")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def three_minutes(settings: Settings) -> None:
    settings.CAMERA_DOWN_ALARM_S = 180


def tell(camera: Camera, health: str, at: dt.datetime, *, fault: str = "", reason: str = "") -> None:
    report = HealthReport(camera.pk, 0, health, reason or fault, at, at, fault=fault)
    record_health(reports=[report], at=at)


def judge_until(at: dt.datetime, cameras: list[Camera], *, looks: int = 2) -> None:
    """Looks as beat does, while workers keep telling."""
    for look in range(looks):
        moment = at + look * STEP
        CameraHealth.objects.filter(camera__in=cameras).update(checked_at=moment)
        judge_cameras(at=moment)


def open_keys() -> set[str]:
    return set(Alert.objects.open().values_list("dedupe_key", flat=True))


def down_for(cameras: list[Camera], minutes: int = 4) -> dt.datetime:
    for camera in cameras:
        tell(camera, "UNREACHABLE", START)
    return START + dt.timedelta(minutes=minutes)


def test_judge_raises_after_three_minutes_and_two_looks(make_camera: MakeCamera) -> None:
    camera = make_camera("C-023", name="วัดบ้านคลอง")
    at = down_for([camera])

    judge_until(at, [camera], looks=1)
    assert open_keys() == set()
    judge_until(at + STEP, [camera], looks=1)

    alert = Alert.objects.get()
    assert (alert.kind, alert.priority, alert.dedupe_key) == ("CAMERA", 3, "camera:C-023")
    assert (alert.lat, alert.place) == (camera.lat, "วัดบ้านคลอง")
    assert "C-023" in alert.subject


def test_judge_before_three_minutes_raises_nothing(make_camera: MakeCamera) -> None:
    camera = make_camera("C-023")
    at = down_for([camera], minutes=2)

    judge_until(at, [camera], looks=4)

    assert open_keys() == set()


def test_judge_counts_from_the_first_loss_while_it_tries_again(make_camera: MakeCamera) -> None:
    camera = make_camera("C-023")
    tell(camera, "STALLED", START)
    tell(camera, "BACKOFF", START + dt.timedelta(minutes=3))

    judge_until(START + dt.timedelta(minutes=4), [camera])

    assert open_keys() == {"camera:C-023"}


def test_judge_again_and_again_counts_nothing_up(make_camera: MakeCamera) -> None:
    camera = make_camera("C-023")

    judge_until(down_for([camera]), [camera], looks=10)

    assert Alert.objects.get().count == 1


def test_judge_closes_when_the_picture_is_back(make_camera: MakeCamera) -> None:
    camera = make_camera("C-023")
    at = down_for([camera])
    judge_until(at, [camera])

    tell(camera, "LIVE", at)
    judge_until(at + 3 * STEP, [camera], looks=1)

    alert = Alert.objects.get()
    assert (alert.state, alert.outcome) == ("CLOSED", "RESTORED")


def test_judge_closes_for_a_retired_camera(make_camera: MakeCamera) -> None:
    camera = make_camera("C-023")
    at = down_for([camera])
    judge_until(at, [camera])

    retire_camera(camera_id=camera.pk, actor=PERSON, at=at, reason="ถอด")
    judge_until(at + 3 * STEP, [camera], looks=1)

    assert open_keys() == set()


def test_judge_does_not_repeat_what_a_person_closed(make_camera: MakeCamera) -> None:
    camera = make_camera("C-023")
    at = down_for([camera])
    judge_until(at, [camera])
    close_alert(alert=Alert.objects.get(), outcome="HANDLED", note="แจ้งช่างแล้ว", by=PERSON, at=at)

    judge_until(at + 3 * STEP, [camera], looks=5)
    assert open_keys() == set()
    tell(camera, "LIVE", at)
    judge_until(at + 9 * STEP, [camera])
    tell(camera, "UNREACHABLE", at + 10 * STEP)
    judge_until(at + dt.timedelta(minutes=9), [camera])

    assert open_keys() == {"camera:C-023"}


def test_judge_tells_three_of_one_switch_as_one(make_camera: MakeCamera) -> None:
    cameras = [make_camera(switch="SW-02") for _ in range(3)]
    other = make_camera("C-900", switch="SW-03")

    judge_until(down_for([*cameras, other]), [*cameras, other])

    assert open_keys() == {"switch:SW-02", "camera:C-900"}
    alert = Alert.objects.get(dedupe_key="switch:SW-02")
    assert [entry["code"] for entry in alert.details["cameras"]] == [camera.code for camera in cameras]


def test_judge_takes_single_alarms_into_the_one_of_their_switch(make_camera: MakeCamera) -> None:
    cameras = [make_camera(switch="SW-02") for _ in range(3)]
    at = down_for(cameras[:1])
    judge_until(at, cameras)
    assert open_keys() == {f"camera:{cameras[0].code}"}

    for camera in cameras[1:]:
        tell(camera, "STALLED", at)
    judge_until(at + dt.timedelta(minutes=4), cameras)

    assert open_keys() == {"switch:SW-02"}
    tell(cameras[0], "LIVE", at)
    judge_until(at + dt.timedelta(minutes=5), cameras)
    assert open_keys() == {"switch:SW-02"}
    for camera in cameras[1:]:
        tell(camera, "LIVE", at)
    judge_until(at + dt.timedelta(minutes=6), cameras)
    assert open_keys() == set()


def test_judge_tells_an_outage_of_the_fleet_as_one(make_camera: MakeCamera) -> None:
    cameras = [make_camera(switch=f"SW-{number % 3}") for number in range(12)]

    judge_until(down_for(cameras), cameras)

    assert open_keys() == {FLEET_KEY}
    assert Alert.objects.get().priority == 2


def test_judge_tells_a_sudden_outage_at_once_and_its_end(make_camera: MakeCamera) -> None:
    cameras = [make_camera(switch=f"SW-{number % 3}") for number in range(30)]
    for camera in cameras[:12]:
        tell(camera, "UNREACHABLE", START)

    judge_until(START + dt.timedelta(seconds=6), cameras)

    assert open_keys() == {FLEET_KEY}
    assert len(Alert.objects.get().details["cameras"]) == 12
    for camera in cameras[1:12]:
        tell(camera, "LIVE", START + dt.timedelta(seconds=60))
    judge_until(START + dt.timedelta(minutes=4), cameras)
    assert open_keys() == {"camera:C-001"}
    assert Alert.objects.get(dedupe_key=FLEET_KEY).outcome == "RESTORED"


def test_judge_waits_where_many_are_lost_one_by_one(make_camera: MakeCamera) -> None:
    cameras = [make_camera() for _ in range(30)]
    for number, camera in enumerate(cameras[:12]):
        tell(camera, "UNREACHABLE", START + dt.timedelta(seconds=5 * number))

    judge_until(START + dt.timedelta(seconds=70), cameras)

    assert open_keys() == set()


def test_judge_tells_cameras_of_a_pole_and_of_a_site_as_one(make_camera: MakeCamera) -> None:
    pole = [make_camera(pole_no="P-7") for _ in range(2)]
    site = [make_camera(site="ตลาดใต้") for _ in range(3)]
    alone = make_camera("C-900", pole_no="P-8", site="วัด")
    cameras = [*pole, *site, alone]

    judge_until(down_for(cameras), cameras)

    assert open_keys() == {"pole:P-7", "site:ตลาดใต้", "camera:C-900"}
    assert "P-7" in Alert.objects.get(dedupe_key="pole:P-7").subject


def test_judge_tells_of_useless_pictures_and_of_their_end(make_camera: MakeCamera) -> None:
    camera = make_camera("C-023")
    tell(camera, "DEGRADED", START, fault="COVERED")
    at = START + dt.timedelta(minutes=4)

    judge_until(at, [camera])

    assert open_keys() == {"picture:C-023"}
    assert Alert.objects.get().details["cameras"][0]["fault"] == "COVERED"
    tell(camera, "DEGRADED", at, reason="GAPS")
    judge_until(at + 3 * STEP, [camera], looks=1)
    assert open_keys() == set()


def test_judge_takes_a_useless_picture_that_goes_dark_for_dark(make_camera: MakeCamera) -> None:
    camera = make_camera("C-023")
    tell(camera, "DEGRADED", START, fault="MOVED")
    judge_until(START + dt.timedelta(minutes=4), [camera])
    tell(camera, "UNREACHABLE", START + dt.timedelta(minutes=5))

    judge_until(START + dt.timedelta(minutes=9), [camera])
    assert open_keys() == {"camera:C-023"}
    tell(camera, "DEGRADED", START + dt.timedelta(minutes=10), fault="MOVED")
    judge_until(START + dt.timedelta(minutes=14), [camera])

    assert open_keys() == {"picture:C-023"}


def test_judge_tells_fog_over_the_city_as_one(make_camera: MakeCamera) -> None:
    cameras = [make_camera() for _ in range(12)]
    for camera in cameras:
        tell(camera, "DEGRADED", START, fault="COVERED")

    judge_until(START + dt.timedelta(minutes=4), cameras)

    assert open_keys() == {"picture:*COVERED"}


def test_judge_doubts_cameras_that_no_worker_speaks_of(make_camera: MakeCamera) -> None:
    camera = make_camera("C-023")
    tell(camera, "LIVE", START)

    judge_cameras(at=START + dt.timedelta(seconds=10))
    assert CameraHealth.objects.get().health == "LIVE"
    judge_cameras(at=START + dt.timedelta(seconds=20))

    assert CameraHealth.objects.get().health == "UNKNOWN"
    assert open_keys() == set()
    for seconds in (51, 56, 61):
        judge_cameras(at=START + dt.timedelta(seconds=seconds))
    assert open_keys() == {"cameras:ingest"}
    assert Alert.objects.get().count == 1
    tell(camera, "LIVE", START + dt.timedelta(seconds=70))
    judge_cameras(at=START + dt.timedelta(seconds=70))
    assert open_keys() == set()


def test_judge_has_the_same_queries_for_two_and_for_twenty_dark_cameras(
    make_camera: MakeCamera,
) -> None:
    counts = []
    for number in (2, 20):
        cameras = [make_camera(switch=f"SW-{number}") for _ in range(number)]
        judge_until(down_for(cameras), cameras, looks=3)
        with CaptureQueriesContext(connection) as queries:
            judge_until(START + dt.timedelta(minutes=10), cameras, looks=1)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def fault(number: int, switch: str, key: str = "") -> Fault:
    return Fault(Camera(code=f"C-{number:03}", switch=switch), START, key)


@given(
    faults=st.lists(
        st.tuples(st.sampled_from(["", "SW-1", "SW-2"]), st.sampled_from(["", "switch:SW-1", FLEET_KEY])),
        max_size=14,
    ),
    total=st.integers(1, 200),
)
def test_group_faults_puts_each_fault_into_one_group(faults: list[tuple[str, str]], total: int) -> None:
    all_faults = [fault(number, switch, key) for number, (switch, key) in enumerate(faults)]

    groups = group_faults(all_faults, total)

    members = [member.camera.code for group in groups.values() for member in group]
    assert sorted(members) == [member.camera.code for member in all_faults]
    assert all(groups.values())
    for key, group in groups.items():
        if key.startswith("camera:"):
            assert len(group) == 1
