"""Packs are made by a process of their own, once, whatever happens to it."""

import datetime as dt
import json
import shutil
import zipfile
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from cameras.evidence import building, verify
from cameras.evidence.keys import key_in_use
from cameras.evidence.models import CustodyEntry, EvidencePack, Failure, State
from cameras.evidence.querysets import SILENT_AFTER
from cameras.evidence.services import path_of, request_pack
from events.models import AuditEntry
from tests.cameras.evidence.conftest import ACTOR, LATER, RecordCamera, wish_for
from tests.cameras.waiting import wait_until


def made(pack: EvidencePack) -> EvidencePack:
    building.build_next(at=timezone.now())
    pack.refresh_from_db()
    return pack


def test_pack_is_made_signed_and_whole(pack: EvidencePack) -> None:
    made(pack)

    assert (pack.state, pack.progress, pack.clips, pack.gaps) == (State.READY, 100, 3, 1)
    found = verify.opened(str(path_of(pack)))
    assert found is not None
    report = verify.check(found, {key_in_use(at=LATER).fingerprint})
    assert report.bad == {}
    assert report.manifest_sha256 == pack.manifest_sha256
    assert report.manifest is not None
    assert report.manifest["case"] == "12/2569"
    assert [gap["reason"] for gap in report.manifest["cameras"][1]["gaps"]] == ["DISCONNECTED"]


def test_pack_made_is_in_custody_and_audit(pack: EvidencePack) -> None:
    made(pack)

    assert list(pack.custody.in_order().values_list("act", flat=True)) == ["REQUESTED", "MADE"]
    entry = AuditEntry.objects.get(verb="evidence.made")
    assert entry.changes["manifest_sha256"] == pack.manifest_sha256
    assert CustodyEntry.objects.get(act="MADE").sha256 == pack.sha256


def test_gap_is_told_in_both_languages(pack: EvidencePack) -> None:
    made(pack)

    with zipfile.ZipFile(path_of(pack)) as archive:
        manifest = json.loads(archive.read(f"{pack.number}/manifest.json"))
    words = manifest["cameras"][1]["gaps"][0]["words"]
    assert words == {"th": words["th"], "en": "The camera was away"}
    assert words["th"] != words["en"]


def test_nothing_waits_nothing_is_made(db: None) -> None:
    assert building.build_next(at=LATER) is None


def test_pack_being_made_is_left_to_its_builder(pack: EvidencePack) -> None:
    first = building.claim(at=LATER)

    assert first == pack
    assert building.claim(at=LATER + SILENT_AFTER - dt.timedelta(seconds=1)) is None
    assert building.claim(at=LATER + SILENT_AFTER + dt.timedelta(seconds=1)) == pack


def test_builder_that_lost_its_pack_changes_nothing(pack: EvidencePack) -> None:
    late = building.claim(at=LATER)
    building.claim(at=LATER + 2 * SILENT_AFTER)
    assert late is not None

    with pytest.raises(building.BuilderFailed):
        building._alive(late, {"done": 1, "total": 2})
    building._fail(late, Failure.CRASHED)

    pack.refresh_from_db()
    assert (pack.state, pack.attempts, pack.progress) == (State.BUILDING, 2, 0)


def test_pack_that_breaks_its_builder_is_given_up(pack: EvidencePack, evidence_root: Path) -> None:
    for attempt in range(1, building.MOST_ATTEMPTS + 1):
        (evidence_root / f"{pack.number}.{attempt}.part").mkdir(parents=True)
        made(pack)

    assert (pack.state, pack.failure) == (State.FAILED, Failure.CRASHED)
    assert AuditEntry.objects.get(verb="evidence.failed").reason == "CRASHED"


def test_pack_whose_recordings_are_all_gone_says_so(pack: EvidencePack, settings: Settings) -> None:
    shutil.rmtree(settings.RECORDING_ROOT)

    assert made(pack).failure == Failure.NOTHING


def test_pack_of_nothing_recorded_says_so(record_camera: RecordCamera) -> None:
    pack = request_pack(actor=ACTOR, wish=wish_for(record_camera("C-009")), at=LATER)

    assert made(pack).failure == Failure.NOTHING


def test_pack_without_its_key_says_so(pack: EvidencePack, settings: Settings) -> None:
    key_in_use(at=LATER)
    settings.CAMERA_SECRET_KEY = "another secret of the portal, long enough"

    assert made(pack).failure == Failure.KEY


def test_builder_gets_neither_secrets_nor_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "hidden")
    monkeypatch.setenv("DATABASE_URL", "hidden")

    with building._builder() as process:
        told = Path(f"/proc/{process.pid}/environ")
        # Popen is back when the old program is gone; the new one's environment comes a moment later.
        wait_until(lambda: bool(told.read_bytes()))
        environment = told.read_bytes()
        process.kill()

    assert b"PATH=" in environment
    assert b"hidden" not in environment
