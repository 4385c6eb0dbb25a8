"""Who looks at which camera right now, and which cameras see a place.

Watching is told through the cache: a page that shows a still keeps it fresh for ten more seconds.
"""

import logging
import time
from collections.abc import Iterable

from django.core.cache import cache
from redis.exceptions import RedisError

from cameras import pictures
from cameras.models import Camera
from cameras.payloads import camera_payload
from cameras.sight import RankedView, rank_views

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


def views_near(lat: float, lon: float, limit: int = 4) -> list[RankedView]:
    """The cameras in use that see a place best, with the age of their newest picture; one query."""
    cameras = [camera_payload(camera) for camera in Camera.objects.read().placed().with_health()]
    ages = pictures.ages((camera["code"] for camera in cameras), now=time.time())
    return rank_views(cameras, lat, lon, limit, ages)
