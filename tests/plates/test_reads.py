"""From a pass to a stored read and, where it is looked for, to an alert."""

import datetime as dt
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alerts.models import Alert
from alerts.services import acknowledge
from cameras import results
from cameras.models import Camera
from plates import handlers, pictures
from plates.models import PlateRead, PlateText
from plates.services import add_entry, record_reads, revoke_entry
from tests.plates.moments import AT, FIRST, JPEG, SECOND, AddEntry, a_finding, a_read, entry_fields, later

pytestmark = pytest.mark.usefixtures("weeks")

NOT_KEPT = "8c21e5c3-2e2c-4e3c-a06a-3b1e2c23c12d"


def only_alert() -> Alert:
    return Alert.objects.get()


def test_record_reads_stores_text_as_read_and_as_written(db: None) -> None:
    row = record_reads(reads=[a_read("๑กข-๑๒๓๔")], at=AT)[0]

    stored = PlateRead.objects.get(pk=row.pk)
    assert (stored.raw_text, stored.text, stored.province) == ("๑กข-๑๒๓๔", "1กข1234", "PLK")
    assert (stored.seen_at, stored.first_seen_at, stored.received_at) == (AT, later(-2), AT)
    assert list(PlateText.objects.values_list("text", flat=True)) == ["1กข1234"]


def test_record_reads_unread_province_is_unknown_not_blank(db: None) -> None:
    record_reads(reads=[a_read(province=None), a_read(province="XXX")], at=AT)

    assert set(PlateRead.objects.values_list("province", flat=True)) == {None}


def test_record_reads_twice_stores_once(on_list: AddEntry) -> None:
    on_list()
    read = a_read()
    record_reads(reads=[read, read], at=AT)

    assert record_reads(reads=[read], at=later(5)) == []
    assert PlateRead.objects.count() == 1
    assert only_alert().count == 1


def test_record_reads_saves_pictures_under_their_day(picture_root: Path) -> None:
    read = a_read()

    row = record_reads(reads=[read], at=AT)[0]

    assert row.crop == f"2026/11/23/{read.pass_id}-crop.jpg"
    path = picture_root / "plates" / row.scene
    assert path.read_bytes() == JPEG
    assert path.stat().st_mtime == AT.timestamp()


def test_record_reads_day_of_a_picture_is_thailands(db: None) -> None:
    midnight = dt.datetime(2026, 11, 23, 17, 0, tzinfo=dt.UTC)

    row = record_reads(reads=[a_read(seen_at=midnight)], at=midnight)[0]

    assert row.crop.startswith("2026/11/24/")


def test_record_reads_keeps_pictures_of_a_hit_apart(on_list: AddEntry) -> None:
    on_list()

    row = record_reads(reads=[a_read()], at=AT)[0]

    assert row.crop.startswith("hits/2026/11/23/")


def test_record_reads_without_pictures(db: None) -> None:
    row = record_reads(reads=[a_read(pictures={})], at=AT)[0]

    assert (row.crop, row.scene) == ("", "")


def test_exact_hit_is_urgent_and_says_everything(on_list: AddEntry, camera: Camera) -> None:
    entry = on_list()
    read = a_read()

    row = record_reads(reads=[read], at=AT)[0]

    alert = only_alert()
    assert (alert.kind, alert.priority, alert.subject) == ("PLATE_HIT", 2, "ป้ายเฝ้าระวัง กข 1234")
    assert (alert.place, alert.lat) == ("พิษณุโลก · C-001 หน้าตลาดสด", 16.82)
    assert alert.details == {
        "read_id": row.pk,
        "seen_at": "2026-11-23T14:47:00.000000Z",
        "camera": "C-001",
        "camera_name": "หน้าตลาดสด",
        "text": "กข1234",
        "province": "PLK",
        "plate_class": "CAR",
        "text_confidence": 0.996,
        "province_confidence": 0.97,
        "accepted": True,
        "level": "EXACT",
        "direction": "UNKNOWN",
        "crop_url": f"/plates/pictures/hits/2026/11/23/{read.pass_id}-crop.jpg",
        "scene_url": f"/plates/pictures/hits/2026/11/23/{read.pass_id}-scene.jpg",
        "vehicle": "รถเก๋ง",
        "reader": "",
        "entry": {
            "id": entry.pk,
            "text": "กข1234",
            "province": "PLK",
            "plate_class": "",
            "case": "คดี 1123/2569",
            "category": "WANTED",
            "reason": "ชนแล้วหนี",
            "requester": "พ.ต.ท.วีระ สืบสวน",
            "confirmed_at": "2026-11-23T13:47:00.000000Z",
            "expires_at": "2026-11-30T14:47:00.000000Z",
            "vehicle": "รถเก๋ง สีดำ",
        },
    }


