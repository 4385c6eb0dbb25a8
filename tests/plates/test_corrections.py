"""Reviewed crops leave as a pack with a reason, and training reads that pack."""

import datetime as dt
import json
import os
import zipfile
from pathlib import Path

import cv2
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import User
from alerts.models import Alert
from alerts.services import acknowledge, close_alert
from events.models import AuditEntry
from plates.recognition.corrections import VARIABLE, extra_packs, read_extra
from plates.recognition.files import read_photo
from plates.recognition.pack import PackMissing
from plates.recognition.synthesis import PlateSpec, draw_plate
from plates.services import record_reads
from plates.services.corrections import NeedsReason, correction_of, export_corrections
from tests.plates.moments import FIRST, AddEntry, a_read

PLATE = draw_plate(PlateSpec("กข1234", "PLK"))
CROP = cv2.imencode(".jpg", cv2.copyMakeBorder(PLATE, 30, 30, 60, 60, cv2.BORDER_REPLICATE))[1].tobytes()


def a_hit(on_list: AddEntry, outcome: str, note: str = "", text: str = "กข1234") -> Alert:
    """A hit that an officer closed with a verdict."""
    now = timezone.now()
    listed = {"confirmed_at": now - dt.timedelta(hours=1), "expires_at": now + dt.timedelta(days=3)}
    on_list(text=text, at=now - dt.timedelta(minutes=5), **listed)
    times = {"seen_at": now, "first_seen_at": now}
    record_reads(reads=[a_read(text, "PLK", pictures={"crop": CROP}, **times)], at=now)
    alert = Alert.objects.latest("pk")
    acknowledge(alert=alert, by=FIRST, at=now)
    close_alert(alert=alert, outcome=outcome, note=note, by=FIRST, at=now)
    return alert


def exported(folder: Path) -> Path:
    """Export what was reviewed today."""
    pack, _ = export_corrections(
        since=timezone.now() - dt.timedelta(days=1), reason="training", by=FIRST, at=timezone.now()
    )
    (folder / "pack.zip").write_bytes(pack)
    return folder / "pack.zip"


@pytest.mark.parametrize(
    ("outcome", "note", "text", "province"),
    [
        ("REAL", "", "กข1234", "พิษณุโลก"),
        ("WRONG_PROVINCE", "", "กข1234", None),
        ("WRONG_PROVINCE", "พิจิตร", "กข1234", "พิจิตร"),
        ("WRONG_READ", "กข 1284 พิจิตร", "กข1284", "พิจิตร"),
    ],
)
def test_a_verdict_becomes_a_row_that_training_reads(
    on_list: AddEntry, tmp_path: Path, outcome: str, note: str, text: str, province: str | None
) -> None:
    a_hit(on_list, outcome, note)

    [(row, picture)] = read_extra(exported(tmp_path))

    assert (row["text"], row["province"], row["kind"], row["outcome"]) == (text, province, "car", outcome)
    assert picture.shape[0] < read_photo(CROP).shape[0]


@pytest.mark.parametrize(
    ("outcome", "note"), [("WRONG_READ", ""), ("WRONG_READ", "ป้ายเลอะโคลน"), ("OTHER_VEHICLE", "")]
)
def test_a_verdict_that_teaches_nothing_is_left_out(
    on_list: AddEntry, tmp_path: Path, outcome: str, note: str
) -> None:
    a_hit(on_list, outcome, note)

    assert list(read_extra(exported(tmp_path))) == []


def test_export_is_in_the_log_with_its_reason(on_list: AddEntry, tmp_path: Path) -> None:
    a_hit(on_list, "REAL")

    exported(tmp_path)

    entry = AuditEntry.objects.get(verb="plates.corrections_exported")
    assert (entry.reason, entry.changes["crops"]) == ("training", 1)
    assert "กข" not in str(entry.changes)


def test_export_without_a_reason_is_refused(db: None) -> None:
    with pytest.raises(NeedsReason):
        export_corrections(since=timezone.now(), reason=" ", by=FIRST, at=timezone.now())


def test_the_command_writes_a_private_file_once(on_list: AddEntry, tmp_path: Path) -> None:
    a_hit(on_list, "REAL")
    User.objects.create(username="chief", display_name="c", roles=["SUPERVISOR"])
    file = tmp_path / "pack.zip"

    call_command("export_corrections", str(file), by="chief", reason="training")

    assert file.stat().st_mode & 0o777 == 0o600
    assert len(zipfile.ZipFile(file).namelist()) == 2
    with pytest.raises(CommandError):
        call_command("export_corrections", str(file), by="chief", reason="training")
    with pytest.raises(CommandError):
        call_command("export_corrections", str(tmp_path / "other.zip"), by="nobody", reason="training")


@pytest.mark.parametrize(
    ("note", "wanted"),
    [
        ("กข 1284 พิจิตร", ("กข1284", "พิจิตร")),
        ("70-1234", ("701234", None)),
        ("ลพบุรี", (None, "ลพบุรี")),
        ("คนขับไม่ใช่คนเดียวกัน", (None, None)),
        ("", (None, None)),
    ],
)
def test_correction_of_takes_a_plate_and_nothing_else(
    note: str, wanted: tuple[str | None, str | None]
) -> None:
    assert correction_of(note) == wanted


def test_extra_packs_are_those_that_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert extra_packs() == []
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("index.jsonl", json.dumps({"file": "x.jpg", "text": "กข1234", "province": None}))
    monkeypatch.setenv(VARIABLE, os.pathsep.join([str(tmp_path / "a.zip")]))

    assert extra_packs() == [tmp_path / "a.zip"]
    assert list(read_extra(tmp_path / "a.zip")) == []  # the picture is not there


def test_extra_packs_that_are_none_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "gone.zip"))

    with pytest.raises(PackMissing):
        extra_packs()
