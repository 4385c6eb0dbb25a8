"""What to simulate: cameras, their clips, secrets and faults, from a file or from code."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cameras.streams.simulator.faults import FaultSwitch, parse_switch


@dataclass(frozen=True, slots=True)
class CameraConfig:
    """One simulated camera. Without a user it asks for none; `auth` is digest, sha256 or basic. With `sub` it
    offers a second, small stream at `path` + "/sub".
    """

    path: str
    clip: Path
    offset_s: float = 0.0
    username: str = ""
    password: str = field(default="", repr=False)
    auth: str = "digest"
    faults: tuple[FaultSwitch, ...] = ()
    sub: Path | None = None


def load_config(path: Path) -> list[CameraConfig]:
    """Cameras of a JSON file: a list of objects, clips relative to the file."""
    entries = json.loads(path.read_text())
    return [_camera(entry, path.parent) for entry in entries]


def _camera(entry: Mapping[str, object], folder: Path) -> CameraConfig:
    faults = entry.get("faults", ())
    if not isinstance(faults, list | tuple):
        raise ValueError("faults must be a list")
    return CameraConfig(
        path=str(entry["path"]),
        clip=folder / str(entry["clip"]),
        offset_s=float(str(entry.get("offset_s", 0.0))),
        username=str(entry.get("username") or ""),
        password=str(entry.get("password") or ""),
        auth=str(entry.get("auth", "digest")),
        faults=tuple(parse_switch(fault) for fault in faults),
        sub=folder / str(entry["sub"]) if entry.get("sub") else None,
    )
