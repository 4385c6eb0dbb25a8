"""The webhook of SOS points: signed bytes in, one short JSON answer out.

Whoever does not hold the key of a point learns nothing: an unknown point, a missing and a wrong signature
get the same answer, after the same work.
"""

import logging
from collections.abc import Mapping

from django.core.cache import cache
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from accounts.access import public
from ccoc.errors import error_body
from ccoc.lib.standard_webhooks import Envelope, NotSigned, make_secret, verify
from incidents.messages import Malformed, read_message
from incidents.models import SosPoint
from incidents.services import record_press, secret_of
from incidents.workflow import PressKind

logger = logging.getLogger(__name__)

MAX_BODY = 16 * 1024
REFUSED_KEY = "sos.refused"
REFUSED_FOR_S = 7 * 24 * 3600
_NOBODYS_SECRET = make_secret()
_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


class Answer(Exception):
    """An early answer other than 200."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.response = JsonResponse(error_body(code, message), status=status)


@public
@csrf_exempt
def receive_press(request: HttpRequest, code: str) -> JsonResponse:
    """`POST /hooks/sos/<code>`: 200 with `result`, or 400, 401, 405, 409, 413, 415 in the one error shape."""
    try:
        return _receive(request, code)
    except Answer as answer:
        return answer.response


def refused_count() -> int:
    """How many messages without a right signature came in within about a week."""
    return int(cache.get(REFUSED_KEY, 0))


def _receive(request: HttpRequest, code: str) -> JsonResponse:
    body = _body(request)
    now = timezone.now()
    point = SosPoint.objects.in_use().filter(code=code).first()
    envelope = _envelope(point, request, body)
    if point is None:
        raise _unsigned()
    try:
        message = read_message(body)
    except Malformed as error:
        logger.warning("SOS point %s sent a malformed message: %s", point.code, error)
        raise Answer(400, "malformed", _("This is not a message of version 1.")) from None
    is_fresh = envelope.is_fresh(now)
    if not is_fresh and message.kind != PressKind.PRESS:
        raise _unsigned()
    if message.device != point.code:
        logger.warning("SOS point %s names another device in its message", point.code)
        raise Answer(409, "wrong_device", _("The message names another device than its address."))
    recorded = record_press(point=point, message=message, is_fresh=is_fresh, at=now)
    return JsonResponse({"result": recorded.result, "alert_id": recorded.alert_id})


def _body(request: HttpRequest) -> bytes:
    if request.method != "POST":
        raise Answer(405, "method_not_allowed", _("Send a POST."))
    body = request.read(MAX_BODY + 1)
    if len(body) > MAX_BODY:
        raise Answer(413, "too_large", _("A message has 16 kB at most."))
    if request.content_type != "application/json":
        raise Answer(415, "not_json", _("Send application/json."))
    return body


def _envelope(point: SosPoint | None, request: HttpRequest, body: bytes) -> Envelope:
    secret = secret_of(point) if point else _NOBODYS_SECRET
    try:
        return verify(secret, _headers(request), body)
    except NotSigned:
        raise _unsigned() from None


def _headers(request: HttpRequest) -> Mapping[str, str]:
    return {name: request.headers.get(name, "") for name in _HEADERS}


def _unsigned() -> Answer:
    """Count and log it: a wrong key looks like a deaf point from inside, and an attack from outside."""
    cache.add(REFUSED_KEY, 0, REFUSED_FOR_S)
    cache.incr(REFUSED_KEY)
    logger.warning("an SOS message without a right signature was refused")
    return Answer(401, "not_signed", _("The signature or the sender is not right."))
