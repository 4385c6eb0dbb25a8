"""Tables of reads through the services, the command and the pages: nothing before somebody says so, once."""

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from alerts.models import Alert
from cameras.importing.reading import UnreadableFile
from cameras.models import Camera
from events.models import AuditEntry
from events.services import Actor
from plates import partitions
from plates.interop.tables import Preview, Verdict
from plates.models import ForeignPass, PlateRead, ReadDraft, ReadSource
from plates.services.imports import (
    KEEP_DRAFT,
    DraftGone,
    NotLive,
    import_draft,
    match_columns,
    preview_draft,
    start_draft,
)
from plates.services.sources import SourceFields, add_source, forget
from plates.workflow import SourceKind, SourceMode
from tests.plates.moments import AT, AddEntry, later

BOSS = Actor("USER", "7", "พ.ต.ท.วีระ")
THREE = """ป้ายทะเบียน,จังหวัด,วันเวลา,กล้อง
1กข 1234,พิษณุโลก,23/11/2569 19:45:03,C-001
70-1234,สุโขทัย,23/11/2569 19:46,C-001
ฮฮ,พิษณุโลก,เมื่อวาน,C-001
"""


@pytest.fixture
def source(camera: Camera, weeks: None) -> ReadSource:
    fields = SourceFields(name="เทศบาล", camera="C-001", is_trusted=True)
    found, secret = add_source(code="CITY", fields=fields, kind=SourceKind.TABLE, by=BOSS, at=AT)
    assert secret == found.sealed_secret == ""
    return found


def draft_of(source: ReadSource, text: str = THREE, at: dt.datetime = AT) -> ReadDraft:
    return start_draft(source=source, owner_key="user:7", file_name="reads.csv", data=text.encode(), at=at)


def preview_of(source: ReadSource, text: str = THREE) -> Preview:
    return preview_draft(draft_of(source, text), AT)


def test_nothing_is_stored_by_a_draft_and_its_preview(source: ReadSource) -> None:
    preview = preview_of(source)

    assert preview.counts == {"new": 2, "known": 0, "double": 0, "bad": 1}
    assert [problem.cell for problem in preview.problems] == ["C4"]
    assert not PlateRead.objects.exists()
    assert not ForeignPass.objects.exists()


def test_import_draft_stores_the_good_rows_in_their_own_time_and_says_so(source: ReadSource) -> None:
    counts = import_draft(draft=draft_of(source), by=BOSS, at=AT)

    assert counts == {"new": 2, "known": 0, "double": 0, "bad": 1}
    row = PlateRead.objects.get(text="1กข1234")
    assert (row.province, row.camera, row.seen_at) == (
        "PLK",
        "C-001",
        AT.replace(hour=12, minute=45, second=3),
    )
    assert ForeignPass.objects.readers_of([row.pass_id]) == {row.pass_id: source}
    entry = AuditEntry.objects.get(verb="plates.reads_imported")
    assert (entry.changes["file"], entry.changes["new"]) == ("reads.csv", 2)


def test_import_draft_of_the_same_table_again_adds_nothing(source: ReadSource) -> None:
    import_draft(draft=draft_of(source), by=BOSS, at=AT)

    counts = import_draft(draft=draft_of(source), by=BOSS, at=later(60))

    assert counts == {"new": 0, "known": 2, "double": 0, "bad": 1}
    assert PlateRead.objects.count() == 2


def test_import_draft_is_possible_once(source: ReadSource) -> None:
    draft = draft_of(source)
    import_draft(draft=draft, by=BOSS, at=AT)

    with pytest.raises(DraftGone):
        import_draft(draft=draft_of_pk(draft), by=BOSS, at=AT)
    assert not ReadDraft.objects.exists()


def draft_of_pk(draft: ReadDraft) -> ReadDraft:
    """What a second click holds: the draft as it was, though its row is gone."""
    copy = ReadDraft(pk=draft.pk or 1, source=draft.source, rows=draft.rows, mapping=draft.mapping)
    copy.file_name = draft.file_name
    return copy


def test_import_draft_after_a_day_is_gone(source: ReadSource) -> None:
    draft = draft_of(source)

    with pytest.raises(DraftGone):
        import_draft(draft=draft, by=BOSS, at=AT + KEEP_DRAFT)
    assert not PlateRead.objects.exists()


@pytest.mark.parametrize("mode", [SourceMode.OFF, SourceMode.SANDBOX])
def test_import_draft_of_a_reader_that_is_not_live_stores_nothing(source: ReadSource, mode: str) -> None:
    draft = draft_of(source)
    ReadSource.objects.update(mode=mode)

    with pytest.raises(NotLive):
        import_draft(draft=draft, by=BOSS, at=AT)
    assert not PlateRead.objects.exists()
    assert ReadDraft.objects.exists()


