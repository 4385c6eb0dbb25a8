"""Newest thumbnails and stills on their way to their files; a slow disk costs pictures, never memory."""

import logging
import time
from collections.abc import Iterable
from pathlib import Path

from cameras import pictures
from cameras.streams.results import KeyPicture

logger = logging.getLogger(__name__)
GOOD_EVERY_S = 3600.0
ASK_AGAIN_S = 60.0
ASK_AT_ONCE = 2  # a still costs a decoder twice a thumbnail: the fleet's take turns


class PictureDesk:
    """Holds the newest picture of each camera until it is written. Filled by the event loop only."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str], tuple[bytes, float]] = {}
        self._views: dict[Path, bytes] = {}
        self._good_due_s: dict[str, float] = {}

    def keep_views(self, path: Path, data: bytes) -> None:
        """Take what a camera usually shows."""
        self._views[path] = data

    def wanting(self, codes: Iterable[str], now_s: float) -> list[str]:
        """A few cameras whose last good picture is old; they are to make stills for a moment."""
        due = [code for code in codes if now_s >= self._good_due_s.get(code, 0.0)][:ASK_AT_ONCE]
        self._good_due_s |= dict.fromkeys(due, now_s + ASK_AGAIN_S)
        return due

    def put(self, picture: KeyPicture) -> None:
        """Take a picture in the place of an older one that still waits."""
        self._waiting[pictures.THUMBS, picture.code] = (picture.thumbnail, picture.captured_at)
        if picture.still is not None:
            self._waiting[pictures.STILLS, picture.code] = (picture.still, picture.captured_at)
            self._take_good(picture, picture.still)

    def take(self) -> dict[tuple[str, str], tuple[bytes, float]]:
        """What waits, for `store` in another thread."""
        taken, self._waiting = self._waiting, {}
        return taken

    def take_views(self) -> dict[Path, bytes]:
        """Views that wait, for `store`."""
        taken, self._views = self._views, {}
        return taken

    def _take_good(self, picture: KeyPicture, still: bytes) -> None:
        """Once an hour keep a still with which nothing is wrong, to show later what a camera once saw."""
        now_s = time.monotonic()
        due_s = self._good_due_s.get(picture.code, 0.0)
        if picture.conditions or due_s > now_s + ASK_AGAIN_S:
            return
        self._waiting[pictures.GOOD, picture.code] = (still, picture.captured_at)
        self._good_due_s[picture.code] = now_s + GOOD_EVERY_S


def store(taken: dict[tuple[str, str], tuple[bytes, float]], views: dict[Path, bytes]) -> None:
    """Write the files. A full or missing disk is logged once a batch; newer pictures come anyway."""
    try:
        for path, data in views.items():
            pictures.replace(path, data)
        for (folder, code), (jpeg, captured_at) in taken.items():
            pictures.write(folder, code, jpeg, captured_at=captured_at)
    except OSError:
        logger.exception("pictures could not be written")
