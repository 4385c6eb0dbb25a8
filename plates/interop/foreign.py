"""One read as another reader tells it, in our words and checked; where it came from is said elsewhere."""

import base64
import binascii
import datetime as dt
import unicodedata
from dataclasses import dataclass
from typing import Final

import cv2

from ccoc.lib.strict_json import Malformed
from plates.recognition.files import read_photo
from plates.recognition.pictures import BadPicture
from plates.recognition.text import PlateClass, normalise
from plates.workflow import Direction

MAX_TEXT: Final = 20
MAX_CROP: Final = 256 * 1024
UNTOLD_CONFIDENCE: Final = 0.5  # what a reader says that does not say how sure it is
_LONGEST_RAW: Final = 60
_LONGEST_SIDE: Final = 1280
_KINDS: Final = frozenset("LMN")  # Unicode's letters, marks and numbers


@dataclass(frozen=True, slots=True)
class ForeignRead:
    """A pass told by another reader. `external_id` is its own name for it; province is our code or None."""

    external_id: str
    text: str
    province: str | None
    plate_class: PlateClass
    text_confidence: float
    province_confidence: float
    first_seen_at: dt.datetime
    seen_at: dt.datetime
    direction: str = "UNKNOWN"
    crop: bytes | None = None


def plate_text(raw: object) -> str:
    """The plate text by the one normaliser; raises Malformed where no plate can be meant."""
    if not isinstance(raw, str) or len(raw) > _LONGEST_RAW:
        raise Malformed("text")
    text = normalise(raw)
    if not 0 < len(text) <= MAX_TEXT or any(unicodedata.category(char)[0] not in _KINDS for char in text):
        raise Malformed("text")
    return text


def share(value: object, part: str) -> float:
    """A confidence from 0 to 1; readers that count to 100 are understood."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
        raise Malformed(part)
    return float(value) / 100 if value > 1 else float(value)


def plate_class(value: object) -> PlateClass:
    """A class of ours by its code; another reader's own word is no class of ours."""
    known = isinstance(value, str) and value.upper() in PlateClass.__members__
    return PlateClass(str(value).upper()) if known else PlateClass.UNKNOWN


def direction(value: object) -> str:
    """Towards or away from the camera; anything else is unknown."""
    word = str(value).upper() if isinstance(value, str) else ""
    return word if word in Direction.values else str(Direction.UNKNOWN)


def crop(value: object) -> bytes | None:
    """A picture of the plate from base64, decoded and encoded again, so that only pixels are kept."""
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > MAX_CROP * 4 // 3 + 4:
        raise Malformed("crop")
    try:
        picture = read_photo(base64.b64decode(value, validate=True))
    except (binascii.Error, ValueError, BadPicture):
        raise Malformed("crop") from None
    if max(picture.shape) > _LONGEST_SIDE:
        raise Malformed("crop")
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes()
