"""The decoder pool: child processes that decode and look, so that hostile video never meets the hub.

A camera is pinned to one child, where its background model lives; a lane to the child with fewest lanes. A
child that crashes or hangs is replaced at once by a spare that has done its imports, what it was working on
is counted as lost, and the camera whose pictures killed three within a minute rests for one.
"""

import asyncio
import os
import socket
import subprocess
import sys
import time
import zlib
from collections import Counter, deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from cameras.streams.jobs import Job, JobKind, JobQueue
from cameras.streams.results import DecoderResult, results_of
from cameras.streams.units import AccessUnit
from cameras.streams.wire import MAX_PARCEL_BYTES, Parcel, WireError, pack, read_parcel

_ROOT = Path(__file__).resolve().parents[2]
_MAX_PAUSE_S = 5.0
_INHERITED = ("PATH", "LANG", "LC_ALL", "TZ", "HOME", "LD_LIBRARY_PATH")


@dataclass(frozen=True, slots=True)
class PoolRules:
    """`thumb` is (width, height) of thumbnails; `in_flight` parcels keep a child's pipe from running dry.

    `environment` is added to a child's otherwise minimal one: a crashed decoder must not leak secrets.
    """

    workers: int = 2
    thumb: tuple[int, int] = (184, 104)
    in_flight: int = 4
    lane_depth: int = 64
    hang_s: float = 20.0
    strikes: int = 3
    rest_s: float = 60.0
    has_spare: bool = True
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class PoolCounters:
    """Since the start: jobs answered, failed in the child, dropped in a queue, lost with a child, refused
    because the camera rests; and children started after the first ones."""

    done: int = 0
    failed: int = 0
    dropped: int = 0
    lost: int = 0
    rested: int = 0
    restarts: int = 0


@dataclass(frozen=True, slots=True)
class LaneSpec:
    """An analyser by dotted path; `is_gated`: it sees only pictures around motion."""

    analyser: str
    is_gated: bool = True


@dataclass(frozen=True, slots=True)
class SceneSpec:
    """What a decoder must know of a camera to judge its pictures: the file that holds its usual views (see
    `scene_memory`), empty where nothing is kept, and whether it `turns`."""

    memory: str = ""
    turns: bool = False


class DecoderPool:
    """Takes access units of the hub and tells results. An asynchronous context manager.

    `on_result` is called in the event loop and must return at once. `offer` never waits.
    """

    def __init__(self, on_result: Callable[[DecoderResult], None], *, rules: PoolRules | None = None) -> None:
        self._rules = rules or PoolRules()
        self._lanes: dict[str, _Lane] = {}
        self._watched_until: dict[str, float] = {}
        self._scenes: dict[str, SceneSpec] = {}
        self._counters = PoolCounters()
        self._penalties = Penalties(self._rules)
        self._nursery = _Nursery(self._rules)
        self._children = [
            _Child(self._rules, self._nursery, self._parcel, on_result, self._counters, self._penalties)
            for _ in range(self._rules.workers)
        ]
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "DecoderPool":
        self._tasks = [asyncio.create_task(child.run()) for child in self._children]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._nursery.close()

    @property
    def counters(self) -> PoolCounters:
        """Counters with what the queues have dropped so far."""
        self._counters.dropped = sum(child.queue.dropped for child in self._children)
        return self._counters

    @property
    def process_ids(self) -> list[int]:
        """Children that run now."""
        return [child.process.pid for child in self._children if child.process is not None]

    @property
    def answering(self) -> list[int]:
        """Those of them that have answered a job."""
        return [child.process.pid for child in self._children if child.process and child.has_answered]

    def open_lane(self, code: str, spec: LaneSpec) -> None:
        """Decode every picture of a camera from now on and show it to an analyser."""
        self.close_lane(code)
        load = Counter(id(lane.child) for lane in self._lanes.values())
        # The first child is left to key pictures: a busy lane must not age the pictures of the fleet.
        child = min(self._children[1:] or self._children, key=lambda child: load[id(child)])
        self._lanes[code] = _Lane(spec, child)

    def close_lane(self, code: str) -> None:
        """End a lane; unknown ones are no error."""
        lane = self._lanes.pop(code, None)
        if lane is not None:
            lane.child.close_lane(code)

    def forget(self, code: str) -> None:
        """Let go of all that is kept of a camera: another worker reads it now, or it shows another place."""
        self.close_lane(code)
        self._watched_until.pop(code, None)
        self._scenes.pop(code, None)
        for child in self._children:  # lanes opened meanwhile may have moved its key pictures
            child.forget(code)

    def judge(self, code: str, spec: SceneSpec) -> None:
        """Say how a camera's pictures are to be judged; before its first picture, or it is a fixed one."""
        self._scenes[code] = spec

    def watch(self, code: str, until_s: float) -> None:
        """Make stills of a camera's key pictures until this monotonic time."""
        self._watched_until[code] = until_s

    def offer(self, unit: AccessUnit) -> None:
        """Take a picture; what no job needs is ignored."""
        if unit.is_key and not self._rests(JobKind.KEY, unit.code):
            self._key_child(unit.code).put_key(unit)
        lane = self._lanes.get(unit.code)
        if lane is not None and not self._rests(JobKind.LANE, unit.code):
            lane.child.put_lane(unit)

    def _key_child(self, code: str) -> "_Child":
        """The child that keeps this camera's motion model: one without lanes where there is one."""
        laden = {id(lane.child) for lane in self._lanes.values()}
        free = [child for child in self._children if id(child) not in laden] or self._children
        return free[zlib.crc32(code.encode()) % len(free)]

    def _rests(self, kind: JobKind, code: str) -> bool:
        rests = self._penalties.is_resting(kind, code, time.monotonic())
        self._counters.rested += rests
        return rests

    def _parcel(self, job: Job) -> Parcel:
        """What a child is told of a job, at the moment it is sent."""
        if job.unit is None:
            return Parcel({"kind": job.kind, "code": job.code})
        unit = job.unit
        head: dict[str, object] = {"kind": job.kind, "code": job.code, "codec": unit.codec}
        if job.kind is JobKind.KEY:
            is_watched = self._watched_until.get(job.code, 0.0) > time.monotonic()
            scene = self._scenes.get(job.code, SceneSpec())
            head |= {"thumb": self._rules.thumb, "still": is_watched, "at": unit.captured_at}
            head |= {"scene": scene.memory, "turns": scene.turns}
        else:
            spec = self._lanes[job.code].spec
            head |= {"analyser": spec.analyser, "gated": spec.is_gated}
            head |= {"at": unit.captured_at, "key": unit.is_key, "gap": unit.after_gap}
        return Parcel(head, (unit.data,))


