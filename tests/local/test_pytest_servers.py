"""The plugin that gives a test run its servers."""

import os
import subprocess
import tempfile
from pathlib import Path

import pytest

from ccoc.local import pytest_servers


def test_sweep_removes_the_folders_of_dead_runs_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    ended = subprocess.Popen(["true"])
    ended.wait()
    dead, alive, other = (
        tmp_path / name for name in (f"ccoc-test-{ended.pid}-a", f"ccoc-test-{os.getpid()}-b", "other")
    )
    for folder in (dead, alive, other):
        folder.mkdir()

    pytest_servers.sweep()

    assert sorted(tmp_path.iterdir()) == sorted([alive, other])


def test_use_own_database_gives_each_worker_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCOC_TEST_REDIS", "redis://:x@127.0.0.1:1/0")
    monkeypatch.setenv("REDIS_URL", "redis://:x@127.0.0.1:1/0")

    pytest_servers.use_own_database("gw1")

    assert os.environ["REDIS_URL"] == "redis://:x@127.0.0.1:1/2"


def test_use_own_database_leaves_a_server_of_the_persons_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CCOC_TEST_REDIS", raising=False)
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/5")

    pytest_servers.use_own_database("gw1")

    assert os.environ["REDIS_URL"] == "redis://elsewhere/5"


def test_servers_named_by_the_environment_are_used_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/ccoc")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")
    servers = pytest_servers.Servers()

    servers.start()
    servers.stop()

    assert servers.running == []
    assert not servers.folder.exists()
    assert os.environ["DATABASE_URL"] == "postgresql://elsewhere/ccoc"
