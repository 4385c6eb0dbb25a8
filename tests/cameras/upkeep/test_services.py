"""Service kept, planned work excused, orders written, moved on and opened again."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cameras import pictures
from cameras.models import Camera
from cameras.querysets import HealthReport
from cameras.services import record_health, retire_camera
from cameras.upkeep import reports, services
from cameras.upkeep.models import Interval, OrderState, WorkOrder
from events.models import AuditEntry
from events.services import Actor
from tests.cameras.conftest import MakeCamera

START = dt.datetime(2026, 11, 1, 3, tzinfo=dt.UTC)
PERSON = Actor.system("ช่าง")
HOUR = dt.timedelta(hours=1)


def tell(camera: Camera, health: str, at: dt.datetime, fault: str = "") -> None:
    """A worker tells, and upkeep looks a little later."""
    record_health(reports=[HealthReport(camera.pk, 0, health, fault, at, at, fault=fault)], at=at)
    services.look(at=at + dt.timedelta(seconds=4))


def uptime(camera: Camera, until: dt.datetime) -> float | None:
    (owner,) = reports.owners_of([camera], START, until, at=until)
    return owner.uptime


def test_look_keeps_intervals_with_the_moments_of_health(make_camera: MakeCamera) -> None:
    camera = make_camera()
    for number, (health, fault) in enumerate(
        [
            ("LIVE", ""),
            ("UNREACHABLE", ""),
            ("BACKOFF", ""),
            ("LIVE", ""),
            ("DEGRADED", "MOVED"),
            ("LIVE", ""),
        ]
    ):
        tell(camera, health, START + number * HOUR, fault)

    kept = Interval.objects.filter(begin__gte=START).order_by("begin")
    assert [(one.service, one.cause, (one.begin - START) // HOUR) for one in kept] == [
        ("USABLE", "", 0),
        ("UNUSABLE", "DOWN", 1),
        ("USABLE", "", 3),
        ("UNUSABLE", "MOVED", 4),
        ("USABLE", "", 5),
    ]
    assert [one.end for one in kept] == [*[one.begin for one in kept[1:]], None]


def test_look_again_changes_nothing(make_camera: MakeCamera) -> None:
    tell(make_camera(), "LIVE", START)

    services.look(at=START + HOUR)

    assert Interval.objects.filter(end__isnull=True).count() == 1
    assert Interval.objects.filter(begin__gte=START).count() == 1


def test_uptime_counts_what_no_plan_excuses(make_camera: MakeCamera) -> None:
    camera = make_camera()
    tell(camera, "LIVE", START)
    tell(camera, "UNREACHABLE", START + 6 * HOUR)
    tell(camera, "LIVE", START + 10 * HOUR)
    until = START + 20 * HOUR

    assert uptime(camera, until) == pytest.approx(16 / 20, abs=1e-3)
    for begin, end in ((5, 8), (7, 9)):  # plans overlap each other and the time before
        services.plan_work(
            owner=camera.owner,
            camera=None,
            begin=START + begin * HOUR,
            end=START + end * HOUR,
            reason="ย้ายเสา",
            actor=PERSON,
            at=until,
        )
    assert uptime(camera, until) == pytest.approx(16 / 17, abs=1e-3)


def test_uptime_leaves_out_what_nobody_read(make_camera: MakeCamera) -> None:
    camera = make_camera()
    tell(camera, "LIVE", START)
    retire_camera(camera_id=camera.pk, actor=PERSON, at=START + HOUR, reason="ถอด")
    services.look(at=START + HOUR)

    assert uptime(camera, START + 10 * HOUR) == 1.0


def test_report_has_the_same_queries_for_two_and_for_twenty(make_camera: MakeCamera) -> None:
    counts = []
    for number in (2, 20):
        cameras = [make_camera(owner=f"อบจ. {count % 3}") for count in range(number)]
        for camera in cameras:
            tell(camera, "LIVE", START)
        with CaptureQueriesContext(connection) as queries:
            reports.owners_of(Camera.objects.all(), START, START + HOUR, at=START + HOUR)
            services.look(at=START + HOUR)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_write_order_keeps_both_pictures_and_the_reason(make_camera: MakeCamera) -> None:
    camera = make_camera("C-023")
    services.set_contact(
        owner=camera.owner, person="ช่างแดง", phone="055-111", address="", actor=PERSON, at=START
    )
    pictures.write(pictures.STILLS, "C-023", b"now", captured_at=START.timestamp())
    pictures.write(pictures.GOOD, "C-023", b"before", captured_at=START.timestamp() - 3600)
    tell(camera, "DEGRADED", START, "COVERED")
    camera.refresh_from_db()

    order = services.write_order(camera=camera, actor=PERSON, at=START + HOUR, note="ใบไม้")
    pictures.write(pictures.STILLS, "C-023", b"later", captured_at=START.timestamp() + 60)

    assert (order.fault, order.since, order.contact) == ("COVERED", START, "ช่างแดง · 055-111")
    kept = pictures.read(services.ORDERS, services.picture_name(order, "fault"))
    assert kept is not None
    assert kept.jpeg == b"now"
    assert order.good_at == START - HOUR
    assert AuditEntry.objects.filter(verb="upkeep.ordered", reason="ใบไม้").exists()


def test_write_order_twice_is_refused(make_camera: MakeCamera) -> None:
    camera = make_camera()
    services.write_order(camera=camera, actor=PERSON, at=START)

    with pytest.raises(services.OrderIsOut):
        services.write_order(camera=camera, actor=PERSON, at=START)


def test_order_goes_its_way_and_is_opened_again_when_the_camera_fails_again(make_camera: MakeCamera) -> None:
    camera = make_camera()
    tell(camera, "UNREACHABLE", START)
    camera.refresh_from_db()
    order = services.write_order(camera=camera, actor=PERSON, at=START)
    for hour, state in enumerate((OrderState.SENT, OrderState.ACKNOWLEDGED, OrderState.MENDED)):
        if state is OrderState.MENDED:
            tell(camera, "LIVE", START + 2 * HOUR)
        services.move_order(order_id=order.pk, to=state, actor=PERSON, at=START + hour * HOUR + HOUR)

    order.refresh_from_db()
    assert order.back_at is not None
    tell(camera, "UNREACHABLE", START + 30 * HOUR)
    services.look(at=START + 30 * HOUR + dt.timedelta(minutes=5))
    order.refresh_from_db()
    assert order.state == OrderState.MENDED
    services.look(at=START + 30 * HOUR + dt.timedelta(minutes=11))
    order.refresh_from_db()
    assert order.state == OrderState.REOPENED
    assert [step.state for step in order.steps.order_by("pk")] == [
        "OPEN",
        "SENT",
        "ACKNOWLEDGED",
        "MENDED",
        "REOPENED",
    ]
    assert AuditEntry.objects.filter(verb="upkeep.reopened").count() == 1


def test_move_order_refuses_a_step_that_is_none(make_camera: MakeCamera) -> None:
    order = services.write_order(camera=make_camera(), actor=PERSON, at=START)

    with pytest.raises(services.WrongMove):
        services.move_order(order_id=order.pk, to=OrderState.REOPENED, actor=PERSON, at=START)
    assert WorkOrder.objects.get().state == OrderState.OPEN


def test_accept_view_gives_the_camera_a_new_one(make_camera: MakeCamera) -> None:
    camera = make_camera()

    services.accept_view(camera=camera, actor=PERSON, at=START)

    camera.refresh_from_db()
    assert (camera.view_no, camera.revision) == (1, 1)


def test_prune_drops_what_no_report_reaches(make_camera: MakeCamera) -> None:
    camera = make_camera()
    tell(camera, "LIVE", START - dt.timedelta(days=900))
    tell(camera, "UNREACHABLE", START - dt.timedelta(days=850))
    tell(camera, "LIVE", START)

    services.prune(at=START)

    assert [one.service for one in Interval.objects.filter(end__isnull=True)] == ["USABLE"]
    assert not Interval.objects.filter(end__lt=START - services.KEEP).exists()