class Penalties:
    """Remembers over whose pictures decoders died; a camera's lane and its key pictures rest apart."""

    def __init__(self, rules: PoolRules) -> None:
        self._rules = rules
        self._deaths: dict[tuple[JobKind, str], deque[float]] = {}
        self._rests_until: dict[tuple[JobKind, str], float] = {}

    def blame(self, job: Job, now_s: float) -> None:
        """A decoder died over this job."""
        key = (job.kind, job.code)
        deaths = self._deaths.setdefault(key, deque(maxlen=self._rules.strikes))
        deaths.append(now_s)
        if len(deaths) == self._rules.strikes and deaths[0] > now_s - self._rules.rest_s:
            self._rests_until[key] = now_s + self._rules.rest_s
            deaths.clear()

    def is_resting(self, kind: JobKind, code: str, now_s: float) -> bool:
        return self._rests_until.get((kind, code), 0.0) > now_s


class _Child:
    """One decoder process after another, and the queue in front of it."""

    def __init__(
        self,
        rules: PoolRules,
        nursery: "_Nursery",
        parcel: Callable[[Job], Parcel],
        on_result: Callable[[DecoderResult], None],
        counters: PoolCounters,
        penalties: Penalties,
    ) -> None:
        self.queue = JobQueue(rules.lane_depth)
        self.process: subprocess.Popen[bytes] | None = None
        self._rules, self._nursery = rules, nursery
        self._parcel, self._on_result = parcel, on_result
        self._counters, self._penalties = counters, penalties
        self._flying: deque[tuple[float, Job]] = deque()
        self._changed = asyncio.Event()
        self._answered = 0
        self.has_answered = False

    def put_key(self, unit: AccessUnit) -> None:
        self.queue.put_key(unit)
        self._changed.set()

    def put_lane(self, unit: AccessUnit) -> None:
        self.queue.put_lane(unit)
        self._changed.set()

    def close_lane(self, code: str) -> None:
        self.queue.close_lane(code)
        self._changed.set()

    def forget(self, code: str) -> None:
        self.queue.forget(code)
        self._changed.set()

    async def run(self) -> None:
        """Keep a process running until cancelled; one that dies at once is not restarted in a tight loop."""
        fruitless = 0
        while True:
            answered = self._answered
            await self._live_once()
            self._counters.restarts += 1
            fruitless = fruitless + 1 if self._answered == answered else 0
            if fruitless > 1:
                await asyncio.sleep(min(_MAX_PAUSE_S, 0.1 * 2.0**fruitless))

    async def _live_once(self) -> None:
        """One process from its start to its end."""
        process, connection = self._nursery.take()
        self.process, self.has_answered = process, False
        try:
            await self._converse(connection)
        finally:
            self.process = None
            await _end(process)
            self._account_for_loss()

    async def _converse(self, connection: socket.socket) -> None:
        """Ask and listen until the process is gone."""
        try:
            reader, writer = await asyncio.open_unix_connection(sock=connection, limit=MAX_PARCEL_BYTES)
        except asyncio.CancelledError:
            connection.close()
            raise
        sending = asyncio.create_task(self._send(writer))
        try:
            await self._receive(reader)
        finally:
            sending.cancel()
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _send(self, writer: asyncio.StreamWriter) -> None:
        """Keep a few parcels ahead of the child; a broken pipe is noticed by the receiving side."""
        with suppress(ConnectionError):
            while True:
                await self._changed.wait()
                self._changed.clear()
                while len(self._flying) < self._rules.in_flight:
                    job = self.queue.take()
                    if job is None:
                        break
                    self._flying.append((time.monotonic(), job))
                    writer.write(pack(self._parcel(job)))
                await writer.drain()

    async def _receive(self, reader: asyncio.StreamReader) -> None:
        """Take answers until the process ends, sends nonsense, or hangs."""
        with suppress(ConnectionError, WireError, asyncio.IncompleteReadError):
            while True:
                parcel = await self._next(reader)
                if parcel is None:
                    return
                _, job = self._flying.popleft()
                self._changed.set()
                self._account(job, results_of(job, parcel), is_failed="failed" in parcel.head)

    async def _next(self, reader: asyncio.StreamReader) -> Parcel | None:
        """The next answer; None when the oldest question has been open too long."""
        answer = asyncio.ensure_future(read_parcel(reader))
        try:
            while not answer.done():
                await asyncio.wait({answer}, timeout=self._rules.hang_s / 4)
                if not answer.done() and self._hangs():
                    return None
            return answer.result()
        finally:
            answer.cancel()

    def _hangs(self) -> bool:
        return bool(self._flying) and time.monotonic() - self._flying[0][0] > self._rules.hang_s

    def _account(self, job: Job, results: list[DecoderResult], *, is_failed: bool) -> None:
        self._answered += 1
        self.has_answered = True
        self._counters.done += not is_failed
        self._counters.failed += is_failed
        for result in results:
            self._on_result(result)

    def _account_for_loss(self) -> None:
        """A child works in order, so the oldest open question is the one it died over."""
        if self._flying:
            self._penalties.blame(self._flying[0][1], time.monotonic())
        self._counters.lost += len(self._flying)
        self._flying.clear()
        self.queue.restart_lanes()
        self._changed.set()


