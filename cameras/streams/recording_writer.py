"""Recording, beside the event loop: one thread that turns groups into files, one that puts files on the disk.

The queue between is bounded in bytes. A disk that takes nothing costs the files it is full for, from the
moment on: what is whole stays, the next file says what is missing, and it is tried again by itself.
"""

import logging
import os
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from cameras.streams.recording import Gap, Group
from cameras.streams.recording_files import FileRules, OpenFile, SegmentWriter
from cameras.streams.segments import Finished

logger = logging.getLogger(__name__)
RETRY_S = 5.0
QUEUE_BYTES = 320 * 2**20  # the 10 s before an event of 183 cameras at 1 Mbps at once, and 4 s more


@dataclass(frozen=True, slots=True)
class WriterRules:
    """Where files go, how many bytes on the disk are left to others, how many may wait for it."""

    files: FileRules
    reserve_bytes: int = 512 * 2**20
    queue_bytes: int = QUEUE_BYTES


@dataclass(slots=True)
class WriterCounters:
    """What was done since the start; `trouble` is the last error of the disk, empty when it is well."""

    pictures: int = 0
    bytes: int = 0
    files: int = 0
    refused: int = 0
    lost: int = 0
    trouble: str = ""


class DiskFull(OSError):
    """So little is free that it is left to the others who live on this disk."""


class RecordingWriter:
    """The two threads of a worker. `put` never waits; `on_finished` is called in a thread of ours."""

    def __init__(self, rules: WriterRules, on_finished: Callable[[Finished], None]) -> None:
        self.counters = WriterCounters()
        self._rules, self._on_finished = rules, on_finished
        self._queue: queue.SimpleQueue[Group | None] = queue.SimpleQueue()
        self._waiting_bytes = 0
        self._guard = threading.Lock()
        self._writers: dict[str, SegmentWriter] = {}
        self._retry_s = 0.0
        self._looked_s = 0.0
        self._thread = threading.Thread(target=self._run, name="recording", daemon=True)
        self._closer = ThreadPoolExecutor(1, "recording close")

    @property
    def waiting_bytes(self) -> int:
        """What is on its way to the disk."""
        return self._waiting_bytes

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Write what waits and finish every file, as far as there is time."""
        self._queue.put(None)
        self._thread.join(timeout_s)
        self._closer.shutdown(wait=not self._thread.is_alive())

    def put(self, group: Group) -> bool:
        """Take a group; False where too much waits for the disk. The end of a file is always taken."""
        size = group.bytes
        with self._guard:
            if group.units and self._waiting_bytes + size > self._rules.queue_bytes:
                self.counters.refused += len(group.units)
                return False
            self._waiting_bytes += size
        self._queue.put(group)
        return True

    def _run(self) -> None:
        """The edge of the thread: one odd group must not end it."""
        while (group := self._queue.get()) is not None:
            try:
                self._take(group)
            except Exception:
                logger.exception("a group of camera %s could not be recorded", group.plan.code)
                self._drop(group, Gap.OVERLOAD)
            with self._guard:
                self._waiting_bytes -= group.bytes
        for writer in self._writers.values():
            writer.finish()

    def _take(self, group: Group) -> None:
        writer = self._writers.get(group.plan.code)
        if writer is None:
            writer = self._writers[group.plan.code] = SegmentWriter(self._rules.files, self._close)
        if not group.units:
            writer.finish()
        elif time.monotonic() < self._retry_s:
            self._drop(group, Gap.DISK_FULL)
        else:
            self._write(writer, group)

    def _write(self, writer: SegmentWriter, group: Group) -> None:
        try:
            self._look_at_disk()
            is_taken = writer.write(group)
        except OSError as error:
            self._note_trouble(error)
            self._drop(group, Gap.DISK_FULL)
            return
        self.counters.trouble = ""
        if is_taken:
            self.counters.pictures += len(group.units)
            self.counters.bytes += group.bytes
        else:
            self.counters.lost += len(group.units)

    def _drop(self, group: Group, gap: Gap) -> None:
        self.counters.lost += len(group.units)
        self._writers[group.plan.code].fail(gap)

    def _look_at_disk(self) -> None:
        """Once a second: leave the last of the disk to the database. Raises OSError."""
        now_s = time.monotonic()
        if now_s - self._looked_s < 1.0:
            return
        self._rules.files.root.mkdir(parents=True, exist_ok=True)
        place = os.statvfs(self._rules.files.root)
        if place.f_bavail * place.f_frsize < self._rules.reserve_bytes:
            raise DiskFull("too little is free")
        self._looked_s = now_s

    def _note_trouble(self, error: OSError) -> None:
        if not self.counters.trouble:
            logger.error("the disk of the recordings takes nothing: %s", error)
        self.counters.trouble = error.strerror or str(error)
        self._retry_s = time.monotonic() + RETRY_S

    def _close(self, done: OpenFile) -> None:
        self._closer.submit(self._put_on_disk, done)

    def _put_on_disk(self, done: OpenFile) -> None:
        """The edge of the closing thread. A disk that fails here leaves a part, which is adopted later."""
        try:
            sha256 = done.file.close()
        except OSError:
            logger.exception("a recording of camera %s could not be put on the disk", done.plan.code)
            return
        self.counters.files += 1
        self._on_finished(done.finished(sha256))
