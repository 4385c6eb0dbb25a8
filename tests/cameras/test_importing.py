"""A table against the register: verdicts, problems with their fixes, and what an import changes."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.utils import timezone

from accounts.models import User
from cameras.importing.checking import Preview, Problem, Verdict
from cameras.importing.drafts import (
    DraftGone,
    fix_cell,
    import_ready,
    match_columns,
    preview_draft,
    start_draft,
)
from cameras.models import Camera, ImportDraft
from cameras.services import set_credential
from events.models import AuditEntry, OutboxEvent
from events.services import Actor

MakeCamera = Callable[..., Camera]
MakeDraft = Callable[..., ImportDraft]
HEADER = "รหัส,ชื่อที่ตั้ง,เจ้าของ,ละติจูด,ลองจิจูด,ทิศ,มุมกว้าง,ประกันถึง,ที่อยู่กล้อง"
GOOD = "C-001,หน้าตลาดสด,เทศบาลนครพิษณุโลก,16.8271,100.2518,135,78,31/3/2571,rtsp://127.0.0.1/C-001"
OWNER = "เทศบาลนครพิษณุโลก"


@pytest.fixture
def admin(make_user: Callable[..., User]) -> User:
    return make_user("CAMERA_ADMIN", username="กิตติ")


@pytest.fixture
def make_draft(admin: User) -> MakeDraft:
    def make(*lines: str) -> ImportDraft:
        text = "\n".join((HEADER, *lines))
        return start_draft(by=admin, file_name="กล้อง.csv", data=text.encode(), at=timezone.now())

    return make


def do_import(draft: ImportDraft) -> dict[str, int]:
    return import_ready(draft=draft, actor=Actor("USER", "1", "กิตติ"), at=timezone.now())


def only_problem(preview: Preview) -> Problem:
    assert [problem.code for problem in preview.problems] == [preview.problems[0].code]
    return preview.problems[0]


def with_cell(place: int, text: str) -> str:
    cells = GOOD.split(",")
    cells[place] = text
    return ",".join(cells)


def test_preview_of_a_good_row_is_new(make_draft: MakeDraft) -> None:
    preview = preview_draft(make_draft(GOOD))

    assert preview.counts == {"new": 1, "changed": 0, "same": 0, "bad": 0, "missing": 0}
    assert not Camera.objects.exists()


def test_import_writes_the_camera_with_every_value(make_draft: MakeDraft) -> None:
    do_import(make_draft(GOOD))

    camera = Camera.objects.get()
    assert (camera.code, camera.name, camera.owner) == ("C-001", "หน้าตลาดสด", OWNER)
    assert (camera.lat, camera.lon, camera.azimuth_deg, camera.fov_deg) == (16.8271, 100.2518, 135, 78)
    assert camera.warranty_until == dt.date(2028, 3, 31)
    assert (camera.stream_host, camera.stream_port, camera.stream_path) == ("127.0.0.1", 554, "/C-001")
    assert AuditEntry.objects.get(verb="cameras.imported").changes["new"] == 1


def test_import_of_the_same_file_again_changes_nothing(make_draft: MakeDraft) -> None:
    do_import(make_draft(GOOD))
    before = OutboxEvent.objects.count()
    again = make_draft(GOOD)

    assert preview_draft(again).counts["same"] == 1
    do_import(again)

    assert OutboxEvent.objects.count() == before
    assert Camera.objects.get().revision == 0


def test_import_of_a_changed_row_changes_what_differs(make_draft: MakeDraft) -> None:
    do_import(make_draft(GOOD))
    draft = make_draft(with_cell(5, "270"))

    row = preview_draft(draft).of(Verdict.CHANGED)[0]
    assert [(change.column, change.before, change.after) for change in row.changes] == [
        ("azimuth_deg", 135, 270)
    ]
    do_import(draft)

    assert AuditEntry.objects.get(verb="cameras.edited").changes == {"azimuth_deg": [135.0, 270.0]}


def test_import_with_empty_cells_wipes_nothing(make_draft: MakeDraft) -> None:
    do_import(make_draft(GOOD))

    assert preview_draft(make_draft("C-001,,,,,,,,")).counts["bad"] == 0
    do_import(make_draft("C-001,,,,,,,,"))

    assert Camera.objects.get().owner == OWNER


def test_import_lists_missing_cameras_and_deletes_none(
    make_draft: MakeDraft, make_camera: MakeCamera
) -> None:
    make_camera("C-900")
    draft = make_draft(GOOD)

    assert [camera.code for camera in preview_draft(draft).missing] == ["C-900"]
    do_import(draft)

    assert Camera.objects.registered().count() == 2


def test_import_twice_of_one_draft_is_refused(make_draft: MakeDraft) -> None:
    draft = make_draft(GOOD)
    do_import(draft)

    with pytest.raises(DraftGone):
        do_import(draft)


def test_import_of_an_expired_draft_is_refused(make_draft: MakeDraft) -> None:
    draft = make_draft(GOOD)

    with pytest.raises(DraftGone):
        import_ready(draft=draft, actor=Actor.system("t"), at=timezone.now() + dt.timedelta(days=8))

    assert not Camera.objects.exists()


@pytest.mark.parametrize(
    ("place", "text", "code", "fix"),
    [
        (0, "", "no_code", {}),
        (0, "C 1", "bad_code", {"code": "C-1"}),
        (0, "=C1", "formula", {"code": "C1"}),
        (1, "", "no_name", {}),
        (1, "=SUM(A1)", "formula", {"name": "SUM(A1)"}),
        (3, "", "no_position", {}),
        (3, "13.7563", "outside", {}),
        (3, "สิบหก", "not_a_number", {}),
        (5, "เหนือ", "wind", {"azimuth_deg": "0"}),
        (5, "400", "not_a_direction", {"azimuth_deg": "40"}),
        (6, "780", "bad_fov", {"fov_deg": "78"}),
        (7, "31/2/2570", "no_such_day", {"warranty_until": "28/2/2570"}),
        (8, "rtsp://admin:1234@127.0.0.1/x", "credentials_in_address", {"stream_url": "rtsp://127.0.0.1/x"}),
        (8, "file:///etc/passwd", "not_rtsp", {}),
        (8, "rtsp://8.8.8.8/x", "outside_networks", {}),
    ],
)
def test_preview_says_what_is_wrong_and_offers_a_fix(
    make_draft: MakeDraft, place: int, text: str, code: str, fix: dict[str, str]
) -> None:
    draft = make_draft(with_cell(place, text))

    problem = only_problem(preview_draft(draft))

    assert (problem.code, dict(problem.fix)) == (code, fix)
    assert problem.number == 2
    assert "1234" not in str(ImportDraft.objects.values()[0]) + problem.found + problem.message
    if fix:
        fix_cell(draft=draft, problem=problem, texts=fix)
        assert preview_draft(draft).problems == []


def test_preview_swapped_position_is_swapped_back(make_draft: MakeDraft) -> None:
    draft = make_draft(with_cell(3, "100.2518").replace("100.2518,100.2518", "100.2518,16.8271"))

    problem = only_problem(preview_draft(draft))
    assert problem.code == "swapped"
    fix_cell(draft=draft, problem=problem, texts=problem.fix)

    values = preview_draft(draft).rows[0].values
    assert (values["lat"], values["lon"]) == (16.8271, 100.2518)


def test_preview_duplicate_code_names_the_first_row_and_offers_a_free_one(make_draft: MakeDraft) -> None:
    draft = make_draft(GOOD, GOOD, GOOD)

    problems = preview_draft(draft).problems

    assert [(problem.number, problem.fix_text) for problem in problems] == [(3, "C-001B"), (4, "C-001C")]
    assert "2" in problems[0].message


def test_preview_owner_that_names_two_asks_which(make_draft: MakeDraft, make_camera: MakeCamera) -> None:
    make_camera("C-800", owner="เทศบาลตำบลอรัญญิก")

    problem = only_problem(preview_draft(make_draft(with_cell(2, "เทศบาล"))))

    assert problem.code == "unknown_owner"
    assert set(problem.options) == {OWNER, "เทศบาลตำบลอรัญญิก"}


def test_fix_cell_of_an_owner_mends_every_row_that_writes_it_so(make_draft: MakeDraft) -> None:
    rows = [with_cell(2, "เทศบาล").replace("C-001", f"C-{number:03}") for number in range(1, 4)]
    draft = make_draft(*rows)
    problem = preview_draft(draft).problems[0]

    assert fix_cell(draft=draft, problem=problem, texts={"owner": OWNER}) == 3

    assert preview_draft(draft).problems == []


def test_fix_cell_with_a_new_owner_typed_by_a_person_keeps_it(make_draft: MakeDraft) -> None:
    draft = make_draft(with_cell(2, "ร้านทองบ้านคลอง"))
    problem = preview_draft(draft).problems[0]

    fix_cell(draft=draft, problem=problem, texts={"owner": "ร้านทองบ้านคลอง"})

    assert preview_draft(draft).counts["new"] == 1


def test_fix_cell_with_another_mistake_is_still_a_problem(make_draft: MakeDraft) -> None:
    draft = make_draft(with_cell(5, "เหนือ"))
    problem = preview_draft(draft).problems[0]

    fix_cell(draft=draft, problem=problem, texts={"azimuth_deg": "ใต้"})

    assert preview_draft(draft).problems[0].fix == {"azimuth_deg": "180"}


def test_fix_cell_ignores_columns_that_do_not_exist(make_draft: MakeDraft) -> None:
    draft = make_draft(with_cell(5, "เหนือ"))
    problem = preview_draft(draft).problems[0]

    fix_cell(draft=draft, problem=problem, texts={"revision": "9", "azimuth_deg": "0"})

    assert draft.fixes == {"2": {"azimuth_deg": "0"}}


def test_import_leaves_bad_rows_and_takes_the_good(make_draft: MakeDraft) -> None:
    counts = do_import(make_draft(GOOD, with_cell(5, "เหนือ").replace("C-001", "C-002")))

    assert (counts["new"], counts["bad"]) == (1, 1)
    assert list(Camera.objects.values_list("code", flat=True)) == ["C-001"]


def test_match_columns_by_hand_is_followed(make_draft: MakeDraft) -> None:
    draft = make_draft(GOOD)
    mapping = list(draft.mapping)
    mapping[1] = "site"
    match_columns(draft=draft, mapping=mapping)

    assert [problem.code for problem in preview_draft(draft).problems] == ["no_name"]


def test_import_names_a_credential_profile(admin: User) -> None:
    set_credential(actor=Actor.system("t"), at=timezone.now(), name="เทศบาล", username="v", secret="x")
    text = "รหัส,ชื่อ,ชุดรหัสผ่าน\nC-1,ตลาด,เทศบาล\nC-2,ตลาด,อื่น\n"
    draft = start_draft(by=admin, file_name="a.csv", data=text.encode(), at=timezone.now())

    preview = preview_draft(draft)
    assert [problem.code for problem in preview.problems] == ["unknown_credential"]
    do_import(draft)

    credential = Camera.objects.get().credential
    assert credential is not None
    assert credential.name == "เทศบาล"


def test_start_draft_removes_expired_ones(make_draft: MakeDraft) -> None:
    old = make_draft(GOOD)
    ImportDraft.objects.update(
        created_at=timezone.now() - dt.timedelta(days=9), expires_at=timezone.now() - dt.timedelta(days=2)
    )

    make_draft(GOOD)

    assert not ImportDraft.objects.filter(pk=old.pk).exists()


def test_preview_of_two_hundred_rows_asks_as_often_as_of_two(
    make_draft: MakeDraft, django_assert_num_queries: Callable[[int], object]
) -> None:
    few = make_draft(*[GOOD.replace("C-001", f"C-{n:03}") for n in range(2)])
    many = make_draft(*[GOOD.replace("C-001", f"C-{n:03}") for n in range(200)])

    for draft in (few, many):
        with django_assert_num_queries(3):  # type: ignore[attr-defined]
            preview_draft(draft)
