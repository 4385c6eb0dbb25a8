"""A demo stays on its machine unless somebody says otherwise."""

import pytest
from pytest_django import Settings

from ccoc.demo.checks import PUBLIC_SWITCH, check_demo_stays_here, is_loopback


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "[::1]", "::1"])
def test_is_loopback_knows_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["*", ".localhost", "ccoc.example.go.th", "10.0.0.4", ""])
def test_is_loopback_refuses_others(host: str) -> None:
    assert not is_loopback(host)


def test_check_refuses_a_demo_for_others(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PUBLIC_SWITCH, raising=False)
    settings.DEMO, settings.ALLOWED_HOSTS = True, ["127.0.0.1", "10.0.0.4"]

    (found,) = check_demo_stays_here()

    assert found.id == "demo.E001"
    assert "10.0.0.4" in found.msg


def test_check_passes_at_home(settings: Settings) -> None:
    settings.DEMO, settings.ALLOWED_HOSTS = True, ["127.0.0.1", "localhost", "[::1]"]

    assert check_demo_stays_here() == []


def test_check_passes_when_it_is_meant(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PUBLIC_SWITCH, "1")
    settings.DEMO, settings.ALLOWED_HOSTS = True, ["*"]

    assert check_demo_stays_here() == []


def test_check_passes_without_a_demo(settings: Settings) -> None:
    settings.DEMO, settings.ALLOWED_HOSTS = False, ["ccoc.example.go.th"]

    assert check_demo_stays_here() == []
