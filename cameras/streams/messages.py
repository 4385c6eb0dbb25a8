"""RTSP/1.0 messages (RFC 2326): heads in and out, with limits; used by the reader and by the simulator."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cameras.streams.errors import BadStream

MAX_HEAD_BYTES = 65536
MAX_BODY_BYTES = 65536
HEAD_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Message:
    """A request or a response: the words of its first line, its headers in order, its body."""

    start: tuple[str, str, str]
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    @property
    def status(self) -> int:
        """Status of a response; 0 where this is a request."""
        return int(self.start[1]) if self.start[0].startswith("RTSP/") else 0

    def all(self, name: str) -> list[str]:
        """Every value of a header, by its lower-case name."""
        return [value for key, value in self.headers if key == name]

    def get(self, name: str) -> str:
        """The first value of a header, or an empty string."""
        return next(iter(self.all(name)), "")


@dataclass(frozen=True, slots=True)
class Taken:
    """A message cut from the front of a buffer, and how many bytes it took."""

    message: Message
    size: int


def take_message(buffer: bytes, start: int = 0) -> Taken | None:
    """The message at `start`, or None while it is incomplete; raises BadStream past the size limits."""
    end = buffer.find(HEAD_END, start)
    if end < 0:
        if len(buffer) - start > MAX_HEAD_BYTES:
            raise BadStream("message head is too large")
        return None
    if end - start > MAX_HEAD_BYTES:
        raise BadStream("message head is too large")
    head = parse_head(buffer[start:end])
    size = body_size(head)
    stop = end + len(HEAD_END) + size
    if len(buffer) < stop:
        return None
    return Taken(Message(head.start, head.headers, buffer[stop - size : stop]), stop - start)


def parse_head(head: bytes) -> Message:
    """First line and headers; raises BadStream where the first line is none of RTSP's."""
    first, *lines = head.decode("utf-8", "replace").lstrip("\r\n").split("\r\n")
    words = first.split(" ", 2)
    is_response = words[0] == "RTSP/1.0" and len(words) >= 2 and words[1].isascii() and words[1].isdigit()
    is_request = len(words) == 3 and words[2] == "RTSP/1.0"
    if not (is_response or is_request):
        raise BadStream("not an RTSP message")
    pairs = (line.partition(":") for line in lines)
    headers = tuple((key.strip().lower(), value.strip()) for key, colon, value in pairs if colon)
    return Message((words[0], words[1], words[2] if len(words) > 2 else ""), headers)


def body_size(head: Message) -> int:
    """Content-Length, 0 where absent; raises BadStream where it is no number or past the limit."""
    text = head.get("content-length") or "0"
    if not (text.isascii() and text.isdigit()) or len(text) > 8 or int(text) > MAX_BODY_BYTES:
        raise BadStream("message body is too large")
    return int(text)


def encode(start: Sequence[str], headers: Iterable[tuple[str, str]], body: bytes = b"") -> bytes:
    """Bytes of a message; Content-Length is added where there is a body."""
    lines = [" ".join(start), *(f"{name}: {value}" for name, value in headers)]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + HEAD_END + body
