"""The webhook of other readers, against everything that a network can bring."""

import base64
import datetime as dt
import json
from typing import TYPE_CHECKING

import cv2
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from alerts.models import Alert
from cameras.models import Camera
from ccoc.lib.standard_webhooks import make_secret, sign
from events.models import AuditEntry
from events.services import Actor
from plates import pictures
from plates.hooks import MAX_BODY
from plates.models import ForeignPass, PlateRead, ReadSource
from plates.recognition.synthesis import PlateSpec, draw_plate
from plates.services.sources import BadSource, SourceFields, add_source, retire_source, rotate_source
from tests.plates.interop.test_onvif import frame, stream
from tests.plates.moments import AddEntry

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

BOSS = Actor("USER", "7", "พ.ต.ท.วีระ")


class Vendor:
    """A vendor's camera that holds its key."""

    def __init__(self, source: ReadSource, secret: str) -> None:
        self.source, self.secret = source, secret

    def post(
        self,
        body: bytes,
        *,
        secret: str = "",
        sent_at: dt.datetime | None = None,
        code: str = "",
        content_type: str = "application/json",
        **changed: str,
    ) -> "Answer":
        stamp = int((sent_at or timezone.now()).timestamp())
        headers = {
            "webhook-id": "msg_1",
            "webhook-timestamp": str(stamp),
            "webhook-signature": sign(secret or self.secret, "msg_1", stamp, body),
            **{name.replace("_", "-"): value for name, value in changed.items()},
        }
        url = f"/plates/hooks/{code or self.source.code}"
        return Client().post(url, body, content_type=content_type, headers=headers)

    def send(self, **changes: object) -> "Answer":
        return self.post(message(**changes))


def message(**changes: object) -> bytes:
    """A whole message, seen just now; name what differs."""
    fields: dict[str, object] = {
        "v": 1,
        "event_id": "cam-7-0001",
        "text": "๑กข-๑๒๓๔",
        "province": "จังหวัดพิษณุโลก",
        "plate_class": "CAR",
        "text_confidence": 97,
        "province_confidence": 0.96,
        "seen_at": timezone.now().isoformat(),
        "direction": "towards",
    }
    return json.dumps({**fields, **changes}, ensure_ascii=False).encode()


def code_of(answer: "Answer") -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


@pytest.fixture
def vendor(camera: Camera) -> Vendor:
    fields = SourceFields(name="ด่านเหนือ", camera="C-001", is_trusted=True)
    source, secret = add_source(code="LPR-1", fields=fields, by=BOSS, at=timezone.now())
    return Vendor(source, secret)


def test_a_signed_read_is_stored_in_our_words_with_its_source_named(vendor: Vendor) -> None:
    answer = vendor.send()

    assert (answer.status_code, answer.json()) == (200, {"stored": 1, "known": 0})
    row = PlateRead.objects.get()
    assert (row.text, row.province, row.camera, row.plate_class) == ("1กข1234", "PLK", "C-001", "CAR")
    assert (row.text_confidence, row.direction, row.accepted) == (0.97, "TOWARDS", True)
    assert ForeignPass.objects.readers_of([row.pass_id]) == {row.pass_id: vendor.source}


def test_a_read_told_again_is_stored_once(vendor: Vendor) -> None:
    first, again = vendor.send(), vendor.send()

    assert (first.json()["stored"], again.json()) == (1, {"stored": 0, "known": 1})
    assert PlateRead.objects.count() == ForeignPass.objects.count() == 1


def test_a_read_on_the_watchlist_calls(vendor: Vendor, on_list: AddEntry) -> None:
    on_list(
        text="1กข1234",
        at=timezone.now() - dt.timedelta(minutes=5),
        confirmed_at=timezone.now() - dt.timedelta(hours=1),
        expires_at=timezone.now() + dt.timedelta(days=3),
    )

    vendor.send()

    assert Alert.objects.get().details["level"] == "EXACT"


@pytest.mark.parametrize(
    "changes",
    [
        {"text_confidence": 0.9},
        {"province": None},
        {"province": "Atlantis"},
        {"text": "WXY1234"},
        {"text": "กขคงจ"},
    ],
    ids=["unsure", "no province", "no such province", "foreign", "impossible"],
)
def test_a_read_that_needs_a_second_look_is_stored_and_not_accepted(
    vendor: Vendor, changes: dict[str, object]
) -> None:
    vendor.send(**changes)

    assert PlateRead.objects.get().accepted is False


def test_a_read_of_a_reader_that_nobody_trusts_is_never_accepted(vendor: Vendor) -> None:
    ReadSource.objects.update(is_trusted=False)

    vendor.send(text_confidence=1.0, province_confidence=1.0)

    assert PlateRead.objects.get().accepted is False


def test_a_crop_is_kept_as_pixels_only(vendor: Vendor) -> None:
    plate = draw_plate(PlateSpec("1กข1234", "PLK"))
    jpeg = cv2.imencode(".jpg", plate)[1].tobytes() + b"<script>"

    vendor.send(crop=base64.b64encode(jpeg).decode())

    kept = pictures.read(PlateRead.objects.get().crop)
    assert kept is not None
    assert kept.startswith(b"\xff\xd8")
    assert b"<script>" not in kept


