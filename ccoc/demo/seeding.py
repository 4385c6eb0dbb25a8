"""Put the demo town into the database through the services that people use. Twice is the same as once."""

import datetime as dt
import hashlib
import hmac
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from accounts.models import User
from cameras.models import Camera, CredentialProfile
from cameras.recording.models import KEEP_DAYS, Mode
from cameras.recording.services import set_rule
from cameras.services import CameraValues, change_camera, register_camera, set_credential
from ccoc.demo import fleet
from ccoc.demo.simulator_config import Access, stream_path, sub_path
from events.services import Actor, Target, record
from incidents.models import SosPoint, Unit
from incidents.services import PointFields, UnitFields, add_point, move_unit, save_unit, set_on_duty
from incidents.workflow import UnitState
from plates.models import WatchlistEntry
from plates.services.watchlist import EntryFields, add_entry, approve_entry

ACTOR = Actor.system("demo")
PROFILE = "demo-cameras"
ON_EVENTS = slice(0, 2)  # recorded while something happens: the lanes in which watched plates pass
ALWAYS = slice(3, 6)  # recorded always: the ordinary cameras of the market's junction
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Seeded:
    """How many of each there are after seeding."""

    cameras: int
    sos_points: int
    units: int
    people: int
    watched: int


def access() -> Access:
    """User and password of the simulated cameras: the same for one installation, unknown to any other."""
    password = hmac.new(settings.SECRET_KEY.encode(), PROFILE.encode(), hashlib.sha256).hexdigest()[:24]
    return Access("ccoc", password)


def seed(*, rtsp_port: int, at: dt.datetime) -> Seeded:
    """Everything of `ccoc.demo.fleet`; rows that are there are brought up to date."""
    seed_people(at)
    _cameras(rtsp_port, at)
    seed_rules(at)
    seed_sos_points(at)
    seed_units(at)
    seed_watchlist(at)
    return Seeded(
        cameras=len(fleet.cameras()),
        sos_points=len(fleet.sos_points()),
        units=len(fleet.units()),
        people=len(fleet.people()),
        watched=len(fleet.watchlist()),
    )


def seed_people(at: dt.datetime) -> None:
    """One person for each role."""
    for row in fleet.people():
        if not User.objects.filter(username=row.username).exists():
            _person(row, at)


@transaction.atomic
def _person(row: fleet.PersonRow, at: dt.datetime) -> None:
    """A person whom only the demo's page lets in: there is no password to guess."""
    person = User(username=row.username, display_name=row.display_name, rank=row.rank, roles=[row.role])
    person.set_unusable_password()
    person.full_clean()
    person.save()
    target = Target("person", person.pk, str(person))
    record(
        actor=ACTOR, verb="accounts.person_added", target=target, changes={"roles": [[], [row.role]]}, at=at
    )


def _cameras(rtsp_port: int, at: dt.datetime) -> None:
    profile = _profile(at)
    known = dict(Camera.objects.filter(is_demo=True).values_list("code", "pk"))
    for row in fleet.cameras():
        values = camera_values(row, rtsp_port, profile)
        if row.code in known:
            change_camera(camera_id=known[row.code], actor=ACTOR, at=at, **values)
        else:
            register_camera(actor=ACTOR, at=at, code=row.code, **values)


def seed_rules(at: dt.datetime) -> None:
    """A few cameras record, so that there is something to play within a minute, and the rest are off.

    The scenes never rest: all cameras on events would fill the demo's disk in minutes. A camera that is
    off still records what an alert or a hold asks for. A rule that somebody changed stays.
    """
    rows = fleet.cameras()
    modes = {row.code: Mode.CONTINUOUS for row in rows[ALWAYS]}
    modes |= {row.code: Mode.EVENT for row in rows[ON_EVENTS]}
    for camera in Camera.objects.filter(is_demo=True, recording_rule__isnull=True).by_code():
        mode = modes.get(camera.code, Mode.OFF)
        set_rule(actor=ACTOR, camera=camera, mode=mode, keep_days=KEEP_DAYS, at=at)


def _profile(at: dt.datetime) -> CredentialProfile:
    wanted = access()
    found = CredentialProfile.objects.filter(name=PROFILE, username=wanted.username).first()
    if found is not None:
        return found
    return set_credential(actor=ACTOR, at=at, name=PROFILE, username=wanted.username, secret=wanted.password)


def camera_values(row: fleet.CameraRow, rtsp_port: int, profile: CredentialProfile | None) -> CameraValues:
    """A row of the fleet as the register takes it."""
    return CameraValues(
        asset_no=row.asset_no,
        name=row.name,
        owner=row.owner,
        site=row.site,
        pole_no=row.pole_no,
        lat=row.point.lat,
        lon=row.point.lon,
        azimuth_deg=float(row.azimuth_deg),
        fov_deg=float(row.fov_deg),
        range_m=float(row.range_m),
        kind=row.kind,
        make=row.make,
        model=row.model,
        switch=row.switch,
        switch_port=row.switch_port,
        warranty_until=row.warranty_until,
        legal_basis=row.legal_basis,
        stream_host=LOOPBACK,
        stream_port=rtsp_port,
        stream_path=stream_path(row.code),
        sub_path=sub_path(row),
        credential=profile,
        reads_plates=row.reads_plates,
        in_zone=row.in_zone,
        notes=row.notes,
        is_demo=True,
    )


def seed_sos_points(at: dt.datetime) -> None:
    """The two points, each with a secret of its own."""
    for row in fleet.sos_points():
        if not SosPoint.objects.filter(code=row.code).exists():
            fields = PointFields(row.code, row.name, row.place, row.point.lat, row.point.lon)
            add_point(fields=fields, is_demo=True, by=ACTOR, at=at)


def seed_units(at: dt.datetime) -> None:
    """The patrols, at their posts."""
    for row in fleet.units():
        unit = Unit.objects.filter(code=row.code).first()
        if unit is None:
            unit = save_unit(unit=None, fields=UnitFields(row.code, row.name, row.kind), by=ACTOR, at=at)
        if unit.state == UnitState.OFF:
            unit = set_on_duty(unit=unit, is_on_duty=True, by=ACTOR, at=at)
        move_unit(unit=unit, point=row.point, measured_at=at, at=at)


def seed_watchlist(at: dt.datetime) -> None:
    """The watched plates: asked for by one demo person, approved by another, as the rules want."""
    by = {row.role: Actor.of(User.objects.get(username=row.username)) for row in fleet.people()}
    for row in fleet.watchlist():
        running = WatchlistEntry.objects.filter(case_number=row.case_no, revoked_at=None, expires_at__gt=at)
        if running.exists():
            continue
        with transaction.atomic():
            entry = add_entry(fields=_entry_fields(row, at), by=by["OPERATOR"], at=at)
            approve_entry(entry=entry, by=by["SUPERVISOR"], at=at)


def _entry_fields(row: fleet.WatchRow, at: dt.datetime) -> EntryFields:
    return EntryFields(
        text=row.text,
        province=row.province,
        plate_class=row.plate_class,
        case_number=row.case_no,
        category=row.category,
        reason=row.reason,
        requester=row.requester,
        vehicle=row.vehicle,
        confirmed_at=at,
        expires_at=at + dt.timedelta(days=row.days),
    )
