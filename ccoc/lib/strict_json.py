"""JSON from outside, read strictly: one object, no key twice, no NaN, and parts of exactly one shape.

Readers differ in what they make of a doubled key or of NaN, so a message that holds one may mean one thing
to us and another to who signed it: it is refused.
"""

import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import Final, NoReturn

LONGEST_MOMENT: Final = 40
"""Letters of an ISO 8601 moment with microseconds and zone, with room to spare."""

_NAME = re.compile(r"[A-Za-z0-9._:-]{1,64}")


class Malformed(Exception):
    """A message or cell is not what it should be; the text names the part, never what it held."""


def read_object(body: bytes, *, version: int) -> dict[str, object]:
    """The one object of a UTF-8 body whose `v` is `version`; raises Malformed."""
    try:
        found = json.loads(
            body.decode("utf-8"), object_pairs_hook=_without_doubles, parse_constant=_no_constant
        )
    except (ValueError, RecursionError):
        raise Malformed("json") from None
    if not isinstance(found, dict):
        raise Malformed("json")
    if type(found.get("v")) is not int or found["v"] != version:  # a bool is an int to isinstance
        raise Malformed("v")
    return found


def name(fields: Mapping[str, object], key: str) -> str:
    """A name as machines give them: 1 to 64 of letters, digits, dot, colon, hyphen; raises Malformed."""
    value = fields.get(key)
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise Malformed(key)
    return value


def moment(value: object, part: str) -> dt.datetime:
    """An ISO 8601 time that names its zone, as UTC; raises Malformed."""
    if not isinstance(value, str) or len(value) > LONGEST_MOMENT:
        raise Malformed(part)
    try:
        found = dt.datetime.fromisoformat(value)
        if found.tzinfo is None:
            raise Malformed(part)
        return found.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise Malformed(part) from None


def _without_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a key stands twice")
    return fields


def _no_constant(word: str) -> NoReturn:
    raise ValueError(word)  # NaN and Infinity are not JSON