def test_onvif_metadata_is_stored(vendor: Vendor) -> None:
    body = stream(frame(at=timezone.now().isoformat()))

    answer = vendor.post(body, content_type="application/xml")

    assert answer.json() == {"stored": 1, "known": 0}
    assert PlateRead.objects.get().text == "1กข1234"


@pytest.mark.parametrize(
    "body",
    [
        b" ", b"{", b"[]", b"\xff", b'{"v":1}', b'{"v":1,"v":1}', b"[" * 100_000, b'{"v":NaN}',
        message(v=2), message(v=True), message(event_id="a b"), message(event_id="x" * 65), message(text=""),
        message(text=7), message(text="<script>"), message(text="ก" * 61), message(text="\u202e\u0000"),
        message(province=7), message(province="x" * 99), message(text_confidence="1"),
        message(text_confidence=-1), message(text_confidence=101), message(text_confidence=True),
        message(seen_at="2026-11-23T10:00:00"), message(seen_at=5),
        message(seen_at="0001-01-01T00:00:00+14:00"),
        message(crop="%%%"), message(crop=1), message(crop=base64.b64encode(b"GIF89a").decode()),
        message(crop="A" * 400_000),
    ],
)  # fmt: skip
def test_a_malformed_message_is_refused_and_nothing_is_stored(vendor: Vendor, body: bytes) -> None:
    answer = vendor.post(body)

    assert code_of(answer) == (400, "malformed")
    assert not ForeignPass.objects.exists()


def test_a_document_type_in_metadata_is_refused(vendor: Vendor) -> None:
    body = b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'

    assert code_of(vendor.post(body, content_type="text/xml")) == (400, "malformed")


def test_who_does_not_hold_the_key_learns_nothing(vendor: Vendor) -> None:
    body = message()

    answers = [
        vendor.post(body, secret=make_secret()),
        vendor.post(body, code="LPR-9"),
        vendor.post(body, webhook_signature=""),
        vendor.post(body, webhook_id=""),
        vendor.post(body, webhook_timestamp="soon"),
        vendor.post(body, sent_at=timezone.now() - dt.timedelta(minutes=6)),
        vendor.post(body, sent_at=timezone.now() + dt.timedelta(minutes=6)),
    ]

    assert {answer.content for answer in answers} == {answers[0].content}
    assert {code_of(answer) for answer in answers} == {(401, "not_signed")}
    assert not PlateRead.objects.exists()


def test_a_changed_body_is_refused(vendor: Vendor) -> None:
    stamp = int(timezone.now().timestamp())
    signature = sign(vendor.secret, "msg_1", stamp, message())

    assert vendor.post(message(text="ฮฮ9999"), webhook_signature=signature).status_code == 401


def test_a_body_too_large_or_of_another_kind_is_refused(vendor: Vendor) -> None:
    assert code_of(vendor.post(b" " * (MAX_BODY + 1))) == (413, "too_large")
    assert code_of(vendor.post(message(), content_type="text/plain")) == (415, "wrong_type")
    assert code_of(Client().get("/plates/hooks/LPR-1", content_type="application/json")) == (
        405,
        "method_not_allowed",
    )


def test_a_reader_with_a_new_key_is_heard_by_it_alone(vendor: Vendor) -> None:
    secret = rotate_source(source=vendor.source, by=BOSS, at=timezone.now())

    assert vendor.send().status_code == 401
    assert vendor.post(message(), secret=secret).status_code == 200


def test_a_retired_reader_is_heard_no_more(vendor: Vendor) -> None:
    retire_source(source=vendor.source, by=BOSS, at=timezone.now())

    assert vendor.send().status_code == 401


def test_add_source_refuses_what_cannot_be_a_reader(vendor: Vendor) -> None:
    for code, camera in (("LPR-1", "C-001"), ("lpr 2", "C-001"), ("LPR-2", "C-404")):
        fields = SourceFields(name="", camera=camera, is_trusted=False)
        with pytest.raises(BadSource):
            add_source(code=code, fields=fields, by=BOSS, at=timezone.now())


def test_every_change_of_a_reader_is_in_the_log_without_its_key(vendor: Vendor) -> None:
    secret = rotate_source(source=vendor.source, by=BOSS, at=timezone.now())
    retire_source(source=vendor.source, by=BOSS, at=timezone.now())

    entries = AuditEntry.objects.filter(verb__startswith="plates.source_")
    assert [entry.verb for entry in entries.order_by("pk")] == [
        "plates.source_added", "plates.source_secret_rotated", "plates.source_retired",
    ]  # fmt: skip
    assert not any(key in str(entry.changes) for entry in entries for key in (secret, vendor.secret))


def test_the_command_adds_rotates_and_retires(camera: Camera, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("plate_source", "add", "LPR-5", camera="C-001")
    call_command("plate_source", "rotate", "LPR-5")
    call_command("plate_source", "retire", "LPR-5")

    assert capsys.readouterr().out.count("whsec_") == 2
    with pytest.raises(CommandError):
        call_command("plate_source", "rotate", "LPR-5")
    with pytest.raises(CommandError):
        call_command("plate_source", "add", "LPR-6", camera="C-404")
