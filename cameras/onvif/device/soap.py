"""SOAP by the published WSDL: requests are built and answers read by zeep from the files that ship with
onvif-zeep-async.

Both are imported with the first call of a process and never before: they cost more than a second of CPU
time and some 60 MB, which ingest and a wall that turns no camera should not pay. Of onvif-zeep-async only
the files are used: its own transport follows any address that a device names and lifts libxml2's limits.
"""

import datetime as dt
import functools
import importlib.util
import logging
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from cameras.onvif.device.errors import AuthRefused, BadAnswer, DeviceFault, NotOnvif, Unsupported

MAX_ELEMENTS: Final = 20_000
SERVICES: Final = {
    "device": ("devicemgmt.wsdl", "{http://www.onvif.org/ver10/device/wsdl}DeviceBinding"),
    "media": ("media.wsdl", "{http://www.onvif.org/ver10/media/wsdl}MediaBinding"),
    "ptz": ("ptz.wsdl", "{http://www.onvif.org/ver20/ptz/wsdl}PTZBinding"),
    "events": ("events.wsdl", "{http://www.onvif.org/ver10/events/wsdl}EventBinding"),
    "pullpoint": ("events.wsdl", "{http://www.onvif.org/ver10/events/wsdl}PullPointSubscriptionBinding"),
    "subscription": ("events.wsdl", "{http://www.onvif.org/ver10/events/wsdl}SubscriptionManagerBinding"),
}
_REFUSALS: Final = ("NotAuthorized", "FailedAuthentication", "InvalidSecurity")
_NOT_OFFERED: Final = ("ActionNotSupported", "OptionalActionNotImplemented")
_loading = threading.Lock()


@dataclass(frozen=True, slots=True)
class Security:
    """A WS-Security user name token; `created` is by the device's clock, which is the one that judges it."""

    username: str
    password: str = field(repr=False)
    created: dt.datetime


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as the schema's objects, and the element it was read from (lxml)."""

    value: Any
    element: Any


def wsdl_folder() -> Path:
    """Where the published files lie; finding them does not import their package."""
    spec = importlib.util.find_spec("onvif")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("onvif-zeep-async is not installed")
    return Path(next(iter(spec.submodule_search_locations))) / "wsdl"


def encode(service: str, operation: str, address: str, security: Security | None, **values: object) -> bytes:
    """The bytes of a request; `values` are the operation's elements by name."""
    from lxml import etree
    from zeep.wsa import WsAddressingPlugin
    from zeep.wsse.username import UsernameToken

    asked = _binding(service).get(operation)
    envelope = asked.create(**values).content
    if asked.abstract.wsa_action:
        envelope, _headers = WsAddressingPlugin().egress(envelope, {}, asked, {"address": address})
    if security is not None:
        token = UsernameToken(
            security.username,
            security.password,
            use_digest=True,
            created=security.created.replace(tzinfo=None, microsecond=0),
            zulu_timestamp=True,  # some cameras refuse the "+00:00" that means the same
        )
        envelope, _headers = token.apply(envelope, {})
    return bytes(etree.tostring(envelope, xml_declaration=True, encoding="utf-8"))


def decode(service: str, operation: str, body: bytes) -> Reply:
    """The answer in a body. Raises AuthRefused, Unsupported or DeviceFault for what the device refused,
    NotOnvif for what is no SOAP, BadAnswer for what is hostile or not of the published shape."""
    from zeep.exceptions import Error

    root = parse(body)
    if _local(root) != "Envelope":
        raise NotOnvif("answer is no SOAP envelope")
    _raise_fault(root)
    try:
        return Reply(_binding(service).get(operation).process_reply(root), root)
    except (Error, ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError):
        raise BadAnswer("answer is not of the published shape") from None


def parse(body: bytes) -> Any:  # noqa: ANN401 - lxml ships no types
    """The root element; raises BadAnswer for document types (entities, other files), depth and size.

    Only UTF-8 is read, so that the words of a document type cannot hide in another encoding.
    """
    from lxml import etree

    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadAnswer("answer is not UTF-8") from None
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise BadAnswer("answer has a document type")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        raise NotOnvif("answer is no XML") from None
    if sum(1 for _ in root.iter()) > MAX_ELEMENTS:
        raise BadAnswer("answer has too many elements")
    return root


def _raise_fault(root: Any) -> None:  # noqa: ANN401 - lxml ships no types
    fault = next((element for element in root.iter() if _local(element) == "Fault"), None)
    if fault is None:
        return
    codes = " ".join(
        element.text or "" for element in fault.iter() if _local(element) in ("Value", "faultcode")
    )
    if any(word in codes for word in _REFUSALS):
        raise AuthRefused("device refused the user or password")
    if any(word in codes for word in _NOT_OFFERED):
        raise Unsupported("device does not offer this")
    raise DeviceFault("device answered with a fault")


def _local(element: Any) -> str:  # noqa: ANN401 - lxml ships no types
    return str(element.tag).rpartition("}")[2]


def _binding(service: str) -> Any:  # noqa: ANN401 - zeep ships no types
    file, name = SERVICES[service]
    with _loading:  # two threads would load it twice
        return _document(file).bindings[name]


@functools.lru_cache(maxsize=len(SERVICES))
def _document(file: str) -> Any:  # noqa: ANN401 - zeep ships no types
    from zeep import Settings, Transport
    from zeep.wsdl import Document
    from zeep.xsd.types.builtins import AnySimpleType

    class Files(Transport):  # type: ignore[misc] # zeep ships no types
        """Loads files of the package and nothing else."""

        def load(self, url: str) -> bytes:
            return Path(url).read_bytes()

    logging.getLogger("zeep").setLevel(logging.CRITICAL)  # it logs what a device sent, with traceback
    if "pythonvalue" not in vars(AnySimpleType):
        AnySimpleType.pythonvalue = lambda self, xmlvalue: xmlvalue
    return Document(str(wsdl_folder() / file), Files(), settings=Settings(strict=False))
