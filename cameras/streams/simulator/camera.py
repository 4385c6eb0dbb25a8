"""One simulated camera: its clip in time, its faults, and the connections that it plays to."""

import base64
from typing import Protocol

from cameras.streams.simulator.clips import CLOCK_RATE
from cameras.streams.simulator.config import CameraConfig
from cameras.streams.simulator.faults import Fault, Faults, FaultSwitch
from cameras.streams.simulator.packets import PAYLOAD_TYPE
from cameras.streams.simulator.timeline import Timeline
from cameras.streams.units import Codec

TRACK = "trackID=0"


class Viewer(Protocol):
    """A connection as its camera sees it."""

    def send_media(self, data: bytes) -> None: ...

    def reset(self) -> None: ...


class SimulatedCamera:
    """Connections hold a session from SETUP on, and get pictures from PLAY on.

    The small stream of a camera is one more of these, with the faults and the sessions of its `main`.
    """

    def __init__(self, config: CameraConfig, main: "SimulatedCamera | None" = None) -> None:
        self.config = config
        self.faults: Faults = Faults(config.faults) if main is None else main.faults
        self._sessions: set[Viewer] = set() if main is None else main._sessions
        self._viewers: set[Viewer] = set()
        self._timeline = Timeline(config.clip, config.offset_s, self.faults, self._send)

    def has_room_for(self, viewer: Viewer) -> bool:
        """Whether another session is allowed; `value` of the session limit is how many are."""
        others = len(self._sessions - {viewer})
        return Fault.SESSION_LIMIT not in self.faults or others < self.faults.number(Fault.SESSION_LIMIT)

    def open(self, viewer: Viewer) -> None:
        self._sessions.add(viewer)

    def play(self, viewer: Viewer) -> None:
        self._viewers.add(viewer)
        self._timeline.start()

    def leave(self, viewer: Viewer) -> None:
        self._sessions.discard(viewer)
        self._viewers.discard(viewer)
        if not self._viewers:
            self._timeline.stop()

    def apply(self, switch: FaultSwitch) -> None:
        self.faults.apply(switch)
        if Fault.RESET in self.faults:
            self.reset_all()

    def reset_all(self) -> None:
        for viewer in list(self._sessions):
            viewer.reset()

    def description(self) -> bytes:
        """SDP of the camera."""
        codec = self._timeline.clip.codec
        encoding = "H264" if codec is Codec.H264 else "H265"
        parameters = _format_parameters(codec, self._timeline.parameter_sets())
        lines = (
            "v=0",
            "o=- 1 1 IN IP4 127.0.0.1",
            "s=Simulated camera",
            "t=0 0",
            "a=control:*",
            f"m=video 0 RTP/AVP {PAYLOAD_TYPE}",
            "c=IN IP4 0.0.0.0",
            f"a=rtpmap:{PAYLOAD_TYPE} {encoding}/{CLOCK_RATE}",
            f"a=fmtp:{PAYLOAD_TYPE} {parameters}",
            f"a=control:{TRACK}",
        )
        return "".join(line + "\r\n" for line in lines).encode()

    def _send(self, data: bytes) -> None:
        if Fault.STALL not in self.faults:
            for viewer in self._viewers:
                viewer.send_media(data)


def _format_parameters(codec: Codec, sets: tuple[bytes, ...]) -> str:
    encoded = [base64.b64encode(nal).decode() for nal in sets]
    if codec is Codec.H264:
        profile = sets[0][1:4].hex() if sets else "42001f"
        return f"packetization-mode=1; profile-level-id={profile}; sprop-parameter-sets={','.join(encoded)}"
    names = ("sprop-vps", "sprop-sps", "sprop-pps")
    return "; ".join(f"{name}={value}" for name, value in zip(names, encoded, strict=False))
