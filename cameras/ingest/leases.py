"""Which worker reads which camera: PostgreSQL session advisory locks, with an epoch for each taking.

A lock lives as long as the worker's connection, so a killed worker's cameras are free as soon as its
socket closes; no clock and no time-out is involved. The epoch fences writes of a worker that lost its
connection without noticing (see `CameraHealth`).
"""

import math
import os
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import psycopg
from django.db import connection

# First keys of our two-part advisory locks: one lock for each camera read, one for each worker alive.
CAMERA_CLASS = 0x43414D
WORKER_CLASS = 0x434157

_HELD = """
SELECT classid::int8, objid::int8 FROM pg_locks
 WHERE locktype = 'advisory' AND objsubid = 2 AND granted AND classid IN (%s, %s)
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
_WANTED = """
SELECT c.id, c.revision FROM cameras_camera c
 WHERE c.status = 'ACTIVE' AND c.stream_host <> ''
"""
_LOCK = "SELECT id FROM unnest(%s::int[]) AS t (id) WHERE pg_try_advisory_lock(%s, id)"
_UNLOCK = "SELECT pg_advisory_unlock(%s, id) FROM unnest(%s::int[]) AS t (id)"
_TAKE = """
WITH taken AS (
  UPDATE cameras_cameralease SET worker = %s, epoch = epoch + 1, taken_at = now()
   WHERE camera_id = ANY(%s) RETURNING camera_id, epoch
)
UPDATE cameras_camerahealth h SET epoch = taken.epoch, worker = %s
  FROM taken WHERE h.camera_id = taken.camera_id RETURNING h.camera_id, taken.epoch
"""
# A host that vanishes without closing its sockets is noticed by the server within 5 s.
_NOTICE_LOSS = "SET tcp_keepalives_idle = 2; SET tcp_keepalives_interval = 1; SET tcp_keepalives_count = 3"


@dataclass(frozen=True, slots=True)
class Share:
    """What this worker should read now: `epochs` of all its cameras, `revisions` of their register rows."""

    epochs: dict[int, int]
    revisions: dict[int, int]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to let go and what to try for."""

    release: frozenset[int]
    take: tuple[int, ...]


def plan_share(
    *,
    wanted: Collection[int],
    mine: Collection[int],
    held: Collection[int],
    workers: int,
    liked: Collection[int],
) -> Plan:
    """An even share: nobody keeps more than its part, free cameras go to who has less.

    `held` are the cameras that anybody reads, mine included; `liked` are tried first (those that this
    worker read before its connection was lost, and whose streams still run).
    """
    fair = math.ceil(len(wanted) / max(workers, 1))
    kept = sorted(set(mine) & set(wanted))
    release = (set(mine) - set(wanted)) | set(kept[fair:])
    free = sorted(set(wanted) - set(held), key=lambda camera: (camera not in liked, camera))
    room = max(0, fair - len(kept))
    return Plan(frozenset(release), tuple(free[:room]))


class LeaseKeeper:
    """Holds this worker's locks on one connection. Not for use by two threads at once.

    Any psycopg error means that all locks are gone: call `reconnect`, then `step` takes what is free.
    """

    def __init__(self, worker: str) -> None:
        self.worker = worker
        self._number = secrets.randbelow(2**31)
        self._connection: psycopg.Connection[tuple[int, int]] | None = None
        self._epochs: dict[int, int] = {}
        self._liked: frozenset[int] = frozenset()

    def connect(self) -> None:
        """Open the connection and be counted among the workers. Raises psycopg.Error."""
        self._liked = frozenset(self._epochs) or self._liked
        self._epochs = {}
        self.close()
        options = {**connection.get_connection_params(), "application_name": f"ingest-{os.getpid()}"}
        opened: psycopg.Connection[tuple[int, int]] = psycopg.connect(**options, autocommit=True)
        opened.execute(_NOTICE_LOSS)
        opened.execute("SELECT pg_advisory_lock(%s, %s)", (WORKER_CLASS, self._number))
        self._connection = opened

    def close(self) -> None:
        """Give everything back at once."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._epochs = {}

    def step(self) -> Share:
        """Look at the fleet once: give back what is too much, take what is free. Raises psycopg.Error."""
        revisions = dict(self._rows(_WANTED))
        held, workers = self._look()
        plan = plan_share(wanted=revisions, mine=self._epochs, held=held, workers=workers, liked=self._liked)
        self._release(plan.release)
        self._take(plan.take)
        self._liked = frozenset()
        return Share(dict(self._epochs), {camera: revisions[camera] for camera in self._epochs})

    def _look(self) -> tuple[set[int], int]:
        held, workers = set(), 0
        for lock_class, key in self._rows(_HELD, CAMERA_CLASS, WORKER_CLASS):
            if lock_class == CAMERA_CLASS:
                held.add(key)
            else:
                workers += 1
        return held, workers

    def _take(self, cameras: Iterable[int]) -> None:
        wanted = list(cameras)
        if not wanted:
            return
        locked = {row[0] for row in self._rows(_LOCK, wanted, CAMERA_CLASS)}
        taken = dict(self._rows(_TAKE, self.worker, list(locked), self.worker))
        self._epochs.update(taken)
        if gone := locked - taken.keys():  # deleted from the register between the two statements
            self._rows(_UNLOCK, CAMERA_CLASS, list(gone))

    def _release(self, cameras: frozenset[int]) -> None:
        if cameras:
            self._rows(_UNLOCK, CAMERA_CLASS, list(cameras))
            for camera in cameras:
                del self._epochs[camera]

    def _rows(self, statement: str, *values: object) -> list[tuple[int, int]]:
        if self._connection is None:
            raise psycopg.OperationalError("not connected")
        return self._connection.execute(statement.encode(), values).fetchall()
