"""Who looks at which camera right now: a page that shows a still keeps it fresh for ten more seconds."""

import logging
from collections.abc import Iterable

from django.core.cache import cache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
WATCHED_S = 10
_KEY = "cameras:watched:"


def mark_watched(code: str) -> None:
    """Ask the ingest workers for stills of this camera for the next ten seconds."""
    try:
        cache.set(_KEY + code, 1, WATCHED_S)
    except RedisError:
        logger.warning("the cache is away: stills are not kept fresh")


def watched_among(codes: Iterable[str]) -> set[str]:
    """Those that somebody looks at, in one question to the cache; nobody, as far as we know, without one."""
    try:
        found = cache.get_many([_KEY + code for code in codes])
    except RedisError:
        return set()
    return {key.removeprefix(_KEY) for key in found}
