"""The webhook of SOS points against everything that a network can bring."""

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from alerts.models import Alert
from ccoc.lib.standard_webhooks import make_secret, sign
from incidents import services
from incidents.hooks import MAX_BODY, REFUSED_KEY, refused_count
from incidents.models import SosPress
from tests.incidents.moments import OFFICER, MakePoint, Pillar

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer


@pytest.fixture(autouse=True)
def nothing_refused_yet() -> None:
    cache.delete(REFUSED_KEY)


def post(
    pillar: Pillar,
    body: bytes,
    *,
    headers: dict[str, str] | None = None,
    code: str = "SOS-01",
    content_type: str = "application/json",
) -> "Answer":
    given = pillar.headers(body, timezone.now()) if headers is None else headers
    return Client().post(f"/hooks/sos/{code}", body, content_type=content_type, headers=given)


def send(pillar: Pillar, kind: str, **changes: object) -> "Answer":
    return post(pillar, pillar.body(kind, timezone.now(), **changes))


def code_of(answer: "Answer") -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_press_raises_the_alarm(pillar: Pillar) -> None:
    answer = send(pillar, "press")

    assert (answer.status_code, answer.json()["result"]) == (200, "ALARMED")
    assert answer.json()["alert_id"] == Alert.objects.get().pk


def test_press_signed_by_the_reference_library_raises_the_alarm(pillar: Pillar) -> None:
    now = timezone.now()
    body = pillar.body("press", now)
    signature = Webhook(pillar.secret).sign("msg_7", now, body.decode())
    stamp = str(int(now.timestamp()))

    answer = post(
        pillar,
        body,
        headers={"webhook-id": "msg_7", "webhook-timestamp": stamp, "webhook-signature": signature},
    )

    assert answer.json()["result"] == "ALARMED"


@pytest.mark.parametrize(
    ("kind", "result"), [("test", "TESTED"), ("release", "NOTED"), ("heartbeat", "HEARD")]
)
def test_other_messages_never_alarm(pillar: Pillar, kind: str, result: str) -> None:
    assert send(pillar, kind).json() == {"result": result, "alert_id": None}
    assert not Alert.objects.exists()


def test_press_delivered_again_folds(pillar: Pillar) -> None:
    body = pillar.body("press", timezone.now())

    results = [post(pillar, body).json()["result"] for _ in range(3)]

    assert results == ["ALARMED", "FOLDED", "FOLDED"]
    assert Alert.objects.get().count == 1


def test_press_from_an_old_capture_folds(pillar: Pillar) -> None:
    body = pillar.body("press", timezone.now())
    headers = pillar.headers(body, timezone.now())
    post(pillar, body, headers=headers)

    assert post(pillar, body, headers=headers).json()["result"] == "FOLDED"


def test_press_with_a_clock_of_another_year_alarms_and_is_flagged(pillar: Pillar) -> None:
    then = dt.datetime(2001, 1, 1, tzinfo=dt.UTC)
    body = pillar.body("press", then)

    answer = post(pillar, body, headers=pillar.headers(body, then))

    assert answer.json()["result"] == "ALARMED"
    assert SosPress.objects.get().clock_skew


@pytest.mark.parametrize(
    "ts", ["", "yesterday", "2026-11-23T14:47:00", "0001-01-01T00:00:00+14:00", None, 17, []]
)
def test_press_with_a_time_nobody_can_read_alarms_and_is_flagged(pillar: Pillar, ts: object) -> None:
    assert send(pillar, "press", ts=ts).json()["result"] == "ALARMED"
    assert SosPress.objects.get().clock_skew


@pytest.mark.parametrize("kind", ["heartbeat", "test", "release"])
def test_anything_but_a_press_in_an_old_envelope_is_refused(pillar: Pillar, kind: str) -> None:
    then = timezone.now() - dt.timedelta(minutes=6)
    body = pillar.body(kind, then)

    assert code_of(post(pillar, body, headers=pillar.headers(body, then))) == (401, "not_signed")
    pillar.point.refresh_from_db()
    assert pillar.point.heard_at is None


