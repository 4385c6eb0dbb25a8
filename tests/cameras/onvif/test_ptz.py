"""Turning a camera: one at a time, stopped without its operator, home when left alone."""

import datetime as dt
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from cameras.models import Camera
from cameras.onvif import ptz
from cameras.onvif.device.facts import Preset, Velocity
from cameras.onvif.models import OnvifDevice, PtzLease
from events.models import AuditEntry
from events.services import Actor
from tests.cameras.onvif.device import OnvifDevice as Device

ANAN = Actor("USER", "1", "อนันต์")
BUSABA = Actor("USER", "2", "บุษบา")
RIGHT = Velocity(pan=0.5)
MakeCamera = Callable[..., Camera]


def after(at: dt.datetime, seconds: float) -> dt.datetime:
    return at + dt.timedelta(seconds=seconds)


@pytest.fixture
def at(db: None) -> dt.datetime:
    return timezone.now()


def verbs() -> list[str]:
    ours = AuditEntry.objects.filter(verb__startswith="cameras.ptz_").order_by("pk")
    return [verb.removeprefix("cameras.ptz_") for verb in ours.values_list("verb", flat=True)]


def test_take_gives_the_presets_and_remembers_the_session(
    camera: Camera, device: Device, at: dt.datetime
) -> None:
    presets = ptz.take(camera=camera, actor=ANAN, at=at)

    assert presets == [Preset("1", "ประตูหน้า"), Preset("2", "สี่แยก")]
    assert OnvifDevice.objects.get().services["ptz"] == [device.port, "/onvif/3"]
    assert verbs() == ["taken"]


def test_take_is_refused_while_another_turns_it(camera: Camera, at: dt.datetime) -> None:
    ptz.move(camera=camera, actor=ANAN, velocity=RIGHT, at=at)

    with pytest.raises(ptz.LeaseHeld) as refused:
        ptz.take(camera=camera, actor=BUSABA, at=after(at, 29))

    assert "อนันต์" in refused.value.message


def test_lease_ends_by_itself(camera: Camera, at: dt.datetime) -> None:
    ptz.take(camera=camera, actor=ANAN, at=at)

    ptz.take(camera=camera, actor=BUSABA, at=after(at, 30))

    assert ptz.state(camera=camera, actor=BUSABA, at=after(at, 31)).is_mine


def test_lease_is_renewed_by_use(camera: Camera, at: dt.datetime) -> None:
    ptz.take(camera=camera, actor=ANAN, at=at)
    ptz.go_to_preset(camera=camera, actor=ANAN, preset="1", at=after(at, 20))

    with pytest.raises(ptz.LeaseHeld):
        ptz.take(camera=camera, actor=BUSABA, at=after(at, 45))


def test_move_is_audited_once_however_often_renewed(camera: Camera, device: Device, at: dt.datetime) -> None:
    for seconds in (0, 0.5, 1.0):
        ptz.move(camera=camera, actor=ANAN, velocity=RIGHT, at=after(at, seconds))
    ptz.stop(camera=camera, actor=ANAN, at=after(at, 1.2))

    assert verbs() == ["taken", "moved"]
    assert [name for name in device.operations() if name in ("ContinuousMove", "Stop")] == [
        *["ContinuousMove"] * 3,
        "Stop",
    ]


def test_tend_stops_a_movement_whose_operator_is_gone(
    camera: Camera, device: Device, at: dt.datetime
) -> None:
    ptz.move(camera=camera, actor=ANAN, velocity=RIGHT, at=at)

    ptz.tend(at=after(at, 1))
    before = device.operations().count("Stop")
    ptz.tend(at=after(at, 2))
    ptz.tend(at=after(at, 3))

    assert (before, device.operations().count("Stop")) == (0, 1)
    assert verbs()[-1] == "stopped"


def test_tend_tries_a_stop_again_until_the_camera_took_it(
    camera: Camera, device: Device, at: dt.datetime
) -> None:
    ptz.move(camera=camera, actor=ANAN, velocity=RIGHT, at=at)
    device.faults.add("fault:Stop")

    ptz.tend(at=after(at, 2))
    device.faults.clear()
    ptz.tend(at=after(at, 5))
    ptz.tend(at=after(at, 9))

    assert device.operations().count("Stop") == 2
    assert PtzLease.objects.get().moving_until is None


def test_tend_sends_a_camera_home_that_was_left_alone(
    camera: Camera, device: Device, at: dt.datetime
) -> None:
    ptz.go_to_preset(camera=camera, actor=ANAN, preset="2", at=at)

    ptz.tend(at=after(at, 59))
    before = device.operations().count("GotoHomePosition")
    ptz.tend(at=after(at, 61))
    ptz.tend(at=after(at, 200))

    assert (before, device.operations().count("GotoHomePosition")) == (0, 1)
    assert verbs()[-1] == "home"


