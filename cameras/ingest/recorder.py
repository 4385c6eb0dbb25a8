"""Recording in an ingest worker: what each camera records, files that wait for their row, parts to adopt.

`take`, `follow` and `tick` belong to the event loop; `settle` and `adopt_some` to the recordings' thread,
which may wait for the database. The database being away delays rows, never pictures.
"""

import logging
import socket
import threading
import time
from collections import deque
from collections.abc import Iterable, Mapping
from pathlib import Path

from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone

from cameras.ingest.sources import Reading
from cameras.recording.files import parts_of
from cameras.recording.storing import store_segment
from cameras.recording.trouble import tell_trouble, tell_well
from cameras.recording.wishes import wanted_until
from cameras.streams.adoption import adopt
from cameras.streams.health import Health, HealthChange
from cameras.streams.recording import Gap, Mode, Plan, Tap
from cameras.streams.recording_files import FileRules
from cameras.streams.recording_writer import RecordingWriter, WriterRules
from cameras.streams.ring import RingLimits
from cameras.streams.segments import Finished
from cameras.streams.units import AccessUnit

logger = logging.getLogger(__name__)
BEFORE = RingLimits(seconds=10.0, bytes=4 * 2**20)  # 10 s of 3 Mbps; 183 usual cameras keep 230 MB
AFTER_S = 10.0
STEP_S = 1.0
ADOPT_FOR_S = 60.0  # a part is left by a worker that dies as we take its camera, or a moment later
ADOPT_EVERY_S = 5.0
ADOPT_AT_ONCE = 8  # files: each is read whole for its hash
BATCH = 200
STOP_S = 4.0


class Recorder:
    """All recordings of one worker."""

    def __init__(self, worker: str) -> None:
        self.worker = worker
        rules = FileRules(Path(settings.RECORDING_ROOT), settings.RECORDING_SEGMENT_S)
        self.writer = RecordingWriter(WriterRules(rules, settings.RECORDING_RESERVE_BYTES), self._finished)
        self._taps: dict[str, Tap] = {}
        self._ids: dict[str, int] = {}
        self._began: dict[str, float] = {}
        self._waiting: deque[Finished] = deque()
        self._guard = threading.Lock()
        self._adopting: dict[str, float] = {}
        self._refused: dict[str, set[Path]] = {}  # by code: what another lease left without a row
        self._adopt_s = 0.0
        self._told = ""

    def start(self) -> None:
        self.writer.start()

    def stop(self) -> None:
        """Finish the files; `settle` can still be called. The leases are given back before."""
        for tap in self._taps.values():
            tap.end()
        self.writer.stop(STOP_S)

    def take(self, unit: AccessUnit) -> None:
        """A picture of the hub, of whichever stream."""
        tap = self._taps.get(unit.code)
        if tap is not None and unit.role is tap.plan.role:
            if unit.code not in self._began:
                self._began[unit.code] = unit.captured_at
            tap.take(unit)

    def note(self, change: HealthChange) -> None:
        """Why a stream is away, for the gap that follows."""
        tap = self._taps.get(change.code)
        if tap is not None and change.role is tap.plan.role and not change.health.is_up:
            tap.lose(Gap.STALLED if change.health is Health.STALLED else Gap.DISCONNECTED)

    def follow(self, readings: Iterable[Reading], epochs: Mapping[int, int]) -> None:
        """Record these cameras, each under the lease that we hold now, and no others."""
        held = {reading.source.code: reading for reading in readings if reading.camera_id in epochs}
        for code in self._taps.keys() - held.keys():
            self._taps.pop(code).end()
            self._began.pop(code, None)
            self._adopting.pop(code, None)
        for code, reading in held.items():
            plan = Plan(code, reading.recorded_role, reading.mode, epochs[reading.camera_id], self.worker)
            self._ids[code] = reading.camera_id
            self._follow(plan)

    def tick(self, now_s: float, moving: Mapping[str, bool], wanted: Mapping[str, float]) -> None:
        """Once a second: motion and demands make cameras record; silent ones are put on the disk.

        `wanted`: codes and how many seconds from now something still happens there.
        """
        for code, tap in self._taps.items():
            tap.has_motion = moving.get(code, False)
            if tap.has_motion and tap.plan.mode is not Mode.OFF:
                tap.want(now_s + AFTER_S)
            if code in wanted:
                tap.want(now_s + wanted[code] + AFTER_S)
            tap.tick(now_s)

    def wishes(self) -> dict[str, float]:
        """What is asked of our cameras from outside: seconds from now, by code."""
        close_old_connections()
        return wanted_until(list(self._ids.values()), at=timezone.now())

    def settle(self, epochs: Mapping[int, int]) -> None:
        """Give finished files their rows; tell of a disk that takes nothing. Raises DatabaseError."""
        close_old_connections()
        for _ in range(min(len(self._waiting), BATCH)):
            self._store(self._waiting[0], epochs)
            with self._guard:
                self._waiting.popleft()
        trouble = self.writer.counters.trouble
        if trouble != self._told:
            tell = tell_trouble if trouble else tell_well
            tell(host=socket.gethostname(), at=timezone.now())
            self._told = trouble

    def adopt_some(self, epochs: Mapping[int, int], now_s: float) -> None:
        """Finish what dead workers left of the cameras that we took lately. Raises DatabaseError."""
        if now_s < self._adopt_s:
            return
        self._adopt_s = now_s + ADOPT_EVERY_S
        done = 0
        for code, until_s in list(self._adopting.items()):
            for path in self._foreign_parts(code):
                if done >= ADOPT_AT_ONCE:
                    self._adopt_s = now_s + STEP_S
                    return
                done += self._adopt(path, code, epochs)
            if now_s > until_s:
                self._adopting.pop(code, None)

    def _follow(self, plan: Plan) -> None:
        tap = self._taps.get(plan.code)
        if tap is not None and tap.plan.role is plan.role:
            tap.follow(plan)
            return
        if tap is not None:
            tap.end()
        else:
            self._adopting[plan.code] = time.monotonic() + ADOPT_FOR_S
            self._refused.pop(plan.code, None)
        self._taps[plan.code] = Tap(plan, self.writer.put, before=BEFORE)

    def _finished(self, done: Finished) -> None:
        """Called in the writer's thread."""
        with self._guard:
            self._waiting.append(done)

    def _store(self, done: Finished, epochs: Mapping[int, int]) -> None:
        """A lease that another took leaves a part to that one; a file that is gone is told and let go."""
        camera_id = self._ids.get(done.label.code, 0)
        epoch = epochs.get(camera_id, done.label.epoch)
        try:
            if not store_segment(done=done, camera_id=camera_id, epoch=epoch):
                self._refused.setdefault(done.label.code, set()).add(done.path)
        except OSError:
            logger.exception("a recording of camera %s could not be named", done.label.code)

    def _foreign_parts(self, code: str) -> list[Path]:
        """Parts that are not on their way to a row in this process. Our open ones are locked.

        Nor those that were ours when the lease was another's: only what came before us is cut at our
        beginning, so adopting them here would throw them away.
        """
        with self._guard:
            mine = {done.path for done in self._waiting} | self._refused.get(code, set())
        return [path for path in parts_of(code) if path not in mine]

    def _adopt(self, path: Path, code: str, epochs: Mapping[int, int]) -> bool:
        """Whether there was something to read."""
        try:
            done = adopt(path, until=self._began.get(code))
        except OSError:
            logger.exception("a part of camera %s could not be read", code)
            return False
        if done is None:
            return False
        logger.info("adopted %d pictures of camera %s", done.pictures, code)
        self._store(done, epochs)
        return True