def test_import_draft_of_weeks_ago_keeps_their_time_and_leaves_the_spare_week_empty(
    source: ReadSource,
) -> None:
    old = "plate,time\n1กข 1234,26/10/2569 10:00\n1กข 1235,12/10/2569 10:00\n"

    counts = import_draft(draft=draft_of(source, old), by=BOSS, at=AT)

    assert (counts["new"], counts["bad"]) == (1, 1)
    assert PlateRead.objects.get().seen_at == dt.datetime(2026, 10, 26, 3, 0, tzinfo=dt.UTC)
    assert partitions.spare_rows() == 0


def test_import_draft_of_a_watchlist_plate_calls_for_a_look_and_never_urgently(
    source: ReadSource, on_list: AddEntry
) -> None:
    on_list(text="1กข1234")
    sure = "plate,province,time,confidence\n1กข 1234,พิษณุโลก,23/11/2569 19:45,99\n"

    import_draft(draft=draft_of(source, sure), by=BOSS, at=AT)

    alert = Alert.objects.get()
    assert (alert.priority, alert.details["reader"], alert.details["accepted"]) == (3, "เทศบาล", True)
    assert alert.subject == "ป้ายเฝ้าระวัง 1กข 1234 ในตารางผลอ่านย้อนหลัง"
    assert alert.dedupe_key.endswith(":PAST")


def test_match_columns_takes_a_persons_word(source: ReadSource) -> None:
    draft = draft_of(source, "a,b\n1กข 1234,23/11/2569 19:45\n")

    match_columns(draft=draft, mapping=["text", "seen_at", "nonsense"])

    assert preview_draft(draft, AT).counts["new"] == 1


def test_preview_draft_asks_as_often_for_many_rows_as_for_few(
    source: ReadSource, django_assert_num_queries: Callable[..., object]
) -> None:
    lines = "".join(f"กข {number},23/11/2569 19:45\n" for number in range(1, 400))
    few, many = (
        draft_of(source, "plate,time\nกข 1,23/11/2569 19:45\n"),
        draft_of(source, f"plate,time\n{lines}"),
    )

    for draft in (few, many):
        with django_assert_num_queries(2):  # type: ignore[attr-defined] # a context manager
            assert preview_draft(draft, AT).of(Verdict.NEW)


def test_start_draft_drops_what_others_left_lying(source: ReadSource) -> None:
    draft_of(source)

    draft_of(source, at=AT + KEEP_DRAFT)

    assert ReadDraft.objects.count() == 1


def test_start_draft_of_no_table_is_refused(source: ReadSource) -> None:
    with pytest.raises(UnreadableFile):
        draft_of(source, "nothing")


def test_forget_drops_old_names_of_passes_and_tables(source: ReadSource) -> None:
    import_draft(draft=draft_of(source), by=BOSS, at=AT)
    draft_of(source)

    forget(at=AT + dt.timedelta(days=36))
    kept = ForeignPass.objects.count()
    forget(at=AT + dt.timedelta(days=38))

    assert (kept, ForeignPass.objects.count(), ReadDraft.objects.count()) == (2, 0, 0)


# The command


def fresh(text: str = "1กข 1234") -> str:
    """A table whose row was seen a minute ago, as the command and the pages take the real time."""
    at = timezone.localtime() - dt.timedelta(minutes=1)
    return f"ป้ายทะเบียน,วันเวลา\n{text},{at:%Y-%m-%d %H:%M:%S}\nฮฮ,เมื่อวาน\n"


def test_command_tries_then_stores_then_knows(
    source: ReadSource, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "reads.csv"
    file.write_bytes(fresh().encode("cp874"))

    call_command("import_reads", str(file), source="CITY", dry_run=True)
    tried = PlateRead.objects.count()
    for _again in range(2):
        call_command("import_reads", str(file), source="CITY")

    told = capsys.readouterr()
    assert (tried, PlateRead.objects.count()) == (0, 1)
    assert told.out.splitlines() == [
        "nothing stored: new 1, known 0, double 0, bad 1",
        "stored: new 1, known 0, double 0, bad 1",
        "stored: new 0, known 1, double 0, bad 1",
    ]
    assert told.err.startswith("B3 ")


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"nothing", "CITY"), (b"a,b\n1,2\n", "CITY"), (b"plate,time\n1,2\n", "NOBODY"), (None, "CITY")],
    ids=["no table", "no such columns", "no such reader", "no file"],
)
def test_command_refuses_with_words(
    source: ReadSource, tmp_path: Path, data: bytes | None, code: str
) -> None:
    file = tmp_path / "reads.csv"
    if data is not None:
        file.write_bytes(data)

    with pytest.raises(CommandError):
        call_command("import_reads", str(file), source=code)


