"""The verifier: whole packs pass, and whatever was touched is named. It runs where nothing is installed."""

import ast
import json
import shutil
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from cameras.evidence import verify
from cameras.evidence.archive import sha256_of
from cameras.evidence.signing import (
    fingerprint_of,
    make_private,
    pem_of,
    public_of,
    signature_file,
    signer,
    statement,
)
from tests.cameras.evidence.packing import PRIVATE, TOP, job_of, pack_of, unpacked, zipped

# RFC 8032, section 7.1: secret key, message, signature.
VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]
CLIP = "clips/C-001/20261123-210001.000.mp4"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, street_clip: Path) -> Path:
    """A pack nobody touches."""
    folder = tmp_path_factory.mktemp("pack")
    pack_of(folder, job_of(folder, street_clip))
    return folder / "pack.zip"


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """It unpacked, to be touched."""
    return unpacked(made, tmp_path / "out")


def flip(path: Path, place: float = 0.5) -> None:
    """Change one byte."""
    data = bytearray(path.read_bytes())
    data[int((len(data) - 1) * place)] ^= 0x01
    path.write_bytes(data)


def bad_in(where: Path) -> dict[str, str]:
    pack = verify.opened(str(where))
    assert pack is not None
    return verify.check(pack).bad


def run(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The verifier as a stranger runs it: no packages, no environment, a console that knows no Thai."""
    command = (sys.executable, "-I", "-S", *map(str, arguments))
    return subprocess.run(
        command, cwd=cwd, env={"LC_ALL": "C"}, capture_output=True, encoding="utf-8", check=False
    )


@pytest.mark.parametrize(("secret", "message", "signature"), VECTORS)
def test_signature_of_the_standard_holds(secret: str, message: str, signature: str) -> None:
    public = public_of(bytes.fromhex(secret))

    assert verify.is_signed(public, bytes.fromhex(message), bytes.fromhex(signature))
    assert not verify.is_signed(public, bytes.fromhex(message) + b".", bytes.fromhex(signature))


@given(
    secret=st.binary(min_size=32, max_size=32), message=st.binary(max_size=60), change=st.integers(0, 1023)
)
@settings(max_examples=25, deadline=None)
def test_signature_is_judged_as_by_a_known_library(secret: bytes, message: bytes, change: int) -> None:
    public = public_of(secret)
    signed = bytearray(Ed25519PrivateKey.from_private_bytes(secret).sign(message))
    if change < 512:  # half of the examples stay as they are
        signed[change // 8] ^= 1 << change % 8

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(bytes(signed), message)
        is_good = True
    except InvalidSignature:
        is_good = False

    assert verify.is_signed(public, message, bytes(signed)) is is_good


def test_signature_with_a_scalar_above_the_order_is_refused() -> None:
    signed = Ed25519PrivateKey.from_private_bytes(PRIVATE).sign(b"x")
    scalar = int.from_bytes(signed[32:], "little") + verify.ORDER

    assert not verify.is_signed(public_of(PRIVATE), b"x", signed[:32] + scalar.to_bytes(32, "little"))


@pytest.mark.parametrize(
    "public", [b"", bytes(31), b"\xff" * 32, (2).to_bytes(32, "little"), b"\1" + bytes(30) + b"\x80"]
)
def test_key_that_is_no_point_is_refused(public: bytes) -> None:
    assert not verify.is_signed(public, b"", bytes(64))


def test_whole_pack_passes_zipped_and_unpacked(made: Path, folder: Path, tmp_path: Path) -> None:
    assert bad_in(made) == {}
    assert bad_in(folder) == {}
    assert bad_in(zipped(folder, tmp_path / "again.zip")) == {}


@pytest.mark.parametrize(
    "name",
    [
        CLIP,
        "stills/C-001/20261123-210003.250.jpg",
        "plate-reads.csv",
        "plate-reads.json",
        "timeline.csv",
        "timeline.json",
        "READ-ME.html",
        "manifest.json",
        "verify.py",
    ],
)
@pytest.mark.parametrize("is_zip", [False, True])
def test_one_byte_names_the_file(folder: Path, tmp_path: Path, name: str, is_zip: bool) -> None:
    flip(folder / name)

    assert bad_in(zipped(folder, tmp_path / "a.zip") if is_zip else folder) == {name: "altered"}


@pytest.mark.parametrize("name", ["manifest.sig", "public-key.pem"])
def test_every_single_byte_of_signature_and_key_names_the_file(folder: Path, name: str) -> None:
    whole = (folder / name).read_bytes()

    for index in range(0, len(whole), 3):
        (folder / name).write_bytes(whole)
        flip(folder / name, index / max(len(whole) - 1, 1))
        found = verify.Report()
        verify.check_signature(verify.Folder(str(folder)), {name}, _manifest(folder, found), found)
        assert found.bad == {name: "altered"}, index


def _manifest(folder: Path, report: verify.Report) -> bytes:
    data = (folder / "manifest.json").read_bytes()
    report.manifest = verify.parsed(data)
    return data


def test_one_byte_inside_the_zip_file_names_the_file(made: Path, tmp_path: Path) -> None:
    data = bytearray(made.read_bytes())
    with zipfile.ZipFile(made) as archive:
        info = archive.getinfo(f"{TOP}/{CLIP}")
    data[info.header_offset + 2000] ^= 0x80
    touched = tmp_path / "touched.zip"
    touched.write_bytes(data)

    assert bad_in(touched) == {CLIP: "altered"}


@pytest.mark.parametrize("is_zip", [False, True])
def test_missing_added_and_renamed_files_are_named(folder: Path, tmp_path: Path, is_zip: bool) -> None:
    (folder / "timeline.csv").unlink()
    (folder / "clips" / "C-001" / "more.mp4").write_bytes(b"")
    (folder / CLIP).rename(folder / "clips" / "C-001" / "other.mp4")

    assert bad_in(zipped(folder, tmp_path / "a.zip") if is_zip else folder) == {
        "timeline.csv": "missing",
        CLIP: "missing",
        "clips/C-001/more.mp4": "added",
        "clips/C-001/other.mp4": "added",
    }


@pytest.mark.parametrize("name", ["manifest.json", "manifest.sig", "public-key.pem"])
@pytest.mark.parametrize("is_zip", [False, True])
def test_missing_papers_are_named(folder: Path, tmp_path: Path, name: str, is_zip: bool) -> None:
    (folder / name).unlink()

    found = bad_in(zipped(folder, tmp_path / "a.zip") if is_zip else folder)

    assert found == {name: "missing"}


@pytest.mark.parametrize(
    "name", ["../../evil.exe", f"{TOP}/../../evil.exe", "/etc/passwd", f"{TOP}/a\\..\\b", f"{TOP}/C:evil"]
)
def test_name_that_would_leave_the_folder_is_unsafe(made: Path, tmp_path: Path, name: str) -> None:
    touched = Path(shutil.copy(made, tmp_path))
    with zipfile.ZipFile(touched, "a") as archive:
        archive.writestr(name, b"x")

    assert "unsafe" in bad_in(touched).values()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pack.zip"]


def test_second_file_of_the_same_name_is_named(made: Path, tmp_path: Path) -> None:
    touched = Path(shutil.copy(made, tmp_path))
    with zipfile.ZipFile(touched, "a") as archive, warnings.catch_warnings(action="ignore"):
        archive.writestr(f"{TOP}/{CLIP}", b"x")

    assert bad_in(touched) == {CLIP: "twice"}


def test_compressed_file_is_not_read(made: Path, tmp_path: Path) -> None:
    touched = Path(shutil.copy(made, tmp_path))
    with zipfile.ZipFile(touched, "a") as archive:
        archive.writestr(f"{TOP}/bomb", bytes(10**6), zipfile.ZIP_DEFLATED)

    assert bad_in(touched) == {"bomb": "added"}


def test_link_in_a_folder_is_never_followed(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.mp4"
    (folder / CLIP).rename(outside)
    (folder / CLIP).symlink_to(outside)

    assert bad_in(folder) == {CLIP: "altered"}


def test_what_a_file_manager_leaves_is_no_fault(folder: Path) -> None:
    (folder / "clips" / "Thumbs.db").write_bytes(b"x")

    assert bad_in(folder) == {}


def sign_again(folder: Path) -> str:
    """Somebody else signs the pack as it is now with a key of his own."""
    private = make_private()
    public = public_of(private)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    (folder / "public-key.pem").write_bytes(pem_of(public))
    size, digest = len(pem_of(public)), sha256_of(folder / "public-key.pem")
    manifest["files"]["public-key.pem"] = {"sha256": digest, "bytes": size}
    manifest["key"] = fingerprint_of(public)
    data = json.dumps(manifest).encode()
    (folder / "manifest.json").write_bytes(data)
    said = statement(data, fingerprint_of(public))
    (folder / "manifest.sig").write_bytes(signature_file(said, signer(private)(said)))
    return fingerprint_of(public)


def test_pack_signed_by_another_is_of_an_unknown_station(folder: Path, tmp_path: Path) -> None:
    ours = fingerprint_of(public_of(PRIVATE))
    theirs = sign_again(folder)

    told = run(folder / "verify.py", folder, verify.grouped(ours), cwd=tmp_path)

    assert told.returncode == 1
    assert "unknown station" in told.stdout
    assert "public-key.pem" in told.stdout
    assert verify.check(verify.Folder(str(folder)), {theirs}).is_whole


@pytest.mark.parametrize(
    "harm",
    [
        lambda text: "[]",
        lambda text: "{}",
        lambda text: "[" * 100_000,
        lambda text: text.replace('"files":{', '"files":{"x":3,'),
        lambda text: text.replace("ccoc-evidence/1", "ccoc-evidence/9"),
    ],
)
def test_manifest_of_another_shape_is_named(folder: Path, harm: Callable[[str], str]) -> None:
    path = folder / "manifest.json"
    path.write_text(harm(path.read_text("utf-8")), "utf-8")

    assert bad_in(folder) == {"manifest.json": "altered"}


def test_verifier_alone_in_an_empty_folder_checks_a_pack(made: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(verify.__file__, alone / "verify.py")

    told = run("verify.py", made, cwd=alone)

    assert told.returncode == 0, told.stdout + told.stderr
    assert "WHOLE" in told.stdout
    assert verify.grouped(fingerprint_of(public_of(PRIVATE))) in told.stdout
    assert [path.name for path in alone.iterdir()] == ["verify.py"]


def test_verifier_in_the_pack_checks_its_own_folder(folder: Path, tmp_path: Path) -> None:
    assert run(folder / "verify.py", cwd=tmp_path).returncode == 0

    flip(folder / CLIP)
    told = run(folder / "verify.py", cwd=tmp_path)

    assert told.returncode == 1
    assert f"✗ {CLIP}: ถูกแก้ไขหรือเสียหาย / altered or damaged" in told.stdout


@pytest.mark.parametrize(
    ("arguments", "code"), [(["a", "b", "c"], 2), (["--help"], 2), (["nothing.zip"], 1), ([__file__], 1)]
)
def test_verifier_asked_wrongly_says_so(arguments: list[str], code: int, tmp_path: Path) -> None:
    told = run(verify.__file__, *arguments, cwd=tmp_path)

    assert told.returncode == code
    assert told.stdout
    assert told.stderr == ""


def test_verifier_is_a_module_too(made: Path) -> None:
    command = (sys.executable, "-m", "cameras.evidence.verify", str(made))

    assert subprocess.run(command, check=False, capture_output=True).returncode == 0


def test_verifier_needs_the_standard_library_of_old_pythons_only() -> None:
    tree = ast.parse(Path(verify.__file__).read_text("utf-8"), feature_version=(3, 8))

    nodes = list(ast.walk(tree))
    imported = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names
