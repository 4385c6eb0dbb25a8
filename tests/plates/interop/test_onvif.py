"""Plates of ONVIF metadata, and everything that XML can do to a reader."""

import datetime as dt
import importlib.util
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from ccoc.lib.strict_json import Malformed
from plates.interop.onvif import MAX_PLATES, read_metadata

SCHEMA = "http://www.onvif.org/ver10/schema"
PLATE = """<tt:LicensePlateInfo>
  <tt:PlateNumber Likelihood="0.93">1กข-1234</tt:PlateNumber>
  <tt:PlateType Likelihood="0.8">Normal</tt:PlateType>
  <tt:CountryCode Likelihood="0.9">TH</tt:CountryCode>
  <tt:IssuingEntity Likelihood="0.7">พิษณุโลก</tt:IssuingEntity>
</tt:LicensePlateInfo>"""


def stream(inner: str) -> bytes:
    """A metadata stream around something."""
    return f'<tt:MetadataStream xmlns:tt="{SCHEMA}">{inner}</tt:MetadataStream>'.encode()


def frame(plate: str = PLATE, at: str = "2026-11-23T12:45:03.120Z") -> str:
    """A frame with one object of one plate."""
    return (
        f'<tt:VideoAnalytics><tt:Frame UtcTime="{at}"><tt:Object ObjectId="12"><tt:Appearance>'
        f"{plate}</tt:Appearance></tt:Object></tt:Frame></tt:VideoAnalytics>"
    )


def in_extension() -> bytes:
    """The plate where schemas before 21.06 leave room for it."""
    return stream(frame(f"<tt:Extension>{PLATE}</tt:Extension>"))


def event() -> bytes:
    """The event of a recognised plate."""
    message = (
        '<wsnt:NotificationMessage xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2">'
        '<wsnt:Topic Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">'
        "tns1:RuleEngine/Recognition/LicensePlate</wsnt:Topic><wsnt:Message>"
        '<tt:Message UtcTime="2026-11-23T12:45:03Z" PropertyOperation="Initialized">'
        '<tt:Source><tt:SimpleItem Name="VideoSource" Value="1"/></tt:Source><tt:Data>'
        f'<tt:ElementItem Name="LicensePlateInfo">{PLATE}</tt:ElementItem>'
        "</tt:Data></tt:Message></wsnt:Message></wsnt:NotificationMessage>"
    )
    return stream(f"<tt:Event>{message}</tt:Event>")


@pytest.mark.parametrize("body", [stream(frame()), in_extension(), event()], ids=["21.06", "before", "event"])
def test_read_metadata_finds_the_plate_wherever_it_stands(body: bytes) -> None:
    [read] = read_metadata(body)

    assert (read.text, read.province) == ("1กข1234", "PLK")
    assert (read.text_confidence, read.province_confidence) == (0.93, 0.7)
    assert read.seen_at.replace(microsecond=0) == dt.datetime(2026, 11, 23, 12, 45, 3, tzinfo=dt.UTC)


@pytest.mark.parametrize("body", [stream(""), stream("<tt:VideoAnalytics/>"), stream(frame(""))])
def test_read_metadata_without_a_plate_is_empty(body: bytes) -> None:
    assert read_metadata(body) == []


def test_read_metadata_names_the_same_pass_the_same_and_others_otherwise() -> None:
    later = frame(at="2026-11-23T12:46:03Z")

    one, again, other = (read_metadata(stream(part))[0] for part in (frame(), frame(), later))

    assert one.external_id == again.external_id != other.external_id


def test_read_metadata_of_a_plate_from_abroad_has_no_province() -> None:
    foreign = PLATE.replace("1กข-1234", "WXY 1234").replace("พิษณุโลก", "Johor")

    [read] = read_metadata(stream(frame(foreign)))

    assert (read.text, read.province, read.province_confidence) == ("WXY1234", None, 0.0)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not xml",
        b"<a>",
        stream(frame(at="yesterday")),
        stream(frame(at="2026-11-23T12:45:03")),
        stream(frame(PLATE.replace("1กข-1234", ""))),
        stream(frame(PLATE.replace("1กข-1234", "x" * 5000))),
        stream(frame(PLATE.replace("1กข-1234", "&lt;script&gt;"))),
        stream(frame(PLATE.replace("0.93", "sure"))),
        stream(frame(PLATE.replace("0.93", "nan"))),
        stream(frame(PLATE.replace("0.93", "-1"))),
        stream(frame() * (MAX_PLATES + 1)),
        b"<a>" * 5000,
        stream("<b/>" * 30_000),
    ],
    ids=range(14),
)
def test_read_metadata_of_what_it_is_not_is_a_typed_error(body: bytes) -> None:
    with pytest.raises(Malformed):
        read_metadata(body)


@pytest.mark.parametrize(
    "prologue",
    [
        '<!DOCTYPE a [<!ENTITY x "y">]>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd">',
        '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE a [<!ENTITY % p "q"> %p;]>',
    ],
)
def test_read_metadata_refuses_document_types(prologue: str) -> None:
    with pytest.raises(Malformed, match="document type"):
        read_metadata(prologue.encode() + stream(frame()))


@given(st.binary(max_size=300), st.integers(0, 800))
@settings(max_examples=200, deadline=None)
def test_read_metadata_of_damaged_bytes_reads_or_refuses(damage: bytes, place: int) -> None:
    body = stream(frame())

    try:
        found = read_metadata(body[:place] + damage + body[place + len(damage) :])
    except Malformed:
        return
    assert all(0 < len(read.text) <= 20 for read in found)


def test_the_document_of_these_tests_is_what_the_published_schema_says() -> None:
    """Against the schema files that onvif-zeep-async ships; they are of before 21.06, so
    that a plate may stand in an extension only.
    """
    package = importlib.util.find_spec("onvif")
    assert package is not None
    assert package.origin is not None
    folder = Path(package.origin).parent / "wsdl"

    class Local(etree.Resolver):  # type: ignore[misc] # lxml ships no types
        def resolve(self, url: str, name: object, context: object) -> object:
            local = folder / url.rsplit("/", 1)[-1]
            return self.resolve_filename(str(local), context) if local.is_file() else None

    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Local())
    schema = etree.XMLSchema(etree.parse(str(folder / "onvif.xsd"), parser))

    assert schema.validate(etree.fromstring(in_extension())), schema.error_log
