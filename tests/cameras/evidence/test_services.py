"""What may be packed, who had it in hand, and the key that signs."""

import datetime as dt
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.utils import timezone

from cameras.evidence import building, keys, services
from cameras.evidence.models import CustodyEntry, EvidencePack, State, StationKey
from cameras.evidence.signing import public_of
from cameras.evidence.verify import is_signed
from cameras.recording.models import Hold
from cameras.recording.services import About
from ccoc.lib.errors import Refused
from events.models import AuditEntry
from tests.cameras.evidence.conftest import ACTOR, LATER, RecordCamera, wish_for


def test_request_locks_the_recordings_and_counts_packs(record_camera: RecordCamera) -> None:
    camera = record_camera("C-001", 0)

    packs = [
        services.request_pack(actor=ACTOR, wish=wish_for(camera, about=About("incident", 12)), at=LATER)
        for _ in range(2)
    ]

    assert [pack.number for pack in packs] == ["EV-2569-0001", "EV-2569-0002"]
    assert Hold.objects.in_force().about("incident", 12).count() == 2
    assert list(packs[0].holds.values_list("camera__code", flat=True)) == ["C-001"]
    verbs = set(AuditEntry.objects.values_list("verb", flat=True))
    assert {"recordings.held", "evidence.requested"} <= verbs


def test_number_begins_again_with_the_year(record_camera: RecordCamera) -> None:
    camera = record_camera("C-001", 0)
    services.request_pack(actor=ACTOR, wish=wish_for(camera), at=LATER)
    new_year = LATER + dt.timedelta(days=60)

    wish = wish_for(camera, keep_until=(new_year + dt.timedelta(days=9)).date())
    pack = services.request_pack(actor=ACTOR, wish=wish, at=new_year)

    assert pack.number == "EV-2570-0001"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"begin": 5, "end": 5}, "bad_span"),
        ({"end": 25 * 3600}, "long_span"),
        ({"end": 3601}, "future"),
        ({"reason": " "}, "reason_missing"),
        ({"case_number": ""}, "reason_missing"),
        ({"keep_until": dt.date(2030, 1, 1)}, "kept_long"),
        ({"keep_until": dt.date(2026, 11, 1)}, "bad_until"),
    ],
)
def test_request_refuses(record_camera: RecordCamera, change: dict[str, object], code: str) -> None:
    camera = record_camera("C-001", 0)

    with pytest.raises(Refused) as caught:
        services.request_pack(actor=ACTOR, wish=wish_for(camera, **change), at=LATER)  # type: ignore[arg-type] # as named

    assert caught.value.code == code
    assert not EvidencePack.objects.exists()
    assert not Hold.objects.exists()


def test_request_refuses_none_and_too_many_cameras(record_camera: RecordCamera) -> None:
    camera = record_camera("C-001", 0)

    for cameras in ([], [camera] * 17):
        with pytest.raises(services.BadPack):
            services.request_pack(actor=ACTOR, wish=wish_for(*cameras), at=LATER)


def test_take_out_is_written_down_with_whom_and_why(ready: EvidencePack) -> None:
    path = services.take_out(pack=ready, actor=ACTOR, recipient="พนักงานสอบสวน", reason="ส่งศาล", at=LATER)

    assert path.is_file()
    entry = CustodyEntry.objects.get(act="DOWNLOADED")
    assert (entry.recipient, entry.reason, entry.by_key, entry.sha256) == (
        "พนักงานสอบสวน",
        "ส่งศาล",
        "user:7",
        ready.sha256,
    )
    assert AuditEntry.objects.get(verb="evidence.downloaded").reason == "ส่งศาล"


@pytest.mark.parametrize(("recipient", "reason"), [("", "x"), ("x", " ")])
def test_take_out_without_whom_or_why_is_refused(ready: EvidencePack, recipient: str, reason: str) -> None:
    for move in (services.take_out, services.hand_over):
        with pytest.raises(services.NeedsReason):
            move(pack=ready, actor=ACTOR, recipient=recipient, reason=reason, at=LATER)

    assert not CustodyEntry.objects.filter(act__in=["DOWNLOADED", "HANDED_OVER"]).exists()


