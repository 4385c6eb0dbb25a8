"""Check a CCOC evidence pack: is every file as it was when the station signed it?

One file, Python's standard library only, Python 3.8 or newer, no network. A copy of it lies in every pack.

    python verify.py PACK.zip                 check a pack
    python verify.py                          check the unpacked folder in which this file lies
    python verify.py PACK.zip FINGERPRINT     also: was it signed with this key? (it is on the paper form)

Ends with 0 when the pack is whole, 1 when it is not, 2 when asked wrongly. Signatures are Ed25519 (RFC 8032).
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import sys
import zipfile
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import IO, Any, Tuple  # noqa: UP035 - Tuple: runs on Python 3.8

MANIFEST, SIGNATURE, KEY = "manifest.json", "manifest.sig", "public-key.pem"
FORMAT = "ccoc-evidence/1"
HEAD = "CCOC evidence signature 1"
MAX_MANIFEST_BYTES = 256 * 2**20
BLOCK_BYTES = 2**20
LEFT_BY_SYSTEMS = {"Thumbs.db", "desktop.ini", ".DS_Store"}  # file managers leave them in folders they show
PEM = "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n"
KEY_HEAD = bytes.fromhex("302a300506032b6570032100")  # SubjectPublicKeyInfo of Ed25519, RFC 8410
UNREADABLE = (OSError, zipfile.BadZipFile, EOFError, ValueError, RuntimeError, NotImplementedError)


# Ed25519, verification only: RFC 8032, section 5.1.

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
Point = Tuple[int, int, int, int]  # noqa: UP006 - as above; extended coordinates (X, Y, Z, T)


def point_add(p: Point, q: Point) -> Point:
    """The sum of two points (5.1.4)."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def point_times(scalar: int, point: Point) -> Point:
    """A point added to itself `scalar` times. Not in constant time: nothing here is secret."""
    total = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = point_add(total, point)
        point = point_add(point, point)
        scalar >>= 1
    return total


def is_same_point(p: Point, q: Point) -> bool:
    """Whether X/Z and Y/Z agree."""
    return (p[0] * q[2] - q[0] * p[2]) % P == 0 and (p[1] * q[2] - q[1] * p[2]) % P == 0


