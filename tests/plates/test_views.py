"""Pages of plates as a supervisor, an operator and an auditor use them."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from alerts.models import Alert
from ccoc.lib.dates_th import format_date
from events.models import AuditEntry
from plates.forms import ProvinceField
from plates.models import PlateRead, WatchlistEntry
from plates.services import record_reads
from tests.plates.moments import JPEG, AddEntry, a_read

MakeUser = Callable[..., User]
BACKEND = "django.contrib.auth.backends.ModelBackend"

pytestmark = pytest.mark.usefixtures("midday")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


@pytest.fixture
def chief(make_user: MakeUser) -> Client:
    return signed_in(make_user("SUPERVISOR", username="chief"))


@pytest.fixture
def deputy(make_user: MakeUser) -> Client:
    return signed_in(make_user("SUPERVISOR", username="deputy"))


@pytest.fixture
def desk(operator: User) -> Client:
    return signed_in(operator)


def listed_today(on_list: AddEntry, **more: str) -> WatchlistEntry:
    now = timezone.now()
    return on_list(at=now, confirmed_at=now, expires_at=now + dt.timedelta(days=3), **more)


def typed(**more: str) -> dict[str, str]:
    """What a supervisor types, with a date of each era."""
    today = timezone.localdate()
    values = {
        "text": "กข 1234",
        "province": "พิษ",
        "plate_class": "",
        "vehicle": "รถเก๋ง สีดำ",
        "case_number": "คดี 1123/2569",
        "category": "WANTED",
        "reason": "ชนแล้วหนี",
        "requester": "พ.ต.ท.วีระ",
        "confirmed_at": today.isoformat(),
        "expires_at": format_date(today + dt.timedelta(days=7)),
    }
    return {**values, **more}


def test_add_entry_with_two_letters_and_dates_of_both_eras(chief: Client) -> None:
    answer = chief.post("/plates/watchlist/new", typed())

    entry = WatchlistEntry.objects.get()
    assert answer.headers["Location"] == f"/plates/watchlist/{entry.pk}"
    assert (entry.text, entry.province, entry.approved_at) == ("กข1234", "PLK", None)
    end = timezone.localtime(entry.expires_at)
    assert (end.date(), f"{end:%H:%M:%S}") == (timezone.localdate() + dt.timedelta(days=7), "23:59:59")


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": "abc"},
        {"province": "พ"},
        {"province": "ไม่มี"},
        {"expires_at": "31/02/2570"},
        {"expires_at": "1/1/2560"},
        {"expires_at": ""},
        {"confirmed_at": "soon"},
        {"case_number": ""},
        {"category": "FRIEND"},
    ],
)
def test_add_entry_that_is_wrong_comes_back_with_words(chief: Client, wrong: dict[str, str]) -> None:
    answer = chief.post("/plates/watchlist/new", typed(**wrong))

    assert answer.status_code == 200
    assert "field-error" in answer.content.decode() or "note-danger" in answer.content.decode()
    assert not WatchlistEntry.objects.exists()


def test_entry_is_approved_by_a_second_supervisor_only(chief: Client, deputy: Client) -> None:
    chief.post("/plates/watchlist/new", typed())
    entry = WatchlistEntry.objects.get()

    own = chief.post(f"/plates/watchlist/{entry.pk}/approve", follow=True)
    entry.refresh_from_db()
    assert entry.approved_at is None
    assert "ผู้เพิ่มอนุมัติเองไม่ได้" in own.content.decode()

    deputy.post(f"/plates/watchlist/{entry.pk}/approve")
    entry.refresh_from_db()
    assert entry.approved_key.startswith("user:")


def test_entry_is_revoked_with_a_reason(chief: Client, on_list: AddEntry) -> None:
    entry = listed_today(on_list)

    without = chief.post(f"/plates/watchlist/{entry.pk}/revoke", {"reason": ""})
    chief.post(f"/plates/watchlist/{entry.pk}/revoke", {"reason": "พบรถแล้ว"})

    entry.refresh_from_db()
    assert without.status_code == 200
    assert entry.revoke_reason == "พบรถแล้ว"


@pytest.mark.parametrize("shelf", ["", "in-force", "waiting", "over", "nonsense"])
def test_watchlist_asks_the_same_number_of_questions(
    make_user: MakeUser, on_list: AddEntry, shelf: str
) -> None:
    client = signed_in(make_user("AUDITOR"))
    counts = []
    for total in (2, 20):
        while (number := WatchlistEntry.objects.count()) < total:
            listed_today(on_list, case_number=str(number))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/plates/watchlist?shelf={shelf}").status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_watchlist_for_an_operator_has_no_way_to_add(desk: Client) -> None:
    page = desk.get("/plates/watchlist").content.decode()

    assert "ตอนนี้ไม่มีป้ายที่เฝ้าระวัง" in page
    assert "/plates/watchlist/new" not in page
    assert desk.get("/plates/watchlist/new").status_code == 403


def some_reads(total: int) -> list[PlateRead]:
    now = timezone.now()
    reads = [a_read(f"ขค {n}", seen_at=now, first_seen_at=now) for n in range(1, total + 1)]
    return record_reads(reads=reads, at=now)


def asked(**more: str) -> dict[str, str]:
    day = format_date(timezone.localdate())
    return {
        "camera": "C-001",
        "day": day,
        "from_time": "00:00",
        "until_time": "23:59:59",
        "reason": "คดี 1123/2569",
        **more,
    }


def test_search_shows_reads_and_is_kept_in_the_audit_log(desk: Client, operator: User) -> None:
    some_reads(2)

    page = desk.get("/plates/reads", asked()).content.decode()

    assert "ขค 1" in page
    entry = AuditEntry.objects.get(verb="plates.searched")
    assert (entry.actor_label, entry.target_id, entry.reason) == (str(operator), "C-001", "คดี 1123/2569")


@pytest.mark.parametrize(
    "wrong", [{"reason": ""}, {"reason": "ดู"}, {"day": "x"}, {"until_time": "00:00"}, {"camera": ""}]
)
def test_search_without_a_reason_or_a_span_shows_nothing(desk: Client, wrong: dict[str, str]) -> None:
    some_reads(2)

    page = desk.get("/plates/reads", asked(**wrong)).content.decode()

    assert "ขค 1" not in page
    assert not AuditEntry.objects.filter(verb="plates.searched").exists()


def test_search_finds_nothing_and_says_so(desk: Client) -> None:
    page = desk.get("/plates/reads", asked()).content.decode()

    assert "ไม่มีป้ายที่อ่านได้จากกล้องนี้ในช่วงเวลานั้น" in page


def test_search_asks_the_same_number_of_questions(desk: Client) -> None:
    counts = []
    for total in (2, 18):
        some_reads(total)
        with CaptureQueriesContext(connection) as queries:
            desk.get("/plates/reads", asked())
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_hits_show_plate_case_and_outcome(desk: Client, on_list: AddEntry) -> None:
    listed_today(on_list)
    now = timezone.now()
    record_reads(reads=[a_read(seen_at=now, first_seen_at=now)], at=now)

    page = desk.get("/plates/hits").content.decode()

    assert Alert.objects.filter(kind="PLATE_HIT").exists()
    assert "กข 1234" in page
    assert "คดี 1123/2569" in page


def test_hits_before_the_first_one(desk: Client) -> None:
    assert "ยังไม่มีป้ายในรายการผ่านกล้อง" in desk.get("/plates/hits").content.decode()


def test_scene_seen_by_a_person_is_kept_in_the_audit_log(desk: Client, picture_root: Path) -> None:
    row = some_reads(1)[0]

    crop = desk.get(f"/plates/pictures/{row.crop}")
    assert (crop.content, crop.headers["Content-Type"]) == (JPEG, "image/jpeg")
    assert not AuditEntry.objects.filter(verb="plates.scene_viewed").exists()

    desk.get(f"/plates/pictures/{row.scene}")
    assert AuditEntry.objects.filter(verb="plates.scene_viewed").count() == 1


@pytest.mark.parametrize("name", ["x.jpg", "..%2f..%2fsecrets", "2026/11/23/x-crop.jpg"])
def test_picture_that_is_not_ours_is_404(desk: Client, name: str) -> None:
    assert desk.get(f"/plates/pictures/{name}").status_code == 404


def test_picture_for_nobody_is_refused(db: None) -> None:
    assert Client().get("/plates/pictures/x.jpg").status_code == 302


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("", ""),
        ("PLK", "PLK"),
        ("plk", "PLK"),
        ("พิษ", "PLK"),
        ("พิษณุโลก", "PLK"),
        (" เบ ", "BTG"),
        ("เลย", "LEI"),
    ],
)
def test_province_field_takes_the_first_letters(words: str, code: str) -> None:
    assert ProvinceField(required=False).clean(words) == code


@pytest.mark.parametrize("words", ["ส", "นคร", "xx", "โลก"])
def test_province_field_refuses_what_is_not_one(words: str) -> None:
    with pytest.raises(ValidationError):
        ProvinceField(required=False).clean(words)
