"""The demo town in a real database: complete, marked, and the same after a second time.

Only the test that counts fills the whole town: each of its cameras passes every check of the register.
"""

import datetime as dt
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from accounts.models import User
from cameras.models import Camera, CredentialProfile
from ccoc.demo import fleet
from ccoc.demo.management.commands import seed_demo
from ccoc.demo.seeding import access, seed
from events.models import AuditEntry
from incidents.models import SosPoint, Unit
from plates.models import WatchlistEntry

AT = dt.datetime(2026, 11, 23, 3, 0, tzinfo=dt.UTC)
LATER = AT + dt.timedelta(minutes=5)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def local_cameras(settings: Settings) -> None:
    """A demo's cameras are on this machine."""
    settings.CAMERA_NETWORKS = ["127.0.0.0/8"]


@pytest.fixture
def few_cameras(monkeypatch: pytest.MonkeyPatch) -> int:
    """The town with the cameras of its market alone; how many those are."""
    rows = fleet.cameras()[:8]
    monkeypatch.setattr(fleet, "cameras", lambda: rows)
    return len(rows)


def test_command_fills_the_town_and_writes_the_simulators_list(tmp_path: Path) -> None:
    target = tmp_path / "simulator.json"

    call_command(
        seed_demo.Command(), rtsp_port=8554, simulator_config=target, clips=tmp_path, clip=None, verbosity=0
    )

    assert target.exists()
    assert Camera.objects.filter(is_demo=True).count() == 183
    assert Camera.objects.filter(in_zone=True).count() == 64
    assert Camera.objects.filter(reads_plates=True).count() == 3
    assert SosPoint.objects.filter(is_demo=True).count() == 2
    assert Unit.objects.count() == 6
    assert WatchlistEntry.objects.count() == 4


def test_seed_has_the_watchlist_approved_by_a_second_person(few_cameras: int) -> None:
    seed(rtsp_port=8554, at=AT)

    entries = WatchlistEntry.objects.all()
    assert all(entry.approved_at == AT and entry.approved_key != entry.added_key for entry in entries)


def test_seed_renews_what_has_expired(few_cameras: int) -> None:
    seed(rtsp_port=8554, at=AT)
    month_later = AT + dt.timedelta(days=40)

    seed(rtsp_port=8554, at=month_later)

    assert WatchlistEntry.objects.filter(expires_at__gt=month_later).count() == 4


def test_seed_twice_is_seed_once(few_cameras: int) -> None:
    first = seed(rtsp_port=8554, at=AT)
    entries = AuditEntry.objects.count()
    revisions = list(Camera.objects.order_by("pk").values_list("revision", flat=True))

    second = seed(rtsp_port=8554, at=LATER)

    assert second == first
    assert AuditEntry.objects.count() == entries
    assert list(Camera.objects.order_by("pk").values_list("revision", flat=True)) == revisions


def test_seed_follows_the_simulator_to_another_port(few_cameras: int) -> None:
    seed(rtsp_port=8554, at=AT)

    seed(rtsp_port=9554, at=LATER)

    assert set(Camera.objects.values_list("stream_port", flat=True)) == {9554}


def test_seed_gives_cameras_a_sealed_password(few_cameras: int) -> None:
    seed(rtsp_port=8554, at=AT)

    profile = CredentialProfile.objects.get()
    assert profile.username == access().username
    assert access().password not in profile.sealed_secret
    assert Camera.objects.filter(credential=profile).count() == few_cameras


def test_seed_lets_nobody_sign_in_with_a_password(few_cameras: int) -> None:
    seed(rtsp_port=8554, at=AT)

    people = User.objects.filter(username__startswith="demo-")
    assert people.count() == len(fleet.people())
    assert not any(person.has_usable_password() for person in people)
