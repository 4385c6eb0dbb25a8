"""Front-end files of others: fetched once with `npm pack`, committed, held by their hashes.

`static/vendor/vendor.json` names each package, its version and the files we take; `fetch` fills in the
registry's integrity value and one sha256 a file. Serving and testing need neither npm nor a network.
"""

import base64
import fnmatch
import hashlib
import json
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import NotRequired, TypedDict

from ccoc.local.home import PROJECT_ROOT, LocalError

VENDOR = PROJECT_ROOT / "static" / "vendor"
MANIFEST = "vendor.json"


class Package(TypedDict):
    """One entry of the manifest. `strip` is cut from the front of each taken path."""

    name: str
    version: str
    licence: str
    strip: str
    take: list[str]
    integrity: NotRequired[str]
    sha256: NotRequired[dict[str, str]]


def read_manifest(vendor: Path = VENDOR) -> list[Package]:
    """Return the packages of the manifest."""
    packages: list[Package] = json.loads((vendor / MANIFEST).read_text("utf-8"))
    return packages


def folder_name(package: Package) -> str:
    """Return where the package's files lie: its name without scope, and its version."""
    return f"{package['name'].rsplit('/', 1)[-1]}-{package['version']}"


def sha256(content: bytes) -> str:
    """Return the hash as written in the manifest."""
    return hashlib.sha256(content).hexdigest()


def differences(vendor: Path = VENDOR) -> list[str]:
    """Return what differs between the manifest and the files on disk; an empty list is good."""
    listed = {
        f"{folder_name(package)}/{path}": expected
        for package in read_manifest(vendor)
        for path, expected in package.get("sha256", {}).items()
    }
    present = {
        file.relative_to(vendor).as_posix(): sha256(file.read_bytes())
        for file in vendor.rglob("*")
        if file.is_file() and file.name != MANIFEST
    }
    found = [f"{path} is missing" for path in sorted(listed.keys() - present.keys())]
    found += [f"{path} is not in {MANIFEST}" for path in sorted(present.keys() - listed.keys())]
    both = sorted(listed.keys() & present.keys())
    return found + [f"{path} was changed" for path in both if listed[path] != present[path]]


def fetch(vendor: Path = VENDOR) -> list[str]:
    """Fetch every package again and write files and hashes; return one line a package."""
    if not shutil.which("npm"):
        raise LocalError("make vendor needs npm. Nothing else does: the files are committed.")
    packages = read_manifest(vendor)
    lines = [fetch_one(package, vendor) for package in packages]
    (vendor / MANIFEST).write_text(json.dumps(packages, indent=2, ensure_ascii=False) + "\n", "utf-8")
    return lines


def fetch_one(package: Package, vendor: Path) -> str:
    """Fetch one package, hold it against the recorded integrity, and replace its folder."""
    with tempfile.TemporaryDirectory() as folder:
        archive = pack(package, Path(folder))
        integrity = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if package.get("integrity", integrity) != integrity:
            raise LocalError(f"{package['name']} {package['version']}: the archive is not the recorded one.")
        taken = unpack(archive, package)
    target = vendor / folder_name(package)
    shutil.rmtree(target, ignore_errors=True)
    for path, content in taken.items():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (target / path).write_bytes(content)
    package["integrity"] = integrity
    package["sha256"] = {path: sha256(content) for path, content in sorted(taken.items())}
    return f"{folder_name(package)}: {len(taken)} files"


def pack(package: Package, folder: Path) -> Path:
    """Let npm fetch the archive into the folder and return its path."""
    done = subprocess.run(
        ("npm", "pack", "--ignore-scripts", f"{package['name']}@{package['version']}"),  # noqa: S607 - npm lies anywhere
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise LocalError(f"npm pack failed:\n{done.stderr.strip()}")
    return next(folder.glob("*.tgz"))


def unpack(archive: Path, package: Package) -> dict[str, bytes]:
    """Return the chosen files by their path below the package's folder; each pattern must match."""
    taken: dict[str, bytes] = {}
    unmatched = set(package["take"])
    with tarfile.open(archive) as tar:
        for member in tar.getmembers():
            path = member.name.removeprefix("package/")
            matching = {pattern for pattern in package["take"] if fnmatch.fnmatchcase(path, pattern)}
            file = tar.extractfile(member) if matching else None
            if file:
                taken[path.removeprefix(package["strip"])] = file.read()
                unmatched -= matching
    if unmatched:
        raise LocalError(f"{package['name']} has no file like {', '.join(sorted(unmatched))}")
    return taken