def test_heartbeat_out_of_order_moves_nothing(pillar: Pillar) -> None:
    late = pillar.body("heartbeat", timezone.now())
    send(pillar, "heartbeat")

    assert post(pillar, late).json()["result"] == "FOLDED"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"webhook-id": "msg_1"},
        {"webhook-id": "msg_1", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA"},
        {"webhook-id": "msg_1", "webhook-timestamp": "soon", "webhook-signature": "v1,AAAA"},
    ],
)
def test_unsigned_press_never_alarms_but_is_counted(
    pillar: Pillar, headers: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    answer = post(pillar, pillar.body("press", timezone.now()), headers=headers)

    assert code_of(answer) == (401, "not_signed")
    assert not Alert.objects.exists()
    assert refused_count() == 1
    assert "without a right signature" in caplog.text


def test_press_signed_with_the_secret_of_another_point_never_alarms(make_point: MakePoint) -> None:
    first, second = make_point("SOS-01"), make_point("SOS-02")
    body = first.body("press", timezone.now())

    answer = post(first, body, headers=second.headers(body, timezone.now()))

    assert answer.status_code == 401
    assert not Alert.objects.exists()


def test_unknown_point_and_wrong_signature_answer_alike(pillar: Pillar) -> None:
    body = pillar.body("press", timezone.now())
    wrong = {**pillar.headers(body, timezone.now()), "webhook-signature": "v1,AAAA"}

    known = post(pillar, body, headers=wrong)
    unknown = post(pillar, body, code="SOS-99")

    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert sorted(known.headers.items()) == sorted(unknown.headers.items())


def test_retired_point_is_unknown(pillar: Pillar) -> None:
    services.retire_point(point=pillar.point, by=OFFICER, at=timezone.now())

    assert send(pillar, "press").status_code == 401


def test_rotated_secret_works_and_the_old_one_no_longer(pillar: Pillar) -> None:
    fresh = services.rotate_secret(point=pillar.point, by=OFFICER, at=timezone.now())

    assert send(pillar, "press").status_code == 401
    pillar.secret = fresh
    assert send(pillar, "press").status_code == 200


def test_both_signatures_while_a_sender_changes_its_key(pillar: Pillar) -> None:
    body = pillar.body("press", timezone.now())
    headers = pillar.headers(body, timezone.now())
    stamp = int(headers["webhook-timestamp"])
    headers["webhook-signature"] += " " + sign(make_secret(), "msg_1", stamp, body)

    assert post(pillar, body, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b" ",
        b"null",
        b"[]",
        b'"press"',
        b"{",
        b"\xff\xfe\x00",
        b'{"v": 1, "type": "\xe0\xb8"}',
        b"[" * 8000,
        b'{"v":' * 3000,
        b'{"v": 1, "v": 1}',
        b'{"v": NaN}',
        b'{"v": 1, "seq": ' + b"9" * 5000 + b"}",
        b'{"v": 1e999}',
    ],
    ids=range(13),
)
def test_signed_nonsense_is_malformed(pillar: Pillar, body: bytes) -> None:
    assert code_of(post(pillar, body)) == (400, "malformed")
    assert not SosPress.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"v": True},
        {"v": "1"},
        {"v": 1.0},
        {"type": "PRESS"},
        {"type": "boom"},
        {"type": None},
        {"seq": -1},
        {"seq": 2**63},
        {"seq": 1.5},
        {"seq": "1"},
        {"seq": True},
        {"event_id": ""},
        {"event_id": "x" * 65},
        {"event_id": "a\u0000b"},
        {"event_id": 7},
        {"boot_id": None},
        {"device": ["SOS-01"]},
    ],
)
def test_signed_press_with_a_wrong_field_is_malformed(pillar: Pillar, change: dict[str, object]) -> None:
    assert code_of(send(pillar, "press", **change)) == (400, "malformed")


def test_press_with_fields_that_we_do_not_know_alarms(pillar: Pillar) -> None:
    assert send(pillar, "press", button="police", batt_v=12.6, sip={"call": 1}).status_code == 200


def test_press_that_names_another_device_is_refused(make_point: MakePoint) -> None:
    make_point("SOS-02")

    answer = send(make_point("SOS-01"), "press", device="SOS-02")

    assert code_of(answer) == (409, "wrong_device")
    assert not Alert.objects.exists()


def test_oversized_body_is_refused_before_its_signature_is_looked_at(pillar: Pillar) -> None:
    body = json.dumps({"pad": "x" * MAX_BODY}).encode()

    assert code_of(post(pillar, body)) == (413, "too_large")


def test_largest_body_is_taken(pillar: Pillar) -> None:
    short = pillar.body("press", timezone.now(), pad="")
    pillar.seq -= 1
    body = pillar.body("press", timezone.now(), pad="x" * (MAX_BODY - len(short) - 10))

    assert post(pillar, body).status_code == 200


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_another_content_type_is_refused(pillar: Pillar, content_type: str) -> None:
    body = pillar.body("press", timezone.now())

    assert code_of(post(pillar, body, content_type=content_type)) == (415, "wrong_type")


def test_content_type_may_name_its_charset(pillar: Pillar) -> None:
    body = pillar.body("press", timezone.now())

    assert post(pillar, body, content_type="application/json; charset=utf-8").status_code == 200


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
def test_other_methods_are_refused(pillar: Pillar, method: str) -> None:
    answer = getattr(Client(), method)("/hooks/sos/SOS-01")

    assert code_of(answer) == (405, "method_not_allowed")


def test_press_needs_no_session_and_no_csrf_token(pillar: Pillar) -> None:
    body = pillar.body("press", timezone.now())
    client = Client(enforce_csrf_checks=True)

    answer = client.post(
        "/hooks/sos/SOS-01",
        body,
        content_type="application/json",
        headers=pillar.headers(body, timezone.now()),
    )

    assert answer.status_code == 200
    assert not answer.cookies
