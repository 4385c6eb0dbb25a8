"""Pages of other readers, what was refused of them, and their modes."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from ccoc.lib.standard_webhooks import make_secret
from events.models import AuditEntry
from plates.interop.refusals import NOBODY, forget_refusals, note_refusal, refusals_of
from plates.models import ForeignPass, PlateRead, ReadSource
from plates.services import record_reads
from plates.services.sources import BadSource, SourceFields, add_source, edit_source, rotate_source
from plates.workflow import SourceKind, SourceMode
from tests.plates.interop.test_hooks import BOSS, Vendor, code_of, message
from tests.plates.interop.test_hooks import vendor as vendor
from tests.plates.moments import AT, a_read

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(autouse=True)
def nothing_refused_yet() -> None:
    cache.clear()


@pytest.fixture
def chief(make_user: Callable[..., User]) -> Client:
    client = Client()
    client.force_login(make_user("SUPERVISOR", username="chief"), backend=BACKEND)
    return client


def typed(**more: str) -> dict[str, str]:
    return {"name": "ด่านใต้", "camera": "C-001", "mode": "LIVE", **more}


def refused(source: ReadSource) -> list[tuple[str, int]]:
    return [(str(label), count) for label, count in refusals_of([source.pk])[source.pk].counts]


# What a mode does


def test_a_reader_on_trial_is_checked_and_heard_and_nothing_is_stored(vendor: Vendor) -> None:
    ReadSource.objects.update(mode=SourceMode.SANDBOX)

    answer, wrong = vendor.send(), vendor.send(text="")

    assert answer.json() == {"stored": 0, "known": 0, "tried": 1}
    assert code_of(wrong) == (400, "malformed")
    assert not PlateRead.objects.exists()
    assert ReadSource.objects.get().heard_at is not None


def test_a_reader_that_is_off_is_told_so_only_with_its_key(vendor: Vendor) -> None:
    ReadSource.objects.update(mode=SourceMode.OFF)

    assert code_of(vendor.send()) == (409, "switched_off")
    assert code_of(vendor.post(message(), secret=make_secret())) == (401, "not_signed")
    assert not PlateRead.objects.exists()


def test_a_reader_of_tables_has_no_webhook(vendor: Vendor) -> None:
    fields = SourceFields(name="เทศบาล", camera="C-001", is_trusted=False)
    source, _secret = add_source(code="CITY", fields=fields, kind=SourceKind.TABLE, by=BOSS, at=AT)

    assert code_of(vendor.post(message(), code="CITY")) == (401, "not_signed")
    with pytest.raises(BadSource):
        rotate_source(source=source, by=BOSS, at=AT)


def test_edit_source_notes_what_changed_and_nothing_else(vendor: Vendor) -> None:
    fields = SourceFields(name="ด่านเหนือ", camera="C-001", is_trusted=True, mode="SANDBOX")

    for _again in range(2):
        edit_source(source=vendor.source, fields=fields, by=BOSS, at=AT)

    entry = AuditEntry.objects.get(verb="plates.source_changed")
    assert entry.changes == {"mode": ["LIVE", "SANDBOX"]}


def test_edit_source_refuses_a_camera_that_nobody_knows(vendor: Vendor) -> None:
    fields = SourceFields(name="ด่านเหนือ", camera="C-404", is_trusted=True)

    with pytest.raises(BadSource):
        edit_source(source=vendor.source, fields=fields, by=BOSS, at=AT)
    assert ReadSource.objects.get().camera == "C-001"


# What was refused


def test_every_refusal_is_counted_with_its_true_reason(vendor: Vendor) -> None:
    old = timezone.now() - dt.timedelta(minutes=6)
    vendor.post(message(), secret=make_secret())
    vendor.post(message(), secret=make_secret())
    vendor.post(message(), sent_at=old)
    vendor.post(message(), content_type="text/plain")
    vendor.send(text="")

    assert refused(vendor.source) == [
        ("ลายเซ็นไม่ถูกต้อง", 2), ("เก่ากว่า 5 นาที", 1), ("อ่านข้อความไม่เข้าใจ", 1), ("ชนิดข้อมูลไม่ถูกต้อง", 1),
    ]  # fmt: skip
    last = refusals_of([vendor.source.pk])[vendor.source.pk].last
    assert last is not None
    assert (last.code, last.part) == ("malformed", "text")


def test_a_message_to_nobody_is_counted_under_nobody(vendor: Vendor) -> None:
    vendor.post(message(), code="LPR-9")

    assert refusals_of([NOBODY])[NOBODY].total == 1
    assert refused(vendor.source) == []


def test_a_read_that_is_taken_is_no_refusal(vendor: Vendor) -> None:
    vendor.send()
    vendor.send()

    assert refused(vendor.source) == []


def test_refusals_keep_known_reasons_only_and_can_be_forgotten() -> None:
    note_refusal(7, "not_signed", at=AT)
    note_refusal(7, "method_not_allowed", at=AT)
    counted = refusals_of([7])[7].total
    forget_refusals(7)

    assert (counted, refusals_of([7])[7].total, refusals_of([7])[7].last) == (1, 0, None)


# The pages


def test_source_is_added_and_its_secret_shown_once(chief: Client, vendor: Vendor) -> None:
    answer = chief.post(reverse("plates:source-add"), typed(code="LPR-2", kind="WEBHOOK"))

    page = answer.content.decode()
    secret = next(
        word for word in page.replace("<", " ").replace(">", " ").split() if word.startswith("whsec_")
    )
    assert "no-store" in answer.headers["Cache-Control"]
    assert Vendor(ReadSource.objects.get(code="LPR-2"), secret).send(event_id="e-2").status_code == 200
    assert "whsec_" not in chief.get(reverse("plates:source", args=["LPR-2"])).content.decode()


def test_source_of_tables_is_added_without_a_secret(chief: Client, vendor: Vendor) -> None:
    answer = chief.post(reverse("plates:source-add"), typed(code="CITY", kind="TABLE"))

    assert answer.headers["Location"] == reverse("plates:source", args=["CITY"])
    assert "whsec_" not in chief.get(answer.headers["Location"]).content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        *({"code": "LPR-1"}, {"code": "lpr 2"}, {"code": "X" * 21}, {"camera": "C-404"}, {"kind": "FAX"}),
        *({"name": ""}, {"name": "x" * 81}, {"name": "a\x00b"}, {"mode": "?"}),
    ],
)
def test_source_that_is_wrong_comes_back_with_words(
    chief: Client, vendor: Vendor, wrong: dict[str, str]
) -> None:
    answer = chief.post(reverse("plates:source-add"), typed(code="LPR-2", kind="WEBHOOK") | wrong)

    assert answer.status_code == 200
    assert ReadSource.objects.count() == 1
    assert "field-error" in answer.content.decode()


def test_source_is_edited_rotated_and_retired(chief: Client, vendor: Vendor) -> None:
    url = reverse("plates:source", args=["LPR-1"])

    chief.post(url, typed(name="ด่านเหนือ 2", mode="SANDBOX"))
    wrong = chief.post(url, typed(camera="C-404")).content.decode()
    rotated = chief.post(f"{url}/secret").content.decode()
    changed = ReadSource.objects.get()
    chief.post(f"{url}/retire")

    assert (changed.name, changed.mode, changed.is_trusted) == ("ด่านเหนือ 2", "SANDBOX", False)
    assert "field-error" in wrong
    assert "whsec_" in rotated
    assert vendor.send().status_code == 401
    assert chief.get(url).status_code == 404


def test_sources_tell_last_read_reads_today_and_refusals(chief: Client, vendor: Vendor) -> None:
    vendor.send()
    vendor.send(text="")
    vendor.post(message(), code="LPR-9")
    told_long_ago = ForeignPass.objects.create(
        source=vendor.source,
        external_id="old",
        pass_id=a_read().pass_id,
        received_at=AT - dt.timedelta(days=400),
    )

    page = chief.get(reverse("plates:sources")).content.decode()

    assert told_long_ago.pk
    assert ">1</td>" in page
    assert "อ่านข้อความไม่เข้าใจ 1" in page
    assert "note-warn" in page


def test_sources_ask_the_same_number_of_questions(chief: Client, vendor: Vendor) -> None:
    def questions() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert chief.get(reverse("plates:sources")).status_code == 200
        return len(asked)

    few = questions()
    for number in range(20):
        fields = SourceFields(name="ด่าน", camera="C-001", is_trusted=False)
        add_source(code=f"N-{number}", fields=fields, by=BOSS, at=AT)

    assert questions() == few


def test_a_read_of_another_reader_is_named_beside_it_and_ours_is_not(
    midday: None, chief: Client, vendor: Vendor
) -> None:
    now = timezone.localtime()
    vendor.send(seen_at=now.isoformat())
    record_reads(reads=[a_read(text="ฮฮ 99", first_seen_at=now, seen_at=now, pictures={})], at=now)
    asked = {"camera": "C-001", "day": now.date().isoformat(), "from_time": "00:00", "until_time": "23:59:59"}

    page = chief.get(reverse("plates:reads"), {**asked, "reason": "ทดสอบระบบ"}).content.decode()

    assert page.count("อ่านโดย ด่านเหนือ") == 1
    assert "ฮฮ 99" in page