def point_from(encoded: bytes) -> Point | None:
    """The point that 32 bytes stand for, None where they stand for none (5.1.3)."""
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - x2) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE_Y = 4 * pow(5, P - 2, P) % P


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` (64 bytes) is that of `message` by the key `public` (32 bytes; 5.1.7)."""
    base = point_from(BASE_Y.to_bytes(32, "little"))
    key, commitment = point_from(public[:32]), point_from(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if len(public) != 32 or len(signature) != 64 or scalar >= ORDER:
        return False
    if base is None or key is None or commitment is None:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    challenge = int.from_bytes(digest, "little") % ORDER
    return is_same_point(point_times(scalar, base), point_add(commitment, point_times(challenge, key)))


# Where a pack is.


class Zipped:
    """A pack as a ZIP file; nothing of it is written to disk."""

    def __init__(self, path: str | IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(path)
        self._names = [info.filename for info in self._zip.infolist() if not info.filename.endswith("/")]
        self._top = top_of(self._names)

    def names(self) -> list[str]:
        """Every file by its path in the pack's folder; `../` before what lies outside it."""
        cut = len(self._top)
        return [name[cut:] if name.startswith(self._top) else "../" + name for name in self._names]

    def open(self, name: str) -> IO[bytes]:
        info = self._zip.getinfo(self._top + name)
        if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1:
            raise ValueError("compressed or encrypted")
        return self._zip.open(info)


class Folder:
    """A pack that was unpacked; links are told, never followed."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    def names(self) -> list[str]:
        """Every file and link below the folder by its path."""
        found = []
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            for entry in os.scandir(self._path / folder):
                name = f"{folder}{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(name + "/")
                elif entry.name not in LEFT_BY_SYSTEMS:
                    found.append(name)
        return found

    def open(self, name: str) -> IO[bytes]:
        path = self._path / name
        if path.is_symlink():
            raise ValueError("link")
        return path.open("rb")


def top_of(names: list[str]) -> str:
    """The one folder of a ZIP file that holds the pack, with its slash; empty where it has none."""
    ours = {MANIFEST, SIGNATURE, KEY}
    if ours & set(names):
        return ""
    tops = Counter(
        name.split("/")[0] for name in names if name.count("/") == 1 and name.split("/")[1] in ours
    )
    return tops.most_common(1)[0][0] + "/" if tops else ""


def read(pack: Zipped | Folder, name: str, limit: int) -> bytes | None:
    """The bytes of a small file, None where it is missing, too large or unreadable."""
    try:
        with pack.open(name) as file:
            data = file.read(limit + 1)
    except (KeyError, *UNREADABLE):
        return None
    return data if len(data) <= limit else None


def digest_of(pack: Zipped | Folder, name: str) -> tuple[str, int] | None:
    """SHA-256 in hex and the number of bytes, None where it cannot be read."""
    digest, size = hashlib.sha256(), 0
    try:
        with pack.open(name) as file:
            for block in iter(lambda: file.read(BLOCK_BYTES), b""):
                digest.update(block)
                size += len(block)
    except UNREADABLE:
        return None
    return digest.hexdigest(), size


# The check.

WORDS = {
    "altered": ("ถูกแก้ไขหรือเสียหาย", "altered or damaged"),
    "missing": ("หายไป", "missing"),
    "added": ("ถูกเพิ่มเข้ามาภายหลัง", "added later"),
    "twice": ("มีมากกว่าหนึ่งไฟล์ในชื่อนี้", "there more than once"),
    "unsafe": ("ชื่อไม่ปลอดภัย ห้ามแตกไฟล์ชุดนี้", "unsafe name, do not unpack this"),
    "unknown station": ("ไม่ใช่กุญแจของสถานีที่รู้จัก", "unknown station: signed with another key"),
}


class Report:
    """What was found; `bad` is {file: what is wrong with it, a key of WORDS}, empty for a whole pack."""

    def __init__(self) -> None:
        self.bad: dict[str, str] = {}
        self.manifest: dict[str, Any] | None = None
        self.manifest_sha256 = ""
        self.fingerprint = ""
        self.files = 0
        self.bytes = 0

    def blame(self, name: str, what: str) -> None:
        """Keep the first thing that is wrong with a file."""
        self.bad.setdefault(name, what)

    @property
    def is_whole(self) -> bool:
        return not self.bad


def check(pack: Zipped | Folder, known: Collection[str] | None = None) -> Report:
    """Check a pack. `known`: fingerprints of the keys to accept; None accepts any and tells which it was."""
    report = Report()
    names = check_names(pack.names(), report)
    manifest = needed(read(pack, MANIFEST, MAX_MANIFEST_BYTES), MANIFEST, names, report)
    report.manifest = parsed(manifest)
    check_signature(pack, names, manifest, report)
    if report.manifest is None:
        report.blame(MANIFEST, "altered")
    if MANIFEST not in report.bad:  # a list that was touched says nothing about the files
        check_files(pack, names, report)
    if known is not None and report.fingerprint and report.fingerprint not in known:
        report.blame(KEY, "unknown station")
    return report


def check_names(names: list[str], report: Report) -> set[str]:
    """Blame names that lead out of the folder or hide another file; all of them as a set."""
    times = Counter(name.lower() for name in names)
    for name in names:
        if is_unsafe(name):
            report.blame(name, "unsafe")
        elif times[name.lower()] > 1:
            report.blame(name, "twice")
    return set(names)


def is_unsafe(name: str) -> bool:
    """Whether unpacking such a name could write outside the folder ("zip slip") or to a device."""
    return any(sign in name for sign in "\\:\0") or bool({"", ".", ".."} & set(name.split("/")))


def needed(data: bytes | None, name: str, names: set[str], report: Report) -> bytes:
    """The bytes of a file that every pack has; blames it where it could not be read."""
    if data is None:
        report.blame(name, "altered" if name in names else "missing")
    return data or b""


def check_signature(pack: Zipped | Folder, names: set[str], manifest: bytes, report: Report) -> None:
    """Key, statement and signature: each blamed by its own file, as far as the other two tell."""
    report.manifest_sha256 = hashlib.sha256(manifest).hexdigest()
    public = public_key_of(needed(read(pack, KEY, 4096), KEY, names, report))
    said = statement_of(needed(read(pack, SIGNATURE, 4096), SIGNATURE, names, report))
    if public is None:
        report.blame(KEY, "altered")
    if said is None:
        report.blame(SIGNATURE, "altered")
    if public is None or said is None:
        return
    signed, manifest_sha256, key_sha256, signature = said
    report.fingerprint = hashlib.sha256(public).hexdigest()
    if key_sha256 != report.fingerprint:
        is_listed = report.manifest is not None and report.manifest.get("key") == key_sha256
        report.blame(KEY if is_listed else SIGNATURE, "altered")
    elif not is_signed(public, signed, signature):
        report.blame(SIGNATURE, "altered")
    elif manifest_sha256 != report.manifest_sha256:
        report.blame(MANIFEST, "altered")


def public_key_of(data: bytes) -> bytes | None:
    """The 32 bytes of the key; None for anything but the one way in which a pack writes it."""
    match = re.match(rb"-----BEGIN PUBLIC KEY-----\n([A-Za-z0-9+/=]{60})\n", data)
    if match is None:
        return None
    try:
        der = base64.b64decode(match.group(1))
    except ValueError:
        return None
    is_ours = der.startswith(KEY_HEAD) and data == PEM.format(base64.b64encode(der).decode()).encode()
    return der[len(KEY_HEAD) :] if is_ours else None


def statement_of(data: bytes) -> tuple[bytes, str, str, bytes] | None:
    """Of manifest.sig: the signed bytes, digests of manifest and key, the signature; None if malformed."""
    lines = HEAD + r"\nmanifest-sha256: ([0-9a-f]{64})\nkey-sha256: ([0-9a-f]{64})\n"
    text = data.decode("ascii", "replace")
    match = re.fullmatch(f"({lines})signature: ([0-9a-f]{{128}})\n", text)
    if match is None:
        return None
    signed, manifest_sha256, key_sha256, signature = match.groups()
    return signed.encode(), manifest_sha256, key_sha256, bytes.fromhex(signature)


def parsed(data: bytes) -> dict[str, Any] | None:
    """The manifest, None for anything that is no manifest of this format."""
    try:
        found = json.loads(data.decode("utf-8"))
        is_ours = found["format"] == FORMAT and all(
            isinstance(listed["sha256"], str) and isinstance(listed["bytes"], int)
            for listed in found["files"].values()
        )
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return None
    return found if is_ours else None


def check_files(pack: Zipped | Folder, names: set[str], report: Report) -> None:
    """Every listed file there and unchanged, and no other file."""
    listed = report.manifest["files"] if report.manifest else {}
    for name in sorted(listed):
        report.files += 1
        report.bytes += listed[name]["bytes"]
        if name not in names:
            report.blame(name, "missing")
        elif digest_of(pack, name) != (listed[name]["sha256"], listed[name]["bytes"]):
            report.blame(name, "altered")
    for name in sorted(names - set(listed) - {MANIFEST, SIGNATURE}):
        report.blame(name, "added")


# At the command line.


def grouped(fingerprint: str) -> str:
    """A fingerprint as paper has it: `3F2A 90C1 …`."""
    text = fingerprint.upper()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def lines_of(report: Report) -> Iterator[str]:
    """The report in Thai and English."""
    manifest = report.manifest or {}
    yield f"ชุดพยานหลักฐาน / Evidence pack: {manifest.get('pack', '?')}"
    yield f"สถานี / Station: {manifest.get('station', '?')}"
    if manifest.get("kind") == "MASKED_COPY":
        yield "สำเนาที่ปิดบังภาพบางส่วน ไม่ใช่ต้นฉบับ / A masked copy, not the original"
    for name, what in report.bad.items():
        thai, english = WORDS[what]
        yield f"  ✗ {name}: {thai} / {english}"
    if report.is_whole:
        yield f"ครบถ้วน {report.files} ไฟล์ตรงตามที่ลงชื่อไว้ / WHOLE: {report.files} files are as they were signed"
    else:
        yield f"ไม่ครบถ้วน พบ {len(report.bad)} รายการ / NOT WHOLE: {len(report.bad)} found"
    if report.fingerprint:
        yield "ลายนิ้วมือกุญแจ ให้เทียบกับใบส่งมอบ / Fingerprint of the key, compare it with the paper form:"
        yield f"  {grouped(report.fingerprint)}"


def opened(path: str | IO[bytes]) -> Zipped | Folder | None:
    """The pack at `path`, None where there is none."""
    try:
        return Folder(path) if isinstance(path, str) and Path(path).is_dir() else Zipped(path)
    except UNREADABLE:
        return None


def main(arguments: list[str]) -> int:
    """0 whole, 1 not whole, 2 asked wrongly."""
    if len(arguments) > 2 or any(argument.startswith("-") for argument in arguments):
        say((__doc__ or "").strip().splitlines())
        return 2
    path = arguments[0] if arguments else str(Path(__file__).resolve().parent)
    known = {re.sub(r"[\s:-]", "", arguments[1]).lower()} if len(arguments) == 2 else None
    pack = opened(path)
    if pack is None:
        say([f"  ✗ {path}: เปิดไม่ได้ / cannot be opened as a pack"])
        return 1
    report = check(pack, known)
    say(lines_of(report))
    return 0 if report.is_whole else 1


def say(lines: Iterable[str]) -> None:
    """Print, also where the console knows no Thai."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    for line in lines:
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
