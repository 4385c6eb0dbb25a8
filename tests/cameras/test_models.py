"""What the database itself refuses, with words a person can act on."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from cameras.models import Camera, CameraHealth, CredentialProfile


def new_camera(**values: object) -> Camera:
    now = timezone.now()
    fields: dict[str, object] = {"code": "C-001", "name": "หน้าตลาดสด", "created_at": now, "updated_at": now}
    return Camera(**{**fields, **values})


BAD_VALUES = [
    ("camera_code_is_a_file_name", {"code": "../../etc"}),
    ("camera_code_is_a_file_name", {"code": "C 001"}),
    ("camera_code_is_a_file_name", {"code": ".C001"}),
    ("camera_code_is_a_file_name", {"code": ""}),
    ("camera_has_a_name", {"name": ""}),
    ("camera_position_is_whole", {"lat": 16.8}),
    ("camera_position_is_whole", {"lon": 100.2}),
    ("camera_position_is_whole", {"lat": 100.2, "lon": 16.8}),
    ("camera_azimuth_is_a_direction", {"azimuth_deg": 360}),
    ("camera_azimuth_is_a_direction", {"azimuth_deg": -1}),
    ("camera_fov_is_an_angle", {"fov_deg": 5}),
    ("camera_fov_is_an_angle", {"fov_deg": 200}),
    ("camera_range_is_near", {"range_m": 0}),
    ("camera_range_is_near", {"range_m": 5000}),
    ("camera_stream_is_an_address", {"stream_host": "10.0.0.9"}),
    ("camera_stream_is_an_address", {"stream_path": "/only"}),
    ("camera_stream_is_an_address", {"stream_host": "a@b", "stream_path": "/x"}),
    ("camera_stream_is_an_address", {"stream_host": "h", "stream_path": "/x", "stream_port": 70000}),
    ("camera_sub_stream_is_a_path", {"stream_host": "h", "stream_path": "/x", "sub_path": "rtsp://h"}),
    ("camera_kind_is_known", {"kind": "BALL"}),
    ("camera_status_is_known", {"status": "LOST"}),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("constraint", "values"), BAD_VALUES)
def test_camera_with_bad_values_is_refused_by_the_database(
    constraint: str, values: dict[str, object]
) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        new_camera(**values).save()


@pytest.mark.django_db
@pytest.mark.parametrize(("constraint", "values"), BAD_VALUES)
def test_camera_with_bad_values_says_what_is_wrong(constraint: str, values: dict[str, object]) -> None:
    with translation.override("en"), pytest.raises(ValidationError) as caught:
        new_camera(**values).full_clean()

    words = " ".join(caught.value.messages)
    assert words
    assert constraint not in words


@pytest.mark.django_db
@pytest.mark.parametrize(
    "values",
    [
        {"code": "กล-01"},
        {"azimuth_deg": 0, "fov_deg": 360},
        {"lat": 16.8271, "lon": 100.2518, "azimuth_deg": 359.9, "fov_deg": 10},
        {"stream_host": "10.1.2.3", "stream_path": "/live?channel=1&sub=2"},
    ],
)
def test_camera_with_good_values_is_kept(values: dict[str, object]) -> None:
    camera = new_camera(**values)
    camera.full_clean()

    camera.save()

    assert str(camera).endswith("หน้าตลาดสด")


@pytest.mark.django_db
def test_camera_code_is_unique() -> None:
    new_camera().save()

    with pytest.raises(IntegrityError), transaction.atomic():
        new_camera(name="อีกตัว").save()


@pytest.mark.django_db
@pytest.mark.parametrize("health", ["LIVE", "DEGRADED", "DISABLED"])
def test_health_that_is_up_cannot_be_down_since(health: str) -> None:
    camera = new_camera()
    camera.save()
    now = timezone.now()

    with pytest.raises(IntegrityError, match="camera_live_is_not_down"), transaction.atomic():
        CameraHealth.objects.create(camera=camera, health=health, since=now, down_since=now)


@pytest.mark.parametrize(
    ("status", "host", "is_read"),
    [("ACTIVE", "10.0.0.1", True), ("ACTIVE", "", False), ("PLANNED", "10.0.0.1", False)],
)
def test_is_read_needs_use_and_an_address(status: str, host: str, is_read: bool) -> None:
    assert new_camera(status=status, stream_host=host).is_read is is_read


def test_credential_shows_neither_secret_nor_user_in_its_words() -> None:
    profile = CredentialProfile(name="เทศบาล", username="viewer", sealed_secret="gAAAA")

    assert "gAAAA" not in f"{profile} {profile!r}"
    assert "viewer" not in f"{profile} {profile!r}"
