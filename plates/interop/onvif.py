"""Plates in ONVIF metadata (Profile M): `tt:MetadataStream` with frames and events.

A plate is a `tt:LicensePlateInfo` (PlateNumber with Likelihood, IssuingEntity: the province) wherever it
stands: in an object's Appearance (ONVIF Analytics specification, 21.06 and later), in its Extension, or as
an item of the event `tns1:RuleEngine/Recognition/LicensePlate`. The time is the `UtcTime` of the frame or
message around it. XML is read without document types, so that no entity is ever expanded.
"""

import hashlib
from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from ccoc.lib.strict_json import Malformed, moment
from plates.interop.foreign import UNTOLD_CONFIDENCE, ForeignRead, plate_text, share
from plates.recognition.provinces import code_of
from plates.recognition.text import PlateClass

TT: Final = "{http://www.onvif.org/ver10/schema}"
MAX_PLATES: Final = 64
_MAX_DEPTH: Final = 40
_MAX_ELEMENTS: Final = 20_000


def read_metadata(body: bytes) -> list[ForeignRead]:
    """The plates of one metadata document, in its order; raises Malformed. No plate is no error.

    The reader's own name of a pass is its object's id where it has one, with time and plate, because
    cameras count their objects anew after a restart.
    """
    found = [_read(info, at, object_id) for info, at, object_id in _plates(_parsed(body), "", "")]
    if len(found) > MAX_PLATES:
        raise Malformed("too many plates")
    return found


def _parsed(body: bytes) -> Element:
    """The document as a tree; raises Malformed on document types, depth, size and what is no XML."""
    builder = TreeBuilder()
    parser = expat.ParserCreate("utf-8", "}")
    parser.buffer_text = True
    depth = count = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > _MAX_DEPTH or count > _MAX_ELEMENTS:
            raise Malformed("size")
        builder.start(_full(name), {_full(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_full(name))

    def refuse(*_: object) -> None:
        raise Malformed("document type")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError):
        raise Malformed("xml") from None
    return builder.close()


def _full(name: str) -> str:
    return "{" + name if "}" in name else name


def _plates(element: Element, at: str, object_id: str) -> Iterator[tuple[Element, str, str]]:
    """Each plate with the time and the object's id that stand around it."""
    at = element.get("UtcTime", at)
    if element.tag == f"{TT}Object":
        object_id = element.get("ObjectId", "")
    if element.tag == f"{TT}LicensePlateInfo":
        yield element, at, object_id
        return
    for child in element:
        yield from _plates(child, at, object_id)


def _read(info: Element, at: str, object_id: str) -> ForeignRead:
    number, issuer = info.find(f"{TT}PlateNumber"), info.find(f"{TT}IssuingEntity")
    text = plate_text(None if number is None else number.text)
    seen_at = moment(at, "UtcTime")
    province = code_of(issuer.text or "") if issuer is not None else None
    name = hashlib.sha256(f"{object_id[:64]} {seen_at.isoformat()} {text}".encode()).hexdigest()
    return ForeignRead(
        external_id=name,
        text=text,
        province=province,
        plate_class=PlateClass.UNKNOWN,
        text_confidence=_likelihood(number),
        province_confidence=_likelihood(issuer) if province else 0.0,
        first_seen_at=seen_at,
        seen_at=seen_at,
    )


def _likelihood(element: Element | None) -> float:
    told = None if element is None else element.get("Likelihood")
    if told is None:
        return UNTOLD_CONFIDENCE
    try:
        return share(float(told), "Likelihood")
    except ValueError:
        raise Malformed("Likelihood") from None
