"""An ONVIF device for tests: a real HTTP server whose requests and answers are held to the published schema.

The schema files are those that ship with onvif-zeep-async and are applied by libxml2, so that neither side of
a conversation is judged by our own code. `faults` names what goes wrong; `complaints` is what did not fit.
"""

import base64
import contextlib
import datetime as dt
import functools
import hashlib
import http.server
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from cameras.onvif.device.soap import wsdl_folder

XS = "{http://www.w3.org/2001/XMLSchema}"
DEVICE = "http://www.onvif.org/ver10/device/wsdl"
MEDIA = "http://www.onvif.org/ver10/media/wsdl"
PTZ = "http://www.onvif.org/ver20/ptz/wsdl"
EVENTS = "http://www.onvif.org/ver10/events/wsdl"
NOTIFY = "http://docs.oasis-open.org/wsn/b-2"
SOAP = "http://www.w3.org/2003/05/soap-envelope"
WSSE = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd}"
WSU = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd}"
FILES = {
    DEVICE: "devicemgmt.wsdl",
    MEDIA: "media.wsdl",
    PTZ: "ptz.wsdl",
    EVENTS: "events.wsdl",
    NOTIFY: "b-2.xsd",
}
CLOCK_TOLERANCE_S = 30
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><l>&j;</l>"
)
JPEG = b"\xff\xd8\xff\xe0 a picture \xff\xd9"


@functools.cache
def schema(space: str) -> etree.XMLSchema:
    """The published schema of a name space."""
    path = wsdl_folder() / FILES[space]
    root = etree.parse(str(path)).getroot()
    found = root if root.tag == f"{XS}schema" else root.find(f".//{XS}schema")
    return etree.XMLSchema(etree.fromstring(etree.tostring(found), base_url=str(path)))


@dataclass
class View:
    """One media profile."""

    token: str
    width: int
    height: int
    path: str
    source: str = "v0"


@dataclass
class OnvifDevice:
    """What the device is and has done. Change it while it runs."""

    username: str = "admin"
    password: str = "p@ss-1"
    views: list[View] = field(
        default_factory=lambda: [View("p_sub", 640, 360, "/sub"), View("p_main", 1280, 720, "/main")]
    )
    rtsp_port: int = 554
    skew_s: float = 0.0
    told_skew_s: float | None = None  # what it says of its clock, where that is another thing than its clock
    can_turn: bool = True
    presets: dict[str, str] = field(default_factory=lambda: {"1": "ประตูหน้า", "2": "สี่แยก"})
    http_digest: bool = False
    faults: set[str] = field(default_factory=set)
    overrides: dict[str, bytes] = field(default_factory=dict)  # whole answers by operation
    named_host: str = "127.0.0.1"
    user_info: str = ""
    did: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    news: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    port: int = 0

    def operations(self) -> list[str]:
        """Names of what was asked, in order."""
        return [name for name, _values in self.did]

    def wait_until(self, is_so: Callable[[], bool], limit_s: float = 20) -> None:
        """Wait for something asked of the device."""
        with self.changed:
            assert self.changed.wait_for(is_so, limit_s), self.did

    def base(self) -> str:
        return f"http://{self.named_host}:{self.port}"


@contextmanager
def running(device: OnvifDevice | None = None) -> Iterator[OnvifDevice]:
    """The device at a free port of this machine; ends with a look at its complaints."""
    device = device or OnvifDevice()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Handler, device))
    device.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield device
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert device.complaints == []


