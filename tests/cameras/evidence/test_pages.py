"""Pages of evidence: who sees them, what they hold, and that every way out is written down."""

import asyncio
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from cameras.evidence import building, keys, services
from cameras.evidence.models import CustodyEntry, EvidencePack
from cameras.recording.services import About
from events.models import AuditEntry
from tests.cameras.evidence.conftest import ACTOR, LATER, RecordCamera, wish_for

LOGIN = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def office(client: Client, make_user: Callable[..., User]) -> Client:
    client.force_login(make_user("SUPERVISOR", username="chief"), backend=LOGIN)
    return client


def text_of(response: object) -> str:
    content: bytes = response.content  # type: ignore[attr-defined] # the test client's answer
    return content.decode()


def form_values(**changes: str) -> dict[str, str]:
    said = {
        "cameras": "C-001",
        "day": "23/11/2569",
        "from_time": "21:00:01",
        "until_time": "21:00:05",
        "case_number": "12/2569",
        "requester": "ร.ต.อ. ทดสอบ",
        "reason": "ชิงทรัพย์",
        "keep_until": "1/2/2570",
        "about": "incident:12",
    }
    return said | changes


def test_new_pack_locks_and_asks(
    office: Client, record_camera: RecordCamera, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: LATER)
    record_camera("C-001", 0, 2, 4)

    answer = office.post("/evidence/new", form_values())

    pack = EvidencePack.objects.get()
    assert answer["Location"] == f"/evidence/{pack.pk}/"
    assert (pack.about_type, pack.about_id) == ("incident", "12")
    assert pack.holds.get().reason == "ชิงทรัพย์"
    assert AuditEntry.objects.get(verb="evidence.requested").reason == "ชิงทรัพย์"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"cameras": "C-404"}, "cameras"),
        ({"cameras": ""}, "cameras"),
        ({"day": "31/2/2569"}, "day"),
        ({"reason": "x"}, "reason"),
        ({"about": "<script>"}, "about"),
    ],
)
def test_new_pack_says_what_is_wrong(
    office: Client, record_camera: RecordCamera, change: dict[str, str], field: str
) -> None:
    record_camera("C-001", 0)

    answer = office.post("/evidence/new", form_values(**change))

    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    assert not EvidencePack.objects.exists()


def test_new_pack_past_midnight_ends_the_next_day(office: Client, record_camera: RecordCamera) -> None:
    record_camera("C-001", 0)

    answer = office.get("/evidence/estimate", form_values(from_time="23:59:00", until_time="00:01:00"))

    begin, end = answer.context["form"].span()
    assert (end - begin).total_seconds() == 120


def test_new_pack_takes_what_the_address_knows(office: Client, record_camera: RecordCamera) -> None:
    record_camera("C-001", 0)
    known = {"cameras": "C-001,C-002", "case": "12", "about": "incident:3"}
    span = {"from": "2026-11-23T14:00:01Z", "to": "2026-11-23T14:00:05Z"}

    page = text_of(office.get("/evidence/new", known | span))

    for value in ("C-001, C-002", "23 พ.ย. 2569", "21:00:01", "21:00:05", "incident:3"):
        assert value in page
    assert office.get("/evidence/new?from=nonsense&to=2026-99-99").status_code == 200


def test_estimate_tells_seconds_bytes_and_gaps(office: Client, record_camera: RecordCamera) -> None:
    record_camera("C-001", 0, 4, gap_reason="STALLED")

    found = office.get("/evidence/estimate", form_values()).context["estimate"]

    assert found.seconds == pytest.approx(2.0)
    assert found.gaps == 1
    assert found.bytes > 1000


def test_estimate_of_half_a_form_is_no_fault(office: Client, db: None) -> None:
    for values in ({}, {"cameras": "C-404"}, form_values(day="x")):
        assert "estimate" not in office.get("/evidence/estimate", values).context


def test_list_narrows_and_asks_as_often_for_twenty_as_for_two(
    office: Client, record_camera: RecordCamera
) -> None:
    camera = record_camera("C-001", 0)
    counts = []
    for number in (2, 18):
        for _ in range(number):
            services.request_pack(actor=ACTOR, wish=wish_for(camera), at=LATER)
        with CaptureQueriesContext(connection) as caught:
            page = text_of(office.get("/evidence/"))
        counts.append(len(caught))

    assert counts[0] == counts[1]
    assert "EV-2569-0020" in page
    assert "EV-2569" not in text_of(office.get("/evidence/?q=nothing"))
    assert "EV-2569-0001" in text_of(office.get("/evidence/?state=QUEUED&q=12/2569"))


