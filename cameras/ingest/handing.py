"""Handing results to the rooms that asked for them: through the spool, so that none is in memory only.

Two threads: one writes results to the spool as they come, the other takes them from there to the handlers.
The hub waits for neither, and the first never waits for a database.
"""

import logging
import queue
import threading
import time
import uuid
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from pathlib import Path

from django.conf import settings
from django.db import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    close_old_connections,
    connections,
)

from cameras.ingest.spool import Spool
from cameras.results import Handler, handlers_of
from cameras.streams.analysers import Result
from cameras.streams.results import Finding

logger = logging.getLogger(__name__)
CAPACITY = 4096  # results that wait for the spool, which takes milliseconds
BATCH = 500
SYNC_S = 0.05  # a power cut costs what was born in the last tenth of a second
ADOPT_S = 5.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 5.0
ATTEMPTS = 6  # of a result that fails by itself; a database that is away is waited for without end


class ResultDesk:
    """Each result at least once to each handler that asked for its kind, whatever dies meanwhile."""

    def __init__(self, folder: Path | None = None) -> None:
        self._arriving: queue.Queue[Finding | None] = queue.Queue(CAPACITY)
        self._spool = Spool(folder or settings.INGEST_SPOOL)
        self._unspooled: deque[Finding] = deque(maxlen=CAPACITY)
        self._kept = threading.Event()
        self._all_kept = threading.Event()
        self._closing = threading.Event()
        self._keeper = threading.Thread(target=self._keep_all, name="ingest spool", daemon=True)
        self._hander = threading.Thread(target=self._hand_all, name="ingest results", daemon=True)
        self._adopt_s = 0.0
        self.handed = 0
        self.given_up = 0

    def start(self) -> None:
        self._keeper.start()
        self._hander.start()

    def put(self, finding: Finding) -> None:
        """Take a result without waiting. One that finds no room is counted and logged."""
        named = _named(finding)
        try:
            self._arriving.put_nowait(named)
        except queue.Full:
            self._give_up(named, "no room")

    def stop(self, timeout_s: float) -> None:
        """Hand over what there is time for; the rest stays in the spool for who starts next."""
        until_s = time.monotonic() + timeout_s
        self._arriving.put(None)
        self._keeper.join(timeout_s)
        self._hander.join(max(0.0, until_s - time.monotonic()))
        self._closing.set()
        self._hander.join(timeout_s / 2)
        if not self._hander.is_alive():  # else its files and locks end with the process
            self._spool.close()

    def _keep_all(self) -> None:
        """The writing thread: every result to the spool, and the spool to the disk a moment later."""
        sync_s = 0.0
        while True:
            now_s = time.monotonic()
            if not self._spool.is_dirty:
                sync_s = now_s + SYNC_S
            elif now_s >= sync_s:
                self._sync()
                continue
            try:
                finding = self._arriving.get(
                    timeout=max(0.0, sync_s - now_s) if self._spool.is_dirty else None
                )
            except queue.Empty:
                continue
            if finding is None:
                break
            self._keep(finding)
        self._sync()
        self._all_kept.set()
        self._kept.set()

    def _keep(self, finding: Finding) -> None:
        """A disk that takes nothing leaves memory, which is better than nothing."""
        try:
            self._spool.append(finding)
        except OSError:
            logger.exception("a result of camera %s could not be spooled", finding.code)
            self._unspooled.append(finding)
        self._kept.set()

    def _sync(self) -> None:
        try:
            self._spool.sync()
        except OSError:
            logger.exception("the spool could not be synchronised")

    def _hand_all(self) -> None:
        """The handing thread, until it is told to end."""
        self._adopt(is_start=True)
        while not self._closing.is_set():
            is_last = self._all_kept.is_set()
            self._kept.clear()
            if not self._hand_some():
                if is_last:
                    break
                self._kept.wait(ADOPT_S)
                self._adopt(is_start=False)
        connections.close_all()

    def _adopt(self, *, is_start: bool) -> None:
        """Look for what dead workers left, now and then."""
        now_s = time.monotonic()
        if now_s < self._adopt_s:
            return
        self._adopt_s = now_s + ADOPT_S
        try:
            self._spool.adopt(is_start=is_start)
        except OSError:
            logger.exception("the spool could not be read")

    def _hand_some(self) -> bool:
        """Hand over what waits longest; False where nothing does."""
        if self._unspooled:
            self._hand([self._unspooled.popleft()])
            return True
        batch = self._spool.take(BATCH)
        if batch is None:
            return False
        if self._hand(batch.findings):
            self._spool.done(batch)
        return True

    def _hand(self, findings: Sequence[Finding]) -> bool:
        """Together, and one by one where they do not go together; False where the end came before."""
        for kind, group in _by_kind(findings).items():
            for handler in handlers_of(kind):
                if self._call(handler, group):
                    continue
                if not all(self._hand_one(handler, finding) for finding in group):
                    return False
        self.handed += len(findings)
        return True

    def _hand_one(self, handler: Handler, finding: Finding) -> bool:
        """Several times; then the result is laid aside. False where the end came before."""
        pause_s = FIRST_PAUSE_S
        for _ in range(ATTEMPTS):
            if self._call(handler, [finding]):
                return True
            if self._closing.wait(pause_s):
                return False
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
        self._spool.refuse(finding)
        self._give_up(finding, "handler failed")
        return True

    def _call(self, handler: Handler, findings: Sequence[Finding]) -> bool:
        """Call until the database is there; False where the results themselves fail, or at the end."""
        pause_s = FIRST_PAUSE_S
        while not self._closing.is_set():
            close_old_connections()
            try:
                handler(findings)
            except (DatabaseError, InterfaceError) as error:
                if isinstance(error, DataError | IntegrityError):
                    logger.exception("the database refuses a result of camera %s", findings[0].code)
                    return False
                logger.warning("%d results wait for the database", len(findings))
            except Exception:  # the edge of the thread: one bad result must not end it
                logger.exception("handling a result of camera %s failed", findings[0].code)
                return False
            else:
                return True
            self._closing.wait(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
        return False

    def _give_up(self, finding: Finding, why: str) -> None:
        self.given_up += 1
        pass_id = finding.result.body.get("pass_id")
        logger.error("result %s of camera %s was given up: %s", pass_id, finding.code, why)


def _by_kind(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    groups: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[finding.result.kind].append(finding)
    return groups


def _named(finding: Finding) -> Finding:
    """With an id and the time of its arrival, made once: a handler called again can tell, however late."""
    result = finding.result
    birth = {"pass_id": str(uuid.uuid4()), "received_at": time.time()}
    body = {**birth, **result.body}
    return Finding(finding.code, finding.captured_at, Result(result.kind, body, result.pictures))