@contextmanager
def answering_probes(device: OnvifDevice) -> Iterator[int]:
    """WS-Discovery beside the device: answers whatever comes to a UDP port of this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=_answer_probes, args=(listener, device), daemon=True)
        thread.start()
        port: int = listener.getsockname()[1]
        try:
            yield port
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ender:
                ender.sendto(b"end", ("127.0.0.1", port))
            thread.join()


def _answer_probes(listener: socket.socket, device: OnvifDevice) -> None:
    while (heard := listener.recvfrom(65536))[0] != b"end":
        assert b"NetworkVideoTransmitter" in heard[0]
        listener.sendto(probe_match(device.base()).encode(), heard[1])


def probe_match(base: str) -> str:
    """What a device answers to a probe."""
    return (
        f'<e:Envelope xmlns:e="{SOAP}" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><e:Body>'
        "<d:ProbeMatches><d:ProbeMatch><d:Scopes>onvif://www.onvif.org/name/Dome_7%20north "
        "onvif://www.onvif.org/hardware/DX-9</d:Scopes>"
        f"<d:XAddrs>http://[fe80::1]/onvif/device_service {base}/onvif/device_service</d:XAddrs>"
        "</d:ProbeMatch></d:ProbeMatches></e:Body></e:Envelope>"
    )


def motion(is_on: bool, *, first: bool = False) -> str:
    """A notification of motion."""
    return _notification("tns1:RuleEngine/CellMotionDetector/Motion", "IsMotion", is_on, first)


def tamper(is_on: bool, *, first: bool = False) -> str:
    """A notification that somebody moved or covered the camera."""
    return _notification("tns1:VideoSource/GlobalSceneChange/ImagingService", "State", is_on, first)


def digital_input(is_on: bool, *, first: bool = False) -> str:
    """A notification of a contact."""
    return _notification("tns1:Device/Trigger/DigitalInput", "LogicalState", is_on, first)


def _notification(topic: str, name: str, is_on: bool, first: bool) -> str:
    operation = "Initialized" if first else "Changed"
    return (
        '<wsnt:NotificationMessage><wsnt:Topic xmlns:tns1="http://www.onvif.org/ver10/topics" '
        'Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">'
        f"{topic}</wsnt:Topic><wsnt:Message>"
        f'<tt:Message UtcTime="2026-11-23T12:00:00Z" PropertyOperation="{operation}">'
        '<tt:Source><tt:SimpleItem Name="Token" Value="in1"/></tt:Source>'
        f'<tt:Data><tt:SimpleItem Name="{name}" Value="{str(is_on).lower()}"/></tt:Data>'
        "</tt:Message></wsnt:Message></wsnt:NotificationMessage>"
    )


class _Handler(http.server.BaseHTTPRequestHandler):
    """One exchange: check the password, check the request, answer, check the answer."""

    protocol_version = "HTTP/1.1"

    def __init__(self, device: OnvifDevice, *args: Any) -> None:  # noqa: ANN401 - the base class's own
        self.device = device
        super().__init__(*args)

    def log_message(self, format: str, *args: object) -> None:
        """Tests print nothing."""

    def do_GET(self) -> None:
        if self._is_known_by_digest():
            self._send(200, JPEG, "image/jpeg")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        root = etree.fromstring(body)
        asked = root.find(f"{{{SOAP}}}Body")[0]
        name, space = etree.QName(asked).localname, etree.QName(asked).namespace
        if not schema(space).validate(asked):
            self.device.complaints.append(f"request {name}: {schema(space).error_log.last_error}")
        if name != "GetSystemDateAndTime" and not self._is_known(root):
            return
        self._note(name, asked)
        self._answer(name, asked)

    def _answer(self, name: str, asked: Any) -> None:  # noqa: ANN401 - lxml ships no types
        device = self.device
        if name in device.overrides:
            self._send(200, device.overrides[name])
        elif f"fault:{name}" in device.faults:
            self._fault("ter:Action", "env:Receiver")
        elif f"unsupported:{name}" in device.faults:
            self._fault("ter:ActionNotSupported", "env:Receiver")
        elif "truncated" in device.faults:
            self._send(200, self._envelope(name, asked), claimed=1_000_000)
        elif "slow" in device.faults:
            self._drip(self._envelope(name, asked))
        elif "huge" in device.faults:
            self._send(200, b"<a>" + b" " * 2_000_000)
        elif "redirect" in device.faults:
            self._send(302, b"", location="http://127.0.0.1:9/onvif")
        else:
            self._send(200, self._envelope(name, asked))

    def _envelope(self, name: str, asked: Any) -> bytes:  # noqa: ANN401 - lxml ships no types
        text = _ANSWERS[name](self.device, asked)
        body = etree.fromstring(text)
        space = etree.QName(body).namespace
        if not schema(space).validate(body):
            self.device.complaints.append(f"answer {name}: {schema(space).error_log.last_error}")
        return f'<env:Envelope xmlns:env="{SOAP}"><env:Body>{text}</env:Body></env:Envelope>'.encode()

    def _note(self, name: str, asked: Any) -> None:  # noqa: ANN401 - lxml ships no types
        values = {etree.QName(child).localname: child.text or "" for child in asked.iter()}
        for child in asked.iter():
            values |= {f"{etree.QName(child).localname}.{key}": value for key, value in child.items()}
        with self.device.changed:
            self.device.did.append((name, values))
            self.device.changed.notify_all()

    def _is_known(self, root: Any) -> bool:  # noqa: ANN401 - lxml ships no types
        if self.device.http_digest:
            return self._is_known_by_digest()
        if self._has_good_token(root):
            return True
        self._fault("ter:NotAuthorized", "env:Sender")
        return False

    def _has_good_token(self, root: Any) -> bool:  # noqa: ANN401 - lxml ships no types
        token = root.find(f".//{WSSE}UsernameToken")
        if token is None or token.findtext(f"{WSSE}Username") != self.device.username:
            return False
        nonce = base64.b64decode(token.findtext(f"{WSSE}Nonce"))
        created = token.findtext(f"{WSU}Created")
        dated = nonce + created.encode() + self.device.password.encode()
        wanted = hashlib.sha1(dated, usedforsecurity=False).digest()
        age_s = time.time() + self.device.skew_s - dt.datetime.fromisoformat(created).timestamp()
        is_fresh = abs(age_s) <= CLOCK_TOLERANCE_S
        return is_fresh and base64.b64decode(token.findtext(f"{WSSE}Password")) == wanted

    def _is_known_by_digest(self) -> bool:
        """RFC 2069's Digest, checked without our own client's code."""
        header = self.headers.get("Authorization", "")
        given = dict(part.strip().split("=", 1) for part in header.removeprefix("Digest ").split(",") if part)
        given = {key: value.strip('"') for key, value in given.items()}

        def md5(text: str) -> str:
            return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

        secret = md5(f"{self.device.username}:cam:{self.device.password}")
        wanted = md5(f"{secret}:abc:{md5(f'{self.command}:{self.path}')}")
        if given.get("response") == wanted:
            return True
        self._send(401, b"", challenge='Digest realm="cam", nonce="abc"')
        return False

    def _fault(self, subcode: str, code: str) -> None:
        text = (
            f'<env:Envelope xmlns:env="{SOAP}" xmlns:ter="http://www.onvif.org/ver10/error"><env:Body>'
            f"<env:Fault><env:Code><env:Value>{code}</env:Value><env:Subcode><env:Value>{subcode}"
            "</env:Value></env:Subcode></env:Code><env:Reason><env:Text xml:lang='en'>no</env:Text>"
            "</env:Reason></env:Fault></env:Body></env:Envelope>"
        )
        self._send(500, text.encode())

    def _send(
        self,
        status: int,
        body: bytes,
        kind: str = "application/soap+xml",
        *,
        claimed: int | None = None,
        location: str = "",
        challenge: str = "",
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) if claimed is None else claimed))
        if location:
            self.send_header("Location", location)
        if challenge:
            self.send_header("WWW-Authenticate", challenge)
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        with contextlib.suppress(OSError):  # a client may have had enough
            self.wfile.write(body)

    def _drip(self, body: bytes) -> None:
        """A byte now and then until the other side has had enough."""
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.close_connection = True
        for at in range(len(body)):
            try:
                self.wfile.write(body[at : at + 1])
            except OSError:
                return
            time.sleep(0.05)


def _clock(device: OnvifDevice, _asked: object) -> str:
    skew_s = device.skew_s if device.told_skew_s is None else device.told_skew_s
    now = dt.datetime.fromtimestamp(time.time() + skew_s, dt.UTC)
    return (
        f'<d:GetSystemDateAndTimeResponse xmlns:d="{DEVICE}" {TT}><d:SystemDateAndTime>'
        "<tt:DateTimeType>Manual</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings>"
        f"<tt:UTCDateTime><tt:Time><tt:Hour>{now.hour}</tt:Hour><tt:Minute>{now.minute}</tt:Minute>"
        f"<tt:Second>{now.second}</tt:Second></tt:Time><tt:Date><tt:Year>{now.year}</tt:Year>"
        f"<tt:Month>{now.month}</tt:Month><tt:Day>{now.day}</tt:Day></tt:Date></tt:UTCDateTime>"
        "</d:SystemDateAndTime></d:GetSystemDateAndTimeResponse>"
    )


TT = 'xmlns:tt="http://www.onvif.org/ver10/schema"'


def _information(_device: OnvifDevice, _asked: object) -> str:
    return (
        f'<d:GetDeviceInformationResponse xmlns:d="{DEVICE}"><d:Manufacturer>Doktor</d:Manufacturer>'
        "<d:Model>DX-9</d:Model><d:FirmwareVersion>1.2</d:FirmwareVersion>"
        "<d:SerialNumber>SN-0042</d:SerialNumber><d:HardwareId>1</d:HardwareId>"
        "</d:GetDeviceInformationResponse>"
    )


def _services(device: OnvifDevice, _asked: object) -> str:
    spaces = [DEVICE, MEDIA, EVENTS, *([PTZ] if device.can_turn else [])]
    if "no-media" in device.faults:
        spaces.remove(MEDIA)
    rows = "".join(
        f"<d:Service><d:Namespace>{space}</d:Namespace><d:XAddr>{device.base()}/onvif/{n}</d:XAddr>"
        "<d:Version><tt:Major>2</tt:Major><tt:Minor>60</tt:Minor></d:Version></d:Service>"
        for n, space in enumerate(spaces)
    )
    return f'<d:GetServicesResponse xmlns:d="{DEVICE}" {TT}>{rows}</d:GetServicesResponse>'


def _capabilities(device: OnvifDevice, _asked: object) -> str:
    return (
        f'<d:GetCapabilitiesResponse xmlns:d="{DEVICE}" {TT}><d:Capabilities><tt:Media>'
        f"<tt:XAddr>{device.base()}/onvif/media</tt:XAddr><tt:StreamingCapabilities/></tt:Media>"
        f"<tt:PTZ><tt:XAddr>{device.base()}/onvif/ptz</tt:XAddr></tt:PTZ>"
        "</d:Capabilities></d:GetCapabilitiesResponse>"
    )


def _profiles(device: OnvifDevice, _asked: object) -> str:
    rows = "".join(_profile(device, view) for view in device.views)
    return f'<m:GetProfilesResponse xmlns:m="{MEDIA}" {TT}>{rows}</m:GetProfilesResponse>'


def _profile(device: OnvifDevice, view: View) -> str:
    ptz = '<tt:PTZConfiguration token="z"><tt:Name>z</tt:Name><tt:UseCount>1</tt:UseCount>\
<tt:NodeToken>n</tt:NodeToken></tt:PTZConfiguration>'
    return (
        f'<m:Profiles token="{view.token}" fixed="true"><tt:Name>{view.token}</tt:Name>'
        '<tt:VideoSourceConfiguration token="s"><tt:Name>s</tt:Name><tt:UseCount>1</tt:UseCount>'
        f'<tt:SourceToken>{view.source}</tt:SourceToken><tt:Bounds x="0" y="0" width="9" height="9"/>'
        '</tt:VideoSourceConfiguration><tt:VideoEncoderConfiguration token="e"><tt:Name>e</tt:Name>'
        "<tt:UseCount>1</tt:UseCount><tt:Encoding>H264</tt:Encoding><tt:Resolution>"
        f"<tt:Width>{view.width}</tt:Width><tt:Height>{view.height}</tt:Height></tt:Resolution>"
        "<tt:Quality>5</tt:Quality><tt:Multicast><tt:Address><tt:Type>IPv4</tt:Type></tt:Address>"
        "<tt:Port>0</tt:Port><tt:TTL>1</tt:TTL><tt:AutoStart>false</tt:AutoStart></tt:Multicast>"
        "<tt:SessionTimeout>PT60S</tt:SessionTimeout></tt:VideoEncoderConfiguration>"
        f"{ptz if device.can_turn else ''}</m:Profiles>"
    )


def _uri(name: str, uri: str) -> str:
    return (
        f'<m:{name}Response xmlns:m="{MEDIA}" {TT}><m:MediaUri><tt:Uri>{uri}</tt:Uri>'
        "<tt:InvalidAfterConnect>false</tt:InvalidAfterConnect><tt:InvalidAfterReboot>false"
        f"</tt:InvalidAfterReboot><tt:Timeout>PT60S</tt:Timeout></m:MediaUri></m:{name}Response>"
    )


def _stream_uri(device: OnvifDevice, asked: Any) -> str:  # noqa: ANN401 - lxml ships no types
    token = asked.findtext(f"{{{MEDIA}}}ProfileToken")
    path = next(view.path for view in device.views if view.token == token)
    host = "10.9.9.9" if "foreign-stream" in device.faults else device.named_host
    return _uri("GetStreamUri", f"rtsp://{device.user_info}{host}:{device.rtsp_port}{path}")


def _snapshot_uri(device: OnvifDevice, _asked: object) -> str:
    return _uri("GetSnapshotUri", f"{device.base()}/snap.jpg")


def _presets(device: OnvifDevice, _asked: object) -> str:
    rows = "".join(
        f'<p:Preset token="{token}"><tt:Name>{name}</tt:Name></p:Preset>'
        for token, name in device.presets.items()
    )
    return f'<p:GetPresetsResponse xmlns:p="{PTZ}" {TT}>{rows}</p:GetPresetsResponse>'


def _turned(name: str) -> Callable[[OnvifDevice, object], str]:
    return lambda _device, _asked: f'<p:{name}Response xmlns:p="{PTZ}"/>'


def _subscription(device: OnvifDevice, _asked: object) -> str:
    return (
        f'<e:CreatePullPointSubscriptionResponse xmlns:e="{EVENTS}" xmlns:wsnt="{NOTIFY}" '
        'xmlns:a="http://www.w3.org/2005/08/addressing"><e:SubscriptionReference>'
        f"<a:Address>{device.base()}/onvif/subscription/7</a:Address></e:SubscriptionReference>"
        f"{_times('wsnt')}</e:CreatePullPointSubscriptionResponse>"
    )


def _messages(device: OnvifDevice, _asked: object) -> str:
    with device.changed:
        told, device.news[:] = "".join(device.news), []
    return (
        f'<e:PullMessagesResponse xmlns:e="{EVENTS}" xmlns:wsnt="{NOTIFY}" {TT}>{_times("e")}{told}'
        "</e:PullMessagesResponse>"
    )


def _times(prefix: str) -> str:
    return (
        f"<{prefix}:CurrentTime>2026-11-23T12:00:00Z</{prefix}:CurrentTime>"
        f"<{prefix}:TerminationTime>2026-11-23T12:10:00Z</{prefix}:TerminationTime>"
    )


def _renewed(_device: OnvifDevice, _asked: object) -> str:
    return (
        f'<wsnt:RenewResponse xmlns:wsnt="{NOTIFY}"><wsnt:TerminationTime>2026-11-23T12:10:00Z'
        "</wsnt:TerminationTime></wsnt:RenewResponse>"
    )


_ANSWERS: dict[str, Callable[[OnvifDevice, Any], str]] = {
    "GetSystemDateAndTime": _clock,
    "GetDeviceInformation": _information,
    "GetServices": _services,
    "GetCapabilities": _capabilities,
    "GetProfiles": _profiles,
    "GetStreamUri": _stream_uri,
    "GetSnapshotUri": _snapshot_uri,
    "GetPresets": _presets,
    **{name: _turned(name) for name in ("ContinuousMove", "Stop", "GotoPreset", "GotoHomePosition")},
    "CreatePullPointSubscription": _subscription,
    "PullMessages": _messages,
    "Renew": _renewed,
    "Unsubscribe": lambda _device, _asked: f'<wsnt:UnsubscribeResponse xmlns:wsnt="{NOTIFY}"/>',
}
