"""Pages of upkeep: who may do what, what they hold, and the way of an order through them."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from cameras import pictures
from cameras.querysets import HealthReport
from cameras.services import record_health
from cameras.upkeep import services
from cameras.upkeep.models import PlannedWork, WorkOrder
from tests.cameras.conftest import MakeCamera


@pytest.fixture
def office(client: Client, make_user: Callable[..., User]) -> Client:
    client.force_login(make_user("CAMERA_ADMIN"), backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_order_from_the_camera_to_the_letter(office: Client, make_camera: MakeCamera) -> None:
    camera, now = make_camera("C-023"), timezone.now()
    pictures.write(pictures.STILLS, "C-023", b"still", captured_at=now.timestamp())
    report = HealthReport(camera.pk, 0, "DEGRADED", "MOVED", now, now, fault="MOVED")
    record_health(reports=[report], at=now)

    page = office.get("/cameras/C-023/").content.decode()
    assert "/upkeep/orders/new/C-023" in page
    assert "กล้องหันไปจากมุมเดิม" in page
    assert "/cameras/C-023/accept-view" in page
    made = office.post("/upkeep/orders/new/C-023", {"note": "หลังพายุ", "alert": "7"})
    order = WorkOrder.objects.get()
    assert made["Location"] == f"/upkeep/orders/{order.pk}/"
    assert (order.alert_id, order.note, order.fault) == (7, "หลังพายุ", "MOVED")
    assert office.get("/upkeep/orders/new/C-023")["Location"] == made["Location"]
    assert "กล้องหันไปจากมุมเดิม" in office.get(f"/upkeep/orders/{order.pk}/paper").content.decode()
    assert office.get(f"/upkeep/orders/{order.pk}/fault.jpg").content == b"still"
    assert office.get(f"/upkeep/orders/{order.pk}/good.jpg").status_code == 204
    office.post(f"/upkeep/orders/{order.pk}/move", {"to": "SENT", "note": "ส่งทาง LINE"})
    shown = office.get(f"/upkeep/orders/{order.pk}/").content.decode()
    assert "ส่งทาง LINE" in shown
    assert order.number in office.get("/upkeep/orders?state=SENT").content.decode()


def test_accept_view_from_the_page(office: Client, make_camera: MakeCamera) -> None:
    camera = make_camera("C-023")

    office.post("/cameras/C-023/accept-view")

    camera.refresh_from_db()
    assert camera.view_no == 1


def test_planned_work_is_kept_in_thai_time_and_withdrawn(office: Client, make_camera: MakeCamera) -> None:
    make_camera("C-023")
    wish = {
        "owner": "อบจ.พิษณุโลก",
        "code": "C-023",
        "begin_date": "24/11/2569",
        "begin_time": "08:30",
        "end_date": "24/11/2569",
        "end_time": "12:00",
        "reason": "ย้ายเสา",
    }

    assert office.post("/upkeep/planned", wish).status_code == 302

    work = PlannedWork.objects.get()
    assert work.begin == dt.datetime(2026, 11, 24, 1, 30, tzinfo=dt.UTC)
    assert "สิ้นสุดอยู่ก่อน" in office.post("/upkeep/planned", wish | {"end_time": "08:00"}).content.decode()
    office.post(f"/upkeep/planned/{work.pk}/withdraw")
    work.refresh_from_db()
    assert work.withdrawn_at is not None


def test_report_shows_the_owner_and_exports_what_it_shows(office: Client, make_camera: MakeCamera) -> None:
    camera = make_camera("C-023", owner="อบจ.พิษณุโลก")
    now = timezone.now()
    begin = now - dt.timedelta(seconds=10)
    record_health(reports=[HealthReport(camera.pk, 0, "LIVE", "", begin, begin)], at=begin)
    services.look(at=begin)
    office.post("/upkeep/contact", {"owner": "อบจ.พิษณุโลก", "person": "ช่างแดง", "phone": "055-111"})

    page = office.get("/upkeep/", {"owner": "อบจ.พิษณุโลก"}).content.decode()
    paper = office.get("/upkeep/report").content.decode()
    csv = office.get("/upkeep/uptime.csv").getvalue().decode()

    assert "100.00 %" in page
    assert "ช่างแดง" in page
    assert "อบจ.พิษณุโลก" in paper
    assert "C-023" in csv
    assert "100.00" in csv
    assert office.get("/upkeep/uptime.xlsx").content[:2] == b"PK"
    assert office.get("/upkeep/?month=2026-99").status_code == 200


def test_lists_have_the_same_queries_for_two_and_for_twenty(office: Client, make_camera: MakeCamera) -> None:
    counts = []
    for number in (2, 18):
        for _ in range(number):
            camera = make_camera(owner=f"เจ้าของ {number}")
            services.write_order(camera=camera, actor=services.SWEEP, at=timezone.now())
        with CaptureQueriesContext(connection) as queries:
            office.get("/upkeep/orders?state=all")
            office.get("/upkeep/")
        counts.append(len(queries))

    assert counts[0] == counts[1]
