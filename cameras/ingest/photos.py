"""Newest thumbnails and stills on their way to their files; a slow disk costs pictures, never memory."""

import logging

from cameras import pictures
from cameras.streams.results import KeyPicture

logger = logging.getLogger(__name__)


class PictureDesk:
    """Holds the newest picture of each camera until it is written. Filled by the event loop only."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str], tuple[bytes, float]] = {}

    def put(self, picture: KeyPicture) -> None:
        """Take a picture in the place of an older one that still waits."""
        self._waiting[pictures.THUMBS, picture.code] = (picture.thumbnail, picture.captured_at)
        if picture.still is not None:
            self._waiting[pictures.STILLS, picture.code] = (picture.still, picture.captured_at)

    def take(self) -> dict[tuple[str, str], tuple[bytes, float]]:
        """What waits, for `store` in another thread."""
        taken, self._waiting = self._waiting, {}
        return taken


def store(taken: dict[tuple[str, str], tuple[bytes, float]]) -> None:
    """Write the files. A full or missing disk is logged once a batch; newer pictures come anyway."""
    try:
        for (folder, code), (jpeg, captured_at) in taken.items():
            pictures.write(folder, code, jpeg, captured_at=captured_at)
    except OSError:
        logger.exception("pictures could not be written")
