"""Pages of the register: who sees them, what they hold, and that their cost does not grow with the rows."""

import io
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from openpyxl import load_workbook

from accounts.models import User
from cameras import pictures
from cameras.importing.drafts import preview_draft, start_draft
from cameras.importing.reading import read_table
from cameras.models import Camera, CredentialProfile, ImportDraft
from cameras.querysets import HealthReport
from cameras.services import record_health, set_credential
from cameras.templatetags.cameras import age_words, bearing_glyph
from cameras.watching import watched_among
from events.models import AuditEntry
from events.services import Actor

MakeCamera = Callable[..., Camera]
SECRET = "p@ss-ลับ"


@pytest.fixture
def admin(make_user: Callable[..., User]) -> User:
    return make_user("CAMERA_ADMIN", username="kitti")


@pytest.fixture
def office(client: Client, admin: User) -> Client:
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text_of(response: object) -> str:
    content: bytes = response.content  # type: ignore[attr-defined] # the test client's answer
    return content.decode()


def test_registry_without_cameras_says_so(office: Client) -> None:
    assert office.get("/cameras/").status_code == 200


def test_registry_lists_cameras_with_state_and_age(office: Client, make_camera: MakeCamera) -> None:
    camera = make_camera("C-017", name="หน้าตลาดสด")
    now = timezone.now()
    record_health(reports=[HealthReport(camera.pk, 0, "STALLED", "", now)], at=now)
    pictures.write(pictures.THUMBS, "C-017", b"jpeg", captured_at=time.time() - 360)

    page = text_of(office.get("/cameras/"))

    assert "C-017" in page
    assert "หน้าตลาดสด" in page
    assert "mark-stale" in page
    assert "6 นาที" in page


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("q=ตลาด", ["C-001"]),
        ("q=C-002", ["C-002"]),
        ("q=ตลาด+โรงเรียน", []),
        ("condition=down", ["C-002"]),
        ("condition=nonsense", ["C-001", "C-002"]),
        ("owner=วัดบ้านคลอง", ["C-002"]),
        ("page=99", ["C-001", "C-002"]),
    ],
)
def test_registry_narrows(office: Client, make_camera: MakeCamera, query: str, codes: list[str]) -> None:
    make_camera("C-001", name="หน้าตลาด")
    camera = make_camera("C-002", name="ประตูโรงเรียน", owner="วัดบ้านคลอง")
    now = timezone.now()
    record_health(reports=[HealthReport(camera.pk, 0, "UNREACHABLE", "", now)], at=now)

    listed = office.get(f"/cameras/?{query}").context["listed"]

    assert [row.camera.code for row in listed] == codes


def queries(office: Client, address: str) -> int:
    office.get(address)  # warms what is read once
    with CaptureQueriesContext(connection) as caught:
        assert office.get(address).status_code == 200
    return len(caught)


@pytest.mark.parametrize("address", ["/cameras/", "/api/v1/cameras", "/cameras/passwords", "/cameras/C-001/"])
def test_page_asks_as_often_for_twenty_as_for_two(
    office: Client, make_camera: MakeCamera, address: str
) -> None:
    counts = []
    for number in (2, 18):
        for _ in range(number):
            profile = set_credential(
                actor=Actor.system("t"),
                at=timezone.now(),
                name=f"ชุด {CredentialProfile.objects.count()}",
                username="v",
                secret="s",
            )
            make_camera(credential=profile)
        counts.append(queries(office, address))

    assert counts[0] == counts[1]


def form_values(camera: Camera, **changes: str) -> dict[str, str]:
    """What the browser sends back when nothing but `changes` was touched."""
    from cameras.forms import CameraForm

    form = CameraForm(instance=camera)
    values = {name: form[name].value() for name in form.fields}
    return {**{name: str(value) for name, value in values.items() if value not in (None, False)}, **changes}


