"""Why messages of other readers were not taken: counted for about a week, for the page of the readers.

Counts live in the cache, because a stranger must never make the database write. A message that names no
reader of ours is counted as well, under nobody, at the same cost.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from django.core.cache import cache
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NOBODY: Final = 0
KEPT_S: Final = 7 * 24 * 3600
REASONS: Final[Mapping[str, Promise]] = {
    "not_signed": _("wrong signature"),
    "late": _("older than five minutes"),
    "switched_off": _("switched off"),
    "malformed": _("cannot be understood"),
    "too_large": _("too large"),
    "wrong_type": _("wrong content type"),
}


class Last(NamedTuple):
    """The newest refusal: why, which part of the message if one is to blame, and when."""

    code: str
    part: str
    at: dt.datetime

    @property
    def label(self) -> Promise:
        return REASONS[self.code]


class Refusals(NamedTuple):
    """What was refused of one reader: how many by reason, most first, and the newest."""

    counts: tuple[tuple[Promise, int], ...] = ()
    last: Last | None = None

    @property
    def total(self) -> int:
        return sum(count for _label, count in self.counts)


def note_refusal(source_id: int, code: str, *, part: str = "", at: dt.datetime) -> None:
    """Count one; codes that are none of REASONS are not kept."""
    if code not in REASONS:
        return
    key = _key(source_id, code)
    if not cache.add(key, 1, KEPT_S):
        try:
            cache.incr(key)
        except ValueError:  # it ran out between the two
            cache.set(key, 1, KEPT_S)
    cache.set(_key(source_id, "last"), (code, part, at), KEPT_S)


def refusals_of(source_ids: Iterable[int]) -> dict[int, Refusals]:
    """What was refused of each; one question to the cache for all."""
    ids = list(source_ids)
    found = cache.get_many([_key(pk, word) for pk in ids for word in (*REASONS, "last")])
    return {pk: _refusals(pk, found) for pk in ids}


def forget_refusals(source_id: int) -> None:
    """Begin anew, as when a reader got a new key."""
    cache.delete_many([_key(source_id, word) for word in (*REASONS, "last")])


def _refusals(pk: int, found: Mapping[str, object]) -> Refusals:
    counts = [(label, _count(found.get(_key(pk, code)))) for code, label in REASONS.items()]
    told = sorted((pair for pair in counts if pair[1]), key=lambda pair: -pair[1])
    last = found.get(_key(pk, "last"))
    return Refusals(tuple(told), Last(*last) if isinstance(last, tuple) else None)


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0


def _key(source_id: int, word: str) -> str:
    return f"plates.refused.{source_id}.{word}"
