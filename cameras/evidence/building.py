"""Makes the packs that were asked for: claims a row, feeds the builder's process, keeps the result."""

import datetime as dt
import json
import logging
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cameras.evidence.errands import job_of
from cameras.evidence.keys import KEEPER, Sealed, key_in_use, signer_of
from cameras.evidence.models import EvidencePack, Failure, State, StationKey
from cameras.evidence.services import enter_made
from events.services import Target, record

logger = logging.getLogger(__name__)

BEAT_S = 10.0  # a sign of life of a builder that is busy with one long file
SILENT_S = 900.0  # a builder that says nothing for so long hangs
MOST_ATTEMPTS = 3
_ENVIRONMENT = (
    "PATH",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "SYSTEMROOT",
)  # neither key nor database


class BuilderFailed(Exception):
    """The builder's process gave up; `reason` is one of Failure."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def build_next(*, at: dt.datetime) -> EvidencePack | None:
    """Make the pack that waits longest, unless another is being made; None where there is nothing to do."""
    pack = claim(at=at)
    if pack is None:
        return None
    try:
        _make(pack, key_in_use(at=at))
    except Sealed:
        _fail(pack, Failure.KEY)
    except BuilderFailed as error:
        logger.warning("evidence pack %s failed: %s", pack.pk, error.reason)
        _fail(pack, Failure(error.reason))
    return pack


def claim(*, at: dt.datetime) -> EvidencePack | None:
    """Take the next pack; one that fell with its builder too often is failed instead."""
    with transaction.atomic():
        if EvidencePack.objects.being_built(at).exists():
            return None
        pack = EvidencePack.objects.waiting(at).select_for_update(skip_locked=True).first()
        if pack is None:
            return None
        pack.attempts += 1
        pack.state, pack.claimed_at, pack.progress = State.BUILDING, at, 0
        pack.save(update_fields=["attempts", "state", "claimed_at", "progress"])
    if pack.attempts > MOST_ATTEMPTS:
        _fail(pack, Failure.CRASHED)
        return None
    return pack


def _make(pack: EvidencePack, key: StationKey) -> None:
    """Raises Sealed, BuilderFailed."""
    sign = signer_of(key)
    job = job_of(pack, key)
    if not any(camera["sources"] for camera in job["cameras"]):
        raise BuilderFailed(Failure.NOTHING)
    root = Path(settings.EVIDENCE_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    name = f"{pack.number}.{pack.attempts}.zip"
    asked = {"job": job, "root": str(settings.RECORDING_ROOT), "target": str(root / name)}
    with _builder() as process:
        if process.stdin is None or process.stdout is None:
            raise BuilderFailed(Failure.CRASHED)
        try:
            _say(process.stdin, asked)
            for words in _heard(process.stdout):
                if "sign" in words:
                    _say(process.stdin, {"signature": sign(bytes.fromhex(words["sign"])).hex()})
                elif "built" in words:
                    _keep(pack, key, name, words["built"])
                    return
                elif "failed" in words:
                    raise BuilderFailed(words["failed"])
                _alive(pack, words)
        except BrokenPipeError:
            pass  # it fell; said below
        finally:
            process.kill()
    raise BuilderFailed(Failure.CRASHED)


def _builder() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        (sys.executable, "-m", "cameras.evidence.worker"),
        cwd=settings.BASE_DIR,
        env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
    )


def _say(pipe: IO[bytes], words: object) -> None:
    data = memoryview(json.dumps(words).encode() + b"\n")
    while data:
        data = data[pipe.write(data) :]


def _heard(pipe: IO[bytes]) -> Iterator[dict[str, Any]]:
    """What the builder says, and `{}` each BEAT_S while it is silent. Raises BuilderFailed when it hangs."""
    rest = b""
    heard_at = time.monotonic()
    while True:
        if not select.select([pipe], [], [], BEAT_S)[0]:
            if time.monotonic() - heard_at > SILENT_S:
                raise BuilderFailed(Failure.CRASHED)
            yield {}
            continue
        data = os.read(pipe.fileno(), 65536)
        if not data:
            return
        heard_at = time.monotonic()
        *lines, rest = (rest + data).split(b"\n")
        yield from (json.loads(line) for line in lines)


def _alive(pack: EvidencePack, words: dict[str, Any]) -> None:
    """Tell the row that its pack is being made, and how far it is."""
    if "total" in words:
        pack.progress = min(99, 100 * words["done"] // max(1, words["total"]))
    own = EvidencePack.objects.filter(pk=pack.pk, state=State.BUILDING, attempts=pack.attempts)
    if not own.update(claimed_at=timezone.now(), progress=pack.progress):
        raise BuilderFailed(Failure.CRASHED)


def _keep(pack: EvidencePack, key: StationKey, name: str, built: dict[str, Any]) -> None:
    """The pack is ready, unless somebody else took it over meanwhile."""
    now = timezone.now()
    values = {
        **{word: built[word] for word in ("sha256", "manifest_sha256", "bytes", "clips", "gaps")},
        "state": State.READY,
        "file_name": name,
        "key": key,
        "made_at": now,
        "progress": 100,
    }
    with transaction.atomic():
        own = EvidencePack.objects.filter(pk=pack.pk, state=State.BUILDING, attempts=pack.attempts)
        if own.update(**values):
            pack.refresh_from_db()
            enter_made(pack=pack, at=now)


def _fail(pack: EvidencePack, why: Failure) -> None:
    """Give up; a pack that crashed is tried again first."""
    own = EvidencePack.objects.filter(pk=pack.pk, state=State.BUILDING, attempts=pack.attempts)
    if why == Failure.CRASHED and pack.attempts < MOST_ATTEMPTS:
        own.update(state=State.QUEUED)
        return
    with transaction.atomic():
        if own.update(state=State.FAILED, failure=why):
            target = Target("evidence", pack.pk, f"{pack.number} {pack.case_number}")
            record(actor=KEEPER, verb="evidence.failed", target=target, reason=why, at=timezone.now())