@pytest.mark.parametrize(
    ("read", "priority", "level"),
    [
        ({"province": "PLK"}, 2, "EXACT"),
        ({"province": None}, 3, "PROVINCE_UNREAD"),
        ({"province": "PLK", "accepted": False}, 3, "UNSURE"),
        ({"province": None, "accepted": False}, 3, "UNSURE"),
        ({"province": "PLK", "plate_class": "UNKNOWN"}, 2, "EXACT"),
    ],
)
def test_priority_follows_how_sure_the_match_is(
    on_list: AddEntry, read: dict[str, object], priority: int, level: str
) -> None:
    on_list(plate_class="CAR")

    record_reads(reads=[a_read(**read)], at=AT)  # type: ignore[arg-type] # keywords by name

    alert = only_alert()
    assert (alert.priority, alert.details["level"]) == (priority, level)


@pytest.mark.parametrize(
    "read",
    [
        {"province": "BKK"},
        {"province": "BKK", "accepted": False},
        {"text": "กข 1235"},
        {"text": "1กข 1234"},
        {"plate_class": "MOTORCYCLE"},
    ],
)
def test_another_vehicle_is_stored_without_an_alert(on_list: AddEntry, read: dict[str, object]) -> None:
    on_list(plate_class="CAR")

    rows = record_reads(reads=[a_read(**read)], at=AT)  # type: ignore[arg-type] # keywords by name

    assert len(rows) == 1
    assert not Alert.objects.exists()


@pytest.mark.parametrize("province", ["PLK", "BKK"])
def test_entry_for_any_province_meets_every_province(on_list: AddEntry, province: str) -> None:
    on_list(province="")

    record_reads(reads=[a_read(province=province)], at=AT)

    assert only_alert().priority == 2


def test_entry_for_yala_meets_betong(on_list: AddEntry) -> None:
    on_list(province="YLA")

    record_reads(reads=[a_read(province="BTG")], at=AT)

    assert only_alert().priority == 2


def test_entry_meets_nothing_from_the_second_it_expires(on_list: AddEntry) -> None:
    on_list(expires_at=later(60))

    record_reads(reads=[a_read(seen_at=later(60))], at=later(60))
    assert not Alert.objects.exists()

    record_reads(reads=[a_read(seen_at=later(59))], at=later(59))
    assert Alert.objects.exists()


def test_entry_without_a_second_person_meets_nothing(db: None) -> None:
    add_entry(fields=entry_fields(), by=FIRST, at=later(-60))

    record_reads(reads=[a_read()], at=AT)

    assert not Alert.objects.exists()


def test_revoked_entry_meets_nothing(on_list: AddEntry) -> None:
    revoke_entry(entry=on_list(), reason="พบรถแล้ว", by=SECOND, at=later(-1))

    record_reads(reads=[a_read()], at=AT)

    assert not Alert.objects.exists()


def test_surest_of_several_entries_is_the_one_alarmed(on_list: AddEntry) -> None:
    on_list(province="BKK", case_number="1")
    exact = on_list(province="PLK", case_number="2")

    record_reads(reads=[a_read()], at=AT)

    assert only_alert().details["entry"]["id"] == exact.pk


def test_same_vehicle_at_the_next_camera_folds_and_moves(on_list: AddEntry, camera: Camera) -> None:
    on_list()
    Camera.objects.create(code="C-002", name="สะพาน", lat=16.9, lon=100.3, created_at=AT, updated_at=AT)
    record_reads(reads=[a_read()], at=AT)

    record_reads(reads=[a_read(camera="C-002", seen_at=later(60))], at=later(60))

    alert = only_alert()
    assert (alert.count, alert.lat, alert.details["camera"]) == (2, 16.9, "C-002")