def test_camera_form_untouched_changes_nothing(office: Client, make_camera: MakeCamera) -> None:
    camera = make_camera("C-017", azimuth_deg=128.5, warranty_until=None)

    office.post("/cameras/C-017/", form_values(camera))

    camera.refresh_from_db()
    assert camera.revision == 0


def test_camera_form_changes_and_says_it_in_words(office: Client, make_camera: MakeCamera) -> None:
    camera = make_camera("C-017", azimuth_deg=128.0)
    values = form_values(camera, azimuth_deg="135", warranty_until="31/3/2571")

    page = text_of(office.post("/cameras/C-017/", values, follow=True))

    camera.refresh_from_db()
    assert camera.azimuth_deg == 135
    assert camera.warranty_until is not None
    assert camera.warranty_until.isoformat() == "2028-03-31"
    assert "128" in page
    assert "135" in page
    entry = AuditEntry.objects.get(verb="cameras.edited")
    assert entry.actor_id == str(User.objects.get().pk)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("azimuth_deg", "400"),
        ("fov_deg", "780"),
        ("lat", "เหนือ"),
        ("lon", ""),
        ("warranty_until", "31/2/2570"),
        ("stream_url", "rtsp://admin:1234@127.0.0.1/x"),
        ("stream_url", "file:///etc/passwd"),
        ("stream_url", "rtsp://8.8.8.8/x"),
        ("sub_path", "no-slash"),
        ("name", ""),
        ("status", "RETIRED"),
    ],
)
def test_camera_form_with_a_mistake_keeps_the_camera_and_says_why(
    office: Client, make_camera: MakeCamera, name: str, text: str
) -> None:
    camera = make_camera("C-017")

    response = office.post("/cameras/C-017/", form_values(camera, **{name: text}))

    assert response.status_code == 200
    assert response.context["form"].errors
    camera.refresh_from_db()
    assert camera.revision == 0


def test_add_camera_registers_it(office: Client) -> None:
    values = {
        "code": "C-200",
        "name": "ปากซอย",
        "fov_deg": "70",
        "range_m": "40",
        "kind": "FIXED",
        "transport": "TCP",
        "status": "ACTIVE",
        "stream_url": "rtsp://127.0.0.1:8554/200",
    }

    response = office.post("/cameras/add", values)

    assert response.headers["Location"] == "/cameras/C-200/"
    assert Camera.objects.get().stream_port == 8554


def test_add_camera_with_a_taken_code_says_so(office: Client, make_camera: MakeCamera) -> None:
    camera = make_camera("C-200")

    response = office.post("/cameras/add", {**form_values(camera), "code": "C-200"})

    assert "code" in response.context["form"].errors


def test_retire_needs_a_reason(office: Client, make_camera: MakeCamera) -> None:
    make_camera("C-017")

    office.post("/cameras/C-017/retire", {"reason": ""})
    assert Camera.objects.registered().exists()
    office.post("/cameras/C-017/retire", {"reason": "ย้ายเสา"})

    assert not Camera.objects.registered().exists()
    assert office.get("/cameras/C-017/").status_code == 404


def test_credentials_are_kept_and_never_shown(office: Client) -> None:
    office.post("/cameras/passwords", {"name": "เทศบาล", "username": "viewer", "secret": SECRET})

    page = text_of(office.get("/cameras/passwords"))
    assert "เทศบาล" in page
    assert SECRET not in page
    assert CredentialProfile.objects.get().sealed_secret not in page
    failed = office.post("/cameras/passwords", {"name": "", "secret": SECRET})
    assert SECRET not in text_of(failed)


def test_export_holds_what_the_import_reads_and_no_password(office: Client, make_camera: MakeCamera) -> None:
    profile = set_credential(
        actor=Actor.system("t"), at=timezone.now(), name="เทศบาล", username="viewer", secret=SECRET
    )
    make_camera("C-017", credential=profile, notes="ปกติ", azimuth_deg=135.0)
    admin = User.objects.get()

    exported = office.get("/cameras/export.csv").getvalue()

    assert SECRET.encode() not in exported
    assert b"viewer" not in exported
    draft = start_draft(by=admin, file_name="out.csv", data=exported, at=timezone.now())
    assert preview_draft(draft).counts == {"new": 0, "changed": 0, "same": 1, "bad": 0, "missing": 0}
    assert AuditEntry.objects.filter(verb="cameras.exported").count() == 1


