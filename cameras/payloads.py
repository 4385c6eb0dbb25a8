"""The one representation of a camera for sockets, snapshots and the API."""

from typing import TypedDict

from cameras.models import Camera, CameraHealth, Health
from ccoc.lib.instants import iso


class CameraPayload(TypedDict):
    """Directions in degrees clockwise from north, distances in metres, times ISO 8601 UTC."""

    code: str
    name: str
    lat: float | None
    lon: float | None
    azimuth_deg: float | None
    fov_deg: float
    range_m: float
    kind: str
    in_zone: bool
    reads_plates: bool
    health: str
    health_since: str | None


def camera_payload(camera: Camera) -> CameraPayload:
    """Needs `health` fetched (`with_health`) to stay one query."""
    health = health_of(camera)
    return CameraPayload(
        code=camera.code,
        name=camera.name,
        lat=camera.lat,
        lon=camera.lon,
        azimuth_deg=camera.azimuth_deg,
        fov_deg=camera.fov_deg,
        range_m=camera.range_m,
        kind=camera.kind,
        in_zone=camera.in_zone,
        reads_plates=camera.reads_plates,
        health=state_of(camera, health),
        health_since=iso(health.since) if health else None,
    )


def health_of(camera: Camera) -> CameraHealth | None:
    return getattr(camera, "health", None)


def state_of(camera: Camera, health: CameraHealth | None) -> str:
    """A camera that nobody is to read is DISABLED whatever was last heard of it."""
    if not camera.is_read:
        return Health.DISABLED
    return health.health if health else Health.UNKNOWN