def test_pack_page_follows_it_until_it_is_made(office: Client, pack: EvidencePack) -> None:
    assert f"/evidence/{pack.pk}/progress" in text_of(office.get(f"/evidence/{pack.pk}/"))
    assert "HX-Refresh" not in office.get(f"/evidence/{pack.pk}/progress").headers

    building.build_next(at=timezone.now())

    assert office.get(f"/evidence/{pack.pk}/progress")["HX-Refresh"] == "true"
    page = text_of(office.get(f"/evidence/{pack.pk}/"))
    pack.refresh_from_db()
    assert pack.manifest_sha256 in page
    assert "progress" not in page


def test_download_streams_the_file_and_writes_it_down(office: Client, ready: EvidencePack) -> None:
    answer = office.post(f"/evidence/{ready.pk}/download", {"recipient": "ศาล", "reason": "ส่งฟ้อง"})

    async def fetched() -> bytes:
        blocks = answer.streaming_content  # type: ignore[attr-defined] # it streams
        return b"".join([block async for block in blocks])

    assert asyncio.run(fetched()) == services.path_of(ready).read_bytes()
    assert answer["Content-Disposition"] == f'attachment; filename="{ready.number}.zip"'
    entry = CustodyEntry.objects.get(act="DOWNLOADED")
    assert (entry.recipient, entry.reason, entry.by) == ("ศาล", "ส่งฟ้อง", "คนที่ chief")


def test_download_without_whom_or_why_gives_nothing(office: Client, ready: EvidencePack) -> None:
    answer = office.post(f"/evidence/{ready.pk}/download", {"recipient": "", "reason": ""})

    assert answer["Content-Type"].startswith("text/html")
    assert set(answer.context["download_form"].errors) == {"recipient", "reason"}
    assert not CustodyEntry.objects.filter(act="DOWNLOADED").exists()


def test_download_of_a_file_that_is_gone_says_so(office: Client, ready: EvidencePack) -> None:
    services.path_of(ready).unlink()

    answer = office.post(
        f"/evidence/{ready.pk}/download", {"recipient": "ศาล", "reason": "ส่งฟ้อง"}, follow=True
    )

    assert "ไม่มีไฟล์" in text_of(answer)


def test_hand_over_is_written_down(office: Client, ready: EvidencePack) -> None:
    office.post(f"/evidence/{ready.pk}/hand-over", {"recipient": "อัยการ", "reason": "แผ่นดีวีดี"})

    assert CustodyEntry.objects.get(act="HANDED_OVER").recipient == "อัยการ"
    assert "อัยการ" in text_of(office.get(f"/evidence/{ready.pk}/"))


def test_custody_form_holds_what_a_court_compares(office: Client, ready: EvidencePack) -> None:
    page = text_of(office.get(f"/evidence/{ready.pk}/form"))

    assert ready.sha256 in page
    assert ready.key is not None
    assert ready.key.fingerprint.upper()[:4] in page
    assert "<svg" in page
    assert CustodyEntry.objects.filter(act="PRINTED").count() == 1


def check(office: Client, name: str, data: bytes) -> tuple[dict[str, str], EvidencePack | None]:
    answer = office.post("/evidence/check", {"file": SimpleUploadedFile(name, data)})
    verdict = answer.context["verdict"]
    return dict(verdict.bad), verdict.pack


def test_check_of_packs_and_manifests(office: Client, pack: EvidencePack) -> None:
    building.build_next(at=timezone.now())
    pack.refresh_from_db()
    data = services.path_of(pack).read_bytes()
    with zipfile.ZipFile(services.path_of(pack)) as archive:
        manifest = archive.read(f"{pack.number}/manifest.json")
    touched = bytearray(data)
    touched[3000] ^= 1

    assert check(office, "a.zip", data) == ({}, pack)
    assert check(office, "m.json", manifest) == ({}, pack)
    assert check(office, "m.json", manifest + b" ") == ({"manifest.json": "altered"}, pack)
    assert check(office, "x.txt", b"hello") == ({"x.txt": "no pack"}, None)
    bad, claimed = check(office, "b.zip", bytes(touched))

    assert (len(bad), claimed) == (1, pack)
    told = CustodyEntry.objects.filter(act="CHECKED").order_by("pk").values_list("reason", flat=True)
    assert [words[:5] for words in told] == ["WHOLE", "WHOLE", "manif", "clips"]


