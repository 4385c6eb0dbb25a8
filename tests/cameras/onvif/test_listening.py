"""What cameras tell by themselves becomes recordings and alerts, once; silence is asked less often."""

import datetime as dt

import pytest
from django.utils import timezone

from alerts.models import Alert
from cameras.models import Camera
from cameras.onvif.listening import listen
from cameras.onvif.models import OnvifDevice
from cameras.recording.models import Demand
from tests.cameras.onvif.device import OnvifDevice as Device
from tests.cameras.onvif.device import digital_input, motion, tamper


@pytest.fixture
def at(camera: Camera) -> dt.datetime:
    OnvifDevice.objects.update(listens=True)
    return timezone.now()


def later(at: dt.datetime, seconds: float) -> dt.datetime:
    return at + dt.timedelta(seconds=seconds)


def test_listen_subscribes_once_and_counts(camera: Camera, device: Device, at: dt.datetime) -> None:
    device.news += [motion(False), motion(True), motion(True).replace("Cell", "X")]

    assert listen(at=at) == 1
    assert listen(at=later(at, 1)) == 0
    assert listen(at=later(at, 6)) == 1

    assert device.operations().count("CreatePullPointSubscription") == 1
    assert OnvifDevice.objects.get().heard == {"MOTION": 2, "OTHER": 1}


def test_motion_makes_the_camera_record(camera: Camera, device: Device, at: dt.datetime) -> None:
    device.news.append(motion(True))

    listen(at=at)

    [demand] = Demand.objects.all()
    assert (demand.camera_id, demand.reason, demand.until) == (camera.pk, "MOTION", later(at, 10))


def test_state_told_at_the_beginning_is_no_motion(camera: Camera, device: Device, at: dt.datetime) -> None:
    device.news += [motion(True, first=True), digital_input(True, first=True)]

    listen(at=at)

    assert not Demand.objects.exists()
    assert not Alert.objects.exists()


def test_tampering_is_one_alert_until_it_ends(camera: Camera, device: Device, at: dt.datetime) -> None:
    device.news += [tamper(True), tamper(True)]
    listen(at=at)
    [alert] = Alert.objects.all()
    assert (alert.kind, alert.details["camera"], alert.state) == ("CAMERA", "C-007", "WAITING")

    device.news.append(tamper(False))
    listen(at=later(at, 6))

    alert.refresh_from_db()
    assert (alert.state, alert.outcome) == ("CLOSED", "RESTORED")


def test_contact_is_an_alert_that_stays(camera: Camera, device: Device, at: dt.datetime) -> None:
    device.news += [digital_input(True), digital_input(False)]

    listen(at=at)

    [alert] = Alert.objects.all()
    assert (alert.priority, alert.state, alert.details["contact"]) == (2, "WAITING", "in1")


def test_subscription_is_renewed_before_it_ends(camera: Camera, device: Device, at: dt.datetime) -> None:
    listen(at=at)

    listen(at=later(at, 450))

    assert device.operations()[-1] == "Renew"


def test_forgotten_subscription_is_made_anew(camera: Camera, device: Device, at: dt.datetime) -> None:
    listen(at=at)
    device.overrides["PullMessages"] = b"<html/>"
    listen(at=later(at, 6))
    del device.overrides["PullMessages"]
    device.news.append(motion(True))

    listen(at=later(at, 300))

    assert device.operations().count("CreatePullPointSubscription") >= 2
    assert OnvifDevice.objects.get().heard["MOTION"] == 1


def test_camera_that_fails_is_asked_less_often(camera: Camera, device: Device, at: dt.datetime) -> None:
    device.password = "changed"

    listen(at=at)
    listen(at=later(at, 11))

    row = OnvifDevice.objects.get()
    assert (row.failures, row.trouble) == (2, "AUTH_REFUSED")
    assert row.next_pull_at is not None
    assert later(at, 11 + 10) <= row.next_pull_at <= later(at, 11 + 20)


def test_camera_out_of_use_is_not_asked(camera: Camera, device: Device, at: dt.datetime) -> None:
    Camera.objects.update(status="PLANNED")

    assert listen(at=at) == 0
