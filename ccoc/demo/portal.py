"""Where the running portal and its simulator are, as the local stack wrote it down."""

import json
import os
import socket
from typing import Final

from django.conf import settings

from ccoc.demo.device import Device
from ccoc.lib.env import Env
from incidents.models import SosPoint
from incidents.services import secret_of

DEFAULT_ADDRESS: Final = "http://127.0.0.1:8000"
CONTROL_TIMEOUT_S = 3.0


class NoControl(Exception):
    """The simulator is not running or does not take orders."""


def environment() -> Env:
    """Settings of the running stack under those of this process."""
    return Env.read(settings.VAR_DIR / "run" / "env.json")


def portal_address() -> str:
    """Address of the web server: CCOC_PORTAL, else what the stack wrote down, else port 8000."""
    if named := os.environ.get("CCOC_PORTAL"):
        return named
    try:
        state = json.loads(settings.STACK_STATE_FILE.read_text("utf-8"))
    except (OSError, ValueError):
        return DEFAULT_ADDRESS
    return str(state.get("address") or DEFAULT_ADDRESS)


def device_of(point: SosPoint) -> Device:
    """The point as a device that can send."""
    return Device(point.code, secret_of(point), portal_address())


def order(line: dict[str, object]) -> None:
    """Tell the simulator to switch a fault. Raises NoControl."""
    port = environment().number("CCOC_SIMULATOR_CONTROL_PORT", 0)
    if not port:
        raise NoControl
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=CONTROL_TIMEOUT_S) as link:
            link.sendall(json.dumps(line).encode() + b"\n")
            answer = json.loads(link.makefile("rb").readline() or b"{}")
    except (OSError, ValueError) as error:
        raise NoControl from error
    if not answer.get("ok"):
        raise NoControl
