"""A press over real HTTP, judged by the reference implementation of the signature."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from standardwebhooks.webhooks import Webhook

from ccoc.demo.device import Device, NotHeard
from ccoc.lib.standard_webhooks import make_secret


@dataclass
class Listener:
    """What the other side heard, and what it answers."""

    status: int = 200
    heard: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    address: str = ""


@pytest.fixture
def listener() -> Iterator[Listener]:
    found = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            found.heard.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(found.status)
            self.end_headers()
            self.wfile.write(b'{"result": "RAISED"}')

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    found.address = f"http://127.0.0.1:{server.server_port}"
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


def test_send_is_signed_as_the_specification_says(listener: Listener) -> None:
    secret = make_secret()

    answer = Device("SOS-01", secret, listener.address).send("press", time.time())

    path, headers, body = listener.heard[0]
    assert answer == {"result": "RAISED"}
    assert path == "/hooks/sos/SOS-01"
    assert Webhook(secret).verify(body.decode(), headers)


def test_send_counts_up_between_messages(listener: Listener) -> None:
    device, now = Device("SOS-01", make_secret(), listener.address), time.time()

    device.send("heartbeat", now)
    device.send("press", now + 0.5)

    first, second = (json.loads(body) for _, _, body in listener.heard)
    assert first["seq"] < second["seq"]
    assert first["event_id"] != second["event_id"]


def test_send_to_a_portal_that_refuses(listener: Listener) -> None:
    listener.status = 401

    with pytest.raises(NotHeard, match="401"):
        Device("SOS-01", make_secret(), listener.address).send("press", time.time())


def test_send_to_nobody(listener: Listener) -> None:
    with pytest.raises(NotHeard):
        Device("SOS-01", make_secret(), "http://127.0.0.1:9").send("press", time.time())
