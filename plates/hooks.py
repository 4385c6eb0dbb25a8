"""The webhook of other plate readers: signed bytes in, one short JSON answer out.

JSON of version 1 (plates/interop/messages.py) or ONVIF metadata (plates/interop/onvif.py), told apart by the
content type. Whoever does not hold a reader's key learns nothing: unknown readers, missing and wrong
signatures get the same answer, after the same work.
"""

import logging
from collections.abc import Callable

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from accounts.access import public
from ccoc.errors import error_body
from ccoc.lib.standard_webhooks import NotSigned, make_secret, verify
from plates.interop.foreign import ForeignRead, Malformed
from plates.interop.messages import read_json
from plates.interop.onvif import read_metadata
from plates.models import ReadSource
from plates.services.sources import record_foreign, secret_of

logger = logging.getLogger(__name__)

MAX_BODY = 512 * 1024
_NOBODYS_SECRET = make_secret()
_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


def _read_one(body: bytes) -> list[ForeignRead]:
    return [read_json(body)]


_FORMATS: dict[str, Callable[[bytes], list[ForeignRead]]] = {
    "application/json": _read_one,
    "application/xml": read_metadata,
    "text/xml": read_metadata,
}


class Answer(Exception):
    """An early answer other than 200."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.response = JsonResponse(error_body(code, message), status=status)


@public
@csrf_exempt
def receive_reads(request: HttpRequest, code: str) -> JsonResponse:
    """`POST /plates/hooks/<code>`: 200 with `stored` and `known`, or 400, 401, 405, 413, 415."""
    try:
        return _receive(request, code)
    except Answer as answer:
        return answer.response


def _receive(request: HttpRequest, code: str) -> JsonResponse:
    body = _body(request)
    now = timezone.now()
    source = ReadSource.objects.in_use().filter(code=code).first()
    try:
        envelope = verify(secret_of(source) if source else _NOBODYS_SECRET, _headers(request), body)
    except NotSigned:
        raise _unsigned() from None
    if source is None or not envelope.is_fresh(now):
        raise _unsigned()
    try:
        reads = _FORMATS[request.content_type or ""](body)
    except Malformed as error:
        logger.warning("plate reader %s sent a malformed message: %s", source.code, error)
        raise Answer(400, "malformed", _("This is no read that can be understood.")) from None
    stored = record_foreign(source=source, reads=reads, at=now)
    return JsonResponse({"stored": len(stored), "known": len(reads) - len(stored)})


def _body(request: HttpRequest) -> bytes:
    if request.method != "POST":
        raise Answer(405, "method_not_allowed", _("Send a POST."))
    if request.content_type not in _FORMATS:
        raise Answer(415, "wrong_type", _("Send application/json or application/xml."))
    body = request.read(MAX_BODY + 1)
    if len(body) > MAX_BODY:
        raise Answer(413, "too_large", _("A message has 512 kB at most."))
    return body


def _headers(request: HttpRequest) -> dict[str, str]:
    return {name: request.headers.get(name, "") for name in _HEADERS}


def _unsigned() -> Answer:
    logger.warning("a message of a plate reader without a right signature was refused")
    return Answer(401, "not_signed", _("The signature or the sender is not right."))
