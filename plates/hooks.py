"""The webhook of other plate readers: signed bytes in, one short JSON answer out.

JSON of version 1 (plates/interop/messages.py) or ONVIF metadata (plates/interop/onvif.py), told apart by the
content type. Whoever does not hold a reader's key learns nothing: unknown readers, missing and wrong
signatures get the same answer, after the same work.
"""

import datetime as dt
import logging
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt

from accounts.access import public
from ccoc.errors import error_body
from ccoc.lib.signed_hooks import Door, Rejected, verified
from ccoc.lib.strict_json import Malformed
from plates.interop.foreign import ForeignRead
from plates.interop.messages import read_json
from plates.interop.onvif import read_metadata
from plates.interop.refusals import NOBODY, note_refusal
from plates.models import ReadSource
from plates.services.sources import note_heard, record_foreign, secret_of
from plates.workflow import SourceMode

logger = logging.getLogger(__name__)

MAX_BODY: Final = 512 * 1024


def _read_one(body: bytes) -> list[ForeignRead]:
    return [read_json(body)]


_FORMATS: Final[dict[str, Callable[[bytes], list[ForeignRead]]]] = {
    "application/json": _read_one,
    "application/xml": read_metadata,
    "text/xml": read_metadata,
}
_DOOR: Final = Door(_FORMATS, MAX_BODY)
_WORDS: Final[dict[str, Promise]] = {
    "method_not_allowed": _("Send a POST."),
    "wrong_type": _("Send application/json or application/xml."),
    "too_large": _("A message has 512 kB at most."),
    "not_signed": _("The signature or the sender is not right."),
    "switched_off": _("This reader is switched off here."),
    "malformed": _("This is no read that can be understood."),
}


@public
@csrf_exempt
def receive_reads(request: HttpRequest, code: str) -> JsonResponse:
    """`POST /plates/hooks/<code>`: 200 with `stored` and `known`, or 400, 401, 405, 409, 413, 415.

    A reader on trial is told how many reads were understood (`tried`), and none is stored.
    """
    now = timezone.now()
    source = ReadSource.objects.in_use().filter(code=code).first()
    try:
        return _receive(request, source, now)
    except Rejected as rejected:
        note_refusal(source.pk if source else NOBODY, rejected.reason, part=rejected.part, at=now)
        body = error_body(rejected.code, str(_WORDS[rejected.code]))
        return JsonResponse(body, status=rejected.status)


def _receive(request: HttpRequest, source: ReadSource | None, now: dt.datetime) -> JsonResponse:
    body = _DOOR.body(request)
    envelope = verified(request, body, secret_of(source) if source else None)
    if source is None:  # told apart by verified already
        raise Rejected(401, "not_signed")
    if not envelope.is_fresh(now):
        raise Rejected(401, "not_signed", reason="late")
    if source.mode == SourceMode.OFF:
        raise Rejected(409, "switched_off")
    try:
        reads = _FORMATS[request.content_type or ""](body)
    except Malformed as error:
        logger.warning("plate reader %s sent a malformed message: %s", source.code, error)
        raise Rejected(400, "malformed", part=str(error)) from None
    if source.mode == SourceMode.SANDBOX:
        note_heard(source=source, reads=reads, at=now)
        return JsonResponse({"stored": 0, "known": 0, "tried": len(reads)})
    stored = record_foreign(source=source, reads=reads, at=now)
    return JsonResponse({"stored": len(stored), "known": len(reads) - len(stored)})
