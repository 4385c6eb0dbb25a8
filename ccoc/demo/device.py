"""An SOS point as the portal sees it: signed messages over HTTP, for the demo's buttons and heartbeats."""

import http.client
import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from ccoc.lib.instants import iso
from ccoc.lib.standard_webhooks import sign

TIMEOUT_S = 5.0
# One boot for every sender of the demo: the count is the clock's milliseconds, so it always grows.
BOOT = "demo"


class NotHeard(Exception):
    """The portal could not be reached, or refused the message; the text says which."""


@dataclass(frozen=True)
class Device:
    """A point with its secret, and the portal's address such as http://127.0.0.1:8000."""

    code: str
    secret: str
    portal: str

    def send(self, kind: str, at: float) -> dict[str, object]:
        """Send press, test, release or heartbeat at a unix time; returns the answer. Raises NotHeard."""
        body = self._message(kind, at)
        message_id = f"msg_{uuid.uuid4().hex}"
        headers = {
            "content-type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(at)),
            "webhook-signature": sign(self.secret, message_id, int(at), body),
        }
        status, answer = self._post(body, headers)
        if status != http.client.OK:
            raise NotHeard(f"the portal answered {status}")
        found: dict[str, object] = json.loads(answer)
        return found

    def _message(self, kind: str, at: float) -> bytes:
        message = {
            "v": 1,
            "device": self.code,
            "event_id": uuid.uuid4().hex,
            "type": kind,
            "seq": int(at * 1000),
            "boot_id": BOOT,
            "ts": iso(datetime.fromtimestamp(at, UTC)),
        }
        return json.dumps(message).encode()

    def _post(self, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        portal = urlsplit(self.portal)
        host, port = portal.hostname or "127.0.0.1", portal.port or 80
        link = http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)
        try:
            link.request("POST", f"/hooks/sos/{quote(self.code)}", body, headers)
            answer = link.getresponse()
            return answer.status, answer.read(64 * 1024)
        except (OSError, http.client.HTTPException) as error:
            raise NotHeard(f"no answer from {self.portal}") from error
        finally:
            link.close()