def test_same_vehicle_much_later_calls_anew(on_list: AddEntry) -> None:
    on_list()
    record_reads(reads=[a_read()], at=AT)
    acknowledge(alert=only_alert(), by=SECOND, at=later(5))

    record_reads(reads=[a_read(seen_at=later(601))], at=later(601))

    assert only_alert().state == "WAITING"


def test_record_reads_asks_once_for_many_reads(on_list: AddEntry) -> None:
    on_list()
    counts = []
    for total in (2, 20):
        reads = [a_read(f"ขค {number}", pictures={}) for number in range(1, total + 1)]
        with CaptureQueriesContext(connection) as queries:
            record_reads(reads=reads, at=AT)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_record_reads_nothing(db: None) -> None:
    assert record_reads(reads=[], at=AT) == []


@pytest.mark.parametrize("text", ["", "  - .", "ก" * 21])
def test_text_that_is_no_plate_is_left_out(db: None, text: str) -> None:
    assert record_reads(reads=[a_read(text)], at=AT) == []


@pytest.mark.parametrize("seen_at", [dt.datetime(1970, 1, 1, tzinfo=dt.UTC), later(3600)])
def test_time_that_cannot_be_is_replaced_by_the_arrival(
    db: None, seen_at: dt.datetime, caplog: pytest.LogCaptureFixture
) -> None:
    read = a_read(seen_at=seen_at)

    row = record_reads(reads=[read], at=AT)[0]

    assert (row.seen_at, row.received_at) == (AT, AT)
    assert "a time that cannot be" in caplog.text
    assert record_reads(reads=[read], at=later(9)) == []


def test_confidence_just_above_one_is_one(db: None) -> None:
    assert record_reads(reads=[a_read(text_confidence=1.0000001)], at=AT)[0].text_confidence == 1.0


def test_failed_alert_leaves_no_read(on_list: AddEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> None:
        raise OSError("no")

    on_list()
    monkeypatch.setattr("plates.services.reads.raise_alert", fail)

    with pytest.raises(OSError, match="no"):
        record_reads(reads=[a_read()], at=AT)

    assert not PlateRead.objects.exists()


def test_same_pass_twice_is_refused_by_the_database(db: None) -> None:
    row = record_reads(reads=[a_read()], at=AT)[0]
    row.pk = None

    with pytest.raises(IntegrityError), transaction.atomic():
        PlateRead.objects.bulk_create([row])


def test_handler_is_subscribed_to_plate_passes() -> None:
    assert handlers.store_passes in results.handlers_of("plate_pass")


def test_read_of_takes_what_the_lane_tells() -> None:
    read = handlers.read_of(a_finding())

    assert (read.camera, read.province, read.direction, read.accepted) == ("C-021", None, "AWAY", False)
    assert (read.first_seen_at, read.seen_at, read.received_at) == (later(-3), AT, later(1))


def test_store_passes_called_again_changes_nothing(db: None) -> None:
    finding = a_finding(last_seen=timezone.now().timestamp())

    handlers.store_passes([finding])
    handlers.store_passes([finding])

    assert PlateRead.objects.get().camera == "C-021"


def test_pass_handed_over_days_late_keeps_its_own_time(db: None) -> None:
    read = a_read(received_at=later(1))

    row = record_reads(reads=[read], at=AT + dt.timedelta(days=20))[0]

    assert (row.seen_at, row.received_at) == (AT, later(1))


def test_full_picture_disk_costs_no_read_and_no_alert(
    on_list: AddEntry, picture_root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    on_list()
    (picture_root / "plates").write_text("no folder")

    row = record_reads(reads=[a_read()], at=AT)[0]

    assert (row.crop, row.scene) == ("", "")
    assert only_alert().details["crop_url"] == ""
    assert "could not be stored" in caplog.text


@pytest.mark.parametrize(
    "name",
    [
        "",
        "../../secrets",
        "2026/11/23/../../x-crop.jpg",
        "2026/11/23/x.jpg",
        "/etc/passwd",
        "thumbs/C-001.jpg",
        f"2026/11/23/{NOT_KEPT}-crop.jpg\n",
        f"2026/11/23/{NOT_KEPT}-crop.jpg",
    ],
)
def test_read_of_a_picture_that_is_not_ours_or_gone_is_none(name: str) -> None:
    assert pictures.read(name) is None