# The pages


@pytest.fixture
def chief(make_user: Callable[..., User]) -> Client:
    client = Client()
    client.force_login(
        make_user("SUPERVISOR", username="chief"), backend="django.contrib.auth.backends.ModelBackend"
    )
    return client


def upload(client: Client, data: bytes, name: str = "reads.csv") -> str:
    """Where the upload leads."""
    file = io.BytesIO(data)
    file.name = name
    answer = client.post(reverse("plates:import"), {"source": "CITY", "table": file})
    return answer.headers.get("Location", "") or answer.content.decode()


def test_table_goes_from_the_desk_among_the_reads(midday: None, chief: Client, source: ReadSource) -> None:
    where = upload(chief, fresh().encode())
    bad, new = (chief.get(f"{where}?show={shown}").content.decode() for shown in ("bad", "new"))
    stored_before = PlateRead.objects.count()
    done = chief.post(f"{where}/finish").content.decode()
    again = chief.post(f"{where}/finish")

    assert "B3" in bad
    assert "เมื่อวาน" in bad
    assert "1กข 1234" in new
    assert str(timezone.localtime().year + 543) in new
    assert (stored_before, PlateRead.objects.count()) == (0, 1)
    assert "เก็บแล้ว" in done
    assert again.status_code == 404


def test_table_whose_columns_nobody_knows_is_matched_by_a_person(chief: Client, source: ReadSource) -> None:
    where = upload(chief, fresh().replace("ป้ายทะเบียน", "???").encode())
    assert where.endswith("/columns")
    page = chief.get(where).content.decode()
    unmatched = chief.get(where.removesuffix("/columns"))
    still = chief.post(where, {"column-0": "", "column-1": "seen_at"})
    answer = chief.post(where, {"column-0": "text", "column-1": "seen_at"})

    assert "???" in page
    assert unmatched.headers["Location"] == where
    assert still.status_code == 200
    assert answer.headers["Location"] == where.removesuffix("/columns")


def test_table_is_thrown_away_without_a_trace(chief: Client, source: ReadSource) -> None:
    where = upload(chief, fresh().encode())

    chief.post(f"{where}/drop")

    assert not ReadDraft.objects.exists()
    assert not PlateRead.objects.exists()


def test_table_is_its_owners_alone(chief: Client, source: ReadSource, make_user: Callable[..., User]) -> None:
    where = upload(chief, fresh().encode())
    other = Client()
    other.force_login(
        make_user("SUPERVISOR", username="other"), backend="django.contrib.auth.backends.ModelBackend"
    )

    answers = [other.get(where), other.get(f"{where}/bad-rows"), other.post(f"{where}/finish")]

    assert {answer.status_code for answer in answers} == {404}


def test_rows_left_out_leave_the_house_as_text_that_no_spreadsheet_runs(
    chief: Client, source: ReadSource
) -> None:
    where = upload(chief, b'plate,time,"=cmd|calc"\n"=HYPERLINK(1)",@now,+x\n')

    answer = chief.get(f"{where}/bad-rows")

    cells = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined] # streaming
    assert cells[0].removeprefix("\ufeff").startswith("plate,time,'=cmd|calc,")
    assert cells[1].startswith("'=HYPERLINK(1),'@now,'+x,")
    assert "A2" in cells[1]


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00" * 100, b"PK\x03\x04", b"x" * (6 * 2**20), b"plate,time\n" + b"x,y\n" * 20_001],
    ids=["empty", "NUL", "zip", "bytes", "rows"],
)
def test_upload_of_what_is_no_table_comes_back_with_words(
    chief: Client, source: ReadSource, data: bytes
) -> None:
    assert "field-error" in upload(chief, data)
    assert not ReadDraft.objects.exists()


def test_upload_for_a_reader_that_takes_no_tables_is_refused(chief: Client, source: ReadSource) -> None:
    ReadSource.objects.update(mode=SourceMode.OFF)

    assert "CITY" not in upload(chief, fresh().encode())
    assert not ReadDraft.objects.exists()


def test_page_shows_what_a_table_says_as_text_only(chief: Client, source: ReadSource) -> None:
    where = upload(chief, fresh("<script>alert(1)</script>").encode(), name="<img src=x>.csv")

    page = chief.get(f"{where}?show=bad").content.decode()

    assert "<script>alert" not in page
    assert "<img src=x>" not in page
