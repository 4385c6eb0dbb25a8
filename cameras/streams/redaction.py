"""Keep camera secrets out of every log line.

Secrets are registered when a source is added; the filter replaces them raw, percent-encoded and as they
appear in a Basic header, in messages and in tracebacks, whoever wrote them (FFmpeg's messages quote the URL).
"""

import base64
import logging
import re
from urllib.parse import quote, quote_plus

MASK = "[secret]"
_USERINFO = re.compile(r"(?<=://)[^/\s@]*:[^/\s]*@")
_AUTHORIZATION = re.compile(r"(?i)(authorization:\s*)[^\r\n]+")


class Redactor:
    """Knows the secrets of a process and removes them from text."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._pattern: re.Pattern[str] | None = None

    def add(self, secret: str, *, username: str = "") -> None:
        """Remember a secret; each `add` needs its own `discard`, because cameras share passwords."""
        for form in _forms(secret, username):
            self._counts[form] = self._counts.get(form, 0) + 1
        self._compile()

    def discard(self, secret: str, *, username: str = "") -> None:
        """Forget one `add` of a secret."""
        for form in _forms(secret, username):
            self._counts[form] = self._counts.get(form, 0) - 1
            if self._counts[form] <= 0:
                del self._counts[form]
        self._compile()

    def scrub(self, text: str) -> str:
        """The text with every known secret, URL user part and Authorization header masked."""
        if self._pattern is not None:
            text = self._pattern.sub(MASK, text)
        text = _USERINFO.sub(MASK + "@", text)
        return _AUTHORIZATION.sub(rf"\1{MASK}", text)

    def _compile(self) -> None:
        longest_first = sorted(self._counts, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None


class RedactionFilter(logging.Filter):
    """Put on handlers (a logger's filter does not see its children's records)."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = self._redactor.scrub(record.getMessage())
        record.args = None
        if record.exc_info:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
            record.exc_info = None
        if record.exc_text:
            record.exc_text = self._redactor.scrub(record.exc_text)
        return True


REDACTOR = Redactor()


def install(logger: logging.Logger | None = None) -> None:
    """Guard every handler of this process, or of the given logger, with the process's redactor.

    Each process that reads cameras or looks at their pictures calls it after its logging is set up. One
    that has set up none gets a handler here: the one that Python adds later would be unguarded.
    """
    if logger is None:
        logging.basicConfig()  # does nothing where the root logger has a handler
    for handler in logger.handlers if logger else _all_handlers():
        if not any(isinstance(known, RedactionFilter) for known in handler.filters):
            handler.addFilter(RedactionFilter(REDACTOR))


def _all_handlers() -> list[logging.Handler]:
    loggers = [logging.getLogger(), *logging.Logger.manager.loggerDict.values()]
    return [handler for known in loggers if isinstance(known, logging.Logger) for handler in known.handlers]


def _forms(secret: str, username: str) -> set[str]:
    if not secret:
        return set()
    basic = base64.b64encode(f"{username}:{secret}".encode()).decode()
    return {secret, quote(secret, safe=""), quote(secret), quote_plus(secret), basic}
