"""The committed front-end files are what the registry gave."""

import io
import json
import tarfile
from pathlib import Path

import pytest

from ccoc.local.home import LocalError
from ccoc.local.vendor import VENDOR, Package, differences, folder_name, read_manifest, unpack


def test_differences_of_the_committed_files_are_none() -> None:
    assert differences() == []


def test_manifest_pins_and_licenses_every_package() -> None:
    for package in read_manifest():
        assert package["integrity"].startswith("sha512-")
        assert package["licence"]
        assert (VENDOR / folder_name(package) / "LICENSE").is_file()


@pytest.fixture
def package() -> Package:
    return {
        "name": "@scope/thing",
        "version": "1.0",
        "licence": "MIT",
        "strip": "dist/",
        "take": ["dist/*.js"],
    }


def test_differences_names_changed_missing_and_unknown_files(tmp_path: Path, package: Package) -> None:
    package["sha256"] = {"changed.js": "0" * 64, "missing.js": "0" * 64}
    (tmp_path / "vendor.json").write_text(json.dumps([package]), "utf-8")
    folder = tmp_path / "thing-1.0"
    folder.mkdir()
    (folder / "changed.js").write_text("new", "utf-8")
    (folder / "unknown.js").write_text("?", "utf-8")

    assert differences(tmp_path) == [
        "thing-1.0/missing.js is missing",
        "thing-1.0/unknown.js is not in vendor.json",
        "thing-1.0/changed.js was changed",
    ]


def archive(folder: Path, names: list[str]) -> Path:
    """Return an archive as npm packs it."""
    path = folder / "thing.tgz"
    with tarfile.open(path, "w:gz") as tar:
        for name in names:
            member = tarfile.TarInfo(f"package/{name}")
            member.size = 2
            tar.addfile(member, io.BytesIO(b"ok"))
    return path


def test_unpack_takes_only_what_is_named(tmp_path: Path, package: Package) -> None:
    taken = unpack(archive(tmp_path, ["dist/a.js", "dist/a.css", "../../etc/evil.js"]), package)

    assert taken == {"a.js": b"ok"}


def test_unpack_refuses_a_package_without_a_named_file(tmp_path: Path, package: Package) -> None:
    with pytest.raises(LocalError, match=r"no file like dist/\*\.js"):
        unpack(archive(tmp_path, ["README.md"]), package)
