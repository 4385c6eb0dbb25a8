"""`manage.py status`: one object that says how the portal is, whatever part is missing."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import DatabaseError
from django.utils import timezone
from pytest_django import Settings

from ccoc import __version__, status
from events.services import Actor, Broadcast, Target, record

pytestmark = pytest.mark.django_db

PROCESS = {"name": "web", "state": "RUNNING", "pid": 7, "ports": [8000], "restarts": 0, "for_s": 3.5}


@pytest.fixture
def state_file(settings: Settings, tmp_path: Path) -> Path:
    settings.STACK_STATE_FILE = tmp_path / "supervisor.json"
    return tmp_path / "supervisor.json"


def read(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    call_command("status", "--json")
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_status_of_an_empty_portal(state_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = read(capsys)

    assert found["version"] == __version__
    assert found["processes"] is None
    assert found["cameras"] == {}
    assert (found["reads_5_min"], found["hits_5_min"], found["last_seq"]) == (0, 0, 0)
    recordings = found["recordings"]
    assert isinstance(recordings, dict)
    assert (recordings["segments_5_min"], recordings["days_left"]) == (0, None)
    assert found["oldest_alarm"] is None
    assert found["problems"] == []


def test_status_tells_the_processes_that_the_supervisor_wrote(
    state_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state_file.write_text(json.dumps({"written_at": time.time(), "processes": [PROCESS]}))

    assert read(capsys)["processes"] == [PROCESS]


@pytest.mark.parametrize("content", ["", "{}", '{"written_at": 5, "processes": []}'])
def test_status_with_an_old_or_broken_state_file_says_unknown(
    state_file: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    state_file.write_text(content)

    assert read(capsys)["processes"] is None


def test_status_tells_the_last_numbers(
    state_file: Path, capsys: pytest.CaptureFixture[str], number_events: Callable[[], None]
) -> None:
    for code in ("C-001", "C-002"):
        target = Target("camera", code, code)
        news = Broadcast("cameras.changed", {"code": code})
        record(actor=Actor.system("test"), verb="cameras.renamed", target=target, broadcast=news)
    number_events()

    found = read(capsys)

    assert (found["last_seq"], found["last_audit_seq"]) == (2, 2)


def test_status_with_a_part_that_fails_tells_the_rest_and_ends_with_a_fault(
    state_file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> dict[str, int]:
        raise DatabaseError("secret detail")

    monkeypatch.setattr(status, "cameras_by_health", fail)

    with pytest.raises(SystemExit):
        call_command("status", "--json")

    text = capsys.readouterr().out
    found = json.loads(text)
    assert found["cameras"] is None
    assert found["problems"] == ["cameras: DatabaseError"]
    assert found["last_seq"] == 0
    assert "secret detail" not in text


def test_status_for_people_has_a_line_for_each_part(
    state_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state_file.write_text(json.dumps({"written_at": time.time(), "processes": [PROCESS]}))

    call_command("status")

    text = capsys.readouterr().out
    assert "processes   1 RUNNING" in text
    assert "open alarms none, oldest: none" in text


def test_oldest_alarm_of_an_empty_portal_is_none() -> None:
    assert status.oldest_alarm(timezone.now()) is None
