"""What can go wrong with a camera's stream, one type a cause.

Messages are constants plus status numbers: an address, a user name or a password never enters one, because
messages end in logs, audit entries and the wall.
"""

from typing import ClassVar


class StreamError(Exception):
    """A camera could not be read; `reason` is the stable code shown beside its health."""

    reason: ClassVar[str] = "STREAM_ERROR"


class AuthFailed(StreamError):
    """The camera refused our user and password, or asked for some and we have none."""

    reason = "AUTH_FAILED"


class NotFound(StreamError):
    """The camera answers, but knows no stream of this path."""

    reason = "NOT_FOUND"


class Unreachable(StreamError):
    """No connection: refused, no route, no answer in time."""

    reason = "UNREACHABLE"


class SessionLimit(StreamError):
    """The camera has no session left for us."""

    reason = "SESSION_LIMIT"


class Stalled(StreamError):
    """The connection is open but no picture arrives."""

    reason = "STALLED"


class Disconnected(StreamError):
    """The camera, or something between, ended a running stream."""

    reason = "DISCONNECTED"


class BadStream(StreamError):
    """The camera speaks, but not what we can read: protocol, SDP or payload."""

    reason = "BAD_STREAM"


class AddressRefused(StreamError):
    """The address is not one a camera may have: scheme, user in the URL, or outside the camera networks."""

    reason = "ADDRESS_REFUSED"