def test_take_out_of_what_is_not_made_is_refused(pack: EvidencePack) -> None:
    with pytest.raises(services.NotReady):
        services.take_out(pack=pack, actor=ACTOR, recipient="x", reason="y", at=LATER)


@pytest.mark.parametrize("change", ["UPDATE {} SET reason = 'x'", "DELETE FROM {}"])
def test_custody_cannot_be_changed(pack: EvidencePack, change: str) -> None:
    with (
        pytest.raises(ProgrammingError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change.format("evidence_custodyentry"))


def test_expired_file_is_deleted_and_its_custody_kept(ready: EvidencePack) -> None:
    path = services.path_of(ready)
    last_day = timezone.make_aware(dt.datetime.combine(ready.expires_on, dt.time(23, 59)))

    assert services.delete_expired(at=last_day) == 0
    assert services.delete_expired(at=last_day + dt.timedelta(minutes=2)) == 1
    assert services.delete_expired(at=last_day + dt.timedelta(minutes=2)) == 0

    ready.refresh_from_db()
    assert ready.state == State.EXPIRED
    assert ready.manifest_sha256
    assert not path.exists()
    assert CustodyEntry.objects.get(act="DELETED").sha256 == ready.sha256


def test_failed_pack_is_tried_again(record_camera: RecordCamera) -> None:
    pack = services.request_pack(actor=ACTOR, wish=wish_for(record_camera("C-009")), at=LATER)
    building.build_next(at=timezone.now())

    services.try_again(pack=pack, actor=ACTOR, at=LATER)
    services.try_again(pack=pack, actor=ACTOR, at=LATER)

    pack.refresh_from_db()
    assert (pack.state, pack.failure, pack.attempts) == (State.QUEUED, "", 0)
    assert AuditEntry.objects.filter(verb="evidence.tried_again").count() == 1


def test_key_is_made_once_and_sealed(db: None) -> None:
    key = keys.key_in_use(at=LATER)

    assert keys.key_in_use(at=LATER) == key
    private = bytes.fromhex(keys._box().open(key.sealed_private))
    assert public_of(private).hex() == key.public
    row = " ".join(str(value) for value in StationKey.objects.values_list().get())
    assert private.hex() not in row
    assert private.hex() not in str(list(AuditEntry.objects.values_list()))
    assert is_signed(bytes.fromhex(key.public), b"x", keys.signer_of(key)(b"x"))


def test_key_replaced_keeps_its_public_part_only(db: None) -> None:
    old = keys.key_in_use(at=LATER)

    new = keys.rotate_key(actor=ACTOR, reason="เจ้าหน้าที่ย้าย", at=LATER)

    old.refresh_from_db()
    assert keys.key_in_use(at=LATER) == new
    assert (old.sealed_private, old.retire_reason) == ("", "เจ้าหน้าที่ย้าย")
    assert old.public
    with pytest.raises(keys.Sealed):
        keys.signer_of(old)


def test_key_is_replaced_for_a_reason_only(db: None) -> None:
    with pytest.raises(keys.NeedsReason):
        keys.rotate_key(actor=ACTOR, reason=" ", at=LATER)


def test_command_knows_old_keys_and_names_what_is_wrong(
    pack: EvidencePack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    building.build_next(at=timezone.now())
    pack.refresh_from_db()
    keys.rotate_key(actor=ACTOR, reason="ครบปี", at=LATER)
    data = bytearray(services.path_of(pack).read_bytes())

    call_command("verify_evidence", str(services.path_of(pack)))

    data[3000] ^= 1
    touched = tmp_path / "touched.zip"
    touched.write_bytes(data)
    with pytest.raises(SystemExit):
        call_command("verify_evidence", str(touched))
    assert "clips/C-001/" in capsys.readouterr().out


def test_command_calls_the_key_of_another_station_unknown(
    pack: EvidencePack, capsys: pytest.CaptureFixture[str]
) -> None:
    building.build_next(at=timezone.now())
    pack.refresh_from_db()
    EvidencePack.objects.update(state=State.QUEUED, key=None)
    StationKey.objects.all().delete()

    with pytest.raises(SystemExit):
        call_command("verify_evidence", str(services.path_of(pack)))

    assert "unknown station" in capsys.readouterr().out
