"""The polling twin of the socket, for browsers behind a proxy that breaks WebSockets."""

from django.http import HttpRequest, HttpResponse, JsonResponse

from events.consumers import cursor_of
from events.hub import BATCH, encode
from events.models import OutboxEvent


def poll_events(request: HttpRequest) -> HttpResponse:
    """`GET ?after=<seq>`: events since then in the socket's own format, at most 500 a call.

    `reset` true means that the gap is no longer in the table: fetch a snapshot and go on from `seq`.
    """
    after = cursor_of(request.META["QUERY_STRING"].encode())
    first, last = OutboxEvent.objects.span()
    if after is None or after > last or after < first - 1:
        return JsonResponse({"events": [], "seq": last, "reset": True})
    messages = [encode(*row) for row in OutboxEvent.objects.after(after).as_rows()[:BATCH]]
    seq = messages[-1].seq if messages else after
    body = ", ".join(message.text for message in messages)
    return HttpResponse(
        f'{{"events": [{body}], "seq": {seq}, "reset": false}}', content_type="application/json"
    )