@dataclass(frozen=True, slots=True)
class _Lane:
    spec: LaneSpec
    child: _Child


_Started = tuple[subprocess.Popen[bytes], socket.socket]


class _Nursery:
    """Starts decoder processes, one ahead of need: importing the video libraries takes half a second."""

    def __init__(self, rules: PoolRules) -> None:
        self._rules = rules
        self._spare: _Started | None = None

    def take(self) -> _Started:
        """A process, and our end of its socket."""
        spare, self._spare = self._spare, None
        if spare is not None and spare[0].poll() is not None:
            spare[1].close()
            spare = None
        taken = spare or _spawn(self._rules.environment)
        if self._rules.has_spare:
            self._spare = _spawn(self._rules.environment)
        return taken

    async def close(self) -> None:
        if self._spare is not None:
            self._spare[1].close()
            await _end(self._spare[0])


def _spawn(environment: Mapping[str, str]) -> _Started:
    """A decoder process and our end of its socket."""
    ours, theirs = socket.socketpair()
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    with theirs:
        process = subprocess.Popen(  # noqa: S603 - our own module, no shell
            [sys.executable, "-m", "cameras.streams.decoder", str(theirs.fileno())],
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
            env={**inherited, **threads, "PYTHONPATH": str(_ROOT), **environment},
        )
    ours.setblocking(False)
    return process, ours


async def _end(process: subprocess.Popen[bytes]) -> None:
    """Make sure that a process is gone and reaped."""
    process.kill()
    await asyncio.to_thread(process.wait)
