"""The audit log's page, its filters, its export and its verification."""

import csv
import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from accounts.verbs import VERBS
from accounts.views import audit as views
from ccoc.lib.cells import plain
from events.models import AuditEntry
from events.services import Actor, Target, record

pytestmark = pytest.mark.django_db

Number = Callable[[], None]


@pytest.fixture
def auditor(make_user: Callable[..., User]) -> Client:
    client = Client()
    client.force_login(make_user("AUDITOR", username="auditor"))
    return client


def note(label: str, *, verb: str = "cameras.renamed", actor: str = "napa", **more: object) -> AuditEntry:
    target = Target("camera", label, label)
    return record(actor=Actor.system(actor), verb=verb, target=target, **more)  # type: ignore[arg-type] # test data


def shown(client: Client, query: str = "") -> list[str]:
    return [entry.target_label for entry in client.get(f"/audit/{query}").context["entries"]]


def read(client: Client, query: str = "") -> list[dict[str, str]]:
    body = b"".join(client.get(f"/audit/export.csv{query}"))
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))


def test_audit_lists_the_newest_first(auditor: Client, number_events: Number) -> None:
    for label in ("C-001", "C-002", "C-003"):
        note(label)
    number_events()

    assert shown(auditor) == ["C-003", "C-002", "C-001"]


def test_audit_page_by_page_shows_each_entry_once(
    auditor: Client, number_events: Number, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PAGE_SIZE", 2)
    for label in ("C-001", "C-002", "C-003"):
        note(label)
    number_events()

    first = auditor.get("/audit/")
    note("C-004")  # arrives between the two pages
    number_events()
    second = shown(auditor, f"?before={first.context['next_before']}")

    assert [entry.target_label for entry in first.context["entries"]] == ["C-003", "C-002"]
    assert second == ["C-001"]


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        ("?actor=napa", ["C-001"]),
        ("?verb=renamed", ["C-001"]),
        ("?target=C-002", ["C-002"]),
        ("?actor=napa&target=C-002", []),
        ("?before=abc", ["C-002", "C-001"]),
        ("?before=99999999999999999999", ["C-002", "C-001"]),
    ],
)
def test_audit_filters(auditor: Client, number_events: Number, query: str, labels: list[str]) -> None:
    note("C-001")
    note("C-002", verb="cameras.retired", actor="wichai")
    number_events()

    assert shown(auditor, query) == labels


@pytest.mark.parametrize("day", ["23/11/2569", "23/11/2026", "2026-11-23", "23 พ.ย. 2569", "๒๓/๑๑/๒๕๖๙"])
def test_audit_filters_by_day_in_both_eras(auditor: Client, number_events: Number, day: str) -> None:
    bangkok = dt.timezone(dt.timedelta(hours=7))
    note("C-001", at=dt.datetime(2026, 11, 22, 23, 59, 59, tzinfo=bangkok))
    note("C-002", at=dt.datetime(2026, 11, 23, 0, 0, 0, tzinfo=bangkok))
    note("C-003", at=dt.datetime(2026, 11, 23, 23, 59, 59, tzinfo=bangkok))
    note("C-004", at=dt.datetime(2026, 11, 24, 0, 0, 0, tzinfo=bangkok))
    number_events()

    response = auditor.get("/audit/", {"since": day, "until": day})

    assert [entry.target_label for entry in response.context["entries"]] == ["C-003", "C-002"]


def test_audit_with_an_unreadable_day_says_how_to_write_it(auditor: Client) -> None:
    response = auditor.get("/audit/", {"since": "31/02/2569"})

    assert "23/11/2569" in str(response.context["form"].errors["since"])


def test_looking_is_not_recorded_but_taking_away_is(auditor: Client, number_events: Number) -> None:
    note("C-001")
    number_events()

    auditor.get("/audit/")
    auditor.get("/audit/seal/")
    before = AuditEntry.objects.count()
    rows = read(auditor, "?actor=napa")

    entry = AuditEntry.objects.get(verb="audit.exported")
    assert before == 1
    assert entry.changes == {"filter": {"actor": "napa"}}
    assert [row["target"] for row in rows] == ["C-001"]


def test_export_makes_formulas_plain(auditor: Client, number_events: Number) -> None:
    note('=HYPERLINK("https://evil.example")')
    number_events()

    rows = read(auditor)

    assert rows[0]["target"] == '\'=HYPERLINK("https://evil.example")'


@given(st.text(max_size=40))
def test_plain_never_starts_like_a_formula(text: str) -> None:
    assert not plain(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_seal_says_up_to_where_the_chain_holds(auditor: Client, number_events: Number) -> None:
    note("C-001")
    number_events()

    assert "ถึงเลขที่ 1" in auditor.get("/audit/seal/").content.decode()


def test_seal_names_the_first_bad_row(auditor: Client, number_events: Number) -> None:
    note("C-001")
    number_events()
    _alter(1)

    assert "ขาดที่เลขที่ 1" in auditor.get("/audit/seal/").content.decode()


def test_verify_audit_ends_with_a_fault_when_the_chain_is_broken(
    number_events: Number, capsys: pytest.CaptureFixture[str]
) -> None:
    note("C-001")
    number_events()
    call_command("verify_audit")
    good = capsys.readouterr().out
    _alter(1)

    with pytest.raises(SystemExit):
        call_command("verify_audit")

    assert "up to no. 1" in good
    assert "no. 1" in capsys.readouterr().err


def test_every_verb_of_this_room_has_words() -> None:
    sources = [path.read_text("utf-8") for path in Path("accounts").rglob("*.py") if path.name != "verbs.py"]
    written = {verb for verb in VERBS if any(f'"{verb}"' in source for source in sources)}

    assert {verb for verb in VERBS if verb.startswith(("accounts.", "audit."))} == written


def _alter(seq: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE events_auditentry DISABLE TRIGGER events_append_only")
        cursor.execute("UPDATE events_auditentry SET reason = 'other' WHERE seq = %s", [seq])
        cursor.execute("ALTER TABLE events_auditentry ENABLE TRIGGER events_append_only")