def test_camera_without_a_home_stays_where_it_looks(camera: Camera, device: Device, at: dt.datetime) -> None:
    OnvifDevice.objects.update(home_after_s=0)
    camera.onvif.refresh_from_db()
    ptz.go_to_preset(camera=camera, actor=ANAN, preset="2", at=at)

    ptz.tend(at=after(at, 4000))

    assert "GotoHomePosition" not in device.operations()


def test_release_stops_and_frees(camera: Camera, device: Device, at: dt.datetime) -> None:
    ptz.move(camera=camera, actor=ANAN, velocity=RIGHT, at=at)

    ptz.release(camera=camera, actor=BUSABA, at=at)
    ptz.release(camera=camera, actor=ANAN, at=at)

    assert ptz.state(camera=camera, actor=BUSABA, at=at).holder == ""
    assert device.operations()[-1] == "Stop"


def test_refusal_of_the_camera_is_told_in_a_sentence(camera: Camera, device: Device, at: dt.datetime) -> None:
    device.password = "changed"

    with pytest.raises(ptz.NotDone) as refused:
        ptz.move(camera=camera, actor=ANAN, velocity=RIGHT, at=at)

    assert "p@ss-1" not in refused.value.message
    assert refused.value.code == "ptz_not_done"


def test_stale_session_is_asked_anew_once(camera: Camera, device: Device, at: dt.datetime) -> None:
    OnvifDevice.objects.update(services={"ptz": [device.port, "/old"]}, clock_ahead_s=-7200)
    camera.onvif.refresh_from_db()

    ptz.move(camera=camera, actor=ANAN, velocity=RIGHT, at=at)

    assert device.operations()[-1] == "ContinuousMove"
    assert OnvifDevice.objects.get().clock_ahead_s == pytest.approx(0, abs=30)


@pytest.mark.parametrize("values", [{"kind": "FIXED"}, {"credential": None}, {"status": "PLANNED"}])
def test_only_domes_with_a_password_in_use_turn(
    camera: Camera, values: dict[str, object], at: dt.datetime
) -> None:
    for name, value in values.items():
        setattr(camera, name, value)

    with pytest.raises(ptz.CannotTurn):
        ptz.move(camera=camera, actor=ANAN, velocity=RIGHT, at=at)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_gets_the_camera(camera: Camera) -> None:
    at, together = timezone.now(), threading.Barrier(2)

    def grab(actor: Actor) -> str:
        together.wait(20)
        try:
            ptz.take(camera=camera, actor=actor, at=at)
        except ptz.LeaseHeld:
            return ""
        finally:
            connection.close()
        return actor.label

    with ThreadPoolExecutor(2) as both:
        got = sorted(both.map(grab, (ANAN, BUSABA)))

    assert got[0] == ""
    assert PtzLease.objects.get().holder_label == got[1]
    assert verbs() == ["taken"]


@pytest.fixture
def desk(client: Client, make_user: Callable[..., User]) -> Client:
    client.force_login(make_user("OPERATOR"), backend="django.contrib.auth.backends.ModelBackend")
    return client


def command(desk: Client, action: str, **values: object) -> tuple[int, dict[str, object]]:
    response = desk.post(
        "/api/v1/cameras/C-007/ptz", {"action": action, **values}, content_type="application/json"
    )
    return response.status_code, response.json()


def test_api_takes_moves_and_gives_back(camera: Camera, device: Device, desk: Client) -> None:
    status, told = command(desk, "TAKE")

    assert (status, told["is_mine"], len(told["presets"])) == (200, True, 2)  # type: ignore[arg-type] # a list
    assert command(desk, "MOVE", pan=-0.4)[0] == 200
    assert command(desk, "HOME")[0] == 200
    assert command(desk, "RELEASE")[1]["holder"] == ""
    assert desk.get("/api/v1/cameras/C-007/ptz").json()["can_turn"] is True


@pytest.mark.parametrize("values", [{"pan": 7}, {"pan": "nan"}, {"action": "DANCE"}, {"zoom": []}])
def test_api_refuses_what_is_no_command(camera: Camera, desk: Client, values: dict[str, object]) -> None:
    assert command(desk, **{"action": "MOVE", **values})[0] == 400  # type: ignore[arg-type] # wrong on purpose


def test_api_refuses_a_camera_that_cannot_turn(make_camera: MakeCamera, desk: Client) -> None:
    make_camera("C-007")

    status, told = command(desk, "TAKE")

    assert (status, told["error"]["code"]) == (409, "cannot_turn")  # type: ignore[index] # the error's shape
    assert desk.get("/api/v1/cameras/C-007/ptz").json()["can_turn"] is False
