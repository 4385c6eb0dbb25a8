"""Handing results to the rooms that asked for them, in a thread: the hub never waits for a database."""

import logging
import queue
import threading
import uuid
from dataclasses import replace

from django.db import DatabaseError, close_old_connections, connections

from cameras.results import Handler, handlers_of
from cameras.streams.analysers import Result
from cameras.streams.results import Finding

logger = logging.getLogger(__name__)
CAPACITY = 512
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 5.0
ATTEMPTS = 6  # of a handler that fails by itself; a database that is away is waited for without end


class ResultDesk:
    """A bounded queue and the one thread that empties it, each result at least once to each handler."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[Finding | None] = queue.Queue(CAPACITY)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="ingest results", daemon=True)
        self.handed = 0
        self.given_up = 0

    def start(self) -> None:
        self._thread.start()

    def put(self, finding: Finding) -> None:
        """Take a result without waiting. One that finds no room is counted and logged."""
        result = finding.result
        named = finding if "pass_id" in result.body else replace(finding, result=_named(result))
        try:
            self._waiting.put_nowait(named)
        except queue.Full:
            self._give_up(named, "no room")

    def stop(self, timeout_s: float) -> None:
        """Hand over what waits, within the time there is."""
        self._waiting.put(None)
        self._thread.join(timeout_s)
        self._closing.set()

    def _work(self) -> None:
        while (finding := self._waiting.get()) is not None:
            for handler in handlers_of(finding.result.kind):
                self._hand(finding, handler)
        connections.close_all()

    def _hand(self, finding: Finding, handler: Handler) -> None:
        """Call until it works. A database that is away is no fault of the result: wait for it."""
        failures, pause_s = 0, FIRST_PAUSE_S
        while failures < ATTEMPTS:
            close_old_connections()
            try:
                handler(finding.code, finding.result)
            except DatabaseError:
                logger.warning("a result of camera %s waits for the database", finding.code)
                failures += self._closing.is_set()
            except Exception:  # the edge of the thread: one bad result must not end it
                failures += 1
                logger.exception("handling a result of camera %s failed", finding.code)
            else:
                self.handed += 1
                return
            self._closing.wait(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
        self._give_up(finding, "handler failed")

    def _give_up(self, finding: Finding, why: str) -> None:
        self.given_up += 1
        pass_id = finding.result.body.get("pass_id")
        logger.error("result %s of camera %s was given up: %s", pass_id, finding.code, why)


def _named(result: Result) -> Result:
    """With an id made once, so that a handler called twice can tell."""
    return Result(result.kind, {**result.body, "pass_id": str(uuid.uuid4())}, result.pictures)
