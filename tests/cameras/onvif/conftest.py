"""A registered camera whose other side is the ONVIF device of the tests."""

from collections.abc import Callable, Iterator

import pytest
from django.utils import timezone

from cameras.models import Camera, CredentialProfile
from cameras.onvif.models import OnvifDevice
from cameras.services import set_credential
from events.services import Actor
from tests.cameras.onvif.device import OnvifDevice as Device
from tests.cameras.onvif.device import running

MakeCamera = Callable[..., Camera]


@pytest.fixture
def device() -> Iterator[Device]:
    """The device, running."""
    with running() as found:
        yield found


@pytest.fixture
def profile(db: None, device: Device) -> CredentialProfile:
    """The device's user and password, kept as the station keeps them."""
    return set_credential(
        actor=Actor.system("test"),
        at=timezone.now(),
        name="กล้องเทศบาล",
        username=device.username,
        secret=device.password,
    )


@pytest.fixture
def camera(device: Device, profile: CredentialProfile, make_camera: MakeCamera) -> Camera:
    """A dome that turns, connected."""
    made = make_camera("C-007", kind="DOME", credential=profile)
    OnvifDevice.objects.create(camera=made, port=device.port, profile_token="p_main", can_turn=True)
    return Camera.objects.select_related("onvif", "credential").get(pk=made.pk)
