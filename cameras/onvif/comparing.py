"""What the register says of a camera beside what the camera says of itself, field by field."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from cameras.addresses import stream_url
from cameras.models import Camera, CredentialProfile, Kind
from cameras.onvif.examining import Examination

ADDRESS, CREDENTIAL = "stream_url", "credential"


@dataclass(frozen=True, slots=True)
class Row:
    """One field. `values` are what the register takes over, as JSON holds them, by field of the camera.

    `is_needed` marks what the connection cannot do without; `is_advised` what the register lacks.
    """

    name: str
    label: str
    ours: str
    theirs: str
    values: dict[str, Any]
    is_needed: bool = False

    @property
    def is_same(self) -> bool:
        return self.ours == self.theirs

    @property
    def is_advised(self) -> bool:
        return self.is_needed or not self.ours


def compare(camera: Camera, found: Examination, profile: CredentialProfile | None) -> list[Row]:
    """The fields that a device tells; `found` got as far as its stream. Needs `credential` fetched."""
    return [_address(camera, found), _credential(camera, profile), *_told(camera, found)]


def _address(camera: Camera, found: Examination) -> Row:
    stream = found.stream
    assert stream is not None  # noqa: S101 - only called for what can be added
    return Row(
        ADDRESS,
        _("camera address"),
        stream_url(camera.stream_host, camera.stream_port, camera.stream_path),
        stream_url(found.host, stream.port, stream.path),
        {"stream_host": found.host, "stream_port": stream.port, "stream_path": stream.path},
        is_needed=camera.stream_host != found.host,
    )


def _credential(camera: Camera, profile: CredentialProfile | None) -> Row:
    ours, theirs = str(camera.credential or ""), str(profile or "")
    values = {"credential": profile.pk if profile else None}
    return Row(CREDENTIAL, _field("credential"), ours, theirs, values, is_needed=ours != theirs)


def _told(camera: Camera, found: Examination) -> list[Row]:
    """What the device told; of what it kept to itself there is no row."""
    told = found.information
    said = {
        "sub_path": found.sub.path if found.sub else "",
        "make": told.make if told else "",
        "model": told.model if told else "",
        "asset_no": told.serial if told else "",
    }
    rows = [
        Row(name, _field(name), getattr(camera, name), value, {name: value})
        for name, value in said.items()
        if value
    ]
    if found.can_turn and camera.kind not in (Kind.PTZ, Kind.DOME):
        turns = {"kind": Kind.PTZ.value}
        rows.append(Row("kind", _field("kind"), camera.get_kind_display(), str(Kind.PTZ.label), turns))
    return rows


def _field(name: str) -> str:
    return str(Camera._meta.get_field(name).verbose_name)  # type: ignore[union-attr] # a field of our own
