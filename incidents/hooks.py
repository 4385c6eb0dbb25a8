"""The webhook of SOS points: signed bytes in, one short JSON answer out.

Whoever does not hold the key of a point learns nothing: an unknown point, a missing and a wrong signature
get the same answer, after the same work.
"""

import logging
from typing import Final

from django.core.cache import cache
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt

from accounts.access import public
from ccoc.errors import error_body
from ccoc.lib.signed_hooks import Door, Rejected, verified
from ccoc.lib.strict_json import Malformed
from incidents.messages import read_message
from incidents.models import SosPoint
from incidents.services import record_press, secret_of
from incidents.workflow import PressKind

logger = logging.getLogger(__name__)

MAX_BODY: Final = 16 * 1024
REFUSED_KEY = "sos.refused"
REFUSED_FOR_S = 7 * 24 * 3600
_DOOR: Final = Door({"application/json"}, MAX_BODY)
_WORDS: Final[dict[str, Promise]] = {
    "method_not_allowed": _("Send a POST."),
    "wrong_type": _("Send application/json."),
    "too_large": _("A message has 16 kB at most."),
    "not_signed": _("The signature or the sender is not right."),
    "malformed": _("This is not a message of version 1."),
    "wrong_device": _("The message names another device than its address."),
}


@public
@csrf_exempt
def receive_press(request: HttpRequest, code: str) -> JsonResponse:
    """`POST /hooks/sos/<code>`: 200 with `result`, or 400, 401, 405, 409, 413, 415 in the one error shape."""
    try:
        return _receive(request, code)
    except Rejected as rejected:
        if rejected.code == "not_signed":
            _count_refused()
        body = error_body(rejected.code, str(_WORDS[rejected.code]))
        return JsonResponse(body, status=rejected.status)


def refused_count() -> int:
    """How many messages without a right signature came in within about a week."""
    return int(cache.get(REFUSED_KEY, 0))


def _receive(request: HttpRequest, code: str) -> JsonResponse:
    body = _DOOR.body(request)
    now = timezone.now()
    point = SosPoint.objects.in_use().filter(code=code).first()
    envelope = verified(request, body, secret_of(point) if point else None)
    if point is None:
        raise Rejected(401, "not_signed")
    try:
        message = read_message(body)
    except Malformed as error:
        logger.warning("SOS point %s sent a malformed message: %s", point.code, error)
        raise Rejected(400, "malformed") from None
    is_fresh = envelope.is_fresh(now)
    if not is_fresh and message.kind != PressKind.PRESS:
        raise Rejected(401, "not_signed")
    if message.device != point.code:
        logger.warning("SOS point %s names another device in its message", point.code)
        raise Rejected(409, "wrong_device")
    recorded = record_press(point=point, message=message, is_fresh=is_fresh, at=now)
    return JsonResponse({"result": recorded.result, "alert_id": recorded.alert_id})


def _count_refused() -> None:
    """A wrong key looks like a deaf point from inside, and an attack from outside."""
    cache.add(REFUSED_KEY, 0, REFUSED_FOR_S)
    cache.incr(REFUSED_KEY)
    logger.warning("an SOS message without a right signature was refused")