def test_export_guards_against_formulas(office: Client, make_camera: MakeCamera) -> None:
    make_camera("C-017", notes="=cmd|' /C calc'!A0", lat=None, lon=None)

    lines = office.get("/cameras/export.csv").getvalue().decode("utf-8-sig")
    book = load_workbook(io.BytesIO(office.get("/cameras/export.xlsx").content))

    assert "'=cmd" in lines
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row]
    assert any(str(cell.value).startswith("'=cmd") for cell in cells)
    assert all(cell.data_type != "f" for cell in cells)


def test_thumb_and_still_without_a_picture_are_empty(office: Client, make_camera: MakeCamera) -> None:
    make_camera("C-017")

    assert office.get("/cameras/C-017/thumb.jpg").status_code == 204
    assert office.get("/cameras/C-017/still.jpg").status_code == 204
    assert office.get("/cameras/C-404/thumb.jpg").status_code == 404


def test_api_list_filters_and_pages(office: Client, make_camera: MakeCamera) -> None:
    for _ in range(3):
        make_camera()

    found = office.get("/api/v1/cameras?q=C-002").json()

    assert [camera["code"] for camera in found["results"]] == ["C-002"]
    assert found["results"][0]["health"] == "UNKNOWN"
    assert office.get("/api/v1/cameras?condition=nonsense").status_code == 400


def test_api_still_marks_the_camera_watched(office: Client, make_camera: MakeCamera) -> None:
    make_camera("C-017")
    pictures.write(pictures.STILLS, "C-017", b"\xff\xd8still", captured_at=1_700_000_000.5)

    response = office.get("/api/v1/cameras/C-017/still")

    assert response.content == b"\xff\xd8still"
    assert response.headers["X-Captured-At"] == "2023-11-14T22:13:20.500000Z"
    assert watched_among(["C-017", "C-018"]) == {"C-017"}


def test_api_still_left_behind_gives_way_to_a_newer_thumbnail(
    office: Client, make_camera: MakeCamera
) -> None:
    make_camera("C-017")
    pictures.write(pictures.STILLS, "C-017", b"old still", captured_at=1000.0)
    pictures.write(pictures.THUMBS, "C-017", b"new thumb", captured_at=1060.0)

    assert office.get("/api/v1/cameras/C-017/still").content == b"new thumb"


def test_api_still_of_nothing_is_not_found(office: Client, make_camera: MakeCamera) -> None:
    make_camera("C-017")

    assert office.get("/api/v1/cameras/C-017/still").status_code == 204
    assert office.get("/api/v1/cameras/C-404/still").status_code == 404


def upload(office: Client, text: str | bytes, name: str = "กล้อง.csv") -> object:
    data = text.encode() if isinstance(text, str) else text
    return office.post("/cameras/import/", {"table": SimpleUploadedFile(name, data)})


TABLE = "รหัส,ชื่อ,ละติจูด,ลองจิจูด,ทิศ\nC-1,ตลาด,16.82,100.25,เหนือ\nC-2,วัด,16.83,100.26,90\n"


def test_import_walks_through_its_steps(office: Client) -> None:
    upload(office, TABLE)
    draft = ImportDraft.objects.get()
    columns = office.get(f"/cameras/import/{draft.pk}/columns")
    assert "เหนือ" in text_of(columns)
    chosen = {f"column-{index}": name for index, name in enumerate(draft.mapping)}
    office.post(f"/cameras/import/{draft.pk}/columns", chosen)

    check = text_of(office.get(f"/cameras/import/{draft.pk}/check"))
    assert "C-1" in check
    fixed = office.post(
        f"/cameras/import/{draft.pk}/fix",
        {"row": "2", "column": "azimuth_deg", "text": "0"},
        headers={"HX-Request": "true"},
    )
    assert "<html" not in text_of(fixed)
    done = text_of(office.post(f"/cameras/import/{draft.pk}/finish"))

    assert Camera.objects.count() == 2
    assert Camera.objects.get(code="C-1").azimuth_deg == 0
    assert "C-1" not in done or done
    assert office.post(f"/cameras/import/{draft.pk}/finish").status_code == 404


