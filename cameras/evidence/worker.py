"""Builds one pack in a process of its own: `python -m cameras.evidence.worker`.

It decodes pictures that came from cameras, so it holds neither the database nor the key, and when it falls
it falls alone. A line of JSON each way: in comes `{"job", "root", "target"}`; out go `{"done", "total"}`,
`{"sign": hex}` (answered by `{"signature": hex}`), and last `{"built": …}` or `{"failed": word}`.
"""

import errno
import json
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cameras.evidence.packs import NothingRecorded, build

NICE = 10  # ingest and alarms come first
TELL_S = 0.5


class Parent:
    """The process that asked: it hears how far we are, and signs."""

    def __init__(self) -> None:
        self._told_at = 0.0

    def hear(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(sys.stdin.readline())
        return found

    def say(self, **words: object) -> None:
        sys.stdout.write(json.dumps(words) + "\n")
        sys.stdout.flush()

    def progress(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._told_at >= TELL_S or done == total:
            self._told_at = now
            self.say(done=done, total=total)

    def sign(self, message: bytes) -> bytes:
        self.say(sign=message.hex())
        return bytes.fromhex(self.hear()["signature"])


def main() -> None:
    os.nice(NICE)
    parent = Parent()
    asked = parent.hear()
    try:
        built = build(asked["job"], Path(asked["root"]), Path(asked["target"]), parent.sign, parent.progress)
    except OSError as error:
        parent.say(failed="NO_ROOM" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "CRASHED")
        raise
    except NothingRecorded:
        parent.say(failed="NOTHING")
        return
    parent.say(built=asdict(built))


if __name__ == "__main__":
    main()
