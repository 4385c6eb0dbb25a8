"""Every write to the register of cameras."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from cameras.addresses import check_host
from cameras.models import Camera, CameraHealth, CameraLease, CredentialProfile, Health, Status
from cameras.payloads import camera_payload
from cameras.querysets import HealthReport
from cameras.secrets import seal
from cameras.streams.networks import CameraAddress
from ccoc.lib.errors import Refused
from events.services import Actor, Broadcast, Target, announce, record


class CameraValues(TypedDict, total=False):
    """What a person may set on a camera; see `Camera` for units and limits."""

    asset_no: str
    name: str
    owner: str
    site: str
    pole_no: str
    lat: float | None
    lon: float | None
    azimuth_deg: float | None
    fov_deg: float
    range_m: float
    kind: str
    make: str
    model: str
    switch: str
    switch_port: str
    warranty_until: dt.date | None
    legal_basis: str
    stream_host: str
    stream_port: int
    stream_path: str
    sub_path: str
    credential: CredentialProfile | None
    transport: str
    reads_plates: bool
    in_zone: bool
    status: str
    notes: str
    obstructions: str
    is_demo: bool


SILENT_AFTER = dt.timedelta(seconds=15)  # three rounds of a worker's report of all its cameras
FIELDS = tuple(CameraValues.__annotations__)


class InvalidCamera(Refused):
    """Values that the register refuses; `fields` says which and why."""

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        first = next(iter(fields.values()))[0]
        super().__init__("invalid_camera", first)
        self.fields = fields


class CodeTaken(Refused):
    """Another camera has this code."""


def register_camera(*, actor: Actor, at: dt.datetime, code: str, **values: Unpack[CameraValues]) -> Camera:
    """Add a camera. Raises CodeTaken, InvalidCamera, or BadAddress for a host outside the networks."""
    if Camera.objects.filter(code=code).exists():
        raise CodeTaken("code_taken", _("There is already a camera %(code)s.") % {"code": code})
    camera = Camera(code=code, created_at=at, updated_at=at, **values)
    _check(camera)
    with transaction.atomic():
        camera.save(force_insert=True)
        camera.health = CameraHealth.objects.create(camera=camera, health=_first_health(camera), since=at)
        CameraLease.objects.create(camera=camera)
        _record(camera, actor, "cameras.registered", _plain(values), at)
    return camera


def change_camera(
    *, camera_id: int, actor: Actor, at: dt.datetime, **values: Unpack[CameraValues]
) -> dict[str, list[object]]:
    """Set what differs and return it as `{field: [before, after]}`; the same values write nothing."""
    with transaction.atomic():
        camera = Camera.objects.select_for_update().get(pk=camera_id)
        changes = _apply(camera, values)
        if changes:
            _store(camera, actor, "cameras.edited", changes, at)
    return changes


def retire_camera(*, camera_id: int, actor: Actor, at: dt.datetime, reason: str) -> None:
    """Take a camera out of use and keep its history; a retired camera is left as it is."""
    with transaction.atomic():
        camera = Camera.objects.select_for_update().get(pk=camera_id)
        changes = _apply(camera, CameraValues(status=Status.RETIRED))
        if changes:
            _store(camera, actor, "cameras.retired", changes, at, reason)


def set_credential(
    *, actor: Actor, at: dt.datetime, name: str, username: str, secret: str
) -> CredentialProfile:
    """Create or replace a credential profile; the audit says that it changed, never to what."""
    with transaction.atomic():
        profile, is_new = CredentialProfile.objects.select_for_update().update_or_create(
            name=name, defaults={"username": username, "sealed_secret": seal(secret), "changed_at": at}
        )
        profile.cameras.update(revision=F("revision") + 1, updated_at=at)
        record(
            actor=actor,
            verb="cameras.credential_added" if is_new else "cameras.credential_changed",
            target=Target("credential", profile.pk, profile.name),
            at=at,
        )
    return profile


def record_view(*, actor: Actor, code: str, at: dt.datetime) -> None:
    """Write down that somebody begins to watch a camera live. Raises Camera.DoesNotExist."""
    camera = Camera.objects.get(code=code)
    with transaction.atomic():
        record(actor=actor, verb="cameras.watched", target=Target("camera", camera.code, str(camera)), at=at)


def record_health(*, reports: Sequence[HealthReport], at: dt.datetime) -> dict[int, bool]:
    """Keep what a worker tells of its cameras, and tell the walls of those whose health became another.

    Reports with a stale epoch are dropped: another worker reads that camera now. Returns
    `{camera id: whether its health changed}` of those that were kept.
    """
    with transaction.atomic():
        written = CameraHealth.objects.all().fenced_update(reports, at=at)
        _announce_health([camera_id for camera_id, is_new in written.items() if is_new], at)
    return written


def doubt_silent(*, at: dt.datetime) -> int:
    """Say UNKNOWN of cameras that no worker spoke of for 15 s: unwatched is not well.

    A row that a worker is writing right now is not silent: skipped, so that neither waits for the other.
    """
    with transaction.atomic():
        silent = CameraHealth.objects.silent_since(at - SILENT_AFTER).select_for_update(
            of=("self",), skip_locked=True
        )
        ids = list(silent.order_by("pk").values_list("pk", flat=True))
        CameraHealth.objects.filter(pk__in=ids).update(health=Health.UNKNOWN, reason="NO_WORKER", since=at)
        _announce_health(ids, at)
    return len(ids)


def _announce_health(camera_ids: Sequence[int], at: dt.datetime) -> None:
    for camera in Camera.objects.filter(pk__in=camera_ids).with_health().by_code():
        announce(Broadcast("cameras.changed", camera_payload(camera)), at=at)


def _apply(camera: Camera, values: CameraValues) -> dict[str, list[object]]:
    """Set the values that differ; `{field: [before, after]}` in words that JSON holds."""
    before = {name: getattr(camera, name) for name in values}
    for name, value in values.items():
        setattr(camera, name, value)
    _check(camera)
    return {
        name: [_word(old), _word(getattr(camera, name))]
        for name, old in before.items()
        if old != getattr(camera, name)
    }


def _store(
    camera: Camera,
    actor: Actor,
    verb: str,
    changes: Mapping[str, object],
    at: dt.datetime,
    reason: str = "",
) -> None:
    camera.updated_at = at
    camera.revision += 1
    camera.save()
    if {"status", "stream_host"} & changes.keys():
        _restart_health(camera, at)
    _record(camera, actor, verb, changes, at, reason)


def _restart_health(camera: Camera, at: dt.datetime) -> None:
    """What was known of a camera says nothing once it is put in or out of use."""
    row = camera.health
    row.health, row.reason, row.since = _first_health(camera), "", at
    row.down_since, row.fault_checks = None, 0
    row.fault, row.fault_since = "", None
    known = ["health", "reason", "since", "down_since", "fault_checks", "fault", "fault_since"]
    row.save(update_fields=known)


def _first_health(camera: Camera) -> Health:
    return Health.UNKNOWN if camera.is_read else Health.DISABLED


def _check(camera: Camera) -> None:
    """Fields, then constraints, then the network of the address."""
    try:
        camera.full_clean(exclude={"created_at", "updated_at"}, validate_unique=False)
    except ValidationError as error:
        raise InvalidCamera(error.message_dict) from error
    if camera.stream_host:
        check_host(CameraAddress(camera.stream_host, camera.stream_port, camera.stream_path))


def _record(
    camera: Camera,
    actor: Actor,
    verb: str,
    changes: Mapping[str, object],
    at: dt.datetime,
    reason: str = "",
) -> None:
    record(
        actor=actor,
        verb=verb,
        target=Target("camera", camera.code, str(camera)),
        changes=changes,
        reason=reason,
        broadcast=Broadcast("cameras.changed", camera_payload(camera)),
        at=at,
    )


def _plain(values: CameraValues) -> dict[str, object]:
    return {name: [None, _word(value)] for name, value in values.items() if value not in ("", None)}


def _word(value: object) -> object:
    """A value as the audit keeps it: a credential by its name, a date as ISO text."""
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value) if isinstance(value, CredentialProfile) else value