def test_keys_are_shown_and_their_public_part_given(office: Client, db: None) -> None:
    assert office.get("/evidence/keys").status_code == 200
    key = keys.key_in_use(at=LATER)

    assert key.fingerprint.upper()[:4] in text_of(office.get("/evidence/keys"))
    assert office.get(f"/evidence/keys/{key.pk}.pem").content.startswith(b"-----BEGIN PUBLIC KEY-----")
    assert b"def is_signed" in office.get("/evidence/verify.py").content


def test_copy_is_asked_for_with_rectangles(office: Client, ready: EvidencePack) -> None:
    page = text_of(office.get(f"/evidence/{ready.pk}/copy"))
    assert f"/evidence/{ready.pk}/stills/C-001.jpg" in page

    values = {"reason": "ให้สื่อมวลชน", "boxes-C-001": "0.1 0.2 0.3 0.4;0.5 0.5 0.5 0.5", "boxes-C-002": ""}
    answer = office.post(f"/evidence/{ready.pk}/copy", values)

    copy = ready.copies.get()
    assert answer["Location"] == f"/evidence/{copy.pk}/"
    assert copy.boxes["C-001"][0] == {"left": 0.1, "top": 0.2, "width": 0.3, "height": 0.4}
    assert (copy.kind, copy.hides_plates, copy.case_number) == ("MASKED_COPY", False, ready.case_number)


@pytest.mark.parametrize(
    "boxes", ["x", "0 0 0 0", "0 0 2 1", "nan 0 1 1", "0 0 1", "-1 0 1 1", ";".join(["0 0 1 1"] * 21)]
)
def test_copy_refuses_rectangles_that_are_none(office: Client, ready: EvidencePack, boxes: str) -> None:
    answer = office.post(f"/evidence/{ready.pk}/copy", {"reason": "ให้สื่อมวลชน", "boxes-C-001": boxes})

    assert answer.context["form"].errors
    assert EvidencePack.objects.count() == 1


def test_copy_of_nothing_hidden_is_refused(office: Client, ready: EvidencePack) -> None:
    answer = office.post(f"/evidence/{ready.pk}/copy", {"reason": "ให้สื่อมวลชน"})

    assert answer.context["form"].non_field_errors()


def test_still_of_a_pack_is_shown_and_written_down(office: Client, ready: EvidencePack) -> None:
    assert office.get(f"/evidence/{ready.pk}/stills/C-001.jpg").content.startswith(b"\xff\xd8")
    assert office.get(f"/evidence/{ready.pk}/stills/C-404.jpg").status_code == 404

    assert AuditEntry.objects.get(verb="evidence.seen").reason == ready.reason


def test_pack_about_an_incident_holds_its_log(record_camera: RecordCamera, db: None) -> None:
    from cameras.evidence.errands import job_of

    wish = wish_for(record_camera("C-001", 0), about=About("incident", 404))
    pack = services.request_pack(actor=ACTOR, wish=wish, at=LATER)

    job = job_of(pack, keys.key_in_use(at=LATER))

    assert job["about"] == "incident 404"
    assert job["marks"] == []


@pytest.mark.parametrize("role", ["OPERATOR", "VOLUNTEER", "CAMERA_ADMIN"])
def test_evidence_is_closed_to_others(client: Client, make_user: Callable[..., User], role: str) -> None:
    client.force_login(make_user(role, username="x"), backend=LOGIN)

    for address in (
        "/evidence/",
        "/evidence/new",
        "/evidence/check",
        "/evidence/keys",
        "/evidence/verify.py",
    ):
        assert client.get(address).status_code == 403


def test_auditor_reads_but_takes_nothing(
    client: Client, make_user: Callable[..., User], pack: EvidencePack
) -> None:
    client.force_login(make_user("AUDITOR", username="x"), backend=LOGIN)

    assert client.get(f"/evidence/{pack.pk}/").status_code == 200
    assert (
        client.post(f"/evidence/{pack.pk}/download", {"recipient": "a", "reason": "bbbbb"}).status_code == 403
    )
    assert client.get("/evidence/new").status_code == 403


def test_templates_hold_no_inline_style_or_handler() -> None:
    for path in Path("templates/evidence").glob("*.html"):
        text = path.read_text("utf-8")
        assert " style=" not in text, path
        assert " onclick=" not in text, path
