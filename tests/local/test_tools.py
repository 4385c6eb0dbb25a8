"""Make targets, set-up, preflight, sizes and the start of the demo's command."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ccoc.local import bootstrap, demo, sizes
from ccoc.local.commands import main
from ccoc.local.home import PROJECT_ROOT, Home, LocalError, first_free_port, free_port_or_any, is_free
from ccoc.local.preflight import check_disk, check_python
from ccoc.local.stack import build_stack, environment_file, only_one

MAKEFILE = (PROJECT_ROOT / "Makefile").read_text("utf-8")
TARGETS = sorted(
    set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE)) - {"setup", "setup-dev", "setup-train"}
)


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make as a person would, also when this test itself runs below make."""
    environment = {
        name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL"}
    }
    command = ["make", "--no-print-directory", *arguments]
    return subprocess.run(
        command, cwd=PROJECT_ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_make_help_lists_every_target() -> None:
    shown = make("help").stdout

    assert {"demo", "test", "check", "lock"} <= set(TARGETS)
    assert set(TARGETS) == {line.split()[0] for line in shown.splitlines()}


@pytest.mark.parametrize("target", TARGETS)
def test_make_target_can_be_planned(target: str) -> None:
    done = make("-n", target)

    assert done.returncode == 0, done.stderr


def test_no_set_up_file_names_a_package_index() -> None:
    names = (
        "Makefile",
        "requirements.txt",
        "requirements-dev.txt",
        "Dockerfile",
        ".ci/run",
        "ccoc/local/bootstrap.py",
    )
    for name in names:
        text = (PROJECT_ROOT / name).read_text("utf-8")
        assert not re.search(r"--(extra-)?index-url|--find-links|pypi", text), name


def test_bootstrap_refuses_an_old_python(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "NEEDED", (99, 0))

    with pytest.raises(SystemExit) as ended:
        bootstrap.main([])

    assert ended.value.code == 1
    assert "make PYTHON=" in capsys.readouterr().err


def test_bootstrap_does_nothing_when_the_pins_are_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    pins = tmp_path / "requirements.txt"
    pins.write_text("", "utf-8")
    (tmp_path / ".venv").mkdir()
    bootstrap.stamp_of(pins).write_text(bootstrap.fingerprint(pins), "utf-8")

    bootstrap.main([pins])

    assert not (tmp_path / ".venv" / "bin").exists()


def test_bootstrap_installs_again_when_the_pins_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    pins = tmp_path / "requirements.txt"
    pins.write_text("old", "utf-8")
    (tmp_path / ".venv").mkdir()
    bootstrap.stamp_of(pins).write_text(bootstrap.fingerprint(pins), "utf-8")

    pins.write_text("new", "utf-8")

    assert not bootstrap.is_installed(pins)


def test_check_python_names_the_version_found() -> None:
    with pytest.raises(LocalError, match=r"this is 3\.9"):
        check_python((3, 9))


def test_check_disk_refuses_a_full_disk_and_a_closed_folder(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="GiB free"):
        check_disk(tmp_path, needed=2**60)
    (tmp_path / "file").touch()
    with pytest.raises(LocalError, match="cannot be written"):
        check_disk(tmp_path / "file" / "var")


def test_first_free_port_passes_over_taken_ones() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        taken.listen()

        assert not is_free(port)
        assert first_free_port(port) > port
        assert free_port_or_any(port) != port


@pytest.mark.parametrize("text", ["web", "0", "70000"])
def test_http_port_refuses_what_is_no_port(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCOC_HTTP_PORT", text)

    with pytest.raises(LocalError, match="not a port"):
        demo.http_port()


def test_http_port_says_when_the_named_one_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("CCOC_HTTP_PORT", str(taken.getsockname()[1]))

        with pytest.raises(LocalError, match="is taken"):
            demo.http_port()


def test_demo_with_a_missing_clip_says_so_and_starts_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CCOC_VAR", str(tmp_path / "var"))

    assert main(["demo", "--clip", str(tmp_path / "none.mp4")]) == 1

    assert "There is no video file" in capsys.readouterr().err
    assert not (tmp_path / "var" / "postgres").exists()


def test_secret_is_made_once_and_private(home: Home) -> None:
    first = home.secret("django")

    assert home.secret("django") == first
    assert len(first) >= 48
    assert (home.var / "secrets" / "django").stat().st_mode & 0o777 == 0o600


def test_port_is_remembered_between_runs(home: Home) -> None:
    assert home.port("postgres") == home.port("postgres")


def test_only_one_stack_runs_from_a_folder(home: Home) -> None:
    with only_one(home), pytest.raises(LocalError, match="already runs"), only_one(home):
        pass


def test_build_stack_leaves_out_the_servers_that_the_environment_names(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/ccoc")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")

    stack = build_stack(home)

    assert stack.servers == ()
    assert stack.environment["DATABASE_URL"] == "postgresql://elsewhere/ccoc"


def test_environment_file_is_private_and_goes_with_the_stack(home: Home) -> None:
    with environment_file(home, {"SECRET_KEY": "x"}) as path:
        assert path.stat().st_mode & 0o777 == 0o600

    assert not path.exists()


def test_sizes_counts_a_function_from_signature_to_end(tmp_path: Path) -> None:
    body = "\n".join(f"    x = {number}" for number in range(41))
    (tmp_path / "long.py").write_text(f"def long() -> None:\n{body}\n", "utf-8")

    _files, functions = sizes.measure(tmp_path)

    assert [size.lines for size in functions] == [42]


def test_local_never_imports_django() -> None:
    code = "import sys, ccoc.local.commands, ccoc.local.messages; sys.exit('django' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], cwd=PROJECT_ROOT, check=False).returncode == 0