def test_import_fix_that_swaps_uses_the_offer(office: Client) -> None:
    upload(office, "รหัส,ชื่อ,ละติจูด,ลองจิจูด\nC-1,ตลาด,100.25,16.82\n")
    draft = ImportDraft.objects.get()

    office.post(f"/cameras/import/{draft.pk}/fix", {"row": "2", "column": "position", "use": "1"})

    draft.refresh_from_db()
    assert preview_draft(draft).counts["new"] == 1


def test_import_bad_rows_as_csv_can_be_mended_and_read_again(office: Client, admin: User) -> None:
    upload(office, TABLE + "=C3,ตลาด,16.8,100.2,0\n")
    draft = ImportDraft.objects.get()

    data = office.get(f"/cameras/import/{draft.pk}/to-mend.csv").getvalue()

    table = read_table(data)
    assert [row.cells[0] for row in table.rows] == ["C-1", "'=C3"]
    assert "เหนือ" in table.rows[0].cells[-1]


@pytest.mark.parametrize("show", ["bad", "new", "changed", "same", "missing", "nonsense"])
def test_import_check_shows_each_list(office: Client, make_camera: MakeCamera, show: str) -> None:
    make_camera("C-2", name="เก่า")
    make_camera("C-9")
    upload(office, TABLE)
    draft = ImportDraft.objects.get()

    assert office.get(f"/cameras/import/{draft.pk}/check?show={show}").status_code == 200


@pytest.mark.parametrize("language", ["th", "en"])
def test_import_of_no_table_says_what_to_do(office: Client, language: str) -> None:
    office.cookies["django_language"] = language

    response = upload(office, b"\xd0\xcf\x11\xe0old excel", "old.xls")

    with translation.override(language):
        assert response.context["form"].errors["table"]  # type: ignore[attr-defined]
    assert not ImportDraft.objects.exists()


def test_import_draft_of_another_person_is_not_found(office: Client, make_user: Callable[..., User]) -> None:
    other = make_user("CAMERA_ADMIN", username="other")
    draft = start_draft(by=other, file_name="a.csv", data=TABLE.encode(), at=timezone.now())

    for step in ("columns", "check", "to-mend.csv"):
        assert office.get(f"/cameras/import/{draft.pk}/{step}").status_code == 404


@pytest.mark.parametrize("role", ["OPERATOR", "VOLUNTEER", "AUDITOR"])
def test_registry_is_for_those_who_keep_it(
    client: Client, make_user: Callable[..., User], make_camera: MakeCamera, role: str
) -> None:
    make_camera("C-001")
    client.force_login(make_user(role, username="x"), backend="django.contrib.auth.backends.ModelBackend")

    for address in ("/cameras/", "/cameras/C-001/", "/cameras/import/", "/cameras/export.csv"):
        assert client.get(address).status_code == 403


@pytest.mark.parametrize(
    ("seconds", "words"), [(None, "–"), (0, "0"), (59.9, "59"), (61, "1"), (7200, "2"), (200_000, "2")]
)
def test_age_words_keep_one_unit(seconds: float | None, words: str) -> None:
    assert age_words(seconds).startswith(words)


def test_bearing_glyph_turns_with_the_camera() -> None:
    assert "rotate(135.0)" in bearing_glyph(135, 78)
    assert "rotate" not in bearing_glyph(None, 78)


def test_templates_hold_no_inline_style_or_handler() -> None:
    for path in Path("templates/cameras").glob("*.html"):
        text = path.read_text("utf-8")
        assert " style=" not in text, path
        assert " onclick=" not in text, path
