"""Writes to the register: what is kept, told and refused."""

import logging
import re
from collections.abc import Callable

import pytest
from django.utils import timezone, translation
from pytest_django import Settings

from cameras.addresses import BadAddress
from cameras.models import Camera, CameraHealth, CameraLease, CredentialProfile
from cameras.payloads import camera_payload
from cameras.secrets import Unreadable, seal, unseal
from cameras.services import (
    CodeTaken,
    InvalidCamera,
    change_camera,
    register_camera,
    retire_camera,
    set_credential,
)
from events.models import AuditEntry, OutboxEvent
from events.services import Actor

MakeCamera = Callable[..., Camera]
ADMIN = Actor("USER", "7", "ร.ต.ท.กิตติ")
SECRET = "p@ss%w.rd/ลับ"


def test_register_camera_makes_its_health_and_lease_rows(make_camera: MakeCamera) -> None:
    camera = make_camera("C-017")

    assert CameraHealth.objects.get(camera=camera).health == "UNKNOWN"
    assert CameraLease.objects.get(camera=camera).epoch == 0


def test_register_camera_is_audited_and_told(make_camera: MakeCamera) -> None:
    camera = make_camera("C-017", name="หน้าตลาดสด")

    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.target_id) == ("cameras.registered", "C-017")
    assert entry.changes["name"] == [None, "หน้าตลาดสด"]
    assert OutboxEvent.objects.get().data == camera_payload(camera)


def test_register_camera_without_stream_is_disabled(make_camera: MakeCamera) -> None:
    camera = make_camera("C-017", stream_host="", stream_path="")

    assert camera_payload(camera)["health"] == "DISABLED"
    assert CameraHealth.objects.get().health == "DISABLED"


def test_register_camera_with_a_taken_code_is_refused(make_camera: MakeCamera) -> None:
    make_camera("C-017")

    with pytest.raises(CodeTaken):
        make_camera("C-017")


def test_register_camera_with_bad_values_names_the_fields(db: None) -> None:
    with translation.override("en"), pytest.raises(InvalidCamera) as caught:
        register_camera(actor=ADMIN, at=timezone.now(), code="C-1", name="", azimuth_deg=400.0)

    assert "name" in caught.value.fields
    assert not Camera.objects.exists()
    assert not AuditEntry.objects.exists()


def test_register_camera_outside_the_networks_is_refused(make_camera: MakeCamera) -> None:
    with pytest.raises(BadAddress) as caught:
        make_camera("C-017", stream_host="8.8.8.8")

    assert caught.value.code == "outside_networks"


def test_change_camera_writes_what_differs(make_camera: MakeCamera) -> None:
    camera = make_camera("C-017", azimuth_deg=128.0)

    changes = change_camera(
        camera_id=camera.pk, actor=ADMIN, at=timezone.now(), azimuth_deg=135.0, name=camera.name
    )

    assert changes == {"azimuth_deg": [128.0, 135.0]}
    entry = AuditEntry.objects.get(verb="cameras.edited")
    assert (entry.changes, entry.actor_id) == (changes, "7")
    assert OutboxEvent.objects.order_by("-pk")[0].data["azimuth_deg"] == 135.0
    assert Camera.objects.get().revision == 1


def test_change_camera_to_the_same_values_writes_nothing(make_camera: MakeCamera) -> None:
    camera = make_camera("C-017")
    before = AuditEntry.objects.count(), OutboxEvent.objects.count()

    assert change_camera(camera_id=camera.pk, actor=ADMIN, at=timezone.now(), name=camera.name) == {}

    assert (AuditEntry.objects.count(), OutboxEvent.objects.count()) == before
    assert Camera.objects.get().revision == 0


def test_change_camera_refused_changes_nothing(make_camera: MakeCamera) -> None:
    camera = make_camera("C-017", fov_deg=70.0)

    with pytest.raises(InvalidCamera):
        change_camera(camera_id=camera.pk, actor=ADMIN, at=timezone.now(), fov_deg=780.0)

    assert Camera.objects.get().fov_deg == 70.0


def test_retire_camera_takes_it_out_of_use_and_keeps_it(make_camera: MakeCamera) -> None:
    camera = make_camera("C-017")

    for _ in range(2):
        retire_camera(camera_id=camera.pk, actor=ADMIN, at=timezone.now(), reason="ย้ายเสา")

    assert Camera.objects.registered().count() == 0
    assert AuditEntry.objects.get(verb="cameras.retired").reason == "ย้ายเสา"
    assert OutboxEvent.objects.order_by("-pk")[0].data["health"] == "DISABLED"


def test_set_credential_keeps_the_secret_out_of_everything_that_is_read(
    make_camera: MakeCamera, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        profile = set_credential(
            actor=ADMIN, at=timezone.now(), name="เทศบาล", username="viewer", secret=SECRET
        )
        make_camera("C-017", credential=profile)

    written = f"{profile!r} {profile} {profile.sealed_secret} {caplog.text}"
    written += str(list(AuditEntry.objects.values())) + str(list(OutboxEvent.objects.values()))
    assert SECRET not in written
    assert unseal(profile.sealed_secret) == SECRET
    assert AuditEntry.objects.get(verb="cameras.registered").changes["credential"] == [None, "เทศบาล"]


def test_set_credential_again_wakes_its_cameras(make_camera: MakeCamera) -> None:
    profile = set_credential(actor=ADMIN, at=timezone.now(), name="เทศบาล", username="v", secret="a")
    camera = make_camera("C-017", credential=profile)

    set_credential(actor=ADMIN, at=timezone.now(), name="เทศบาล", username="v", secret="b")

    camera.refresh_from_db()
    assert camera.revision == 1
    assert CredentialProfile.objects.count() == 1
    assert re.fullmatch("cameras.credential_changed", AuditEntry.objects.order_by("-pk")[0].verb)


def test_seal_with_an_own_key_survives_a_new_secret_key(settings: Settings) -> None:
    settings.CAMERA_SECRET_KEY = "hvB7gsGkKZLE4JNSbHbzMqS2Yh2ZpvqyJKxkDYwEw1A="
    sealed = seal(SECRET)

    settings.SECRET_KEY = "another"

    assert unseal(sealed) == SECRET


def test_own_key_may_be_any_text(settings: Settings) -> None:
    settings.CAMERA_SECRET_KEY = "no Fernet key"

    assert unseal(seal(SECRET)) == SECRET


def test_unseal_with_another_key_says_so_without_the_text(settings: Settings) -> None:
    sealed = seal(SECRET)
    settings.SECRET_KEY = "another"

    with pytest.raises(Unreadable) as caught:
        unseal(sealed)

    assert sealed not in str(caught.value)


@pytest.mark.parametrize("profile_secret", ["", "a"])
def test_seal_of_nothing_stays_nothing(profile_secret: str) -> None:
    assert bool(seal(profile_secret)) is bool(profile_secret)
