"""Put the demo town into the database through the services that people use. Twice is the same as once."""

import datetime as dt
import hashlib
import hmac
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from accounts.models import User
from cameras.models import Camera, CredentialProfile
from cameras.services import CameraValues, change_camera, register_camera, set_credential
from ccoc.demo import fleet
from ccoc.demo.simulator_config import Access, stream_path
from events.services import Actor, Target, record
from incidents.models import SosPoint, Unit
from incidents.services import PointFields, UnitFields, add_point, move_unit, save_unit, set_on_duty
from incidents.workflow import UnitState

ACTOR = Actor.system("demo")
PROFILE = "demo-cameras"
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
    return Seeded(
        people=sum(_person(row, at) for row in fleet.people()),
        cameras=_cameras(rtsp_port, at),
        sos_points=sum(_sos_point(row, at) for row in fleet.sos_points()),
        units=sum(_unit(row, at) for row in fleet.units()),
        watched=0,
    )


@transaction.atomic
def _person(row: fleet.PersonRow, at: dt.datetime) -> int:
    """A person whom only the demo's page lets in: there is no password to guess."""
    if User.objects.filter(username=row.username).exists():
        return 1
    person = User(username=row.username, display_name=row.display_name, rank=row.rank, roles=[row.role])
    person.set_unusable_password()
    person.full_clean()
    person.save()
    target = Target("person", person.pk, str(person))
    record(actor=ACTOR, verb="accounts.added", target=target, changes={"roles": [[], [row.role]]}, at=at)
    return 1


def _cameras(rtsp_port: int, at: dt.datetime) -> int:
    profile = _profile(at)
    known = dict(Camera.objects.filter(is_demo=True).values_list("code", "pk"))
    for row in fleet.cameras():
        values = camera_values(row, rtsp_port, profile)
        if row.code in known:
            change_camera(camera_id=known[row.code], actor=ACTOR, at=at, **values)
        else:
            register_camera(actor=ACTOR, at=at, code=row.code, **values)
    return len(fleet.cameras())


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
        credential=profile,
        reads_plates=row.reads_plates,
        in_zone=row.in_zone,
        notes=row.notes,
        is_demo=True,
    )


def _sos_point(row: fleet.SosRow, at: dt.datetime) -> int:
    if not SosPoint.objects.filter(code=row.code).exists():
        fields = PointFields(row.code, row.name, row.place, row.point.lat, row.point.lon)
        add_point(fields=fields, is_demo=True, by=ACTOR, at=at)
    return 1


def _unit(row: fleet.UnitRow, at: dt.datetime) -> int:
    unit = Unit.objects.filter(code=row.code).first()
    if unit is None:
        unit = save_unit(unit=None, fields=UnitFields(row.code, row.name, row.kind), by=ACTOR, at=at)
    if row.on_duty and unit.state == UnitState.OFF:
        unit = set_on_duty(unit=unit, is_on_duty=True, by=ACTOR, at=at)
    move_unit(unit=unit, point=row.point, measured_at=at, at=at)
    return 1
