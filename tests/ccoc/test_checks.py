"""System checks: each dangerous combination is named, the ordinary ones pass."""

import pytest
from pytest_django import Settings

from ccoc.checks import INSECURE_KEY, check_settings

GOOD_KEY = "k" * 50


@pytest.fixture(autouse=True)
def sound(settings: Settings) -> None:
    settings.DEBUG = settings.TLS = settings.DEMO = False
    settings.SECRET_KEY = GOOD_KEY
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
    settings.CAMERA_NETWORKS = ["10.0.0.0/8", "192.168.0.0/16", "fd00::/16"]


def found() -> list[str]:
    return [str(message.id) for message in check_settings(None)]


def test_sound_settings_pass() -> None:
    assert found() == []


def test_debug_behind_tls_is_refused(settings: Settings) -> None:
    settings.DEBUG = settings.TLS = True

    assert "ccoc.E001" in found()


@pytest.mark.parametrize("key", [INSECURE_KEY, "short"])
@pytest.mark.parametrize(("tls", "hosts"), [(True, ["127.0.0.1"]), (False, ["ccoc.example"]), (False, ["*"])])
def test_weak_key_open_to_others_is_refused(
    settings: Settings, key: str, tls: bool, hosts: list[str]
) -> None:
    settings.SECRET_KEY, settings.TLS, settings.ALLOWED_HOSTS = key, tls, hosts

    assert found() == ["ccoc.E002"]


def test_insecure_key_for_commands_on_this_machine_passes(settings: Settings) -> None:
    settings.SECRET_KEY = INSECURE_KEY

    assert found() == []


@pytest.mark.parametrize("hosts", [["127.0.0.1", "ccoc.example"], ["*"], ["192.168.1.7"]])
def test_demo_open_to_other_machines_is_refused(settings: Settings, hosts: list[str]) -> None:
    settings.DEMO, settings.ALLOWED_HOSTS = True, hosts

    assert found() == ["ccoc.E003"]


def test_demo_on_this_machine_passes(settings: Settings) -> None:
    settings.DEMO = True

    assert found() == []


@pytest.mark.parametrize(
    ("network", "code"),
    [("0.0.0.0/0", "ccoc.E005"), ("::/0", "ccoc.E005"), ("0.0.0.0/1", "ccoc.E005"), ("cameras", "ccoc.E004")],
)
def test_camera_network_that_is_anywhere_is_refused(settings: Settings, network: str, code: str) -> None:
    settings.CAMERA_NETWORKS = ["10.0.0.0/8", network]

    assert found() == [code]
